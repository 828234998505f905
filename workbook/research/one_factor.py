"""The one-factor model of correlations, by maximum likelihood."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from workbook.errors import StatisticsError
from workbook.research.checks import Array

LEAST_UNIQUENESS = 0.005
"""Below this share of its variance an item counts as having no error: a Heywood case."""

LEAST_INFORMATION = 1e-7
"""What one person must tell of every parameter: correlations of some 1e-7 are rounding."""

MOST_STEPS = 2000
SETTLED = 1e-5
"""A search that stopped early counts if the slope left in every free direction is below this."""


@dataclass(frozen=True, eq=False)
class OneFactor:
    """Standardised loadings (k,), and which items ended at the bound of the uniquenesses."""

    loadings: Array
    at_bound: np.ndarray

    def omega(self, n: float) -> tuple[float, float]:
        """ω from the loadings and its standard error for a sample of n.

        The expected information is taken for loadings and uniquenesses on the scale of the
        correlations, then carried to the standardised loadings and on to ω, so that the
        sampling of the items' own variances is accounted for.

        Raises
        ------
        StatisticsError
            When the loadings are not determined, as those of items that share nothing.
        """
        value, gradient, information = self._omega()
        return value, float(np.sqrt(gradient @ np.linalg.solve(information, gradient) / n))

    def slope(self) -> Array:
        """Return how ω changes with the items' correlations taken as covariances, (k, k).

        The loadings are those that fit the covariances best, so ω follows them as a function
        that the fit defines implicitly (Browne 1984, weighted as by maximum likelihood).
        """
        _, gradient, information = self._omega()
        weights = np.linalg.solve(information, gradient)
        inverse = np.linalg.inv(np.outer(self.loadings, self.loadings) + np.diag(1.0 - self.loadings**2))
        moved = np.tensordot(weights, _slopes(self.loadings), axes=1)
        return np.asarray(0.5 * inverse @ moved @ inverse)

    def _omega(self) -> tuple[float, Array, Array]:
        """Return ω, its gradient by loadings and uniquenesses, and one person's information on these."""
        k = len(self.loadings)
        common = float(self.loadings.sum() ** 2)
        unique = float((1.0 - self.loadings**2).sum())
        information = _information(self.loadings, 1.0 - self.loadings**2)
        if np.linalg.eigvalsh(information).min() < LEAST_INFORMATION:
            raise StatisticsError("the items have no common factor: their loadings are not determined")
        slope = np.zeros(2 * k)
        for j in range(k):
            loading, uniqueness = self.loadings[j], 1.0 - self.loadings[j] ** 2
            # λ_std = λ/√(λ² + ψ), and the total variance of each item is 1 at the estimate.
            slope[j] = uniqueness
            slope[k + j] = -loading / 2.0
        total = common + unique
        by_loading = np.empty(k)
        for j in range(k):
            d_common = 2.0 * self.loadings.sum()
            d_total = d_common - 2.0 * self.loadings[j]
            by_loading[j] = (d_common * total - common * d_total) / total**2
        return common / total, slope * np.concatenate([by_loading, by_loading]), information


def fit_one_factor(covariance: pd.DataFrame) -> OneFactor:
    """Fit by the concentrated likelihood in the uniquenesses (Jöreskog 1967).

    Raises
    ------
    StatisticsError
        When the correlations are not positive definite, or the search does not settle.
    """
    matrix = covariance.to_numpy(dtype=float)
    sd = np.sqrt(np.diag(matrix))
    correlations = matrix / np.outer(sd, sd)
    if np.linalg.eigvalsh(correlations).min() < 1e-10:
        raise StatisticsError("the items' correlations are not positive definite: is one the sum of others?")
    start = np.clip(1.0 / np.diag(np.linalg.inv(correlations)), LEAST_UNIQUENESS, 1.0)
    found = optimize.minimize(
        _discrepancy,
        start,
        args=(correlations,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_UNIQUENESS, 1.0)] * len(start),
        options={"maxiter": MOST_STEPS, "ftol": 1e-15, "gtol": 1e-10},
    )
    uniquenesses = found.x
    loadings = _loadings(uniquenesses, correlations)
    left = uniquenesses - np.clip(uniquenesses - found.jac, LEAST_UNIQUENESS, 1.0)
    if not np.isfinite(found.fun) or not (found.success or np.abs(left).max() < SETTLED):
        raise StatisticsError("the one-factor model does not settle on these items")
    loadings *= 1.0 if loadings.sum() >= 0.0 else -1.0
    return OneFactor(loadings, uniquenesses <= LEAST_UNIQUENESS * (1.0 + 1e-6))


def _discrepancy(uniquenesses: Array, correlations: Array) -> tuple[float, Array]:
    scale = 1.0 / np.sqrt(uniquenesses)
    values = np.linalg.eigvalsh(correlations * np.outer(scale, scale))
    rest = values[:-1]
    distance = float(np.sum(rest - np.log(rest) - 1.0))
    loadings = _loadings(uniquenesses, correlations)
    residual = np.outer(loadings, loadings) + np.diag(uniquenesses) - correlations
    return distance, np.diag(residual) / uniquenesses**2


def _loadings(uniquenesses: Array, correlations: Array) -> Array:
    scale = 1.0 / np.sqrt(uniquenesses)
    values, vectors = np.linalg.eigh(correlations * np.outer(scale, scale))
    return np.asarray(vectors[:, -1] * np.sqrt(max(values[-1] - 1.0, 0.0)) / scale)


def _information(loadings: Array, uniquenesses: Array) -> Array:
    """Return the expected information of one observation in (loadings, uniquenesses), (2k, 2k)."""
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(uniquenesses))
    turned = inverse @ _slopes(loadings)
    return np.asarray(0.5 * np.einsum("aij,bji->ab", turned, turned))


def _slopes(loadings: Array) -> Array:
    """Return how the model's covariances change with loadings and uniquenesses, (2k, k, k)."""
    k = len(loadings)
    slopes = np.zeros((2 * k, k, k))
    for j in range(k):
        slopes[j, j, :] += loadings
        slopes[j, :, j] += loadings
        slopes[k + j, j, j] = 1.0
    return slopes
