"""Scores of the fast scorer equal those calculated by hand."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small import BLAME, ITEMS, OFTEN, SMALL, TALK, answers
from workbook import frames
from workbook.errors import FrameError
from workbook.instruments import catalogue
from workbook.instruments.model import Choice, Constant, Item, Scale
from workbook.scoring import score, score_all
from workbook.simulate import simulate_couples

WHOLE = {"x.talk.1": 3, "x.talk.2": 4, "x.talk.3": 1, "x.talk.partner": 2, "x.blame.1": 1, "x.blame.2": 3}


def row(scores: pd.DataFrame, subscale: str, person: str = "p_1") -> pd.Series:
    is_it = (scores["subscale"] == subscale) & (scores["person_id"] == person)
    return scores[is_it.to_numpy(dtype=bool)].iloc[0]


def test_a_mean_reverses_reverse_keyed_items():
    """talk = mean(3, 4, 0 + 4 − 1) = 10/3; SEM = 1·√(1 − 0.75) = 0.5; band 10/3 ± 0.98, cut at 4."""
    talk = row(score(answers(WHOLE), SMALL), "x.talk")

    assert talk["score"] == pytest.approx(10 / 3, abs=1e-12)
    assert talk["sem"] == pytest.approx(0.5)
    assert talk["low"] == pytest.approx(10 / 3 - 1.96 * 0.5)
    assert talk["high"] == 4.0
    assert (talk["n_answered"], talk["n_items"]) == (3, 3)
    assert talk["assumed"]


def test_a_sum_adds_its_items_and_has_an_error_band():
    """blame = 1 + 3 = 4 of 0 to 8; SEM = 2·√(1 − 0.84) = 0.8; band 4 ± 1.568; constants sourced."""
    blame = row(score(answers(WHOLE), SMALL), "x.blame")

    assert blame["score"] == 4.0
    assert blame["low"] == pytest.approx(4 - 1.96 * 0.8)
    assert blame["high"] == pytest.approx(4 + 1.96 * 0.8)
    assert not blame["assumed"]


def test_a_band_is_clipped_at_the_lower_end_too():
    """blame = 0 + 1 = 1; 1 − 1.568 lies below 0."""
    blame = row(score(answers(WHOLE | {"x.blame.1": 0, "x.blame.2": 1}), SMALL), "x.blame")

    assert blame["low"] == 0.0


def test_a_sum_with_missing_items_is_prorated():
    """blame with one answer of 3: 3 · 2 = 6, not 3."""
    blame = row(score(answers(WHOLE | {"x.blame.1": None}), SMALL), "x.blame")

    assert (blame["score"], blame["n_answered"]) == (6.0, 1)


def test_a_single_item_scores_itself_without_a_band():
    seen = row(score(answers(WHOLE), SMALL), "x.talk.partner")

    assert seen["score"] == 2.0
    assert seen[["sem", "low", "high"]].isna().all()
    assert not seen["assumed"]


def test_too_few_answers_score_na_never_zero():
    """talk wants two of three; one is not enough, and the band goes with the score."""
    scores = score(answers({"x.talk.1": 4, "x.talk.2": None, "x.talk.3": None}), SMALL)
    talk = row(scores, "x.talk")

    assert talk[["score", "sem", "low", "high"]].isna().all()
    assert talk["n_answered"] == 1


def test_exactly_enough_answers_score():
    """talk = mean(4, 0 + 4 − 2) = 3 from two of three."""
    talk = row(score(answers({"x.talk.1": 4, "x.talk.3": 2}), SMALL), "x.talk")

    assert (talk["score"], talk["n_answered"]) == (3.0, 2)


def test_a_facet_with_no_minimum_and_no_answers_scores_na():
    easy = dataclasses.replace(SMALL, subscales=(dataclasses.replace(TALK, min_answered=0),))
    talk = row(score(answers({"x.talk.1": None}), easy), "x.talk")

    assert pd.isna(talk["score"])


def test_reversal_and_clipping_use_the_scales_own_ends():
    """On 1 to 7, 2 turned is 6; mean(6, 6) = 6; 6 + 1.96·1 is cut at 7, 6 − 1.96 stays."""
    seven = Scale("seven", tuple(Choice(v, str(v)) for v in range(1, 8)))
    items = (Item("x.talk.1", "…", seven), Item("x.talk.2", "…", seven, reverse=True))
    facet = dataclasses.replace(
        TALK, items=("x.talk.1", "x.talk.2"), sd=Constant(2.0, "S0"), reliability=Constant(0.75, "assumed")
    )
    talk = score(
        answers({"x.talk.1": 6, "x.talk.2": 2}), dataclasses.replace(SMALL, items=items, subscales=(facet,))
    )

    assert talk["score"].tolist() == [6.0]
    assert talk["low"].tolist() == [pytest.approx(6 - 1.96)]
    assert talk["high"].tolist() == [7.0]
    assert talk["assumed"].tolist() == [True]


def test_either_assumed_constant_makes_the_band_assumed():
    for sd, reliability in (("S0", "assumed"), ("assumed", "S0")):
        facet = dataclasses.replace(BLAME, sd=Constant(2.0, sd), reliability=Constant(0.8, reliability))
        scores = score(answers(WHOLE), dataclasses.replace(SMALL, subscales=(facet,)))
        assert scores["assumed"].tolist() == [True]


def test_the_result_keeps_its_contract_and_names_everything():
    scores = score(answers(WHOLE, occasion="assessment-2"), SMALL)

    pd.testing.assert_frame_equal(frames.check(scores, frames.SCORES), scores)
    assert scores["subscale"].tolist() == ["x.talk", "x.talk.partner", "x.blame"]
    assert set(scores["couple_id"]) == {"c_1"}
    assert set(scores["occasion"]) == {"assessment-2"}
    assert set(scores["instrument"]) == {"x"}
    assert scores["n_items"].tolist() == [3, 1, 2]


def test_rows_of_other_instruments_are_ignored():
    more = pd.concat([answers({"y.a": 9}, instrument="y"), answers(WHOLE)], ignore_index=True)

    pd.testing.assert_frame_equal(score(more, SMALL), score(answers(WHOLE), SMALL))


def test_nothing_to_score_is_an_empty_frame():
    assert list(score(frames.empty(frames.RESPONSES), SMALL).columns) == list(frames.SCORES.columns)
    assert len(score(answers({"y.a": 1}, instrument="y"), SMALL)) == 0
    assert len(score(answers(WHOLE), dataclasses.replace(SMALL, subscales=()))) == 0
    assert len(score_all(frames.empty(frames.RESPONSES), {"x": SMALL})) == 0


def test_occasions_and_persons_are_scored_apart_and_sorted():
    """p_2 and the second occasion come out in their place, whatever the order given."""
    rows = [
        answers({"x.talk.1": 0, "x.talk.2": 0}, "p_2", "c_1"),
        answers({"x.talk.1": 2, "x.talk.2": 2}, "p_1", "c_1", "assessment-2"),
        answers({"x.talk.1": 1, "x.talk.2": 1}, "p_1", "c_1", "assessment-1"),
        answers({"x.talk.1": 4, "x.talk.2": 4}, "p_3", "c_0"),
    ]
    scores = score(pd.concat(rows, ignore_index=True), SMALL)
    talk = scores[(scores["subscale"] == "x.talk").to_numpy()]

    assert talk["person_id"].tolist() == ["p_3", "p_1", "p_1", "p_2"]
    assert talk["occasion"].tolist()[1:3] == ["assessment-1", "assessment-2"]
    assert talk["score"].tolist() == [4.0, 1.0, 2.0, 0.0]


def test_own_needs_are_ignored_by_their_prefix():
    scores = score(answers(WHOLE | {"x.own.abcd.importance": 3}), SMALL)

    pd.testing.assert_frame_equal(scores, score(answers(WHOLE), SMALL))


def test_every_fault_is_named_at_once_without_an_answer():
    unknown = answers(WHOLE | {"x.tlak": 1, "x.other": 2})
    with pytest.raises(FrameError) as raised:
        score(unknown, SMALL)
    assert raised.value.problems == (
        "responses: item 'x.other' is not in 'x'",
        "responses: item 'x.tlak' is not in 'x'",
    )


def test_answers_outside_the_scale_are_refused_at_either_end():
    with pytest.raises(FrameError) as raised:
        score(answers(WHOLE | {"x.talk.1": 5, "x.talk.2": -1}), SMALL)
    assert raised.value.problems == (
        "responses: item 'x.talk.1' has an answer outside its scale, 0 to 4",
        "responses: item 'x.talk.2' has an answer outside its scale, 0 to 4",
    )


def test_duplicate_answers_are_refused_even_if_whole_sheets_repeat():
    once = answers(WHOLE)
    for twice in (pd.concat([once, once]), pd.concat([once, answers({"x.talk.1": 2})])):
        with pytest.raises(FrameError, match="answered more than once"):
            score(twice.reset_index(drop=True), SMALL)


def test_missing_columns_are_named():
    with pytest.raises(FrameError) as raised:
        score(answers(WHOLE).drop(columns=["value", "declined"]), SMALL)
    assert raised.value.problems == (
        "responses: column 'value' is missing",
        "responses: column 'declined' is missing",
    )


def test_private_instruments_are_never_scored():
    private = dataclasses.replace(SMALL, is_private=True)

    assert len(score_all(answers(WHOLE), {"x": private})) == 0
    assert len(score_all(answers(WHOLE), {"x": SMALL})) == 3


def test_several_instruments_make_one_frame_in_the_catalogues_order():
    connection = catalogue()["connection"]
    rows = pd.concat([answers(WHOLE), simulate_couples(1, 2, [connection]).responses], ignore_index=True)
    scores = score_all(rows, {"connection": connection, "x": SMALL})

    assert list(dict.fromkeys(scores["instrument"])) == ["connection", "x"]
    assert list(scores.index) == list(range(2 * len(connection.subscales) + 3))
    pd.testing.assert_frame_equal(frames.check(scores, frames.SCORES), scores)


def test_the_fast_layout_and_the_general_one_agree():
    """Whole blocks are reshaped; one dropped row makes the same frame go the careful way."""
    connection = catalogue()["connection"]
    cohort = simulate_couples(20, 4, [connection], missing=0.1).responses
    quick = score(cohort, connection)
    is_blank = cohort["value"].isna()
    careful = score(cohort.drop(index=cohort.index[is_blank][:1]), connection)

    pd.testing.assert_frame_equal(quick, careful)


def test_shuffled_blocks_still_match_answers_to_items():
    backwards = answers(dict(reversed(WHOLE.items())))

    pd.testing.assert_frame_equal(score(backwards, SMALL), score(answers(WHOLE), SMALL))


def test_categorical_ids_stay_categorical_and_score_the_same():
    connection = catalogue()["connection"]
    compact = score(simulate_couples(8, 4, [connection], compact=True).responses, connection)
    plain = score(simulate_couples(8, 4, [connection]).responses, connection)

    assert isinstance(compact["person_id"].dtype, pd.CategoricalDtype)
    pd.testing.assert_frame_equal(frames.check(compact, frames.SCORES), plain)


def test_unused_categories_are_not_unknown_items():
    rows = answers(WHOLE)
    rows["item"] = pd.Categorical(rows["item"], categories=[*sorted(WHOLE), "x.gone"])

    assert len(score(rows, SMALL)) == 3


def test_categories_out_of_order_do_not_change_the_order_of_the_result():
    rows = pd.concat([answers(WHOLE, "p_1"), answers(WHOLE, "p_2")], ignore_index=True)
    mixed = rows.astype({"couple_id": "category", "occasion": "category", "item": "category"})
    mixed["person_id"] = pd.Categorical(rows["person_id"], categories=["p_2", "p_1"])
    mixed["instrument"] = rows["instrument"].astype("category")

    assert score(mixed, SMALL)["person_id"].tolist() == ["p_1"] * 3 + ["p_2"] * 3


sheets = st.fixed_dictionaries(
    {item.id: st.one_of(st.none(), st.integers(OFTEN.lowest, OFTEN.highest)) for item in ITEMS}
)


@settings(max_examples=20, deadline=None)
@given(sheet=sheets, seed=st.integers(0, 99))
def test_the_order_of_rows_never_matters(sheet, seed):
    rows = answers(sheet)
    shuffled = rows.sample(frac=1, random_state=seed)

    pd.testing.assert_frame_equal(score(rows, SMALL), score(shuffled, SMALL))


@settings(max_examples=20, deadline=None)
@given(sheet=sheets)
def test_reversing_all_answers_mirrors_every_score(sheet):
    mirrored = {item: None if value is None else 4 - value for item, value in sheet.items()}
    one = score(answers(sheet), SMALL)["score"].to_numpy(dtype=float, na_value=np.nan)
    other = score(answers(mirrored), SMALL)["score"].to_numpy(dtype=float, na_value=np.nan)

    np.testing.assert_allclose(one + other, np.where(np.isnan(one), np.nan, [4, 4, 8]))
