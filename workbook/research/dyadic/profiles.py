"""Likeness of whole profiles: of two partners, and of a picture and the person it shows."""

import numpy as np
import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.samples import Array, places

FEWEST_FACETS = 3


def profile_similarity(a: pd.DataFrame, b: pd.DataFrame, *, distinguishable: bool = False) -> pd.DataFrame:
    """How alike the two partners' profiles are, couple by couple.

    Formula
    -------
    ``raw``: Pearson's r of the partners' values over the facets both have. ``distinctive``:
    the same after the cohort's mean of each facet is taken off (of all persons if
    exchangeable, of each role otherwise), so that what everybody is like no longer counts.
    ``distance``: root mean squared difference, in scale points.

    Assumptions
    -----------
    All facets are on one scale and keyed the same way. A correlation ignores level and
    spread: read it with ``distance``.

    Missing
    -------
    A couple's facets that either partner lacks are left out; with fewer than 3 left, or a
    flat profile, the correlation is NaN. Cohort means use every value there is.

    Source
    ------
    Kenny, Kashy & Cook (2006), ch. 12; Furr (2008), J. Personality 76, 1267–1316.

    Checked against
    ---------------
    ``numpy.corrcoef`` couple by couple; a worked example by hand.

    Parameters
    ----------
    a, b : DataFrame, (couples, facets)
        One row per couple (same index), one column per facet (same columns).
    distinguishable : bool

    Returns
    -------
    DataFrame, (couples, 4)
        ``raw``, ``distinctive``, ``distance``, ``n_facets``; indexed as ``a``.

    Raises
    ------
    StatisticsError
        Different rows or columns, fewer than 3 facets or 2 couples, infinite values.

    Examples
    --------
    >>> a = pd.DataFrame([[1.0, 2, 3], [3, 2, 1]])
    >>> b = pd.DataFrame([[2.0, 3, 4], [1, 2, 4]])
    >>> profile_similarity(a, b).round(3)
         raw  distinctive  distance  n_facets
    0  1.000         1.00     1.000         3
    1 -0.982        -0.98     2.082         3
    """
    first, second = _aligned(a, b)
    mean_a, mean_b = np.nanmean(first, axis=0), np.nanmean(second, axis=0)
    if not distinguishable:
        mean_a = mean_b = np.nanmean(np.vstack([first, second]), axis=0)
    raw, n = correlate_rows(first, second)
    distinctive, _ = correlate_rows(first - mean_a, second - mean_b)
    return pd.DataFrame(
        {"raw": raw, "distinctive": distinctive, "distance": _distance(first, second), "n_facets": n},
        index=a.index,
    )


