"""Moments of items, refused where no persons can have them; and persons counted once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.checks import (
    Array,
    check_keys,
    named_twice,
    read_columns,
    require_enough,
    require_varying,
)
from workbook.research.full_information import FullInformation, full_information
from workbook.research.moments import Moments

Missing = Literal["fiml", "listwise", "pairwise"]
WAYS = ("fiml", "listwise", "pairwise")

FEWEST_PERSONS = 3

NO_VARIANCE = 1e-18
"""A variance below this share of the largest is rounding: everybody gave the same answer."""


@dataclass(frozen=True, eq=False)
class ItemMoments:
    """Items' means and covariances, and how many persons they are worth.

    Attributes
    ----------
    covariance : DataFrame, (k, k)
        With the divisor n − 1.
    correlation : DataFrame, (k, k)
        Of those covariances; with pairwise deletion that of the persons who answered both items,
        which is another.
    means : ndarray, (k,)
    n : int
        Persons: all who answered anything (*fiml*) or everything (*listwise*), or the fewest behind
        any covariance (*pairwise*).
    information : FullInformation, optional
        Where values are missing and all that were given are used.
    """

    covariance: pd.DataFrame = field(repr=False)
    correlation: pd.DataFrame = field(repr=False)
    means: Array
    n: int
    information: FullInformation | None = None

    def worth(self, slope: Array) -> float:
        """Return how many persons without missing answers would tell as much about a coefficient.

        ``slope``, (k, k), says how it changes with the covariances.
        """
        if self.information is None:
            return float(self.n)
        by = (np.zeros(len(slope)), slope)
        variance = float(self.information.error([by])[0, 0])
        return self.information.n * self.information.error_if_complete(by) / variance


def item_moments(items: pd.DataFrame | Moments, missing: str) -> ItemMoments:
    """Return the items' moments by one of the three rules for missing answers.

    Raises
    ------
    StatisticsError
        As `workbook.research.reliability.cronbach_alpha`.
    """
    if missing not in WAYS:
        raise StatisticsError(f"missing must be 'fiml', 'listwise' or 'pairwise', not {missing!r}")
    if isinstance(items, Moments):
        _require_items(len(items.names))
        require_enough(items.n, FEWEST_PERSONS, "persons")
        _require_variances(items.covariance)
        means = items.means.to_numpy(dtype=float)
        return ItemMoments(items.covariance, _correlation(items.covariance), means, items.n)
    values, names = _read(items)
    if missing == "listwise":
        values = values[~np.isnan(values).any(axis=1)]
    answered = (~np.isnan(values)).astype(float)
    behind = answered.T @ answered
    require_enough(int(behind.min()), FEWEST_PERSONS, "persons behind every pair of items")
    require_varying([column[~np.isnan(column)] for column in values.T], names)
    values = values[answered.any(axis=1)]
    if missing == "pairwise":
        return _pairwise(values, names, int(behind.min()))
    if not np.isnan(values).any():
        covariance = _frame(np.cov(values, rowvar=False), names)
        return ItemMoments(covariance, _correlation(covariance), values.mean(axis=0), len(values))
    found = full_information(values)
    covariance = _frame(found.unbiased, names)
    return ItemMoments(covariance, _correlation(covariance), found.means, found.n, found)


def check_persons(index: pd.Index) -> list[str]:
    """Return problems with the rows' names: a person who appears twice would be counted twice.

    An index without a name numbers rows and names nobody; one named ``couple_id`` names
    couples, whose two partners may stand in a row each.

    >>> check_persons(pd.Index(["p1", "p2", "p1"], name="person_id"))
    ['person_id: 1 duplicated (row 2): one row per person, so choose one occasion']
    """
    named = [str(name) for name in index.names if name is not None]
    if not named or named == ["couple_id"]:
        return []
    key = named[-1] if index.nlevels == 1 else "person_id"
    rows = index if index.nlevels == 1 else index.to_flat_index()
    return check_keys(pd.DataFrame({key: rows}), key)


def _read(items: pd.DataFrame) -> tuple[Array, list[str]]:
    names = [str(name) for name in items.columns]
    problems = named_twice(names)
    problems += check_persons(items.index)
    vectors: list[Array] = []
    if not problems:
        vectors, problems = read_columns(items.set_axis(names, axis=1), names)
    if problems:
        raise StatisticsError(problems)
    _require_items(len(names))
    return np.column_stack(vectors), names


def _pairwise(values: Array, names: Sequence[str], fewest: int) -> ItemMoments:
    """Covariances and correlations, each from the rows in which both columns are present (as R's)."""
    frame = pd.DataFrame(values, columns=list(names))
    covariance, correlation = frame.cov(), frame.corr()
    matrices = (covariance.to_numpy(), correlation.to_numpy())
    if any(not np.isfinite(m).all() or np.linalg.eigvalsh(m).min() < -1e-8 * np.trace(m) for m in matrices):
        raise StatisticsError(
            "the pairwise covariances have a negative eigenvalue: no persons have these covariances, "
            "too different ones answered each pair of items; say missing='fiml' or missing='listwise'"
        )
    return ItemMoments(covariance, correlation, np.nanmean(values, axis=0), fewest)


def _frame(matrix: Array, names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(matrix, index=list(names), columns=list(names))


def _correlation(covariance: pd.DataFrame) -> pd.DataFrame:
    scale = np.sqrt(np.diag(covariance.to_numpy()))
    return covariance.div(scale, axis=0).div(scale, axis=1)


def _require_items(k: int) -> None:
    if k < 2:
        raise StatisticsError(f"{k} item(s): a reliability needs at least 2")


def _require_variances(covariance: pd.DataFrame) -> None:
    variances = np.diag(covariance.to_numpy())
    constant = covariance.index[variances <= NO_VARIANCE * variances.max()]
    if len(constant):
        raise StatisticsError([f"column {str(name)!r} does not vary: leave it out" for name in constant])
