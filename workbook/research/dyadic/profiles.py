"""Likeness of whole profiles: of two partners, and of a picture and the person it shows."""

import numpy as np
import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.checks import Array, no_values, places

FEWEST_FACETS = 3


def profile_similarity(a: pd.DataFrame, b: pd.DataFrame, *, distinguishable: bool = False) -> pd.DataFrame:
    """Return how alike the two partners' profiles are, couple by couple.

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
        Different rows or columns, facets that hold no numbers, fewer than 3 facets or 2 couples,
        infinite values: all at once.

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
    if distinguishable:
        mean_a, mean_b = np.nanmean(first, axis=0), np.nanmean(second, axis=0)
    else:
        mean_a = mean_b = np.nanmean(np.vstack([first, second]), axis=0)
    raw, n = correlate_rows(first, second)
    distinctive, _ = correlate_rows(first - mean_a, second - mean_b)
    return pd.DataFrame(
        {"raw": raw, "distinctive": distinctive, "distance": _distance(first, second), "n_facets": n},
        index=a.index,
    )


def perceptual_accuracy(judgement: pd.DataFrame, truth: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return how each judge sees the partner: level, pattern, and how much of oneself is in it.

    Formula
    -------
    ``elevation``: mean of judgement − mean of the partner's own report (positive: seen as
    higher). ``differential_accuracy``: r of judgement and the partner's report over facets.
    ``assumed_similarity``: r of judgement and the judge's own report. Each also
    ``distinctive_…``, with the cohort's mean facet profile taken off both.

    Assumptions
    -----------
    One scale, keyed the same way; the partner's own report stands for the truth.
    ``differential_accuracy`` is a plain profile correlation and so holds Cronbach's *stereotype
    accuracy* too (knowing what people are like on the whole). ``distinctive_accuracy``, without
    the mean profile, is nearer to his *differential accuracy*; neither is his component itself,
    which is a part of a squared distance.

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

    Raises
    ------
    StatisticsError
        As `profile_similarity`.

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
    seen, true, self_report = _aligned(judgement, truth, own)
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


def _aligned(first: pd.DataFrame, *others: pd.DataFrame) -> list[Array]:
    frames = (first, *others)
    problems = []
    if not all(first.index.equals(other.index) for other in others):
        problems.append("the frames have different rows: align them by couple first")
    same_facets = all(list(first.columns) == list(other.columns) for other in others)
    if not same_facets:
        problems.append("the frames have different facets, or in a different order")
    if first.shape[1] < FEWEST_FACETS:
        problems.append(f"{first.shape[1]} facet(s): a profile needs at least {FEWEST_FACETS}")
    if len(first) < 2:
        problems.append(f"{len(first)} couple(s): the cohort's mean profile needs at least 2")
    again = first.index.duplicated()
    if again.any():
        problems.append(f"{places(first.index[again])} stands there twice: one row per couple or judge")
    found = [_read_facets(frame) for frame in frames]
    problems += dict.fromkeys(problem for _, faults in found for problem in faults)
    arrays = [values for values, _ in found]
    if same_facets:
        lost = [np.isnan(values).all(axis=0) for values in arrays]
        empty = np.any([lost[0] & other for other in lost[1:]], axis=0)
        problems += [
            f"facet {str(name)!r} holds no value"
            for name, none in zip(first.columns, empty, strict=True)
            if none
        ]
    if problems:
        raise StatisticsError(problems)
    return arrays


def _read_facets(frame: pd.DataFrame) -> tuple[Array, list[str]]:
    """Return a frame's values (rows, facets), and what is wrong with them; 0 for what is no number."""
    values, problems = np.zeros(frame.shape), []
    for number, name in enumerate(frame.columns):
        column = frame.iloc[:, number]
        if not pd.api.types.is_numeric_dtype(column):
            problems.append(f"facet {str(name)!r} holds {column.dtype}, not numbers")
            continue
        values[:, number] = column.to_numpy(dtype=np.float64, na_value=np.nan)
        problems += no_values(f"facet {str(name)!r}", values[:, number], frame.index)
    return values, problems
