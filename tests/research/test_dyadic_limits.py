"""Edge cases of the dyadic statistics: units, few couples, mirrored columns, names."""

import numpy as np
import pandas as pd
import pytest

from workbook.errors import StatisticsError
from workbook.research.dyadic import apim, distinguishability, dyadic_icc, moderated_apim
from workbook.research.dyadic.design import Covariate
from workbook.research.dyadic.pattern import read_pattern

COLUMNS = ["x_a", "x_b", "y_a", "y_b"]


def couples(n: int, seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    x = generator.multivariate_normal([0, 0], [[1, 0.25], [0.25, 1]], n)
    y = 3.0 + 0.4 * x + 0.2 * x[:, ::-1] + generator.normal(size=(n, 2))
    return pd.DataFrame(np.hstack([x, y]), columns=COLUMNS)


@pytest.mark.parametrize("distinguishable", [False, True])
@pytest.mark.parametrize(
    ("of_x", "of_y"),
    [((1e-3, 0.0), (1e-3, 0.0)), ((1e4, 0.0), (1e-3, 0.0)), ((1.0, 1e5), (1.0, 1e5)), ((1e-4, 7), (50, -2))],
)
def test_full_information_does_not_depend_on_units(
    of_x: tuple[float, float], of_y: tuple[float, float], *, distinguishable: bool
) -> None:
    pairs = couples(80, seed=3).add([0.0, 0.3, 0.0, 0.5])
    pairs = pairs.mask(np.random.default_rng(4).random(pairs.shape) < 0.15)
    scale, shift = (np.array([of_x[i], of_x[i], of_y[i], of_y[i]]) for i in (0, 1))
    plain, turned = (
        apim(p, distinguishable=distinguishable, method="ML", missing="fiml")
        for p in (pairs, pairs * scale + shift)
    )
    terms = plain.table["term"] != "intercept"
    unit = of_y[0] / of_x[0]
    np.testing.assert_allclose(
        turned.table["estimate"][terms], plain.table["estimate"][terms] * unit, rtol=1e-6
    )
    np.testing.assert_allclose(turned.table["se"][terms], plain.table["se"][terms] * unit, rtol=1e-4)
    for role in plain.setting.table_roles:
        slopes = sum(plain.effect(term, role)["estimate"] for term in ("actor", "partner"))
        expected = of_y[0] * plain.effect("intercept", role)["estimate"] + of_y[1] - unit * slopes * of_x[1]
        assert turned.effect("intercept", role)["estimate"] == pytest.approx(expected, rel=1e-8)
    answered = pairs.notna().sum().to_numpy()
    assert turned.loglik == pytest.approx(plain.loglik - answered @ np.log(scale), rel=1e-8)
    assert turned.rho == pytest.approx(plain.rho, abs=1e-6)
    np.testing.assert_allclose(turned.sigma, np.array(plain.sigma) * of_y[0], rtol=1e-6)
    np.testing.assert_allclose(turned.moments.means, plain.moments.means * scale + shift, rtol=1e-6)


def test_the_standard_error_of_an_intercept_far_from_zero() -> None:
    """Complete couples: the closed form knows the error of the intercept at x = 0, 40 SDs away."""
    pairs = couples(80, seed=3).add([40.0, 40.0, 0.0, 0.0])
    for distinguishable in (False, True):
        fiml, closed = (
            apim(pairs, distinguishable=distinguishable, method="ML", missing=missing)
            for missing in ("fiml", "listwise")
        )
        n, p = 80 * (1 if distinguishable else 2), 3  # gls enlarges, the observed information does not
        usual = closed.table["se"] * np.sqrt((n - p) / n)
        np.testing.assert_allclose(fiml.table["se"], usual, rtol=1e-2)


@pytest.mark.parametrize(
    ("n", "distinguishable", "is_read"),
    [(4, False, True), (5, False, True), (5, True, False), (7, True, True)],
)
def test_k_of_very_few_couples(n: int, *, distinguishable: bool, is_read: bool) -> None:
    """Cohorts of too few different couples have no slopes: of 4 couples 2 %, by role of 5 10 %."""
    model = apim(couples(n, seed=4).add([0, 1.0, 0, 1.0]), distinguishable=distinguishable)
    found = model.k
    for role, k in found.items() if isinstance(found, dict) else [("both", found)]:
        assert abs(model.effect("actor", role)["standardised"]) > 0.1
        assert (k.reading != "not interpreted") == is_read
        assert np.isnan([k.low, k.high]).all() != is_read


def test_k_with_a_rare_predictor_drops_the_cohorts_that_lack_it() -> None:
    """x is 1 in five (or two) of 30 couples: 0.3 % (or 12 %) of resampled cohorts hold none."""
    generator = np.random.default_rng(3)
    for often, is_read in ((5, True), (2, False)):
        rare = np.zeros((30, 2))
        rare[:often, 0] = 1.0
        rare[10:15, 1] = 1.0
        y = 2.0 * rare + rare[:, ::-1] + generator.normal(scale=0.2, size=(30, 2))
        pairs = pd.DataFrame(np.hstack([rare, y]), columns=COLUMNS)
        found = apim(pairs, distinguishable=True, n_draws=5000).k
        assert isinstance(found, dict)
        assert all((k.reading != "not interpreted") == is_read for k in found.values())


@pytest.mark.parametrize(
    ("k", "reading"),
    [(2.0, "beyond"), (-3.0, "beyond"), (0.5, "between"), (-0.5, "between"), (1.0, "couple")],
)
def test_a_k_outside_the_patterns_is_read_as_beyond(k: float, reading: str) -> None:
    draws = np.array([[1.0, k - 0.1], [1.0, k], [1.0, k + 0.1]])
    assert read_pattern(1.0, k, 0.5, draws, "bootstrap", 0.95).reading == reading


def test_the_omnibus_test_of_copied_columns_is_refused() -> None:
    pairs = couples(40, seed=1)
    for change in ({"y_a": pairs["x_a"]}, {"x_b": pairs["x_a"]}, {"y_b": 2 * pairs["x_b"] - pairs["y_a"]}):
        with pytest.raises(StatisticsError, match="follows from the others"):
            distinguishability(pairs.assign(**change), test="omnibus")


def test_the_omnibus_test_does_not_depend_on_where_a_scale_starts() -> None:
    pairs = couples(40, seed=1)
    plain, shifted = (distinguishability(p, test="omnibus").chi2 for p in (pairs, pairs + 1e7))
    assert shifted == pytest.approx(plain, abs=1e-5)


@pytest.mark.parametrize("test", ["conditional", "omnibus"])
def test_couples_left_out_of_the_test_of_roles_are_counted(test: str) -> None:
    pairs = couples(40, seed=1)
    pairs.loc[:6, "y_b"] = np.nan
    found = distinguishability(pairs, test=test)
    assert (found.n, found.n_set_aside) == (33, 7)


def test_explained_nonindependence_ignores_mean_differences_between_roles() -> None:
    pairs = couples(400, seed=2)
    plain, apart = (
        apim(p, distinguishable=True).explained_nonindependence for p in (pairs, pairs.add([0, 2.0, 0, 3.0]))
    )
    assert apart.total == pytest.approx(plain.total)
    assert apart.spurious == pytest.approx(plain.spurious)
    assert apart.covariation == pytest.approx(plain.covariation)


@pytest.mark.parametrize("distinguishable", [False, True])
@pytest.mark.parametrize("of_the_couple", [False, True])
def test_explained_nonindependence_counts_covariates(*, distinguishable: bool, of_the_couple: bool) -> None:
    """What a shared burden makes alike in both is explained by it, however little x has to do with it."""
    generator = np.random.default_rng(11)
    burden = generator.normal(size=3000)
    own = burden[:, None] + (0.0 if of_the_couple else 0.3) * generator.normal(size=(3000, 2))
    columns = [generator.normal(size=(3000, 2)), own + generator.normal(size=(3000, 2)), own]
    pairs = pd.DataFrame(np.hstack(columns), columns=["x_a", "x_b", "y_a", "y_b", "c_a", "c_b"])
    covariate: Covariate = "c_a" if of_the_couple else ("c_a", "c_b")
    settings = {"distinguishable": distinguishable, "method": "ML"}
    alone = apim(pairs, **settings).explained_nonindependence
    found = apim(pairs, covariates=[covariate], **settings).explained_nonindependence
    predictors = ["x_a", "x_b", "c_a"] + ([] if of_the_couple else ["c_b"])
    used = np.column_stack([np.ones(3000), pairs[predictors]])
    outcomes = pairs[["y_a", "y_b"]].to_numpy()
    errors = outcomes - used @ np.linalg.lstsq(used, outcomes, rcond=None)[0]
    before, after = (np.cov(values.T, bias=True) for values in (outcomes, errors))
    assert found.explained == pytest.approx((before - after)[0, 1] / np.trace(before) * 2.0, abs=2e-3)
    assert abs(alone.share) < 0.05 and found.share > 0.9
    assert np.isnan([found.spurious, found.covariation]).all()


@pytest.mark.parametrize("distinguishable", [False, True])
def test_mirrored_columns_have_no_intraclass_correlation(*, distinguishable: bool) -> None:
    own = np.random.default_rng(1).normal(size=50)
    pairs = pd.DataFrame({"y_a": own, "y_b": 5.0 - own})
    with pytest.raises(StatisticsError, match="couples never differ"):
        dyadic_icc(pairs, distinguishable=distinguishable)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_data_problems_are_reported_together(missing: str) -> None:
    pairs = couples(30, seed=1).assign(couple_id=[f"c{i}" for i in range(30)], x_b=2.0)
    pairs.loc[3, "x_a"] = np.inf
    pairs.loc[5, ["couple_id", "y_a"]] = ["c4", np.nan]
    with pytest.raises(StatisticsError) as refusal:
        apim(pairs, distinguishable=False, method="ML", missing=missing)
    said = refusal.value.problems
    assert any("'x_a' is not finite at row 3" in problem for problem in said)
    assert any("duplicated (row 5)" in problem for problem in said)  # although y_a is missing there
    assert any("'x_b' does not vary" in problem for problem in said)
    assert len(said) == 3


def test_a_named_index_counts_as_the_couple_id() -> None:
    pairs = couples(30, seed=1)
    for name in ("couple_id", "dyad"):
        keyed = pairs.set_index(pd.Index(["c1"] * 30, name=name))
        for statistic in (dyadic_icc, distinguishability, lambda p: apim(p, distinguishable=False)):
            with pytest.raises(StatisticsError, match=f"{name}: 29 duplicated"):
                statistic(keyed)
    by_site = pairs.assign(couple_id=[f"c{i}" for i in range(30)]).set_index(
        pd.Index(["s"] * 30, name="site")
    )
    assert dyadic_icc(by_site).n == 30
    occasions = [(f"c{i}", "assessment-1") for i in range(30)]
    index = pd.MultiIndex.from_tuples(occasions, names=["couple_id", "occasion"])
    assert dyadic_icc(pairs.set_index(index)).n == 30


def test_ambiguous_column_names_are_refused_up_front() -> None:
    pairs = couples(30, seed=1).assign(actor=np.arange(30.0), method=1.0)
    with pytest.raises(StatisticsError) as refusal:
        apim(pairs, distinguishable=True, roles=("a", "a"), covariates=["actor"], confidence=2.0)
    said = "\n".join(refusal.value.problems)
    assert "confidence must lie" in said
    assert "roles must be two different names" in said
    assert "two terms of the model would be called 'actor'" in said
    with pytest.raises(StatisticsError, match="called 'actor'"):
        moderated_apim(pairs, by="actor", distinguishable=False)
