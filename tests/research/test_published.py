"""Every figure a published workshop prints for 148 couples (Acitelli 1997), to its last digit.

Outcome: satisfaction; predictor: how positively the partner is seen. The workshop's R
(nlme), SAS and Excel listings are the source; the data here are drawn to have exactly the
published means and covariances.
"""

import numpy as np
import pandas as pd
import pytest

from workbook.research.dyadic import Apim, Moments, apim, distinguishability, dyadic_icc


def printed(value: float, digits: int) -> float:
    return round(float(value), digits)


def test_icc_of_satisfaction(published: pd.DataFrame) -> None:
    icc = dyadic_icc(published, "y_a", "y_b")
    assert printed(icc.value, 5) == 0.61847
    assert printed(np.sqrt((icc.msb + icc.msw) / 2), 7) == 0.4969417
    assert (icc.df1, icc.df2, icc.n) == (147, 148, 148)


def test_the_empty_model_of_satisfaction(published: pd.DataFrame) -> None:
    empty = apim(published, distinguishable=False).empty
    assert printed(empty.estimate[0], 5) == 3.60473
    assert printed(np.sqrt(empty.covariance[0, 0]), 8) == 0.03674615
    assert printed(empty.loglik, 4) == -179.2287


def test_exchangeable_reml(published: pd.DataFrame) -> None:
    model = apim(published, distinguishable=False)
    rows = model.table.set_index("term")
    assert rows["estimate"].round(7).to_dict() == {
        "intercept": 0.6697541,
        "actor": 0.4004231,
        "partner": 0.2879705,
    }
    assert rows["se"].round(7).to_dict() == {"intercept": 0.3224381, "actor": 0.0473141, "partner": 0.0473141}
    assert rows["t"].round(6)[["actor", "partner"]].tolist() == [8.463075, 6.086351]
    assert rows["df"].round()[["actor", "partner"]].tolist() == [273, 273]
    assert printed(model.rho, 7) == 0.4693414
    assert printed(model.sigma, 7) == 0.4173659
    assert printed(model.loglik, 4) == -148.3591
    assert printed(-2 * model.loglik, 8) == 296.71826295
    assert printed(model.fit.residual[0, 1], 5) == 0.08176
    assert printed(model.fit.residual[0, 0] - model.fit.residual[0, 1], 5) == 0.09244


def test_exchangeable_ml(published: pd.DataFrame) -> None:
    model = apim(published, distinguishable=False, method="ML")
    assert printed(model.loglik, 3) == -141.442
    assert printed(model.rho, 7) == 0.4666759
    assert printed(model.sigma, 7) == 0.4149128
    assert model.table["se"].round(7).tolist() == [0.3218874, 0.0472926, 0.0472926]
    assert printed(model.aic, 4) == 292.8841
    assert printed(model.bic, 4) == 311.3359


def test_distinguishable_reml(published: pd.DataFrame) -> None:
    model = apim(published, distinguishable=True, roles=("husband", "wife"))
    estimates = model.table.set_index(["role", "term"])["estimate"].round(7).to_dict()
    errors = model.table.set_index(["role", "term"])["se"].round(7).to_dict()
    assert estimates == {
        ("husband", "intercept"): 0.6904589,
        ("husband", "actor"): 0.4243866,
        ("husband", "partner"): 0.2616498,
        ("wife", "intercept"): 0.6112485,
        ("wife", "actor"): 0.3777,
        ("wife", "partner"): 0.3214782,
    }
    assert errors == {
        ("husband", "intercept"): 0.3429034,
        ("husband", "actor"): 0.0677157,
        ("husband", "partner"): 0.0614025,
        ("wife", "intercept"): 0.4128195,
        ("wife", "actor"): 0.0739222,
        ("wife", "partner"): 0.0815225,
    }
    husband, wife = model.sigma
    assert printed(husband, 7) == 0.3783372
    # gls finds ρ and the ratio by search and stops units of its last printed digits away.
    assert abs(model.rho - 0.4751092) < 1e-6
    assert abs(wife / husband - 1.203894) < 1e-6
    assert printed(husband**2, 6) == 0.143139
    assert printed(wife**2, 5) == 0.20746
    assert printed(model.loglik, 4) == -150.1108


def test_distinguishability(published: pd.DataFrame) -> None:
    found = distinguishability(published)
    assert (printed(found.chi2, 6), found.df, printed(found.p, 3)) == (7.277053, 4, 0.122)
    assert printed(found.loglik_exchangeable, 3) == -141.442
    assert printed(found.loglik_distinguishable, 4) == -137.8035
    model = apim(published, distinguishable=True, method="ML")
    assert printed(model.aic, 3) == 293.607
    assert printed(model.bic, 4) == 326.8203


def test_pseudo_r2(published: pd.DataFrame) -> None:
    assert printed(apim(published, distinguishable=False).pseudo_r2, 5) == 0.29462
    by_role = apim(published, distinguishable=True).pseudo_r2
    assert {role: printed(share, 4) for role, share in by_role.items()} == {"a": 0.3288, "b": 0.2615}


def test_explained_nonindependence(published: pd.DataFrame) -> None:
    """The printed 0.290116 takes r to three digits (.235); unrounded the data give 0.290044."""
    model = apim(published, distinguishable=False)
    rows = model.table.set_index("term")["standardised"]
    assert printed(rows["actor"], 5) == 0.40204
    assert printed(rows["partner"], 6) == 0.289133
    found = model.explained_nonindependence
    assert printed(dyadic_icc(published, "x_a", "x_b").value, 3) == 0.235
    assert printed(found.total, 3) == 0.618
    assert printed(found.explained, 6) == 0.290044
    actor, partner = round(rows["actor"], 5), round(rows["partner"], 6)
    spurious, covariation = 2 * actor * partner, 0.235 * (actor**2 + partner**2)
    assert printed(spurious, 11) == 0.23248606264
    assert spurious + covariation == pytest.approx(0.290116065162915, abs=1e-15)
    assert covariation == pytest.approx(0.057630002522914996, abs=1e-15)
    assert 100 * (spurious + covariation) / 0.618 == pytest.approx(46.94434711374029, abs=1e-12)


def _figures(model: Apim) -> np.ndarray:
    return np.concatenate(
        [model.table.drop(columns=["term", "role"]).to_numpy(float).ravel(), [model.rho, model.loglik]]
    )


@pytest.mark.parametrize("distinguishable", [False, True])
def test_moments_and_rows_give_the_same_estimates(
    published: pd.DataFrame, published_moments: Moments, *, distinguishable: bool
) -> None:
    from_rows = apim(published, distinguishable=distinguishable)
    from_moments = apim(moments=published_moments, distinguishable=distinguishable)
    np.testing.assert_allclose(_figures(from_moments), _figures(from_rows), rtol=1e-9, equal_nan=True)
