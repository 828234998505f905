"""The sentences beside the drawings: true of each partner, even-handed, and never the first few of many."""

import pandas as pd
import pytest

from tests.insights.couples import (
    ASKED,
    FACETS,
    NAMES,
    NEEDS,
    SIGNS,
    A,
    B,
    alone,
    answers,
    responses_of,
    together,
)
from workbook import plots
from workbook.content import say
from workbook.dyads import find_changes
from workbook.scoring import score_all

LONELY, CRITICISM = "warning_signs.loneliness", "warning_signs.criticism"
CALM = dict.fromkeys(SIGNS, 1)


def said(name: str, prepared) -> str:
    view = next(view for view in plots.VIEWS if view.name == name)
    return " ".join(say(key, **values) for key, values in view.drawing.sentence(prepared))


def signs_of(mine: dict[str, int], yours: dict[str, int]) -> str:
    results = together(answers(A, CALM | mine), answers(B, CALM | yours))
    signs = plots.prepare_signs(
        results.pairs, ASKED["warning_signs"], NAMES, perspectives=results.perspectives
    )
    return said("signs", signs)


@pytest.mark.parametrize(
    ("mine", "yours", "sentence"),
    [
        ({}, {}, "Neither of you notices any of these signs often."),
        ({LONELY: 4}, {LONELY: 0}, "Noticed often: by at least one of you, “Loneliness”."),
        ({LONELY: 2}, {}, "Noticed now and then: by at least one of you, “Loneliness”."),
        ({LONELY: 3}, {LONELY: 4}, "Noticed often: by both of you, “Loneliness”."),
        (
            {CRITICISM: 3},
            {LONELY: 3},
            "Noticed often: by at least one of you, “Loneliness” and “Criticizing”.",
        ),
        (
            dict.fromkeys(SIGNS[:5], 4),
            {},
            "Noticed often: by at least one of you, 5 signs.",
        ),
    ],
)
def test_what_each_partner_notices_is_never_averaged_and_names_nobody(mine, yours, sentence):
    assert signs_of(mine, yours) == sentence


def test_own_answers_and_perceptions_of_the_partner_are_both_reported():
    """By their own word neither is critical; Mira sees it often in Jonas."""
    of_you = (f"{CRITICISM}.partner", f"{CRITICISM}.partner.2")
    mine, yours = (
        pd.concat([answers(who, CALM), responses_of(who, dict.fromkeys(of_you, value))], ignore_index=True)
        for who, value in ((A, 3), (B, 0))
    )
    results = together(mine, yours)
    shown = plots.prepare_signs(
        results.pairs, ASKED["warning_signs"], NAMES, perspectives=results.perspectives
    )

    assert said("signs", shown) == (
        "By your own words about yourselves, none of these signs is there often."
        " Often seen in the other: by at least one of you, “Criticizing”."
    )


def needs_of(mine: list[str], yours: list[str]) -> str:
    everything = dict.fromkeys(NEEDS, (4, 4))
    first = answers(A, {}, needs=everything | dict.fromkeys(mine, (4, 0)))
    second = answers(B, {}, needs=everything | dict.fromkeys(yours, (4, 0)))
    results = together(first, second)
    return said("waiting", plots.prepare_waiting(results.needs, ASKED["needs"], NAMES))


def test_many_needs_are_counted_and_a_few_are_named():
    assert needs_of(NEEDS, ["needs.heard", "needs.seen"]) == (
        "For Jonas, these matter a lot and are met little: “Seen” and “Heard”."
        " For Mira, these matter a lot and are met little: 17 of 17 needs."
    )


def test_needs_of_both_partners_share_one_sentence_and_no_headline():
    results = together(
        answers(A, {}, needs=dict.fromkeys(NEEDS, (4, 0))), answers(B, {}, needs=dict.fromkeys(NEEDS, (4, 4)))
    )
    prepared = plots.prepare_waiting(results.needs, ASKED["needs"], NAMES)

    assert len(plots.sentence_waiting(prepared)) == 1
    assert needs_of([], []).index("Jonas") < needs_of([], []).index("Mira")


