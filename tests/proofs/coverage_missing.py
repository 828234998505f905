"""Whether the intervals of α and ω hold the truth where answers are missing."""

import numpy as np
import pandas as pd
from scipy import stats

from tests.proofs.harness import Counts, proof
from workbook.errors import StatisticsError
from workbook.research.items import Missing
from workbook.research.reliability import cronbach_alpha, mcdonald_omega

LEVEL, FULL = 0.95, 3000
STEEP = 1.2
"""How strongly an answer goes missing by what it depends on: a probit slope."""
MOST_OFF = 0.05
"""How far below 95 % the documented coverage may lie where answers are missing by what they would say."""


def draw(
    generator: np.random.Generator, *, at_random: bool = True, close: bool = False
) -> tuple[pd.DataFrame, float]:
    """Return answers to 2 to 8 equally good items, some missing, and their true reliability.

    Loadings .5 to .95, 80 to 250 persons, 0 to 30 % of the answers missing. At random: by chance
    alone, or all but the first item by what was answered to the first. Not at random: each by the
    answer that it would have been. ``close``: 100 persons, 3 items that go closely together, with
    loadings .95, and 30 % of the answers missing.
    """
    n, k = int(generator.integers(80, 251)), int(generator.integers(2, 9))
    loading, share = float(generator.uniform(0.5, 0.95)), float(generator.uniform(0.0, 0.3))
    if close:
        n, k, loading, share = 100, 3, 0.95, 0.3
    noise = np.sqrt(1.0 - loading**2) * generator.normal(size=(n, k))
    values = loading * generator.normal(size=(n, 1)) + noise
    if not at_random:
        odds = 2.0 * share * stats.norm.cdf(-STEEP * values)
    elif generator.random() < 0.5:
        odds = np.full((n, k), share)
    else:
        odds = np.repeat(2.0 * share * stats.norm.cdf(-STEEP * values[:, :1]), k, axis=1)
        odds[:, 0] = 0.0
    values[generator.random((n, k)) < odds] = np.nan
    true = (k * loading) ** 2
    return pd.DataFrame(values), true / (true + k * (1.0 - loading**2))


def count(size: int, seed: int, missing: Missing) -> Counts:
    """Count the intervals that hold the true reliability, and what was refused."""
    generator = np.random.default_rng(seed)
    counts = dict.fromkeys(("alpha", "omega", "omegas", "close", "not_at_random", "refused", "heywood"), 0)
    for _ in range(size):
        items, truth = draw(generator)
        counts["alpha"] += _holds(counts, "refused", cronbach_alpha, items, missing, truth)
        if items.shape[1] > 2:
            counts["omegas"] += 1
            counts["omega"] += _holds(counts, "heywood", mcdonald_omega, items, missing, truth)
        items, truth = draw(generator, close=True)
        counts["close"] += _holds(counts, "refused", cronbach_alpha, items, missing, truth)
        items, truth = draw(generator, at_random=False)
        counts["not_at_random"] += _holds(counts, "refused", cronbach_alpha, items, missing, truth)
    return {"trials": size, **counts}


def _holds(
    counts: Counts, refusal: str, statistic: object, items: pd.DataFrame, missing: Missing, truth: float
) -> bool:
    try:
        found = statistic(items, missing=missing)  # type: ignore[operator]
    except StatisticsError:
        counts[refusal] += 1
        return False
    return bool(found.low <= truth <= found.high)


def _off(n: float) -> float:
    """Three Monte Carlo errors of a share of n intervals at 95 %."""
    return 3.0 * float(np.sqrt(LEVEL * (1.0 - LEVEL) / n))


def _holds_in_all(counts: Counts) -> bool:
    n, omegas = counts["trials"], counts["omegas"] - counts["heywood"]
    return bool(
        abs(counts["alpha"] / n - LEVEL) <= _off(n)
        and abs(counts["close"] / n - LEVEL) <= _off(n)
        and abs(counts["omega"] / omegas - LEVEL) <= _off(omegas)
        and counts["not_at_random"] / n >= LEVEL - MOST_OFF - _off(n)
        and counts["refused"] == 0
        and counts["heywood"] <= 0.02 * counts["omegas"]
    )


@proof(
    "coverage_missing",
    bound=f"95 % intervals of α and ω within {100 * _off(FULL):.1f} % with 0 to 30 % of answers missing; "
    "nothing refused",
    full=FULL,
    short=60,
    portion=500,
    holds=_holds_in_all,
    figure=lambda c: (
        f"alpha {100 * c['alpha'] / c['trials']:.1f} %, "
        f"omega {100 * c['omega'] / (c['omegas'] - c['heywood']):.1f} %, "
        f"alpha of close items {100 * c['close'] / c['trials']:.1f} %, "
        f"alpha, not at random {100 * c['not_at_random'] / c['trials']:.1f} %; refused "
        f"{c['refused']} alphas and {c['heywood']} of {c['omegas']} omegas (Heywood cases)"
    ),
)
def coverage_missing(size: int, seed: int) -> Counts:
    """How often the intervals of α and ω, as they come by default, hold the true reliability."""
    return count(size, seed, "fiml")


@coverage_missing.control(size=60, fails=lambda c: c["close"] / c["trials"] < LEVEL - _off(c["trials"]))
def intervals_of_pairwise_covariances(size: int, seed: int) -> Counts:
    """The rule that was the default before must be caught: its intervals are too narrow."""
    return count(size, seed, "pairwise")
