"""Reading numbers out of frames for a statistic, refusing everything wrong at once.

Every statistic of `workbook.research` starts here, so that bad input gives one
`StatisticsError` naming each problem by row and column, and never shows a value: values are
answers.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.errors import StatisticsError

Array = NDArray[np.float64]

SHOWN = 5
"""How many places one problem names before it says how many more there are."""


def read_columns(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[list[Array], list[str]]:
    """Columns as float vectors (NaN where missing), and what is wrong with them.

    A float column without missing values is not copied, so a frame of millions of couples
    costs no second frame.

    Returns
    -------
    vectors : list of ndarray, each (n,) float64
        Empty where a column is absent or holds no numbers.
    problems : list of str
        Absent columns, columns that hold no numbers, infinite values with their rows.
    """
    vectors: list[Array] = []
    problems: list[str] = []
    for name in columns:
        if name not in frame.columns:
            problems.append(f"column {name!r} is not in the frame: it has {_listed(frame.columns)}")
            continue
        column = frame[name]
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            problems.append(f"column {name!r} holds {column.dtype}, not numbers")
            continue
        vector = column.to_numpy(dtype=np.float64, na_value=np.nan)
        infinite = np.flatnonzero(np.isinf(vector))
        if infinite.size:
            problems.append(f"column {name!r} is not finite at {places(frame.index[infinite])}")
        vectors.append(vector)
    return vectors, problems


def check_keys(frame: pd.DataFrame, key: str = "couple_id") -> list[str]:
    """Problems with the rows' key: a couple that appears twice would be counted twice.

    >>> check_keys(pd.DataFrame({"couple_id": ["c1", "c2", "c1"]}))
    ['couple_id: 1 duplicated (row 2): one row per couple, so choose one occasion']
    """
    if key not in frame.columns:
        return []
    keys = frame[key]
    problems = []
    repeated = np.flatnonzero(keys.duplicated().to_numpy())
    if repeated.size:
        unit = key.removesuffix("_id")
        where = places(frame.index[repeated])
        problems.append(
            f"{key}: {repeated.size} duplicated ({where}): one row per {unit}, so choose one occasion"
        )
    absent = np.flatnonzero(keys.isna().to_numpy())
    if absent.size:
        problems.append(f"{key}: missing at {places(frame.index[absent])}")
    return problems


def read_complete(
    frame: pd.DataFrame, columns: Sequence[str], *, at_least: int, unit: str = "couples"
) -> tuple[list[Array], int]:
    """Vectors of the rows that miss nothing, and how many rows were set aside.

    Raises
    ------
    StatisticsError
        Everything `read_columns` and `check_keys` find, too few complete rows, and columns
        that do not vary.
    """
    vectors, problems = read_columns(frame, columns)
    problems += check_keys(frame)
    if problems:
        raise StatisticsError(problems)
    whole = np.ones(len(frame), dtype=bool)
    for vector in vectors:
        whole &= ~np.isnan(vector)
    n_set_aside = int(whole.size - whole.sum())
    if n_set_aside:
        vectors = [vector[whole] for vector in vectors]
    n = len(frame) - n_set_aside
    problems = [*_too_few(n, at_least, unit), *(_constant(vectors, columns) if n > 1 else [])]
    if problems:
        raise StatisticsError(problems)
    return vectors, n_set_aside


def require_enough(n: int, at_least: int, unit: str = "couples") -> None:
    """Refuse a sample too small for the statistic to exist."""
    if problems := _too_few(n, at_least, unit):
        raise StatisticsError(problems)


def require_varying(vectors: Iterable[Array], names: Sequence[str]) -> None:
    """Refuse columns in which everybody has the same number, or nobody any."""
    if problems := _constant(vectors, names):
        raise StatisticsError(problems)


def _too_few(n: int, at_least: int, unit: str) -> list[str]:
    return [f"{n} complete {unit}: this statistic needs at least {at_least}"] if n < at_least else []


def _constant(vectors: Iterable[Array], names: Sequence[str]) -> list[str]:
    constant = [
        name for name, vector in zip(names, vectors, strict=True) if not vector.size or np.ptp(vector) == 0.0
    ]
    return [f"column {name!r} does not vary: leave it out" for name in constant]


def require_share(value: float, name: str) -> None:
    """Refuse a confidence level or reliability outside the open interval from 0 to 1."""
    if not 0.0 < value < 1.0:
        raise StatisticsError(f"{name} must lie between 0 and 1, both excluded")


def places(rows: Iterable[object]) -> str:
    """Rows as words: the first few, and how many more.

    >>> places([3, 8, 9, 12, 13, 20, 21])
    'rows 3, 8, 9, 12, 13 and 2 more'
    """
    found = [str(row) for row in rows]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"row{'s' if len(found) > 1 else ''} {', '.join(found[:SHOWN])}{more}"


def _listed(names: Iterable[object]) -> str:
    found = [repr(name) for name in names]
    return ", ".join(found[:SHOWN]) + (" …" if len(found) > SHOWN else "") if found else "no columns"
