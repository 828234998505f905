"""Needs: importance, met, gap and guess, checked by hand."""

import pandas as pd

from tests.small import answers
from workbook import frames
from workbook.dyads import needs_gap


def asked(importance, met, guess, outside=None, need="needs.heard"):
    return {
        f"{need}.importance": importance,
        f"{need}.met": met,
        f"{need}.guess": guess,
        f"{need}.outside": outside,
    }


def rows(*people):
    return pd.concat(
        [answers(given, person, instrument="needs") for person, given in people], ignore_index=True
    )


def test_the_gap_and_the_guess():
    """I: 4 important, 1 met: gap 3; I guess 2, you said 3: error −1. You: 3 − 3 = 0; 4 guessed: 0."""
    mine, yours = needs_gap(rows(("p_1", asked(4, 1, 2, 1)), ("p_2", asked(3, 3, 4)))).to_dict("records")

    assert (mine["need"], mine["person_id"], mine["place"]) == ("needs.heard", "p_1", "a")
    assert (mine["importance"], mine["met"], mine["gap"]) == (4, 1, 3)
    assert (mine["guess"], mine["partner_importance"], mine["guess_error"]) == (2, 3, -1)
    assert mine["outside"] == 1
    assert (yours["gap"], yours["guess_error"], yours["partner_importance"]) == (0, 0, 4)
    assert pd.isna(yours["outside"])


def test_a_need_met_beyond_its_importance_has_a_negative_gap():
    assert needs_gap(rows(("p_1", asked(1, 4, 0))))["gap"].tolist() == [-3]


def test_missing_need_answers_stay_na():
    alone = needs_gap(rows(("p_1", asked(4, None, 2)))).iloc[0]

    assert alone[["met", "gap", "partner_importance", "guess_error"]].isna().all()
    assert (alone["importance"], alone["guess"]) == (4, 2)


def test_a_need_nobody_answered_keeps_its_row():
    assert len(needs_gap(rows(("p_1", asked(None, None, None))))) == 1


def test_own_needs_are_included_without_partner_values():
    own = {"needs.own.k3f9.importance": 4, "needs.own.k3f9.met": 0}
    found = needs_gap(rows(("p_1", asked(4, 1, 2) | own), ("p_2", asked(3, 3, 4))))

    assert found["need"].tolist() == ["needs.heard", "needs.own.k3f9", "needs.heard"]
    assert found["gap"].tolist() == [3, 4, 0]
    assert found["partner_importance"].isna().tolist() == [False, True, False]


def test_needs_keep_their_order_and_occasions_are_separate():
    first = asked(4, 1, 2, need="needs.seen") | asked(3, 1, 2, need="needs.accepted")
    again = answers(asked(0, 0, 0, need="needs.seen"), "p_1", occasion="assessment-2", instrument="needs")
    found = needs_gap(pd.concat([rows(("p_1", first)), again], ignore_index=True))

    assert found["need"].tolist() == ["needs.seen", "needs.accepted", "needs.seen"]
    assert found["occasion"].tolist() == ["assessment-1", "assessment-1", "assessment-2"]


def test_a_guess_is_compared_within_the_same_occasion_only():
    later = answers(asked(1, 1, 1), "p_2", occasion="assessment-2", instrument="needs")
    found = needs_gap(pd.concat([rows(("p_1", asked(4, 1, 2))), later], ignore_index=True))

    assert found["partner_importance"].isna().all()


def test_places_can_be_given():
    people = rows(("p_1", asked(4, 1, 2)), ("p_2", asked(3, 3, 4)))
    found = needs_gap(people, {"p_1": "b", "p_2": "a"})

    assert found["person_id"].tolist() == ["p_2", "p_1"]
    assert found["partner_importance"].tolist() == [4, 3]


def test_ids_as_categories_give_the_same():
    people = rows(("p_1", asked(4, 1, 2)), ("p_2", asked(3, 3, 4)), ("p_3", asked(1, 1, 1)))
    some = (people["person_id"] != "p_3").to_numpy()
    ids = ["couple_id", "person_id", "occasion", "item", "instrument"]
    compact = people.astype(dict.fromkeys(ids, "category"))[some]

    pd.testing.assert_frame_equal(needs_gap(compact), needs_gap(people[some]))


def test_other_instruments_and_no_rows_give_nothing():
    assert len(needs_gap(answers({"x.talk.importance": 1}))) == 0
    assert len(needs_gap(frames.empty(frames.RESPONSES))) == 0
    assert len(needs_gap(answers({"needs.heard.else": 1}, instrument="needs"))) == 0
