"""Reading numbers out of frames for a statistic, refusing everything wrong at once.

Every statistic of `workbook.research` starts here, so that bad input gives one
`StatisticsError` naming each problem by row and column, and never shows a value: values are
answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbook.dyads.ids import ids_as_text
from workbook.errors import StatisticsError

Array = NDArray[np.float64]

MISSING_CODES = {-7.0, -8.0, -9.0} | {
    sign * digit * ones for sign in (-1.0, 1.0) for digit in (7.0, 8.0, 9.0) for ones in (11.0, 111.0, 1111.0)
}
"""Numbers that stand for a missing answer in many data sets."""

SHOWN = 5
"""How many places one problem names before it says how many more there are."""


def read_columns(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[list[Array], list[str]]:
    """Return columns as float vectors (NaN where missing), and what is wrong with them.

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
    twice = set(frame.columns[frame.columns.duplicated()])
    for name in columns:
        if name in twice:
            problems += named_twice([name, name])
            continue
        if name not in frame.columns:
            problems.append(f"column {name!r} is not in the frame: it has {_listed(frame.columns)}")
            continue
        column = frame[name]
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            problems.append(f"column {name!r} holds {column.dtype}, not numbers")
            continue
        vector = column.to_numpy(dtype=np.float64, na_value=np.nan)
        problems += no_values(f"column {name!r}", vector, frame.index)
        vectors.append(vector)
    return vectors, problems


def no_values(what: str, vector: Array, index: "pd.Index[Any]", *, are: str = "is") -> list[str]:
    """Return problems with what stands among numbers and is none: the infinite, codes for a missing answer.

    >>> no_values("column 'y'", np.array([1.0, 2.0, 3.0, 999.0]), pd.RangeIndex(4))[0].split(":")[0]
    "column 'y', row 3"
    """
    infinite = np.flatnonzero(np.isinf(vector))
    if infinite.size:
        return [f"{what} {are} not finite at {places(index[infinite])}"]
    codes = _codes(vector)
    if not codes.size:
        return []
    where = places(index[codes])
    return [
        f"{what}, {where}: far from all other values, and looks like a code for a missing one: put NaN there"
    ]


def _codes(vector: Array) -> NDArray[np.intp]:
    """Return where a column holds what is used as a code for missing, far from all its other values.

    Far is further from the others than these are from each other.

    >>> _codes(np.array([1.0, 4.0, 99.0, 3.0, np.nan, -9.0])).tolist()
    [2, 5]
    >>> _codes(np.array([1.0, 40.0, 99.0, 75.0])).tolist()
    []
    >>> _codes(np.array([-1.2, 0.3, 999.0, 1.1, -9.0])).tolist()
    [2]
    """
    given = vector[~np.isnan(vector)]
    if not given.size or not {float(given.min()), float(given.max())} & MISSING_CODES:
        return np.array([], dtype=np.intp)
    coded = np.isin(vector, sorted(MISSING_CODES))
    others = vector[~coded & ~np.isnan(vector)]
    if len(others) < 3 or np.ptp(others) == 0.0:
        return np.array([], dtype=np.intp)
    low, high = others.min() - np.ptp(others), others.max() + np.ptp(others)
    small = (vector > -10.0) & (vector < 0.0) & (others.min() < 0.0)  # -9 or -7 among others below 0
    return np.flatnonzero(coded & ~small & ((vector < low) | (vector > high)))


def named_twice(names: Iterable[object]) -> list[str]:
    """Return problems with names that stand twice: which column is meant cannot be known.

    >>> named_twice(["i1", "i2", "i1"])
    ["column 'i1' is there twice: give each column a name of its own"]
    """
    found = list(names)
    twice = dict.fromkeys(name for name in found if found.count(name) > 1)
    return [f"column {name!r} is there twice: give each column a name of its own" for name in twice]


