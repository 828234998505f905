"""The dyadic pattern k: a couple's partner effect as a multiple of its actor effect."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbook.research.checks import Array
from workbook.research.dyadic.design import Design
from workbook.research.dyadic.least_squares import Fit, is_redundant, rotations

SMALLEST_ACTOR = 0.10
"""A standardised actor effect below this makes the ratio meaningless (Kenny & Ledermann 2010)."""

MOST_RESAMPLED = 20_000
"""Above this many couples the interval is drawn from the estimates' normal distribution."""

MOST_LOST = 0.05
"""Share of resampled cohorts without an estimate above which the rest would flatter the interval."""

CHUNK = 256
CELLS = 1_000_000
"""Resampling weights held at a time: they, and not the couples, would fill memory."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """k = partner effect / actor effect, with its interval and what may be said of it.

    ``low`` and ``high`` are NaN and ``reading`` is "not interpreted" when the standardised
    actor effect is smaller than 0.10, or when more than 5 % of the resampled cohorts have no
    estimate (few couples, a rare predictor); fewer are dropped. Otherwise ``reading`` names the
    patterns that the interval holds: couple (k = 1), contrast (k = −1), actor-only (k = 0). If
    it holds none, it is "between" where the whole interval lies between two of them, and
    "beyond" where all of it is above 1 or below −1: the partner effect is the larger one.
    """

    value: float
    low: float
    high: float
    reading: str
    method: str


def read_pattern(
    actor: float, partner: float, standardised_actor: float, draws: Array, method: str, confidence: float
) -> Pattern:
    """Return the ratio from the estimates and from resampled (actor, partner) effects, (draws, 2)."""
    value = partner / actor if actor else np.nan
    if not abs(standardised_actor) >= SMALLEST_ACTOR:
        return Pattern(float(value), np.nan, np.nan, "not interpreted", method)
    kept = draws[np.isfinite(draws).all(axis=1)]
    if len(kept) < (1.0 - MOST_LOST) * len(draws):
        return Pattern(float(value), np.nan, np.nan, "not interpreted", method)
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(kept[:, 1] / kept[:, 0], [tail, 1.0 - tail])
    held = [
        name for name, k in (("contrast", -1.0), ("actor-only", 0.0), ("couple", 1.0)) if low <= k <= high
    ]
    otherwise = "beyond" if low > 1.0 or high < -1.0 else "between"
    return Pattern(float(value), float(low), float(high), " or ".join(held) or otherwise, method)


def resample(
    vectors: Sequence[Array], design: Design, *, distinguishable: bool, n_draws: int, seed: int
) -> Array:
    """Actor and partner effects of resampled cohorts, whole couples drawn with replacement.

    Returns
    -------
    ndarray, (n_draws, roles, 2)
        One role for exchangeable partners, two otherwise. NaN where a resampled cohort's
        predictors are redundant.
    """
    columns = np.column_stack(vectors)
    columns = columns - columns.mean(axis=0)
    shift = np.column_stack(vectors).mean(axis=0)
    n, width = columns.shape
    products = (columns[:, :, None] * columns[:, None, :]).reshape(n, -1)
    usual = np.mean(columns**2, axis=0)
    generator = np.random.default_rng(seed)
    found = []
    chunk = min(CHUNK, max(8, CELLS // n))
    for start in range(0, n_draws, chunk):
        size = min(chunk, n_draws - start)
        weights = generator.multinomial(n, np.full(n, 1.0 / n), size=size).astype(float)
        means = weights @ columns / n
        second = (weights @ products / n).reshape(size, width, width)
        covariance = second - means[:, :, None] * means[:, None, :]
        found.append(_effects(means + shift, covariance, usual, design, distinguishable=distinguishable))
    return np.concatenate(found)


def draw_normal(fit: Fit, n_draws: int, seed: int, n_roles: int) -> Array:
    """Actor and partner effects drawn from their joint sampling distribution, (n, roles, 2)."""
    generator = np.random.default_rng(seed)
    per_role = len(fit.estimate) // n_roles
    places = [role * per_role + term for role in range(n_roles) for term in (1, 2)]
    drawn = generator.multivariate_normal(
        fit.estimate[places], fit.covariance[np.ix_(places, places)], n_draws, method="cholesky"
    )
    return np.asarray(drawn).reshape(n_draws, n_roles, 2)


def _effects(
    means: Array, covariance: Array, usual: Array, design: Design, *, distinguishable: bool
) -> Array:
    if distinguishable:
        slopes = _slopes(covariance, usual, n_outcome=2)
        first, second = slopes[:, [0, 1], 0], slopes[:, [1, 0], 1]
        return np.stack([first, second], axis=1)
    to_sums, to_differences = rotations(design)
    sums = to_sums @ covariance @ to_sums.T
    centre = means @ to_differences.T
    differences = to_differences @ covariance @ to_differences.T + centre[:, :, None] * centre[:, None, :]
    between = _slopes(sums, to_sums**2 @ usual, n_outcome=1)[:, 0, 0]
    within = _slopes(differences, to_differences**2 @ usual, n_outcome=1)[:, 0, 0]
    return np.stack([(between + within) / 2.0, (between - within) / 2.0], axis=1)[:, None, :]


def _slopes(scatter: Array, usual: Array, *, n_outcome: int) -> Array:
    """Slopes of the last columns on the others, (draws, predictors, outcomes), NaN where singular."""
    inner, outer = scatter[:, :-n_outcome, :-n_outcome], scatter[:, :-n_outcome, -n_outcome:]
    sound = ~is_redundant(inner, usual[:-n_outcome])
    slopes = np.full(outer.shape, np.nan)
    slopes[sound] = np.linalg.solve(inner[sound], outer[sound])
    return slopes
