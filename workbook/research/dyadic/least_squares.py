"""The closed forms of the APIM for complete data.

For exchangeable partners the rotation to sums and differences makes the two strata
independent, so generalised least squares with any within-couple correlation, negative ones
too, is two ordinary regressions. For distinguishable partners both equations have the same
regressors, so it is one ordinary regression per role. Everything is a function of means and
covariances.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workbook.errors import StatisticsError
from workbook.research.checks import Array
from workbook.research.dyadic.design import Design

Method = Literal["REML", "ML"]
ROOT2 = np.sqrt(2.0)


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted APIM: one equation for both partners, or one per role stacked.

    estimate : (p,), covariance : (p, p) of the estimates, df : (p,) Satterthwaite's,
    residual : (2, 2) of the partners' errors; ``n_parameters`` counts these too.
    """

    estimate: Array
    covariance: Array
    df: Array
    residual: Array
    loglik: float
    n_parameters: int


@dataclass(frozen=True, eq=False)
class _Regression:
    """Ordinary least squares from moments: coefficients, (X'X)⁻¹, residual sums, df."""

    slopes: Array
    inverse: Array
    scatter: Array
    df: int


def fit_exchangeable(n: int, means: Array, covariance: Array, design: Design, method: Method) -> Fit:
    """Fit one equation for both partners by sums and differences."""
    to_sums, to_differences = rotations(design)
    sums = _regress(n, *_rotated(to_sums, means, covariance), n_outcome=1, intercept=ROOT2)
    differences = _regress(n, *_rotated(to_differences, means, covariance), n_outcome=1, intercept=None)
    divide = (sums.df, differences.df) if method == "REML" else (n, n)
    between = float(sums.scatter[0, 0]) / divide[0]
    within = float(differences.scatter[0, 0]) / divide[1]
    _require_residual(min(between, within), float(np.trace(covariance[-2:, -2:])))
    from_sums, from_differences = _recombine(design)
    estimate = from_sums @ sums.slopes[:, 0] + from_differences @ differences.slopes[:, 0]
    part_sums = between * from_sums @ sums.inverse @ from_sums.T
    part_differences = within * from_differences @ differences.inverse @ from_differences.T
    p = len(estimate)
    loglik = _loglik(n, p, n * (np.log(between) + np.log(within)), part_sums + part_differences, method)
    inflate = 1.0 if method == "REML" else 2 * n / (2 * n - p)
    return Fit(
        estimate=estimate,
        covariance=(part_sums + part_differences) * inflate,
        df=_satterthwaite(np.diag(part_sums), sums.df, np.diag(part_differences), differences.df),
        residual=np.array([[between + within, between - within], [between - within, between + within]]) / 2,
        loglik=loglik,
        n_parameters=p + 2,
    )


def fit_distinguishable(n: int, means: Array, covariance: Array, design: Design, method: Method) -> Fit:
    """Fit one equation per role; errors correlate and may differ in variance."""
    both = _regress(n, means, covariance, np.diag(covariance), n_outcome=2, intercept=1.0)
    residual = both.scatter / (both.df if method == "REML" else n)
    _require_residual(float(np.linalg.eigvalsh(residual).min()), float(np.trace(covariance[-2:, -2:])))
    own = _own_then_partner(design)
    order = [own[role] for role in (0, 1)]
    p = len(order[0])
    estimate = np.concatenate([both.slopes[order[role], role] for role in (0, 1)])
    spread = np.empty((2 * p, 2 * p))
    for i in (0, 1):
        for j in (0, 1):
            block = residual[i, j] * both.inverse[np.ix_(order[i], order[j])]
            spread[i * p : (i + 1) * p, j * p : (j + 1) * p] = block
    loglik = _loglik(n, 2 * p, n * float(np.linalg.slogdet(residual)[1]), spread, method)
    return Fit(
        estimate=estimate,
        covariance=spread * (1.0 if method == "REML" else n / both.df),
        df=np.full(2 * p, float(both.df)),
        residual=residual,
        loglik=loglik,
        n_parameters=2 * p + 3,
    )


def fit(
    n: int, means: Array, covariance: Array, design: Design, method: Method, *, distinguishable: bool
) -> Fit:
    """Either of the two, by what the partners are."""
    chosen = fit_distinguishable if distinguishable else fit_exchangeable
    return chosen(n, means, covariance, design, method)


def rotations(design: Design) -> tuple[Array, Array]:
    """Matrices that turn the design's columns into orthonormal sums and differences."""
    q, c = len(design.predictors), len(design.couple_level)
    width = 2 * q + c + 2
    sums = np.zeros((q + c + 1, width))
    differences = np.zeros((q + 1, width))
    for j in range(q):
        sums[j, [2 * j, 2 * j + 1]] = 1.0 / ROOT2
        differences[j, [2 * j, 2 * j + 1]] = [1.0 / ROOT2, -1.0 / ROOT2]
    for j in range(c):
        sums[q + j, 2 * q + j] = ROOT2
    sums[-1, -2:] = 1.0 / ROOT2
    differences[-1, -2:] = [1.0 / ROOT2, -1.0 / ROOT2]
    return sums, differences


