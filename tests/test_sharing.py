"""What a publication holds at each grain and what a round opens: the whole truth table."""

import dataclasses
from itertools import product

import numpy as np
import pandas as pd
import pytest

from tests.small import BLAME, SEEN, SMALL, answers
from workbook import frames
from workbook.errors import SharingError
from workbook.instruments import catalogue
from workbook.sharing import Grain, Publication, coarsen, grains_for, grains_up_to, lower, open_round, publish
from workbook.simulate import respond

OWN = {"needs.own.k3fz": "an evening a week alone"}
FULL = {"x.talk.1": 3, "x.talk.2": 4, "x.talk.3": 1, "x.talk.partner": 2, "x.blame.1": 1, "x.blame.2": 3}


def published(given: dict, grain: Grain, person: str = "p_1", **changes) -> Publication:
    rows = answers(given, person)
    known = {"instrument": SMALL, "couple_id": "c_1", "person_id": person, "occasion": "assessment-1"}
    return publish(rows, grain, **(known | changes))


def facets(publication: Publication) -> list[str]:
    return publication.scores["subscale"].tolist()


def items(publication: Publication) -> list[str]:
    return publication.responses["item"].tolist()


# -- what goes in -----------------------------------------------------------------------

GOES_IN = [
    # answers of the facet talk (1, 2, 3)    grain          facet score?  its answers?
    ((3, 4, 1), Grain.NOTHING, False, []),
    ((3, 4, 1), Grain.SCORES, True, []),
    ((3, 4, 1), Grain.ANSWERS, True, ["x.talk.1", "x.talk.2", "x.talk.3"]),
    ((3, None, 1), Grain.NOTHING, False, []),
    ((3, None, 1), Grain.SCORES, True, []),
    ((3, None, 1), Grain.ANSWERS, True, ["x.talk.1", "x.talk.3"]),
    ((3, None, None), Grain.NOTHING, False, []),
    ((3, None, None), Grain.SCORES, False, []),
    ((3, None, None), Grain.ANSWERS, False, ["x.talk.1"]),
    ((None, None, None), Grain.NOTHING, False, []),
    ((None, None, None), Grain.SCORES, False, []),
    ((None, None, None), Grain.ANSWERS, False, []),
]


@pytest.mark.parametrize(("given", "grain", "has_score", "shown"), GOES_IN)
def test_what_a_publication_holds_for_a_facet(given, grain, has_score, shown):
    sheet = dict(zip(("x.talk.1", "x.talk.2", "x.talk.3"), given, strict=True))
    publication = published(sheet, grain)

    assert (facets(publication) == ["x.talk"]) == has_score
    assert items(publication) == shown
    assert publication.grain == grain


@pytest.mark.parametrize(
    ("grain", "is_in"), [(Grain.NOTHING, False), (Grain.SCORES, False), (Grain.ANSWERS, True)]
)
def test_a_single_item_score_counts_as_an_answer(grain, is_in):
    """A view of the partner, a need, a skill: the score reveals the single answer."""
    publication = published({"x.talk.partner": 2}, grain)

    assert ("x.talk.partner" in facets(publication)) == is_in
    assert ("x.talk.partner" in items(publication)) == is_in


@pytest.mark.parametrize(
    ("grain", "is_in"), [(Grain.NOTHING, False), (Grain.SCORES, False), (Grain.ANSWERS, True)]
)
def test_a_facet_score_from_one_answer_counts_as_an_answer(grain, is_in):
    """blame may be scored from one of its two items; at *scores* that would show the answer."""
    publication = published({"x.blame.1": 3, "x.blame.2": None}, grain)

    assert ("x.blame" in facets(publication)) == is_in


def test_declined_and_left_blank_look_the_same():
    declined = published({"x.talk.1": 3, "x.talk.2": 4, "x.talk.3": None}, Grain.ANSWERS)
    blank = published({"x.talk.1": 3, "x.talk.2": 4}, Grain.ANSWERS)

    pd.testing.assert_frame_equal(declined.responses, blank.responses)
    pd.testing.assert_frame_equal(declined.scores, blank.scores)


