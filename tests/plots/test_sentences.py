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
    own = answers(A, CALM)
    seen = own.iloc[:1].assign(item=f"{CRITICISM}.partner", value=3)
    theirs = answers(B, CALM)
    mine = pd.concat([own, seen], ignore_index=True)
    yours = pd.concat(
        [theirs, theirs.iloc[:1].assign(item=f"{CRITICISM}.partner", value=0)], ignore_index=True
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


def topics_of(results):
    return plots.prepare_topics(results.pairs, ASKED["connection"], NAMES, claims=results.claims)


def profile_of(mine: dict[str, int], yours: dict[str, int]) -> str:
    results = together(answers(A, MIDDLE | mine), answers(B, MIDDLE | yours))
    return said("profile", topics_of(results))


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
        (dict.fromkeys(FACETS[:5], 3), dict.fromkeys(FACETS[:5], 4), "Full on both sides: 5 topics."),
        ({LETTING_GO: 4}, {LETTING_GO: 4}, "No topic is small on either side."),
    ],
)  # fmt: skip
def test_what_is_full_or_small_is_told_of_each_half_never_of_their_mean_and_names_nobody(
    mine, yours, sentence
):
    assert profile_of(mine, yours) == sentence


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (
            {"connection.trust": 4, "connection.listening": 1},
            "Highest for you: “Trust”. Lowest: “Listening”.",
        ),
        (dict.fromkeys(FACETS[:5], 4), "Highest for you: 5 topics alike. Lowest: 16 topics alike."),
        (dict.fromkeys(FACETS, 3), "Your topics are all about alike."),
    ],
)
def test_an_individual_profile_names_highest_and_lowest_with_all_ties(scores, sentence):
    results = alone(answers(A, dict.fromkeys(FACETS, 2) | scores))

    assert said("profile", plots.prepare_topics(results.pairs, ASKED["connection"])).startswith(sentence)


def told_side_by_side() -> list[str]:
    """Four points on two topics; on all; nothing; one topic two points apart; two points on all."""
    same = dict.fromkeys(FACETS, 2)
    few = together(
        answers(A, same | dict.fromkeys(FACETS[:2], 0)), answers(B, same | dict.fromkeys(FACETS[:2], 4))
    )
    many = together(answers(A, dict.fromkeys(FACETS, 0)), answers(B, dict.fromkeys(FACETS, 4)))
    none = together(answers(A, same), answers(B, same))
    small = together(answers(A, same | {FACETS[0]: 0}), answers(B, same))
    whole = together(answers(A, dict.fromkeys(FACETS, 1)), answers(B, dict.fromkeys(FACETS, 3)))
    return [
        said("side_by_side", topics_of(one)).partition(" Topics")[0]
        for one in (few, many, none, small, whole)
    ]


def test_all_differences_that_hold_are_named_or_counted():
    """One topic two points apart does not hold; two points on all hold on the whole."""
    assert told_side_by_side() == [
        "These weeks are different for the two of you on “Open and honest talk” and “Sharing your inner world”.",
        "These weeks are different for the two of you on 21 topics.",
        "No topic is clearly different for the two of you, as far as these scores can tell.",
        "No topic is clearly different for the two of you, as far as these scores can tell.",
        (
            "All topics taken together, these weeks are different for the two of you."
            " Which topics it is, the scores cannot tell for sure."
        ),
    ]


def test_where_most_differ_the_profile_says_it_once():
    """Two people can live the same weeks in two ways: no topic is drawn as if it stood out."""
    many = together(answers(A, dict.fromkeys(FACETS, 0)), answers(B, dict.fromkeys(FACETS, 4)))

    assert said("profile", topics_of(many)) == (
        "On 21 of 21 topics, these weeks are different for the two of you."
        " Two people can live the same weeks in two ways."
    )


@pytest.mark.parametrize("view", ["profile", "side_by_side", "differences"])
def test_without_claims_no_difference_is_told_or_marked(view):
    results = together(answers(A, dict.fromkeys(FACETS, 0)), answers(B, dict.fromkeys(FACETS, 4)))
    prepared = plots.prepare_topics(results.pairs, ASKED["connection"], NAMES)

    assert not prepared["is_claimed"].any()
    assert "different" not in said(view, prepared)


@pytest.mark.parametrize(
    ("n", "sentence"),
    [
        (0, "No topic is clearly different for the two of you, as far as these scores can tell. Topics compared: 21."),
        (1, (
            "These weeks are different for the two of you on “Open and honest talk”. Topics compared: 21."
            " Each answer is about one’s own side."
        )),
        (7, (
            "These weeks are different for the two of you on 7 topics. Topics compared: 21. The 5 furthest apart are"
            " drawn. The other 2 are in the table. Each answer is about one’s own side."
        )),
    ],
)  # fmt: skip
def test_all_differences_are_told_with_how_many_are_drawn(n, sentence):
    apart = dict.fromkeys(FACETS[:n], 0), dict.fromkeys(FACETS[:n], 4)
    results = together(answers(A, MIDDLE | apart[0]), answers(B, MIDDLE | apart[1]))

    assert said("differences", topics_of(results)) == sentence


@pytest.mark.parametrize(
    "name", ["profile", "side_by_side", "differences", "perspectives", "skills", "guesses"]
)
def test_a_view_that_can_mark_differences_says_once_how_often_chance_does(name):
    view = next(view for view in plots.VIEWS if view.name == name)
    both = [responses_of(who, everything()) for who in (A, B)]
    prepared = view.prepared(ASKED[view.instrument], plots.Given(together(*both), NAMES))
    told = [*view.drawing.sentence(prepared), *view.drawing.note(prepared)]

    assert sum(say(key, **values).startswith("Of twenty couples") for key, values in told) == 1


def everything() -> dict[str, int]:
    """Return an answer to every item."""
    return {item.id: 2 for one in ASKED.values() for item in one.items}
