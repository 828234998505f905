"""How well an export hides people: k, l and t with the couple as the unit, and uniqueness."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.checks import Array


@dataclass(frozen=True, slots=True)
class Anonymity:
    """How alike the rows of a table are in what others may know.

    ``k``: units (couples) in the smallest class of rows that agree on every quasi-identifier.
    ``l``: fewest different sensitive values in a class. ``t``: largest distance between a
    class's distribution of the sensitive value and the whole table's. ``unique``: share of
    units that stand alone in their class. ``l`` and ``t`` are the worst over the sensitive
    columns; 0 and NaN without any.
    """

    k: int
    l: int  # noqa: E741 - l-diversity is its name
    t: float
    unique: float
    n_classes: int
    n_units: int


def measure_anonymity(
    table: pd.DataFrame, quasi: Sequence[str], sensitive: Sequence[str] = (), *, unit: str | None = None
) -> Anonymity:
    r"""Return the k-anonymity, l-diversity and t-closeness of a table.

    Formula
    -------
    Rows are classed by their values on ``quasi`` (a missing value is a value of its own).
    k counts distinct units per class, so that the two partners of one couple hide nobody from
    each other. t of a number: ordered distance, Σ\|cumulated difference\|/(m − 1) over the m
    values that occur; of anything else half the sum of absolute differences.

    Assumptions
    -----------
    Others know the quasi-identifiers and nothing more; see `workbook.research.attacks` for
    those who know more.

    Missing
    -------
    A missing value is a value like any other: it is published too.

    Source
    ------
    Sweeney (2002), Int. J. Uncertainty 10, 557–570 (k); Machanavajjhala et al. (2007), ACM
    TKDD 1, 3 (l); Li, Li & Venkatasubramanian (2007), ICDE, 106–115 (t).

    Checked against
    ---------------
    pycanon (rows as units) on random tables, in an environment of its own, in ``make prove``.

    Parameters
    ----------
    table : DataFrame
    quasi : list of str
        What others may know.
    sensitive : list of str
        What they must not learn.
    unit : str
        Column whose distinct values are counted, e.g. ``couple_id``; rows if None.

    Returns
    -------
    Anonymity

    Raises
    ------
    StatisticsError
        Absent columns, an empty table.

    Examples
    --------
    >>> table = pd.DataFrame({"couple": [1, 1, 2, 3], "age": [1, 1, 1, 2], "score": [1, 2, 3, 3]})
    >>> found = measure_anonymity(table, ["age"], ["score"], unit="couple")
    >>> found.k, found.l, round(found.unique, 2)
    (1, 1, 0.33)
    """
    wanted = [*quasi, *sensitive, *([unit] if unit else [])]
    problems = [f"column {name!r} is not in the table" for name in wanted if name not in table]
    if not len(table):
        problems.append("the table is empty")
    if problems:
        raise StatisticsError(problems)
    classes = class_numbers(table, quasi)
    n_classes = int(classes.max()) + 1
    units = pd.factorize(table[unit])[0] if unit else np.arange(len(table))
    held = pd.DataFrame({"class": classes, "unit": units}).drop_duplicates()
    sizes = np.bincount(held["class"], minlength=n_classes)
    alone = held["class"].map(lambda number: sizes[number] == 1)
    worst_l, worst_t = 0, float("nan")
    for number, name in enumerate(sensitive):
        diverse, distance = _diversity(table[name], classes, n_classes)
        worst_l = diverse if number == 0 else min(worst_l, diverse)
        worst_t = distance if number == 0 else max(worst_t, distance)
    n_units = int(held["unit"].nunique())
    unique = held.loc[alone.to_numpy(dtype=bool), "unit"].nunique() / n_units
    return Anonymity(int(sizes.min()), worst_l, worst_t, float(unique), n_classes, n_units)


def class_numbers(table: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Return which class each row is in: rows that agree on all columns share a number, (n,)."""
    numbers = np.zeros(len(table), dtype=np.int64)
    for name in columns:
        codes, values = pd.factorize(table[name], use_na_sentinel=False)
        numbers = numbers * max(len(values), 1) + codes
        numbers = np.unique(numbers, return_inverse=True)[1].ravel()
    return numbers


def _diversity(column: pd.Series, classes: np.ndarray, n_classes: int) -> tuple[int, float]:
    codes, values = pd.factorize(column, sort=True, use_na_sentinel=False)
    counts = np.zeros((n_classes, len(values)))
    np.add.at(counts, (classes, codes), 1.0)
    diverse = int((counts > 0).sum(axis=1).min())
    whole: Array = counts.sum(axis=0) / counts.sum()
    gaps = counts / counts.sum(axis=1, keepdims=True) - whole
    if not pd.api.types.is_numeric_dtype(column):
        return diverse, float(np.abs(gaps).sum(axis=1).max() / 2.0)
    steps = max(len(values) - 1, 1)
    return diverse, float(np.abs(np.cumsum(gaps, axis=1)).sum(axis=1).max() / steps)