def perceptual_accuracy(judgement: pd.DataFrame, truth: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """How each judge sees the partner: level, pattern, and how much of oneself is in it.

    Formula
    -------
    ``elevation``: mean of judgement − mean of the partner's own report (positive: seen as
    higher). ``differential_accuracy``: r of judgement and the partner's report over facets.
    ``assumed_similarity``: r of judgement and the judge's own report. Each also
    ``distinctive_…``, with the cohort's mean facet profile taken off both.

    Assumptions
    -----------
    One scale, keyed the same way; the partner's own report stands for the truth.

    Missing
    -------
    Facet by facet: those that lack a value are left out; below 3 the correlation is NaN.

    Source
    ------
    Cronbach (1955), Psych. Bulletin 52, 177–193; Furr (2008).

    Checked against
    ---------------
    ``numpy.corrcoef`` row by row; a worked example by hand.

    Parameters
    ----------
    judgement, truth, own : DataFrame, (judges, facets)
        One row per judge: what they say of the partner, what the partner says of themself,
        and what the judge says of themself.

    Returns
    -------
    DataFrame, (judges, 6)

    Examples
    --------
    >>> judgement = pd.DataFrame([[2.0, 3, 4], [4, 2, 3]])
    >>> truth = pd.DataFrame([[1.0, 2, 3], [3, 3, 1]])
    >>> own = pd.DataFrame([[2.0, 3, 5], [4, 1, 3]])
    >>> found = perceptual_accuracy(judgement, truth, own)
    >>> found[["elevation", "differential_accuracy", "assumed_similarity"]].round(3)
       elevation  differential_accuracy  assumed_similarity
    0      1.000                    1.0               0.982
    1      0.667                    0.0               0.982
    """
    seen, true = _aligned(judgement, truth)
    _, self_report = _aligned(judgement, own)
    both = ~(np.isnan(seen) | np.isnan(true))
    gap = np.where(both, seen - true, np.nan)
    with np.errstate(invalid="ignore"):
        elevation = np.where(both.any(axis=1), np.nansum(gap, axis=1) / both.sum(axis=1), np.nan)
    accuracy, n = correlate_rows(seen, true)
    assumed, _ = correlate_rows(seen, self_report)
    typical = [values - np.nanmean(values, axis=0) for values in (seen, true, self_report)]
    return pd.DataFrame(
        {
            "elevation": elevation,
            "differential_accuracy": accuracy,
            "distinctive_accuracy": correlate_rows(typical[0], typical[1])[0],
            "assumed_similarity": assumed,
            "distinctive_similarity": correlate_rows(typical[0], typical[2])[0],
            "n_facets": n,
        },
        index=judgement.index,
    )


def correlate_rows(first: Array, second: Array) -> tuple[Array, np.ndarray]:
    """Pearson's r of each row with its counterpart over what both have; and how many that is.

    NaN below 3 facets or where a row does not vary.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    n = both.sum(axis=1)
    counted = np.maximum(n, 1)[:, None]
    left, right = (np.where(both, values, 0.0) for values in (first, second))
    left = np.where(both, left - left.sum(axis=1, keepdims=True) / counted, 0.0)
    right = np.where(both, right - right.sum(axis=1, keepdims=True) / counted, 0.0)
    spread = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    flat = spread <= 1e-12 * np.maximum(1.0, np.nanmax(np.abs(first), initial=1.0)) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (left * right).sum(axis=1) / spread
    return np.where((n < FEWEST_FACETS) | flat, np.nan, np.clip(r, -1.0, 1.0)), n


def _distance(first: Array, second: Array) -> Array:
    both = ~(np.isnan(first) | np.isnan(second))
    squares = np.where(both, first - second, 0.0) ** 2
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.where(both.any(axis=1), squares.sum(axis=1) / both.sum(axis=1), np.nan))


def _aligned(a: pd.DataFrame, b: pd.DataFrame) -> tuple[Array, Array]:
    problems = []
    if not a.index.equals(b.index):
        problems.append("the two frames have different rows: align them by couple first")
    if list(a.columns) != list(b.columns):
        problems.append("the two frames have different facets, or in a different order")
    if a.shape[1] < FEWEST_FACETS:
        problems.append(f"{a.shape[1]} facet(s): a profile needs at least {FEWEST_FACETS}")
    if len(a) < 2:
        problems.append(f"{len(a)} couple(s): the cohort's mean profile needs at least 2")
    again = a.index.duplicated()
    if again.any():
        problems.append(f"{places(a.index[again])} stands there twice: one row per couple or judge")
    arrays = [frame.to_numpy(dtype=np.float64, na_value=np.nan) for frame in (a, b)]
    for frame, values in zip((a, b), arrays, strict=True):
        infinite = np.isinf(values)
        problems += [
            f"facet {str(name)!r} is not finite at {places(frame.index[infinite[:, number]])}"
            for number, name in enumerate(frame.columns)
            if infinite[:, number].any()
        ]
    empty = [
        str(name)
        for name, lost in zip(a.columns, np.isnan(np.vstack(arrays)).all(axis=0), strict=False)
        if lost
    ]
    problems += [f"facet {name!r} holds no value" for name in empty]
    if problems:
        raise StatisticsError(problems)
    return arrays[0], arrays[1]
