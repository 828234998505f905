"""The dyadic statistics against brute force, known true values and their stated error rates."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from workbook.errors import StatisticsError
from workbook.research.dyadic import (
    Moments,
    align_roles,
    apim,
    apimem,
    distinguishability,
    dyadic_icc,
    from_persons,
    moderated_apim,
    perceptual_accuracy,
    profile_similarity,
    truth_and_bias,
)

COLUMNS = ["x_a", "x_b", "y_a", "y_b"]


def couples(
    n: int, seed: int, *, actor: float = 0.4, partner: float = 0.2, rho: float = 0.3, sd_b: float = 1.0
) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    x = generator.multivariate_normal([0, 0], [[1, 0.25], [0.25, 1]], n)
    errors = generator.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n) * [1.0, sd_b]
    y = 3.0 + actor * x + partner * x[:, ::-1] + errors
    return pd.DataFrame(np.hstack([x, y]), columns=COLUMNS)


def gls(
    pairs: pd.DataFrame, method: str, covariates: list[str] | None = None
) -> tuple[np.ndarray, np.ndarray, float]:
    """Generalised least squares of the stacked persons, ρ by searching the profile likelihood."""
    n, extra = len(pairs), covariates or []
    rows = [
        [1, pairs.x_a, pairs.x_b, *(pairs[c] for c in extra)],
        [1, pairs.x_b, pairs.x_a, *(pairs[c] for c in extra)],
    ]
    design = np.stack([np.column_stack([np.ones(n), *row[1:]]) for row in rows], axis=1)
    outcome = pairs[["y_a", "y_b"]].to_numpy()
    p = design.shape[2]

    def solve(rho: float) -> tuple[np.ndarray, np.ndarray, float, float]:
        inverse = np.linalg.inv([[1, rho], [rho, 1]])
        information = np.einsum("nip,ij,njq->pq", design, inverse, design)
        slopes = np.linalg.solve(information, np.einsum("nip,ij,nj->p", design, inverse, outcome))
        residual = outcome - design @ slopes
        variance = np.einsum("ni,ij,nj->", residual, inverse, residual) / (
            2 * n - (p if method == "REML" else 0)
        )
        return slopes, information, variance, -0.5 * n * np.log(1 - rho**2)

    def deviance(rho: float) -> float:
        _, information, variance, determinant = solve(rho)
        if method == "ML":
            return n * np.log(variance) - determinant
        return (2 * n - p) / 2 * np.log(variance) + 0.5 * np.linalg.slogdet(information)[1] - determinant

    best = optimize.minimize_scalar(
        deviance, bounds=(-0.999, 0.999), method="bounded", options={"xatol": 1e-12}
    )
    slopes, information, variance, _ = solve(best.x)
    inflate = 1.0 if method == "REML" else 2 * n / (2 * n - p)
    return slopes, np.sqrt(np.diag(np.linalg.inv(information)) * variance * inflate), best.x


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.7])
def test_sums_and_differences_equal_generalised_least_squares(rho: float, method: str) -> None:
    """Also where partners' errors are unlike, which mixed-model packages cannot fit."""
    pairs = couples(80, seed=int(10 + 10 * rho), rho=rho)
    slopes, errors, found_rho = gls(pairs, method)
    model = apim(pairs, distinguishable=False, method=method)
    np.testing.assert_allclose(model.table["estimate"], slopes, atol=1e-7)
    np.testing.assert_allclose(model.table["se"], errors, atol=1e-7)
    assert model.rho == pytest.approx(found_rho, abs=1e-6)


def test_a_couple_level_covariate_equals_generalised_least_squares() -> None:
    pairs = couples(60, seed=3).assign(years=np.random.default_rng(1).normal(10, 3, 60))
    slopes, errors, _ = gls(pairs, "REML", ["years"])
    model = apim(pairs, distinguishable=False, covariates=["years"])
    assert model.table["term"].tolist() == ["intercept", "actor", "partner", "years"]
    np.testing.assert_allclose(model.table["estimate"], slopes, atol=1e-7)
    np.testing.assert_allclose(model.table["se"], errors, atol=1e-7)


