"""Which differences may be told: Holm over a view, at the lowest plausible reliability."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.small import SMALL, answers, both
from workbook import frames
from workbook.content.thresholds import thresholds
from workbook.dyads import find_changes, find_claims
from workbook.dyads.chance import holm, p_of_difference, p_of_squares
from workbook.dyads.own_scores import error_of_score
from workbook.instruments import catalogue
from workbook.scoring import score

LIMITS = thresholds().claims
COUPLES = 2_000


def claimed(mine: dict, yours: dict) -> pd.DataFrame:
    scores = score(both(mine, yours), SMALL)
    found = find_claims(
        scores, frames.empty(frames.PERSPECTIVES), frames.empty(frames.NEEDS), {SMALL.id: SMALL}
    )
    return found[(found["view"] == "side_by_side").to_numpy(dtype=bool)]


@pytest.mark.parametrize(("total", "n"), itertools.product([0.0, 0.3, 2.0, 9.7, 60.0], [1, 2, 3, 8, 21, 42]))
def test_the_tail_of_chi_square_is_scipys(total: float, n: int) -> None:
    assert p_of_squares(total, n) == pytest.approx(float(stats.chi2.sf(total, n)), rel=1e-9, abs=1e-300)


def test_the_p_of_a_difference_is_scipys() -> None:
    differences, errors = np.array([0.0, 1.0, -2.5]), np.array([1.0, 0.8, 0.8])

    assert p_of_difference(differences, errors) == pytest.approx(2 * stats.norm.sf(abs(differences / errors)))


def test_holm_stops_at_the_first_that_fails_in_each_family() -> None:
    p = pd.Series([0.01, 0.03, 0.04, 0.01, None])
    family = pd.Series(["one", "one", "one", "two", "two"])

    assert holm(p, family, 0.05) == [True, False, False, True, False]


def test_an_assumed_reliability_counts_as_no_higher_than_the_lowest_plausible() -> None:
    """SD .9, three items: .9·√.4 = .569; with two of three answered ·√(3/2) = .697."""
    trust = catalogue()["connection"].subscale_by_id["connection.vulnerability"]

    assert error_of_score(trust, 3, LIMITS) == pytest.approx(0.9 * 0.4**0.5)
    assert error_of_score(trust, 2, LIMITS) == pytest.approx(0.9 * (0.4 * 1.5) ** 0.5)


def test_only_a_difference_beyond_its_whole_view_may_be_told() -> None:
    far = claimed({"x.talk.1": 4, "x.talk.2": 4}, {"x.talk.1": 0, "x.talk.2": 0})
    near = claimed({"x.talk.1": 4, "x.talk.2": 3}, {"x.talk.1": 2, "x.talk.2": 2})

    assert far.loc[(far["facet"] == "x.talk").to_numpy(dtype=bool), "is_claimed"].tolist() == [True]
    assert not near["is_claimed"].any()


@given(st.lists(st.floats(0, 1), max_size=30))
def test_a_smaller_p_is_never_refused_where_a_larger_one_is_claimed(p: list[float]) -> None:
    told = dict(zip(p, holm(p, ["one"] * len(p), 0.05), strict=True))

    assert all(told[one] for one in told if any(one <= other and told[other] for other in told))


def share_told(judge) -> float:
    """Return the share of couples, alike in truth on 21 topics, who are told of any difference."""
    random = np.random.default_rng(11)
    p = p_of_difference(random.normal(0, 0.8, COUPLES * 21), np.full(COUPLES * 21, 0.8))
    told = judge(pd.Series(p), pd.Series(np.repeat(np.arange(COUPLES), 21)), 0.05)
    return float(np.asarray(told, dtype=bool).reshape(COUPLES, 21).any(axis=1).mean())


def test_of_couples_who_are_alike_about_one_in_twenty_is_told_of_a_difference() -> None:
    assert share_told(holm) <= 0.05 + 3 * (0.05 * 0.95 / COUPLES) ** 0.5


def test_the_test_above_fails_with_single_comparisons() -> None:
    assert share_told(lambda p, _family, level: p <= level) > 0.5


def test_no_assumed_reliability_of_the_questionnaire_counts_as_more_than_the_lowest_plausible() -> None:
    assumed = [
        one
        for one in catalogue()["connection"].subscales
        if one.reliability and one.reliability.basis == "assumed"
    ]
    assert assumed
    for subscale in assumed:
        lowest = min(subscale.reliability.value, LIMITS.reliability)
        error = error_of_score(subscale, len(subscale.items), LIMITS)
        assert error == pytest.approx(subscale.sd.value * (1 - lowest) ** 0.5)
        assert error >= subscale.sem


def test_a_gap_without_a_known_error_is_never_claimed() -> None:
    held = holm([0.0001, np.nan], ["one", "one"], 0.05)

    assert held == [True, False]


def test_what_moved_holds_with_all_that_is_passed_of_a_couple() -> None:
    """One person moved by as much as their own page may tell; beside the other it takes more."""
    before, after = (
        {"x.talk.1": 1, "x.talk.2": 1, "x.talk.3": 3},
        {"x.talk.1": 4, "x.talk.2": 3, "x.talk.3": 1},
    )
    both_times = [
        answers(given | {"x.blame.1": 1, "x.blame.2": 1}, person, occasion=f"assessment-{n}")
        for person, pair_ in (("p_1", (before, after)), ("p_2", (before, before)))
        for n, given in enumerate(pair_, start=1)
    ]
    scores = score(pd.concat(both_times, ignore_index=True), SMALL)
    own = find_changes(scores[scores["person_id"] == "p_1"], {SMALL.id: SMALL})
    joint = find_changes(scores, {SMALL.id: SMALL})
    p = float(own.loc[own["facet"].eq("x.talk").to_numpy(dtype=bool), "p"].iloc[0])

    assert 0.05 / 4 < p < 0.05 / 2
    assert own["is_claimed"].any()
    assert not joint["is_claimed"].any()


def test_what_moved_compares_the_first_time_with_the_last() -> None:
    times = [
        answers({"x.talk.1": value, "x.talk.2": value}, occasion=f"assessment-{n}")
        for n, value in enumerate((1, 4, 1), start=1)
    ]
    scores = score(pd.concat(times, ignore_index=True), SMALL)
    back = find_changes(scores, {SMALL.id: SMALL})
    up = find_changes(scores[scores["occasion"] != "assessment-3"], {SMALL.id: SMALL})

    assert (back["difference"].tolist(), back["is_claimed"].tolist()) == ([0.0], [False])
    assert (up["difference"].tolist(), up["is_claimed"].tolist()) == ([3.0], [True])
