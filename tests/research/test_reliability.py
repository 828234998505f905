"""Cronbach's α, McDonald's ω and item statistics."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.errors import StatisticsError
from workbook.research import one_factor as one_factor_model
from workbook.research.moments import Moments
from workbook.research.reliability import cronbach_alpha, item_statistics, mcdonald_omega


def one_factor(n: int, loadings: list[float], seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    common = generator.normal(size=(n, 1))
    weights = np.array(loadings)
    values = common * weights + generator.normal(size=(n, len(weights))) * np.sqrt(1 - weights**2)
    return pd.DataFrame(values, columns=[f"i{j}" for j in range(len(weights))])


def test_alpha_by_hand() -> None:
    """Variances 2.5, 1.7, 1.5; covariances 1.75, 1.75, 1.05: α = 1.5·(1 − 5.7/14.8) = .9223."""
    covariance = pd.DataFrame([[2.5, 1.75, 1.75], [1.75, 1.7, 1.05], [1.75, 1.05, 1.5]])
    found = cronbach_alpha(Moments(5, [0.0, 0.0, 0.0], covariance.to_numpy()))
    assert found.value == pytest.approx(1.5 * (1 - 5.7 / 14.8))


def test_alpha_and_its_interval_match_r() -> None:
    """psych::alpha of these 5 persons: α 0.9375, Feldt 0.68421 to 0.99304, r.drop, alpha.drop."""
    items = pd.DataFrame({"i1": [1, 2, 3, 4, 5], "i2": [2, 2, 3, 5, 4], "i3": [1, 3, 3, 4, 4]})
    alpha = cronbach_alpha(items)
    assert [round(v, 5) for v in (alpha.value, alpha.low, alpha.high)] == [0.9375, 0.68421, 0.99304]
    found = item_statistics(items)
    assert found["item_total"].round(7).tolist() == [0.9271726, 0.8401681, 0.8827348]
    assert found["alpha_if_dropped"].round(7).tolist() == [0.8771930, 0.9333333, 0.9090909]


def test_omega_of_exactly_equal_loadings_is_alpha() -> None:
    """Four items that correlate .49 load .7: ω = α = 7.84/9.88."""
    correlations = np.full((4, 4), 0.49) + 0.51 * np.eye(4)
    moments = Moments(100, np.zeros(4), correlations)
    assert mcdonald_omega(moments).value == pytest.approx(7.84 / 9.88, abs=1e-9)
    assert cronbach_alpha(moments).value == pytest.approx(7.84 / 9.88)


def test_omega_recovers_unequal_loadings() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.3])
    correlations = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert mcdonald_omega(Moments(50, np.zeros(4), correlations)).value == pytest.approx(expected, abs=1e-7)


def test_pairwise_and_listwise_agree_without_missing_and_differ_with() -> None:
    items = one_factor(200, [0.7] * 5, seed=1)
    assert cronbach_alpha(items) == cronbach_alpha(items, missing="listwise")
    items.iloc[:50, 0] = np.nan
    pairwise, listwise = (cronbach_alpha(items, missing=way) for way in ("pairwise", "listwise"))
    assert listwise.n == 150
    assert pairwise.n == 150
    assert pairwise.value != listwise.value
    assert pairwise.value == pytest.approx(1.25 * (1 - np.trace(items.cov()) / items.cov().to_numpy().sum()))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100))
def test_unit_and_order_do_not_matter(seed: int, scale: float, shift: float) -> None:
    items = one_factor(60, [0.8, 0.7, 0.6, 0.75], seed)
    turned = (items * scale + shift).iloc[::-1, ::-1]
    assert cronbach_alpha(turned).value == pytest.approx(cronbach_alpha(items).value, abs=1e-9)
    assert mcdonald_omega(turned).value == pytest.approx(mcdonald_omega(items).value, abs=1e-6)


@pytest.mark.parametrize("statistic", [cronbach_alpha, mcdonald_omega])
def test_intervals_have_their_nominal_coverage(statistic: object) -> None:
    """400 cohorts of 150 persons, loadings .7: 95 % ± three Monte Carlo errors (1.1 each)."""
    truth = 7.84 / 9.88
    held = 0
    for seed in range(400):
        found = statistic(one_factor(150, [0.7] * 4, seed))
        held += found.low <= truth <= found.high
    assert abs(held / 400 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 400)


def test_every_problem_is_named_at_once_and_no_value_is() -> None:
    items = pd.DataFrame({"a": [1.0, np.inf, 3.0], "b": ["x", "y", "z"], "c": [7.25, 8.5, 9.75]})
    with pytest.raises(StatisticsError) as refusal:
        cronbach_alpha(items)
    assert len(refusal.value.problems) == 2
    assert "'a' is not finite at row 1" in str(refusal.value)
    assert "7.25" not in str(refusal.value)


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (pd.DataFrame({"a": [1.0, 2, 3]}), "at least 2"),
        (pd.DataFrame({"a": [1.0, 2], "b": [2.0, 1]}), "at least 3"),
        (pd.DataFrame({"a": [1.0, 1, 1], "b": [2.0, 1, 2]}), "'a' does not vary"),
    ],
)
def test_small_and_constant_samples_are_refused(items: pd.DataFrame, reason: str) -> None:
    with pytest.raises(StatisticsError, match=reason):
        cronbach_alpha(items)


def test_omega_names_the_item_that_was_not_reverse_keyed() -> None:
    items = one_factor(300, [0.8] * 4, seed=2)
    items["i2"] = -items["i2"]
    with pytest.raises(StatisticsError, match="'i2' loads against"):
        mcdonald_omega(items)


def test_omega_refuses_a_heywood_case() -> None:
    """r12·r13/r23 = 1.44 asks of the first item more than all its variance."""
    correlations = np.array([[1, 0.8, 0.8], [0.8, 1, 0.44], [0.8, 0.44, 1]])
    with pytest.raises(StatisticsError, match="Heywood"):
        mcdonald_omega(Moments(100, np.zeros(3), correlations))


@pytest.mark.parametrize("statistic", [cronbach_alpha, mcdonald_omega, item_statistics])
def test_impossible_pairwise_covariances_are_refused(statistic: object) -> None:
    """Two items each: a goes with b, b with c, and a against c. A few answered all three."""
    x, few = np.linspace(-2, 2, 40), np.linspace(-1, 1, 5)
    none = np.full(40, np.nan)
    groups = [(x, x, none), (none, x, x), (x, none, -0.9 * x), (few, few**2, few**3)]
    items = pd.DataFrame(np.vstack([np.column_stack(group) for group in groups]), columns=list("abc"))
    with pytest.raises(StatisticsError, match="missing='listwise'"):
        statistic(items, missing="pairwise")
    assert cronbach_alpha(items, missing="listwise").n == 5


def test_items_with_numeric_names_are_accepted() -> None:
    items = one_factor(50, [0.7] * 4, seed=3)
    pd.testing.assert_frame_equal(
        item_statistics(items.set_axis(range(4), axis=1)).drop(columns="item"),
        item_statistics(items).drop(columns="item"),
    )


@pytest.mark.parametrize("shared", [0.0, 1e-9])
def test_omega_of_uncorrelated_items_is_refused(shared: float) -> None:
    correlations = np.full((4, 4), shared) + (1 - shared) * np.eye(4)
    with pytest.raises(StatisticsError, match="no common factor"):
        mcdonald_omega(Moments(100, np.zeros(4), correlations))


@pytest.mark.parametrize("statistic", [cronbach_alpha, mcdonald_omega])
def test_a_constant_item_in_moments_is_refused_by_name(statistic: object) -> None:
    covariance = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    covariance[2] = covariance[:, 2] = 0.0
    with pytest.raises(StatisticsError, match="'2' does not vary"):
        statistic(
            Moments(
                100,
                pd.Series(np.zeros(4), list("0123")),
                pd.DataFrame(covariance, list("0123"), list("0123")),
            )
        )


@pytest.mark.parametrize("n", [np.nan, np.inf, 10.5, 0, "10"])
def test_moments_of_a_fractional_row_count_are_refused(n: object) -> None:
    with pytest.raises(StatisticsError, match="n must be a whole number"):
        Moments(n, [0.0, 0.0], [[1.0, 0.5], [0.5, 1.0]])
    assert Moments(np.int64(10), [0.0, 0.0], [[1.0, 0.5], [0.5, 1.0]]).n == 10


def test_a_factor_solution_that_did_not_converge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_factor_model, "MOST_STEPS", 1)
    with pytest.raises(StatisticsError, match="does not settle"):
        mcdonald_omega(one_factor(100, [0.9, 0.7, 0.5, 0.3], seed=4))


@pytest.mark.parametrize("statistic", [cronbach_alpha, mcdonald_omega, item_statistics])
def test_a_duplicate_person_is_refused(statistic: object) -> None:
    items = one_factor(50, [0.7] * 4, seed=5)
    people = pd.Index([f"p{i % 49}" for i in range(50)], name="person_id")
    with pytest.raises(StatisticsError, match=r"person_id: 1 duplicated \(row 49\)"):
        statistic(items.set_index(people))
    couples = pd.Index([f"c{i // 2}" for i in range(50)], name="couple_id")
    for index in (
        people.rename(None),
        couples,
        pd.MultiIndex.from_arrays([couples, range(50)], names=["c", "p"]),
    ):
        statistic(items.set_index(index))
    both = pd.MultiIndex.from_arrays([couples, [0] * 50], names=["couple_id", "person_id"])
    with pytest.raises(StatisticsError, match="25 duplicated"):
        statistic(items.set_index(both))