def test_a_personal_covariate_gets_both_effects() -> None:
    pairs = couples(500, seed=4)
    age = np.random.default_rng(2).normal(size=(500, 2))
    pairs[["age_a", "age_b"]] = age
    pairs["y_a"] += 2 * age[:, 0] - age[:, 1]
    pairs["y_b"] += 2 * age[:, 1] - age[:, 0]
    for distinguishable in (False, True):
        model = apim(pairs, distinguishable=distinguishable, covariates=[("age_a", "age_b")])
        for role in model.setting.table_roles:
            assert model.effect("actor age", role)["estimate"] == pytest.approx(2, abs=0.15)
            assert model.effect("partner age", role)["estimate"] == pytest.approx(-1, abs=0.15)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 100_000))
def test_which_partner_stands_first_does_not_matter(seed: int) -> None:
    """Exchangeable partners are swapped at random: every figure stays."""
    pairs = couples(40, seed)
    swap = np.random.default_rng(seed).random(40) < 0.5
    turned = pairs.copy()
    turned.loc[swap, COLUMNS] = pairs.loc[swap, ["x_b", "x_a", "y_b", "y_a"]].to_numpy()
    before, after = (apim(p, distinguishable=False) for p in (pairs, turned))
    np.testing.assert_allclose(after.table["estimate"], before.table["estimate"], atol=1e-9)
    np.testing.assert_allclose(after.table["se"], before.table["se"], atol=1e-9)
    assert dyadic_icc(turned).value == pytest.approx(dyadic_icc(pairs).value, abs=1e-10)


def test_swapping_roles_swaps_a_distinguishable_model() -> None:
    pairs = couples(50, seed=5, sd_b=2.0)
    turned = pairs.rename(columns={"x_a": "x_b", "x_b": "x_a", "y_a": "y_b", "y_b": "y_a"})
    one, other = (apim(p, distinguishable=True) for p in (pairs, turned))
    for term in ("intercept", "actor", "partner"):
        assert one.effect(term, "a")["estimate"] == pytest.approx(other.effect(term, "b")["estimate"])
    assert one.sigma == pytest.approx(other.sigma[::-1])


def test_intervals_have_their_nominal_coverage() -> None:
    """400 cohorts of 40 couples: actor, partner, ICC and k; 95 % ± three Monte Carlo errors."""
    held = np.zeros(4)
    generator = np.random.default_rng(11)
    for seed in range(400):
        pairs = couples(40, seed, actor=0.6, partner=0.3)
        model = apim(pairs, distinguishable=False, n_draws=200)
        actor, partner = model.effect("actor"), model.effect("partner")
        alike = generator.multivariate_normal([0, 0], [[1, -0.3], [-0.3, 1]], 40)
        icc = dyadic_icc(pd.DataFrame(alike, columns=["y_a", "y_b"]))
        held += [
            actor["low"] <= 0.6 <= actor["high"],
            partner["low"] <= 0.3 <= partner["high"],
            icc.low <= -0.3 <= icc.high,
            model.k.low <= 0.5 <= model.k.high,
        ]
    # A bootstrap of 40 couples is known to be a little narrow; the other three are exact.
    assert (abs(held[:3] / 400 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 400)).all()
    assert 0.90 <= held[3] / 400 <= 0.98


def test_k_is_not_interpreted_for_a_small_actor_effect() -> None:
    pairs = couples(300, seed=6, actor=0.0, partner=0.3)
    k = apim(pairs, distinguishable=False).k
    assert k.reading == "not interpreted"
    assert np.isnan(k.low)


def test_k_reads_the_couple_and_the_contrast_pattern() -> None:
    couple = apim(couples(800, seed=7, actor=0.5, partner=0.5), distinguishable=False)
    contrast = apim(couples(800, seed=8, actor=0.5, partner=-0.5), distinguishable=False)
    assert couple.k.reading == "couple"
    assert contrast.k.reading == "contrast"


def test_normal_draws_approximate_the_bootstrap_interval() -> None:
    pairs = couples(600, seed=9)
    by_rows = apim(pairs, distinguishable=False).k
    by_draws = apim(moments=Moments.of(pairs, COLUMNS), distinguishable=False).k
    assert by_rows.method == "bootstrap over couples"
    assert by_draws.method == "normal draws"
    assert by_draws.low == pytest.approx(by_rows.low, abs=0.06)
    assert by_draws.high == pytest.approx(by_rows.high, abs=0.06)