def read_each(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[dict[str, Array], list[str]]:
    """Return the columns that can be read, by name, and what is wrong with the others."""
    readable: dict[str, Array] = {}
    problems: list[str] = []
    for name in columns:
        vectors, wrong = read_columns(frame, [name])
        problems += wrong
        if not wrong:
            readable[name] = vectors[0]
    return readable, problems


def check_keys(frame: pd.DataFrame, key: str = "couple_id") -> list[str]:
    """Return problems with the rows' key: a couple that appears twice would be counted twice.

    The key is a column, or else the frame's index if that has a name.

    >>> check_keys(pd.DataFrame({"couple_id": ["c1", "c2", "c1"]}))
    ['couple_id: 1 duplicated (row 2): one row per couple, so choose one occasion']
    >>> check_keys(pd.DataFrame({"y": [1, 2]}, index=pd.Index(["c1", "c1"], name="couple_id")))
    ['couple_id: 1 duplicated (row c1): one row per couple, so choose one occasion']
    """
    unit = key.removesuffix("_id")
    if twice := named_twice(name for name in frame.columns if name == key):
        return twice
    if key in frame.columns:
        keys = frame[[key]]
    elif any(name is not None for name in frame.index.names):
        keys = frame.index.to_frame(index=False)
        keys = keys[[key]] if key in keys else keys
    else:
        return []
    name = "/".join(str(column) for column in keys)
    problems = []
    # Whole numbers alone cannot be one id in two forms, and stay as they are: they may be millions.
    texts = keys.apply(lambda ids: ids if pd.api.types.is_integer_dtype(ids) else ids_as_text(ids))
    repeated = np.flatnonzero(texts.duplicated().to_numpy())
    if repeated.size:
        where = places(frame.index[repeated])
        problems.append(
            f"{name}: {repeated.size} duplicated ({where}): one row per {unit}, so choose one occasion"
        )
    absent = np.flatnonzero(keys.isna().any(axis=1).to_numpy())
    if absent.size:
        problems.append(f"{name}: missing at {places(frame.index[absent])}")
    return problems


def read_complete(
    frame: pd.DataFrame, columns: Sequence[str], *, at_least: int, unit: str = "couples"
) -> tuple[list[Array], int]:
    """Vectors of the rows that miss nothing, and how many rows were set aside.

    Raises
    ------
    StatisticsError
        All at once: everything `read_columns` and `check_keys` find in all rows, too few
        complete rows, and columns that do not vary in them.
    """
    readable, problems = read_each(frame, columns)
    problems += check_keys(frame)
    whole = np.ones(len(frame), dtype=bool)
    for vector in readable.values():
        whole &= ~np.isnan(vector)
    n = int(whole.sum())
    n_set_aside = len(frame) - n
    if n_set_aside:
        readable = {name: vector[whole] for name, vector in readable.items()}
    problems += [*_too_few(n, at_least, unit), *(constant(readable) if n > 1 else [])]
    if problems:
        raise StatisticsError(problems)
    return [readable[name] for name in columns], n_set_aside


def require_enough(n: int, at_least: int, unit: str = "couples") -> None:
    """Refuse a sample too small for the statistic to exist."""
    if problems := _too_few(n, at_least, unit):
        raise StatisticsError(problems)


def require_varying(vectors: Iterable[Array], names: Sequence[str]) -> None:
    """Refuse columns in which everybody has the same number, or nobody any."""
    if problems := constant(dict(zip(names, vectors, strict=True))):
        raise StatisticsError(problems)


def _too_few(n: int, at_least: int, unit: str) -> list[str]:
    return [f"{n} complete {unit}: this statistic needs at least {at_least}"] if n < at_least else []


def constant(columns: Mapping[str, Array]) -> list[str]:
    """Return problems with columns in which everybody has the same number, or nobody any."""
    same = [name for name, vector in columns.items() if not vector.size or np.ptp(vector) == 0.0]
    return [f"column {name!r} does not vary: leave it out" for name in same]


def require_share(value: float, name: str) -> None:
    """Refuse a confidence level or reliability outside the open interval from 0 to 1."""
    if not 0.0 < value < 1.0:
        raise StatisticsError(f"{name} must lie between 0 and 1, both excluded")


def places(rows: Iterable[object]) -> str:
    """Return rows as words: the first few, and how many more.

    >>> places([3, 8, 9, 12, 13, 20, 21])
    'rows 3, 8, 9, 12, 13 and 2 more'
    """
    found = [str(row) for row in rows]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"row{'s' if len(found) > 1 else ''} {', '.join(found[:SHOWN])}{more}"


def _listed(names: Iterable[object]) -> str:
    found = [repr(name) for name in names]
    return ", ".join(found[:SHOWN]) + (" …" if len(found) > SHOWN else "") if found else "no columns"
