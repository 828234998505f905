"""Full information in every model, and the reliability of items with missing answers."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from workbook.errors import StatisticsError, StatisticsWarning
from workbook.instruments import catalogue
from workbook.research.dyadic import (
    apim,
    apimem,
    distinguishability,
    moderated_apim,
    truth_and_bias,
)
from workbook.research.full_information import full_information
from workbook.research.reliability import (
    cronbach_alpha,
    item_statistics,
    mcdonald_omega,
    subscale_reliability,
)
from workbook.simulate import simulate_couples

COLUMNS = ["x_a", "x_b", "m_a", "m_b", "y_a", "y_b"]


def couples(n: int, seed: int, share: float = 0.15) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    x = generator.multivariate_normal([0, 0.2], [[1, 0.3], [0.3, 1]], n)
    m = 0.5 * x + 0.2 * x[:, ::-1] + generator.normal(size=(n, 2))
    y = 2.0 + 0.4 * m + 0.3 * x + generator.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], n)
    frame = pd.DataFrame(np.hstack([x, m, y]), columns=COLUMNS)
    return frame.mask(generator.random(frame.shape) < share).assign(z=generator.normal(size=n))


def items(n: int, k: int, loading: float, share: float, seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    values = loading * generator.normal(size=(n, 1))
    values = values + np.sqrt(1.0 - loading**2) * generator.normal(size=(n, k))
    values[generator.random((n, k)) < share] = np.nan
    return pd.DataFrame(values, columns=[f"i{j}" for j in range(k)])


def loglik(values: np.ndarray, means: np.ndarray, covariance: np.ndarray) -> float:
    """Return the log-likelihood by its definition, row by row."""
    total = 0.0
    for row in values:
        seen = ~np.isnan(row)
        if seen.any():
            block = covariance[np.ix_(seen, seen)]
            total += stats.multivariate_normal(means[seen], block).logpdf(row[seen])
    return float(total)


def test_the_moments_are_those_of_the_greatest_likelihood() -> None:
    """No other optimiser, from a likelihood written out row by row, finds a better place."""
    values = items(60, 3, 0.8, 0.25, seed=1).to_numpy()
    found = full_information(values)
    assert found.loglik == pytest.approx(loglik(values, found.means, found.covariance), abs=1e-8)
    lower = np.tril_indices(3)

    def worse(parameters: np.ndarray) -> float:
        root = np.zeros((3, 3))
        root[lower] = parameters[3:]
        return -loglik(values, parameters[:3], root @ root.T + 1e-12 * np.eye(3))

    start = np.concatenate([found.means, np.linalg.cholesky(found.covariance)[lower]])
    best = optimize.minimize(worse, start, method="BFGS", options={"gtol": 1e-6})
    assert -best.fun <= found.loglik + 1e-7
    np.testing.assert_allclose(best.x[:3], found.means, atol=1e-4)


def test_errors_are_those_of_the_observed_information() -> None:
    """Of a mean and a variance: the inverse of second differences of the likelihood."""
    values = items(50, 2, 0.8, 0.3, seed=2).to_numpy()
    found = full_information(values)
    point = np.array([*found.means, *found.covariance[[0, 1, 1], [0, 0, 1]]])

    def at(p: np.ndarray) -> float:
        return loglik(values, p[:2], np.array([[p[2], p[3]], [p[3], p[4]]]))

    step = 1e-3 * np.eye(5)
    information = [
        [
            -(at(point + a + b) - at(point + a - b) - at(point - a + b) + at(point - a - b)) / 4e-6
            for b in step
        ]
        for a in step
    ]
    unit = np.zeros((2, 2))
    slopes = [
        (np.array([1.0, 0.0]), unit),
        (np.zeros(2), np.diag([1.0, 0.0])),
        (np.zeros(2), np.array([[0.0, 1.0], [0.0, 0.0]])),
    ]
    expected = np.linalg.inv(information)[np.ix_([0, 2, 3], [0, 2, 3])]
    np.testing.assert_allclose(found.error(slopes), expected, rtol=1e-3, atol=1e-6)


NONE = np.nan


def test_alpha_and_its_error_match_lavaan() -> None:
    """lavaan 0.6.14, free moments, missing="fiml": α .84545681, standard error .068546425."""
    frame = pd.DataFrame(
        {
            "a": [0, NONE, 0, 1, 0, NONE, 1, 2, 4, NONE, 3, 2, 2, 4, 2, 2],
            "b": [1, 1, NONE, 2, 1, 2, 2, NONE, 2, 3, 4, 1, 2, 4, 1, 3],
            "c": [0, 1, 1, NONE, 0, NONE, 2, 2, 2, 3, 2, 2, 4, 4, 1, 2],
        }
    )
    found = cronbach_alpha(frame)
    assert found.value == pytest.approx(0.84545681, abs=1e-7)
    moments = full_information(frame.to_numpy())
    total, own = moments.covariance.sum(), np.trace(moments.covariance)
    slope = (np.zeros(3), 1.5 * (own / total**2 - np.eye(3) / total))
    assert np.sqrt(moments.error([slope])[0, 0]) == pytest.approx(0.068546425, rel=1e-5)


def test_an_incomplete_apim_and_both_tests_of_roles_match_lavaan() -> None:
    """lavaan 0.6.14, missing="fiml"; the tests are differences of its log-likelihoods."""
    pairs = pd.DataFrame(
        {
            "x_a": [7, NONE, 4, 6, 4, 3, NONE, 2, 8, 6, 7, 3, 4, 3, 2, 0, 4, 2],
            "x_b": [2, 2, 3, NONE, 7, 4, 4, -1, 4, 2, 4, 1, 2, 0, 3, 3, 2, 2],
            "y_a": [5.6, 2.8, NONE, 3.2, 3.6, 3.3, 5.7, 0.4, 4, NONE, 3.6, 0.9, 1.9, 3.2, 3.5, 2.6, 3.9, 2.1],
            "y_b": [1.7, 2.7, 4.2, 5.1, NONE, 4.6, 3.1, -2.6, 4.5, 3.3, 4.3, NONE, NONE, 1.7, 2, 2, 3.9, 2.8],
        }
    )
    model = apim(pairs, distinguishable=True, method="ML", missing="fiml")
    estimates = [1.281653549, 0.284182594, 0.263806773, -0.008002793, 0.926876030, 0.129346006]
    errors = [0.5976777, 0.1321609, 0.1533330, 0.6524368, 0.2007783, 0.1348900]
    np.testing.assert_allclose(model.table["estimate"], estimates, atol=2e-6)
    np.testing.assert_allclose(model.table["se"], errors, rtol=1e-6)
    assert model.loglik == pytest.approx(-113.319603, abs=1e-6)
    assert model.bic == pytest.approx(267.104410, abs=1e-6)
    for test, chi2 in (("conditional", 6.6900239), ("omnibus", 13.412251)):
        assert distinguishability(pairs, test=test, missing="fiml").chi2 == pytest.approx(chi2, rel=1e-6)


def test_thirty_items_take_no_matrix_of_495_moments() -> None:
    frame = items(400, 30, 0.7, 0.1, seed=3)
    found = cronbach_alpha(frame)
    assert found.n == 400
    assert 350 < found.n_effective < 400


@pytest.mark.parametrize("statistic", [cronbach_alpha, mcdonald_omega])
def test_without_missing_answers_the_three_rules_agree(statistic: object) -> None:
    frame = items(100, 4, 0.8, 0.0, seed=4)
    fiml, listwise, pairwise = (statistic(frame, missing=way) for way in ("fiml", "listwise", "pairwise"))
    assert fiml == listwise
    assert fiml.value == pytest.approx(pairwise.value, abs=1e-9)
    assert fiml.n_effective == fiml.n == 100


def test_every_answer_given_counts_by_default() -> None:
    """More than listwise deletion keeps, and less than there are persons."""
    frame = items(200, 6, 0.7, 0.1, seed=5)
    fiml, listwise = cronbach_alpha(frame), cronbach_alpha(frame, missing="listwise")
    assert listwise.n < fiml.n_effective < fiml.n
    frame = pd.concat([frame, pd.DataFrame(np.nan, index=range(5), columns=frame.columns)], ignore_index=True)
    assert cronbach_alpha(frame).n == 200  # who answered nothing counts for nothing


def test_good_scales_are_not_refused_for_missing_answers() -> None:
    """Three items with r = .9, n = 100, 20 % missing: pairwise covariances are refused in 1 of 5."""
    refused = 0
    for seed in range(40):
        frame = items(100, 3, np.sqrt(0.9), 0.2, seed)
        cronbach_alpha(frame)
        try:
            cronbach_alpha(frame, missing="pairwise")
        except StatisticsError:
            refused += 1
    assert refused > 0


def test_omega_pairwise_takes_the_correlations_of_those_who_answered_both() -> None:
    frame = items(150, 5, 0.7, 0.2, seed=6)
    correlation = frame.corr().to_numpy()
    from workbook.research.moments import Moments

    expected = mcdonald_omega(Moments(90, np.zeros(5), correlation)).value
    assert mcdonald_omega(frame, missing="pairwise").value == pytest.approx(expected, abs=1e-9)


def test_alpha_hints_at_an_item_that_was_not_turned() -> None:
    frame = items(300, 5, 0.9, 0.0, seed=7)
    frame["i2"] = -frame["i2"]
    with pytest.warns(StatisticsWarning, match="'i2' goes against the others") as noted:
        found = cronbach_alpha(frame)
    assert len(noted) == 1
    assert found.value < 0.6
    pair = items(300, 2, 0.9, 0.0, seed=8)
    pair["i1"] = -pair["i1"]
    with pytest.warns(StatisticsWarning, match="^alpha is negative"):
        assert cronbach_alpha(pair).value < 0.0


def test_the_hint_stands_in_the_table_of_an_instrument() -> None:
    connection = catalogue()["connection"]
    rows = simulate_couples(60, 1, {"connection": connection}, missing=0.0, declined=0.0).responses
    subscale = connection.subscales[0]
    turned = rows["item"] == subscale.items[0]
    scale = connection.item_by_id[subscale.items[0]].scale
    rows.loc[turned, "value"] = scale.lowest + scale.highest - rows.loc[turned, "value"]
    found = subscale_reliability(rows, connection).set_index("subscale")
    assert "goes against the others" in found.loc[subscale.id, "reason"]
    assert np.isfinite(found.loc[subscale.id, "alpha"])


def test_item_statistics_use_all_that_was_given() -> None:
    frame = items(200, 4, 0.8, 0.2, seed=9)
    found = item_statistics(frame)
    assert (found["n"] + found["n_missing"] == 200).all()
    moments = full_information(frame.to_numpy())
    np.testing.assert_allclose(found["mean"], moments.means)
    np.testing.assert_allclose(found["sd"], np.sqrt(np.diag(moments.unbiased)))


@pytest.mark.parametrize("distinguishable", [False, True])
def test_a_couples_circumstance_goes_into_full_information(*, distinguishable: bool) -> None:
    complete = couples(80, 10, share=0.0)
    asked = {"distinguishable": distinguishable, "method": "ML", "covariates": ["z", ("m_a", "m_b")]}
    whole, fiml = (apim(complete, **asked, missing=way) for way in ("listwise", "fiml"))
    np.testing.assert_allclose(fiml.table["estimate"], whole.table["estimate"], atol=1e-8)
    np.testing.assert_allclose(fiml.table["se"], whole.table["se"], rtol=0.1)
    holes = apim(couples(80, 10), **asked, missing="fiml")
    assert holes.n_couples == 80
    assert np.isfinite(holes.table["se"]).all()


@pytest.mark.parametrize("distinguishable", [False, True])
def test_full_information_equals_complete_couples_in_every_model(*, distinguishable: bool) -> None:
    complete = couples(90, 11, share=0.0)
    both = {"distinguishable": distinguishable, "method": "ML"}
    for one, other in (
        (
            moderated_apim(complete, by="z", **both),
            moderated_apim(complete, by="z", **both, missing="fiml"),
        ),
        (
            truth_and_bias(complete, ("y_a", "y_b"), ("x_a", "x_b"), **both),
            truth_and_bias(complete, ("y_a", "y_b"), ("x_a", "x_b"), **both, missing="fiml"),
        ),
    ):
        np.testing.assert_allclose(one.table["estimate"], other.table["estimate"], atol=1e-8)
        np.testing.assert_allclose(one.table["se"], other.table["se"], rtol=0.15)
    one, other = (apimem(complete, **both, missing=way).indirect for way in ("listwise", "fiml"))
    np.testing.assert_allclose(one["estimate"], other["estimate"], atol=1e-8)
    np.testing.assert_allclose(one["se"], other["se"], rtol=0.1)


@pytest.mark.parametrize("test", ["conditional", "omnibus"])
def test_the_test_of_roles_takes_incomplete_couples(test: str) -> None:
    complete = couples(90, 12, share=0.0)
    whole, fiml = (distinguishability(complete, test=test, missing=way) for way in ("listwise", "fiml"))
    assert fiml.chi2 == pytest.approx(whole.chi2, abs=1e-6)
    assert fiml.df == whole.df
    holes = distinguishability(couples(90, 12), test=test, missing="fiml")
    assert holes.n == 90
    assert holes.df == whole.df


def test_the_test_of_roles_is_not_fooled_by_missing_values() -> None:
    """No difference of roles, a fifth of y missing where x is low: 5 % of cohorts are told apart."""
    told = 0
    for seed in range(60):
        pairs = couples(100, 1000 + seed, share=0.0)
        pairs["y_b"] = pairs["y_b"].mask(pairs["x_a"] < -0.8)
        told += distinguishability(pairs, missing="fiml", covariates=[("m_a", "m_b")]).p < 0.05
    assert told / 60 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


def test_one_partners_outcome_counts_in_a_moderated_model() -> None:
    """And a couple who miss x are set aside, since a product is not to be filled in."""
    pairs = couples(100, 13, share=0.0)
    pairs.loc[:9, "y_b"] = np.nan
    pairs.loc[10:14, "x_a"] = np.nan
    pairs.loc[15, ["y_a", "y_b"]] = np.nan
    model = moderated_apim(pairs, by="product", distinguishable=False, method="ML", missing="fiml")
    assert (model.n_couples, model.n_set_aside) == (94, 6)


def test_much_set_aside_is_warned_of() -> None:
    pairs = couples(100, 14, share=0.0)
    pairs.loc[:5, "y_b"] = np.nan
    with pytest.warns(StatisticsWarning, match="6 of 100 couples"):
        apim(pairs, distinguishable=False)
    for model in (
        truth_and_bias(
            pairs, ("y_a", "y_b"), ("x_a", "x_b"), distinguishable=False, missing="fiml", method="ML"
        ),
    ):
        assert model.n_set_aside == 0


@pytest.mark.filterwarnings("error")
def test_a_few_set_aside_are_no_warning() -> None:
    pairs = couples(100, 14, share=0.0)
    pairs.loc[:4, "y_b"] = np.nan
    assert apim(pairs, distinguishable=False).n_set_aside == 5


def test_full_information_says_what_it_needs() -> None:
    pairs = couples(60, 15)
    for model in (
        lambda **k: apim(pairs, **k),
        lambda **k: moderated_apim(pairs, by="z", **k),
        lambda **k: apimem(pairs, **k),
        lambda **k: truth_and_bias(pairs, ("y_a", "y_b"), ("x_a", "x_b"), **k),
    ):
        with pytest.raises(StatisticsError, match="say method='ML'"):
            model(distinguishable=False, missing="fiml")
        with pytest.raises(StatisticsError, match="missing must be"):
            model(distinguishable=False, missing="pairwise")