def test_the_distinguishability_test_has_its_nominal_level_and_power() -> None:
    level = np.mean([distinguishability(couples(60, seed)).p < 0.05 for seed in range(300)])
    assert level < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300) + 0.01
    omnibus = np.mean([distinguishability(couples(60, seed), test="omnibus").p < 0.05 for seed in range(300)])
    assert omnibus < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300) + 0.01
    assert distinguishability(couples(200, 1, sd_b=2.0)).p < 1e-6


def test_fiml_equals_ml_for_complete_couples() -> None:
    for distinguishable in (False, True):
        pairs = couples(60, seed=12)
        whole = apim(pairs, distinguishable=distinguishable, method="ML")
        fiml = apim(pairs, distinguishable=distinguishable, method="ML", missing="fiml")
        np.testing.assert_allclose(fiml.table["estimate"], whole.table["estimate"], atol=1e-8)
        assert fiml.rho == pytest.approx(whole.rho)


def test_fiml_bic_counts_couples_whose_joint_likelihood_it_is() -> None:
    """As lavaan: x and y of a couple are one observation of four values."""
    pairs = couples(80, seed=5)
    model = apim(pairs, distinguishable=True, method="ML", missing="fiml")
    values = pairs[["x_a", "x_b", "y_a", "y_b"]].to_numpy()
    joint = stats.multivariate_normal(values.mean(axis=0), np.cov(values.T, bias=True))
    loglik = joint.logpdf(values).sum()
    assert model.loglik == pytest.approx(loglik, abs=1e-4)
    assert model.bic == pytest.approx(-2 * loglik + np.log(80) * (4 + 10), abs=1e-3)


def test_fiml_is_unbiased_where_listwise_deletion_is_not() -> None:
    """y_b is missing where y_a is low: setting aside bends the intercept, FIML does not."""
    pairs = couples(4000, seed=13, rho=0.7)
    pairs.loc[pairs["y_a"] < 2.8, "y_b"] = np.nan
    fiml = apim(pairs, distinguishable=True, method="ML", missing="fiml").effect("intercept", "b")
    aside = apim(pairs, distinguishable=True, method="ML").effect("intercept", "b")
    assert fiml["low"] <= 3.0 <= fiml["high"]
    assert not aside["low"] <= 3.0 <= aside["high"]


def test_fiml_errors_match_the_spread_of_estimates() -> None:
    estimates, errors = [], []
    for seed in range(60):
        pairs = couples(120, seed)
        holes = np.random.default_rng(seed).random(pairs.shape) < 0.15
        model = apim(pairs.mask(holes), distinguishable=False, method="ML", missing="fiml")
        estimates.append(model.table["estimate"].to_numpy())
        errors.append(model.table["se"].to_numpy())
    ratio = np.mean(errors, axis=0) / np.std(estimates, axis=0)
    assert (abs(ratio - 1) < 0.3).all()


def test_the_product_and_the_difference_moderate() -> None:
    pairs = couples(1500, seed=14)
    product = pairs["x_a"] * pairs["x_b"]
    gap = (pairs["x_a"] - pairs["x_b"]).abs()
    for by, extra, term in (("product", product, "actor × partner"), ("difference", gap, "|difference|")):
        shown = pairs.assign(y_a=pairs["y_a"] + 0.3 * extra, y_b=pairs["y_b"] + 0.3 * extra)
        row = moderated_apim(shown, by=by, distinguishable=False).effect(term)
        assert row["low"] <= 0.3 <= row["high"]
        assert row["p"] < 0.001


def test_a_couple_level_moderator_changes_the_actor_effect() -> None:
    pairs = couples(1500, seed=15)
    pairs["years"] = np.random.default_rng(3).normal(size=1500)
    for place in ("a", "b"):
        pairs[f"y_{place}"] += 0.4 * pairs["years"] * pairs[f"x_{place}"]
    model = moderated_apim(pairs, by="years", distinguishable=False)
    assert model.effect("actor years")["estimate"] == pytest.approx(0.4, abs=0.06)
    assert model.effect("partner years")["p"] > 0.01