@pytest.mark.parametrize("grain", Grain)
def test_what_did_not_come_up_is_in_answers_and_in_no_score(grain):
    sheet = answers(FULL | {"x.talk.2": None}).assign(declined=False)
    is_it = sheet["item"] == "x.talk.2"
    about = {"instrument": SMALL, "couple_id": "c_1", "person_id": "p_1", "occasion": "assessment-1"}
    mine = publish(sheet.assign(not_arisen=is_it.astype("boolean")), grain, **about)
    open_left = publish(sheet[~is_it], grain, **about)

    pd.testing.assert_frame_equal(mine.scores, open_left.scores)
    shown = set(items(mine)) - set(items(open_left))
    assert shown == ({"x.talk.2"} if grain in (Grain.ANSWERS, Grain.WORDS) else set())


def test_own_needs_are_never_published():
    assert items(published(FULL | {"x.own.abcd.met": 1}, Grain.ANSWERS)) == list(FULL)


@pytest.mark.parametrize("grain", list(Grain))
def test_the_words_of_own_needs_are_published_at_the_grain_of_that_name_alone(grain):
    needs, rows = catalogue()["needs"], answers({"needs.seen.met": 1}, instrument="needs")
    ids = {"couple_id": "c_1", "person_id": "p_1", "occasion": "assessment-1"}
    made = publish(rows, grain, instrument=needs, words=OWN, **ids)

    assert made.words == (OWN if grain is Grain.WORDS else {})
    assert items(made) == ([] if grain in (Grain.NOTHING, Grain.SCORES) else ["needs.seen.met"])
    assert published(FULL, grain, words=OWN).words == {}, "another part takes no own needs"


@pytest.mark.parametrize(("mine", "yours"), list(product(Grain, Grain)))
def test_words_open_only_where_both_chose_so(mine, yours):
    needs, chose_both = catalogue()["needs"], mine == yours == Grain.WORDS
    made = [
        publish(
            answers({"needs.seen.met": 1}, person, instrument="needs"),
            grain,
            instrument=needs,
            words={f"needs.own.{person}": f"the words of {person}"},
            couple_id="c_1",
            person_id=person,
            occasion="assessment-1",
        )
        for person, grain in (("p_1", mine), ("p_2", yours))
    ]
    opened = open_round(*made) or ()

    assert [one.words for one in opened] == [one.words if chose_both else {} for one in made][: len(opened)]
    assert bool(opened) == (Grain.NOTHING not in (mine, yours))


@pytest.mark.parametrize("grain", list(Grain))
def test_a_private_instrument_is_refused_at_every_grain(grain):
    with pytest.raises(SharingError, match="private"):
        published(FULL, grain, instrument=dataclasses.replace(SMALL, is_private=True))


def test_the_safety_check_is_private_and_offered_at_no_grain():
    safety = catalogue()["safety"]

    assert grains_for(safety) == ()


def test_only_rows_of_this_person_occasion_and_instrument_are_published():
    rows = pd.concat(
        [
            answers(FULL),
            answers(FULL, "p_2"),
            answers(FULL, occasion="assessment-2"),
            answers({"y.a": 1}, instrument="y"),
        ],
        ignore_index=True,
    )
    publication = publish(
        rows,
        Grain.ANSWERS,
        instrument=SMALL,
        couple_id="c_1",
        person_id="p_1",
        occasion="assessment-1",
        round=4,
    )

    assert set(publication.responses["person_id"]) == set(publication.scores["person_id"]) == {"p_1"}
    assert set(publication.responses["occasion"]) == set(publication.scores["occasion"]) == {"assessment-1"}
    assert set(publication.responses["instrument"]) == set(publication.scores["instrument"]) == {"x"}
    assert (publication.couple_id, publication.person_id, publication.instrument) == ("c_1", "p_1", "x")
    assert (publication.occasion, publication.round) == ("assessment-1", 4)


def test_a_round_is_the_first_by_default():
    assert published(FULL, Grain.SCORES).round == 1


