"""Covariances of items, refused where no persons can have them; and persons counted once."""

from typing import Literal

import numpy as np
import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.checks import Array, check_keys, read_columns, require_enough, require_varying
from workbook.research.moments import Moments

Missing = Literal["pairwise", "listwise"]

FEWEST_PERSONS = 3

NO_VARIANCE = 1e-18
"""A variance below this share of the largest is rounding: everybody gave the same answer."""


def item_covariance(items: pd.DataFrame | Moments, missing: str) -> tuple[pd.DataFrame, int]:
    """Items' covariances (k, k), and the fewest persons behind any of them.

    Raises
    ------
    StatisticsError
        As `workbook.research.reliability.cronbach_alpha`.
    """
    if isinstance(items, Moments):
        _require_items(len(items.names))
        require_enough(items.n, FEWEST_PERSONS, "persons")
        _require_variances(items.covariance)
        return items.covariance, items.n
    if missing not in ("pairwise", "listwise"):
        raise StatisticsError(f"missing must be 'pairwise' or 'listwise', not {missing!r}")
    names = [str(name) for name in items.columns]
    vectors, problems = read_columns(items.set_axis(names, axis=1), names)
    problems += check_persons(items.index)
    if len(set(names)) < len(names):
        problems.append("two items have the same name")
    if problems:
        raise StatisticsError(problems)
    _require_items(len(names))
    values = np.column_stack(vectors)
    if missing == "listwise":
        values = values[~np.isnan(values).any(axis=1)]
    answered = (~np.isnan(values)).astype(float)
    behind = answered.T @ answered
    require_enough(int(behind.min()), FEWEST_PERSONS, "persons behind every pair of items")
    require_varying([column[~np.isnan(column)] for column in values.T], names)
    matrix = _pairwise(values)
    if np.linalg.eigvalsh(matrix).min() < -1e-8 * np.trace(matrix):
        raise StatisticsError(
            "the pairwise covariances have a negative eigenvalue: no persons have these covariances, "
            "too different ones answered each pair of items; set persons aside with missing='listwise'"
        )
    return pd.DataFrame(matrix, index=names, columns=names), int(behind.min())


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


def _pairwise(values: Array) -> Array:
    """Covariances, each from the rows in which both columns are present (as R's ``cov``)."""
    if not np.isnan(values).any():
        return np.cov(values, rowvar=False)
    present = (~np.isnan(values)).astype(float)
    centred = np.nan_to_num(values - np.nanmean(values, axis=0))
    n = present.T @ present
    sums = centred.T @ present
    return np.asarray((centred.T @ centred - sums * sums.T / n) / (n - 1.0))


def _require_items(k: int) -> None:
    if k < 2:
        raise StatisticsError(f"{k} item(s): a reliability needs at least 2")


def _require_variances(covariance: pd.DataFrame) -> None:
    variances = np.diag(covariance.to_numpy())
    constant = covariance.index[variances <= NO_VARIANCE * variances.max()]
    if len(constant):
        raise StatisticsError([f"column {str(name)!r} does not vary: leave it out" for name in constant])