def _recombine(design: Design) -> tuple[Array, Array]:
    """From the two strata's coefficients to intercept, actor, partner, …, couple-level."""
    q, c = len(design.predictors), len(design.couple_level)
    from_sums = np.zeros((design.n_terms, 1 + q + c))
    from_differences = np.zeros((design.n_terms, q))
    from_sums[0, 0] = 1.0
    for j in range(q):
        from_sums[1 + 2 * j : 3 + 2 * j, 1 + j] = 0.5
        from_differences[1 + 2 * j : 3 + 2 * j, j] = [0.5, -0.5]
    for j in range(c):
        from_sums[1 + 2 * q + j, 1 + q + j] = 1.0
    return from_sums, from_differences


def _own_then_partner(design: Design) -> tuple[list[int], list[int]]:
    """Return rows of the shared regression in each role's order: own value before the partner's."""
    q, c = len(design.predictors), len(design.couple_level)
    rest = [1 + 2 * q + j for j in range(c)]
    first = [0] + [1 + 2 * j + place for j in range(q) for place in (0, 1)] + rest
    second = [0] + [1 + 2 * j + place for j in range(q) for place in (1, 0)] + rest
    return first, second


def _rotated(matrix: Array, means: Array, covariance: Array) -> tuple[Array, Array, Array]:
    """Rotated moments, and the variances there would be were the partners independent."""
    return matrix @ means, matrix @ covariance @ matrix.T, matrix**2 @ np.diag(covariance)


def _regress(
    n: int, means: Array, covariance: Array, usual: Array, *, n_outcome: int, intercept: float | None
) -> _Regression:
    """Regress the last columns on the others; ``intercept`` is its constant, None for none.

    ``usual`` variances say what would be no variance but rounding.
    """
    scatter = covariance * (n - 1)
    if intercept is None:
        scatter = scatter + n * np.outer(means, means)
    inner, outer = scatter[:-n_outcome, :-n_outcome], scatter[:-n_outcome, -n_outcome:]
    _require_rank(inner, usual[:-n_outcome] * (n - 1))
    inverse = np.asarray(np.linalg.inv(inner), dtype=np.float64)
    slopes = np.asarray(np.linalg.solve(inner, outer), dtype=np.float64)
    residual = scatter[-n_outcome:, -n_outcome:] - outer.T @ slopes
    if intercept is None:
        return _Regression(slopes, inverse, residual, n - len(inner))
    centre = means[:-n_outcome]
    constant = (means[-n_outcome:] - centre @ slopes) / intercept
    lever = inverse @ centre / intercept
    corner = 1.0 / (n * intercept**2) + centre @ lever / intercept
    full = np.block([[np.array([[corner]]), -lever[None, :]], [-lever[:, None], inverse]])
    return _Regression(np.vstack([constant, slopes]), full, residual, n - len(inner) - 1)


def _loglik(n: int, p: int, log_residual: float, spread: Array, method: Method) -> float:
    """Gaussian log-likelihood of 2n outcomes, at estimates where Σ r'V⁻¹r is 2n (REML: 2n − p)."""
    if method == "ML":
        return float(-0.5 * (2 * n * (np.log(2.0 * np.pi) + 1.0) + log_residual))
    log_information = -float(np.linalg.slogdet(spread)[1])
    return float(-0.5 * ((2 * n - p) * (np.log(2.0 * np.pi) + 1.0) + log_residual + log_information))


def _satterthwaite(first: Array, df_first: int, second: Array, df_second: int) -> Array:
    return np.asarray((first + second) ** 2 / (first**2 / df_first + second**2 / df_second))


def is_redundant(scatter: Array, usual: Array) -> NDArray[np.bool_]:
    """Return whether predictors with these sums of products, (…, k, k), are redundant up to rounding.

    ``usual``, (k,), says what each one's square would be, were there nothing but its own variance.
    """
    squares = np.diagonal(scatter, axis1=-2, axis2=-1)
    flat = np.asarray((squares <= 1e-12 * usual).any(axis=-1))
    scale = np.sqrt(np.where(flat[..., None], 1.0, squares))
    correlation = scatter / (scale[..., :, None] * scale[..., None, :])
    return np.asarray(flat | (np.linalg.eigvalsh(correlation)[..., 0] < 1e-11))


def _require_rank(scatter: Array, usual: Array) -> None:
    if scatter.size and is_redundant(scatter, usual):
        raise StatisticsError(
            "predictors are redundant, or partners always have the same value: "
            "actor and partner effects cannot be told apart"
        )


def _require_residual(smallest: float, scale: float) -> None:
    if smallest <= 1e-13 * scale:
        raise StatisticsError("the model fits without error: is the outcome a copy of a predictor?")