@pytest.mark.parametrize("grain", list(Grain))
def test_a_publication_keeps_the_frames_contracts(grain):
    publication = published(FULL, grain)

    assert list(frames.check(publication.responses, frames.RESPONSES).index) == list(
        range(len(publication.responses))
    )
    assert list(frames.check(publication.scores, frames.SCORES).index) == list(range(len(publication.scores)))


# -- grains -----------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), list(product(Grain, Grain)))
def test_the_lower_grain_is_the_one_that_shows_less(one, other):
    rank = {Grain.NOTHING: 0, Grain.SCORES: 1, Grain.ANSWERS: 2, Grain.WORDS: 3}

    assert rank[lower(one, other)] == min(rank[one], rank[other])


def test_one_pending_row_for_each_grain_up_to_the_granted_one():
    assert grains_up_to(Grain.NOTHING) == ()
    assert grains_up_to(Grain.SCORES) == (Grain.SCORES,)
    assert grains_up_to(Grain.ANSWERS) == (Grain.SCORES, Grain.ANSWERS)


def test_an_instrument_without_facets_is_not_offered_at_scores():
    assert grains_for(catalogue()["connection"]) == (Grain.NOTHING, Grain.SCORES, Grain.ANSWERS)
    assert grains_for(catalogue()["needs"]) == (Grain.NOTHING, Grain.ANSWERS, Grain.WORDS)
    assert grains_for(catalogue()["skills"]) == (Grain.NOTHING, Grain.ANSWERS)


def test_a_facet_of_two_items_can_be_shared_at_scores():
    two = dataclasses.replace(SMALL, subscales=(BLAME,))
    one = dataclasses.replace(SMALL, subscales=(SEEN,))

    assert grains_for(two) == (Grain.NOTHING, Grain.SCORES, Grain.ANSWERS)
    assert grains_for(one) == (Grain.NOTHING, Grain.ANSWERS)


@pytest.mark.parametrize(("own", "asked"), list(product(Grain, Grain)))
def test_coarsening_equals_publishing_at_the_lower_grain(own, asked):
    coarse, direct = coarsen(published(FULL, own), asked), published(FULL, lower(own, asked))

    assert coarse.grain == direct.grain
    pd.testing.assert_frame_equal(coarse.scores, direct.scores)
    pd.testing.assert_frame_equal(coarse.responses, direct.responses)


# -- what opens -------------------------------------------------------------------------


@pytest.mark.parametrize(("mine", "yours"), list(product([None, *Grain], [None, *Grain])))
def test_when_a_round_opens_and_at_which_grain(mine, yours):
    """Every pair of decisions: open only when both show something, at the lower grain."""
    a = None if mine is None else published(FULL, mine, "p_1")
    b = None if yours is None else published(FULL, yours, "p_2")
    opened = open_round(a, b)

    if Grain.NOTHING in (mine, yours) or None in (mine, yours):
        assert opened is None
        return
    assert {one.grain for one in opened} == {lower(mine, yours)}
    has_answers = {mine, yours} <= {Grain.ANSWERS, Grain.WORDS}
    for one in opened:
        assert facets(one) == (
            ["x.talk", "x.talk.partner", "x.blame"] if has_answers else ["x.talk", "x.blame"]
        )
        assert items(one) == (list(FULL) if has_answers else [])
    assert [one.person_id for one in opened] == ["p_1", "p_2"]


@pytest.mark.parametrize(("mine", "yours"), list(product([True, False], [True, False])))
@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_a_facet_opens_only_where_both_hold_a_value(grain, mine, yours):
    talk = {"x.talk.1": 3, "x.talk.2": 4}
    opened = open_round(
        published({"x.blame.1": 1, "x.blame.2": 1} | (talk if mine else {}), grain, "p_1"),
        published({"x.blame.1": 2, "x.blame.2": 2} | (talk if yours else {}), grain, "p_2"),
    )

    for one in opened:
        assert ("x.talk" in facets(one)) == (mine and yours)
        assert "x.blame" in facets(one)


