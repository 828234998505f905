"""Scores of the rule equal those calculated by hand, facet by facet."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small import BLAME, SEEN, SMALL, TALK, answers
from workbook import frames
from workbook.scoring.rule import FacetScore, is_assumed, possible_range, score_by_rule, score_facet, turn


def test_a_mean_reverses_reverse_keyed_items() -> None:
    """talk = mean(3, 4, 0 + 4 − 1) = 10/3; SEM = 1·√(1 − 0.75) = 0.5; the band is cut at 4."""
    found = score_facet({"x.talk.1": 3, "x.talk.2": 4, "x.talk.3": 1}, TALK, SMALL.item_by_id)

    assert found == FacetScore(10 / 3, 3, 0.5, 10 / 3 - 1.96 * 0.5, 4.0)


def test_a_sum_with_missing_items_is_prorated() -> None:
    """blame with one answer of 3: 3 · 2 = 6; SEM = 2·√(1 − 0.84) = 0.8; 6 − 1.568, and 7.568."""
    found = score_facet({"x.blame.1": 3, "x.blame.2": None}, BLAME, SMALL.item_by_id)

    assert (found.score, found.n_answered) == (6.0, 1)
    assert (found.low, found.high) == (pytest.approx(4.432), pytest.approx(7.568))


def test_too_few_answers_give_neither_score_nor_band() -> None:
    assert score_facet({"x.talk.1": 4}, TALK, SMALL.item_by_id) == FacetScore(None, 1)
    assert score_facet({}, BLAME, SMALL.item_by_id) == FacetScore(None, 0)


def test_a_single_item_scores_itself_without_a_band() -> None:
    assert score_facet({"x.talk.partner": 2}, SEEN, SMALL.item_by_id) == FacetScore(2.0, 1)


def test_possible_range_of_a_sum_and_of_a_mean() -> None:
    assert possible_range(BLAME, SMALL.item_by_id) == (0.0, 8.0)
    assert possible_range(TALK, SMALL.item_by_id) == (0.0, 4.0)


def test_a_band_is_assumed_where_a_constant_behind_it_is() -> None:
    assert [is_assumed(subscale) for subscale in (TALK, SEEN, BLAME)] == [True, False, False]


def test_every_sitting_has_a_row_for_every_facet() -> None:
    rows = [answers({"x.talk.1": 2}, person, occasion=f"o-{n}") for person in ("p_2", "p_1") for n in (1, 2)]
    scores = score_by_rule(pd.concat(rows, ignore_index=True), SMALL)

    assert scores["person_id"].tolist() == ["p_1"] * 6 + ["p_2"] * 6
    assert scores["subscale"].tolist() == ["x.talk", "x.talk.partner", "x.blame"] * 4
    assert scores["score"].isna().all()


def test_nothing_to_score_is_an_empty_frame() -> None:
    nothing = score_by_rule(frames.empty(frames.RESPONSES), SMALL)

    pd.testing.assert_frame_equal(nothing, frames.empty(frames.SCORES))


@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.integers(0, 4), min_size=1))
def test_reversing_twice_changes_nothing(values: list[int]) -> None:
    series = pd.Series(values)

    pd.testing.assert_series_equal(turn(turn(series, 0, 4), 0, 4), series)