def _mediated(n: int, seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    x, e, d = (generator.normal(size=(n, 2)) for _ in range(3))
    m = 0.5 * x + 0.2 * x[:, ::-1] + e
    y = 0.4 * m + 0.3 * m[:, ::-1] + 0.1 * x + d
    return pd.DataFrame(np.hstack([x, m, y]), columns=["x_a", "x_b", "m_a", "m_b", "y_a", "y_b"])


@pytest.mark.parametrize("distinguishable", [False, True])
def test_the_four_indirect_effects(*, distinguishable: bool) -> None:
    """a .5 and .2, b .4 and .3: actor .5·.4 and .2·.3; partner .5·.3 and .2·.4."""
    found = apimem(_mediated(20_000, 1), distinguishable=distinguishable, n_draws=2000).indirect
    expected = {"actor–actor": 0.20, "partner–partner": 0.06, "actor–partner": 0.15, "partner–actor": 0.08}
    for _, row in found.iterrows():
        assert row["estimate"] == pytest.approx(expected[row["path"]], abs=0.02)
        assert row["low"] < row["estimate"] < row["high"]


def test_indirect_and_direct_effects_add_up_to_the_total() -> None:
    """With ordinary least squares of the same regressors the decomposition is exact."""
    pairs = _mediated(200, 2)
    found = apimem(pairs, distinguishable=True, n_draws=500)
    total = apim(pairs, distinguishable=True)
    for role in ("a", "b"):
        for effect in ("actor", "partner"):
            rows = found.indirect[(found.indirect["role"] == role) & (found.indirect["effect"] == effect)]
            direct = found.to_outcome.effect(f"{effect} x", role)["estimate"]
            assert rows["estimate"].sum() + direct == pytest.approx(total.effect(effect, role)["estimate"])


def test_the_monte_carlo_interval_holds_the_truth() -> None:
    held = 0
    for seed in range(200):
        row = apimem(_mediated(60, seed), distinguishable=False, n_draws=1000).indirect.iloc[0]
        held += row["low"] <= 0.20 <= row["high"]
    assert abs(held / 200 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 200)


def test_truth_and_bias_recovers_both_forces_for_each_role() -> None:
    generator = np.random.default_rng(5)
    own = generator.normal([3, 4], 1, size=(3000, 2))
    seen = np.empty_like(own)
    seen[:, 0] = 4.0 + 0.2 + 0.7 * (own[:, 1] - 4) + 0.1 * (own[:, 0] - 3)
    seen[:, 1] = 3.0 - 0.3 + 0.4 * (own[:, 0] - 3) + 0.5 * (own[:, 1] - 4)
    seen += generator.normal(0, 0.5, seen.shape)
    pairs = pd.DataFrame(np.hstack([seen, own]), columns=["j_a", "j_b", "t_a", "t_b"])
    table = truth_and_bias(pairs, ("j_a", "j_b"), ("t_a", "t_b"), distinguishable=True).table
    found = table.set_index(["role", "term"])["estimate"]
    expected = {"a": (0.2, 0.7, 0.1), "b": (-0.3, 0.4, 0.5)}
    for role, forces in expected.items():
        for term, force in zip(("directional bias", "truth force", "bias force"), forces, strict=True):
            assert found[role, term] == pytest.approx(force, abs=0.05)


def test_distinctive_similarity_removes_the_normative_profile() -> None:
    """Random people who share only the cohort's profile: raw high, distinctive none."""
    generator = np.random.default_rng(6)
    typical = np.linspace(1, 5, 12)
    a, b = (pd.DataFrame(typical + generator.normal(0, 1, (400, 12))) for _ in range(2))
    found = profile_similarity(a, b)
    assert found["raw"].mean() > 0.5
    assert abs(found["distinctive"].mean()) < 0.05
    assert found.loc[3, "raw"] == pytest.approx(np.corrcoef(a.loc[3], b.loc[3])[0, 1])


def test_profiles_skip_facets_missing_for_either_partner() -> None:
    a = pd.DataFrame([[1.0, 2, np.nan, 4], [1, 1, 1, 1], [1, np.nan, np.nan, 2]])
    b = pd.DataFrame([[2.0, 1, 5, 4], [1, 2, 3, 4], [1, 2, 3, 4]])
    found = profile_similarity(a, b)
    assert found["n_facets"].tolist() == [3, 4, 2]
    assert found["raw"].round(6).tolist()[0] == round(np.corrcoef([1, 2, 4], [2, 1, 4])[0, 1], 6)
    assert found["raw"].isna().tolist() == [False, True, True]


def test_perceptual_accuracy_by_hand() -> None:
    """Judgement 2 3 4 of truth 1 2 3: one point too high, pattern exact."""
    judgement = pd.DataFrame([[2.0, 3, 4], [1, 5, 1]])
    truth = pd.DataFrame([[1.0, 2, 3], [5, 1, 5]])
    found = perceptual_accuracy(judgement, truth, judgement)
    assert found["elevation"].tolist() == [1.0, pytest.approx(-4 / 3)]
    assert found["differential_accuracy"].tolist() == pytest.approx([1.0, -1.0])
    assert found["assumed_similarity"].tolist() == pytest.approx([1.0, 1.0])


def test_one_same_role_couple_makes_the_cohort_exchangeable() -> None:
    pairs = couples(4, seed=1).assign(role_a=["f", "m", "f", "f"], role_b=["m", "f", "m", "f"])
    cohort = align_roles(pairs)
    assert not cohort.distinguishable
    assert cohort.reason == "1 of 4 couples have no two different roles"
    aligned = align_roles(pairs.iloc[:3])
    assert aligned.distinguishable
    assert aligned.pairs["role_a"].tolist() == ["f", "f", "f"]
    assert aligned.pairs.loc[1, "y_a"] == pairs.loc[1, "y_b"]


def test_person_rows_become_couples() -> None:
    persons = pd.DataFrame({"couple_id": ["c1", "c1"], "sex": ["m", "f"], "y": [1.0, 2.0]})
    assert from_persons(persons, ["y"], role="sex")[["y_a", "y_b"]].to_numpy().tolist() == [[2.0, 1.0]]
    with pytest.raises(StatisticsError, match="more than two rows"):
        from_persons(pd.concat([persons, persons]), ["y"])


def test_every_problem_is_named_at_once() -> None:
    pairs = couples(5, seed=1).assign(couple_id=["c1", "c2", "c2", "c4", "c5"], y_b="x")
    pairs.loc[3, "x_a"] = np.inf
    with pytest.raises(StatisticsError) as refusal:
        apim(pairs, ("x_a", "x_b"), ("y_a", "y_b"), distinguishable=False)
    text = str(refusal.value)
    assert len(refusal.value.problems) == 3
    assert "'x_a' is not finite at row 3" in text
    assert "'y_b' holds" in text
    assert "duplicated (row 2)" in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: p.head(3), "at least 4"),
        (lambda p: p.assign(x_a=1.0), "does not vary"),
        (lambda p: p.assign(x_b=p.x_a), "cannot be told apart"),
        (lambda p: p.assign(y_a=p.x_a, y_b=p.x_b), "without error"),
        (lambda p: p.drop(columns="y_b"), "not in the frame"),
    ],
)
def test_degenerate_designs_are_refused_with_the_reason(change: object, reason: str) -> None:
    with pytest.raises(StatisticsError, match=reason):
        apim(change(couples(30, seed=1)), distinguishable=False)


def test_an_absent_partner_is_set_aside_and_counted() -> None:
    pairs = couples(30, seed=1)
    pairs.loc[:4, "y_b"] = np.nan
    model = apim(pairs, distinguishable=False)
    assert (model.n_couples, model.n_set_aside) == (25, 5)
    assert dyadic_icc(pairs).n_set_aside == 5


def test_moments_merge_in_any_order() -> None:
    pairs = couples(1000, seed=2) * 1e3 + 1e6
    parts = [Moments.of(pairs.iloc[i::3], COLUMNS) for i in range(3)]
    merged = parts[2].merged(parts[0]).merged(parts[1])
    whole = Moments.of(pairs, COLUMNS)
    np.testing.assert_allclose(merged.covariance, whole.covariance, rtol=1e-12)
    np.testing.assert_allclose(merged.covariance, pairs.cov(), rtol=1e-12)


def test_impossible_moments_are_refused() -> None:
    with pytest.raises(StatisticsError, match="negative eigenvalue"):
        Moments(10, [0, 0], [[1, 2], [2, 1]])
    with pytest.raises(StatisticsError, match="finite"):
        Moments(10, [0, np.nan], [[1, 0], [0, 1]])