@pytest.mark.parametrize(("mine", "yours"), list(product([3, None], [1, None])))
def test_an_item_opens_only_where_both_hold_a_value(mine, yours):
    opened = open_round(
        published(FULL | {"x.talk.1": mine}, Grain.ANSWERS, "p_1"),
        published(FULL | {"x.talk.1": yours}, Grain.ANSWERS, "p_2"),
    )

    for one in opened:
        assert ("x.talk.1" in items(one)) == (mine is not None and yours is not None)
        assert "x.talk.2" in items(one)


def test_sharing_one_answer_opens_only_that_answer_of_the_partner():
    opened = open_round(
        published({"x.talk.partner": 2}, Grain.ANSWERS, "p_1"), published(FULL, Grain.ANSWERS, "p_2")
    )

    assert [items(one) for one in opened] == [["x.talk.partner"], ["x.talk.partner"]]
    assert [facets(one) for one in opened] == [["x.talk.partner"], ["x.talk.partner"]]


def test_the_order_of_decisions_does_not_matter():
    a, b = published(FULL | {"x.talk.1": None}, Grain.ANSWERS, "p_1"), published(FULL, Grain.SCORES, "p_2")
    forth, back = open_round(a, b), open_round(b, a)

    for one, other in zip(forth, reversed(back), strict=True):
        assert (one.person_id, one.grain) == (other.person_id, other.grain)
        pd.testing.assert_frame_equal(one.scores, other.scores)
        pd.testing.assert_frame_equal(one.responses, other.responses)


def test_opening_is_idempotent():
    once = open_round(
        published(FULL, Grain.ANSWERS, "p_1"), published(FULL | {"x.talk.2": None}, Grain.ANSWERS, "p_2")
    )
    twice = open_round(*once)

    for one, other in zip(once, twice, strict=True):
        pd.testing.assert_frame_equal(one.scores, other.scores)
        pd.testing.assert_frame_equal(one.responses, other.responses)


@pytest.mark.parametrize("change", [{"occasion": "assessment-2"}, {"round": 2}, {"instrument": "y"}])
def test_publications_of_different_rounds_occasions_or_instruments_do_not_open(change):
    a, b = published(FULL, Grain.ANSWERS, "p_1"), published(FULL, Grain.ANSWERS, "p_2")

    assert open_round(a, dataclasses.replace(b, **change)) is None


def test_publications_of_two_couples_or_one_person_are_refused():
    a, b = published(FULL, Grain.ANSWERS, "p_1"), published(FULL, Grain.ANSWERS, "p_2")
    with pytest.raises(SharingError, match="different couples"):
        open_round(a, dataclasses.replace(b, couple_id="c_2"))
    with pytest.raises(SharingError, match="two persons"):
        open_round(a, a)


def test_unpublished_answers_do_not_affect_what_opens():
    """Positive control beside it: the same change in a published answer does."""
    b = published(FULL, Grain.SCORES, "p_2")
    before = open_round(published(FULL, Grain.SCORES), b)
    hidden = open_round(published(FULL | {"x.talk.partner": 0}, Grain.SCORES), b)
    shown = open_round(published(FULL | {"x.talk.1": 0}, Grain.SCORES), b)

    pd.testing.assert_frame_equal(before[0].scores, hidden[0].scores)
    assert not before[0].scores.equals(shown[0].scores)


@pytest.mark.parametrize("name", [name for name, i in catalogue().items() if not i.is_private])
def test_every_instrument_of_the_catalogue_can_be_published(name):
    instrument = catalogue()[name]
    rows = respond(instrument, np.random.default_rng(5))
    occasion = rows["occasion"].iloc[0]
    publication = publish(
        rows,
        Grain.ANSWERS,
        instrument=instrument,
        couple_id="c_simulated",
        person_id="p_simulated",
        occasion=occasion,
    )

    assert len(publication.responses) == len(instrument.items) - len(instrument.held_back)
    assert set(publication.scores["subscale"]) == set(instrument.as_published.subscale_by_id)