FUN, TRUST, LETTING_GO = "connection.shared_fun", "connection.trust", "connection.letting_go"
MIDDLE = dict.fromkeys(FACETS, 2)


def profile_of(mine: dict[str, int], yours: dict[str, int]) -> str:
    results = together(answers(A, MIDDLE | mine), answers(B, MIDDLE | yours))
    return said("profile", plots.prepare_topics(results.pairs, ASKED["connection"], NAMES))


@pytest.mark.parametrize(
    ("mine", "yours", "sentence"),
    [
        ({TRUST: 4}, {TRUST: 3}, "Full on both sides: “Trust”."),
        ({FUN: 1}, {FUN: 0}, "Small on both sides: “Fun and new things together”."),
        ({TRUST: 1}, {TRUST: 2}, "Small on at least one side: “Trust”."),
        ({TRUST: 1}, {FUN: 1}, "Small on at least one side: “Fun and new things together” and “Trust”."),
        ({TRUST: 4}, {TRUST: 1}, "Small on at least one side: “Trust”."),
        ({TRUST: 3}, {FUN: 3}, "No topic is full on both sides, and none is small on either."),
        ({}, {}, "All topics are about equally full, on both sides. None stands out."),
        (dict.fromkeys(FACETS[6:11], 3), dict.fromkeys(FACETS[6:11], 4), "Full on both sides: 5 topics."),
        ({LETTING_GO: 4}, {LETTING_GO: 4}, "No topic is small on either side."),
    ],
)  # fmt: skip
def test_what_is_full_or_small_is_told_of_each_half_and_never_of_their_mean(mine, yours, sentence):
    assert profile_of(mine, yours) == sentence


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (
            {"connection.trust": 4, "connection.listening": 1},
            "Highest for you: “Trust”. Lowest: “Listening”.",
        ),
        (dict.fromkeys(FACETS[:5], 4), "Highest for you: 5 topics alike. Lowest: 19 topics alike."),
        (dict.fromkeys(FACETS, 3), "Your topics are all about alike."),
    ],
)
def test_an_individual_profile_names_highest_and_lowest_with_all_ties(scores, sentence):
    results = alone(answers(A, dict.fromkeys(FACETS, 2) | scores))

    assert said("profile", plots.prepare_topics(results.pairs, ASKED["connection"])).startswith(sentence)


def test_all_differences_that_hold_are_named_or_counted():
    """Four points on two topics; two points on all; nothing. One topic two points apart does not hold."""
    same = dict.fromkeys(FACETS, 2)
    few = together(
        answers(A, same | dict.fromkeys(FACETS[:2], 0)), answers(B, same | dict.fromkeys(FACETS[:2], 4))
    )
    many = together(answers(A, dict.fromkeys(FACETS, 0)), answers(B, dict.fromkeys(FACETS, 4)))
    none = together(answers(A, same), answers(B, same))
    small = together(answers(A, same | {FACETS[0]: 0}), answers(B, same))
    whole = together(answers(A, dict.fromkeys(FACETS, 1)), answers(B, dict.fromkeys(FACETS, 3)))

    told = [
        said(
            "side_by_side",
            plots.prepare_topics(one.pairs, ASKED["connection"], NAMES, claims=one.claims),
        ).partition(" Topics")[0]
        for one in (few, many, none, small, whole)
    ]

    assert told == [
        "These weeks are different for the two of you on “How close it feels” and “Open and honest talk”.",
        "These weeks are different for the two of you on 24 topics.",
        "No topic is clearly different for the two of you, as far as these scores can tell.",
        "No topic is clearly different for the two of you, as far as these scores can tell.",
        (
            "All topics taken together, these weeks are different for the two of you."
            " Which topics it is, the scores cannot tell for sure."
        ),
    ]


@pytest.mark.parametrize("view", ["profile", "side_by_side", "differences"])
def test_without_claims_no_difference_is_told_or_marked(view):
    results = together(answers(A, dict.fromkeys(FACETS, 0)), answers(B, dict.fromkeys(FACETS, 4)))
    prepared = plots.prepare_topics(results.pairs, ASKED["connection"], NAMES)

    assert not prepared["is_claimed"].any()
    assert "different" not in said(view, prepared)
    assert "apart" not in said(view, prepared)


@pytest.mark.parametrize(
    ("n", "sentence"),
    [
        (0, "On none of 24 topics are your answers clearly apart, as far as these scores can tell."),
        (1, "On one of 24 topics your answers are clearly apart. Each answer is about one’s own side."),
        (7, (
            "On 7 of 24 topics your answers are clearly apart. 5 of them are drawn, the widest"
            " first. The other 2 are in the table. Each answer is about one’s own side."
        )),
    ],
)  # fmt: skip
def test_the_number_of_differences_is_told_with_how_many_are_drawn(n, sentence):
    apart = dict.fromkeys(FACETS[:n], 0), dict.fromkeys(FACETS[:n], 4)
    results = together(answers(A, MIDDLE | apart[0]), answers(B, MIDDLE | apart[1]))

    assert (
        said(
            "differences",
            plots.prepare_topics(results.pairs, ASKED["connection"], NAMES, claims=results.claims),
        )
        == sentence
    )


def test_where_most_differ_the_profile_says_it_once_and_how_often_chance_does():
    many = together(answers(A, dict.fromkeys(FACETS, 0)), answers(B, dict.fromkeys(FACETS, 4)))
    prepared = plots.prepare_topics(many.pairs, ASKED["connection"], NAMES, claims=many.claims)

    assert said("profile", prepared) == (
        "On 24 of 24 topics your two halves are clearly apart. Two people can live the same weeks in two ways."
    )
    assert n_of_chance("profile", prepared) == 1


@pytest.mark.parametrize("name", ["profile", "side_by_side", "differences", "perspectives", "guesses"])
def test_a_view_that_can_tell_of_differences_says_once_how_often_chance_does(name):
    view = next(view for view in plots.VIEWS if view.name == name)
    everything = {item.id: min(2, item.scale.highest) for one in ASKED.values() for item in one.items}
    both = [responses_of(who, everything) for who in (A, B)]
    prepared = view.prepared(ASKED[view.instrument], plots.Given(together(*both), NAMES))

    assert n_of_chance(name, prepared) == 1


def test_the_note_below_four_views_speaks_of_the_marks_that_are_drawn():
    """Each topic has its scale; words stand instead of a mark only where the other's view has one of its own."""
    values = {item.id: min(2, item.scale.highest) for one in ASKED.values() for item in one.items}
    found = together(*(responses_of(who, values) for who in (A, B)))
    said = {}
    for view in (one for one in plots.VIEWS if one.name in ("perspectives", "skills", "guesses")):
        prepared = view.prepared(ASKED[view.instrument], plots.Given(found, NAMES))
        said[view.name] = view.drawing.note(prepared)[0][0].rpartition(".")[2]
    assert said == {"perspectives": "filled_open", "skills": "own_and_seen", "guesses": "filled_open"}


def n_of_chance(name: str, prepared) -> int:
    """Return how many sentences of a view say how often chance tells of a difference."""
    drawing = next(view for view in plots.VIEWS if view.name == name).drawing
    told = [say(key, **values) for key, values in [*drawing.sentence(prepared), *drawing.note(prepared)]]
    return sum(one.startswith("Of twenty ") for one in told)


@pytest.mark.parametrize(("who", "whose"), [((A,), "people"), ((A, B), "couples")])
def test_what_moved_says_how_often_chance_does_of_whom_the_page_is(who, whose):
    """One's own page is held for a person, the page of two for the couple."""
    given = pd.concat([answers(one, dict.fromkeys(FACETS, 2)) for one in who], ignore_index=True)
    again = given.assign(occasion="assessment-2")
    scores = score_all(pd.concat([given, again], ignore_index=True), ASKED)
    places = {person: place for person, place in {A: "a", B: "b"}.items() if person in who}
    changes = find_changes(scores, ASKED)
    prepared = plots.prepare_trend(scores, ASKED["connection"], places, NAMES, changes=changes)
    told = [say(key, **values) for key, values in plots.MOVED.note(prepared)]

    assert [one for one in told if one.startswith("Of twenty ")] == [
        f"Of twenty {whose} for whom nothing has moved in truth, at most about one is told here that something has."
    ]
