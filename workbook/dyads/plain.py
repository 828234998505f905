"""Frames to plain lists and back: of a couple's some hundred rows, a step of pandas costs as much as all.

What is worked out in between is the same numbers in the same order, so it is equal to the last bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from workbook import frames
from workbook.dyads.ids import ids_as_text

Numbers = npt.NDArray[np.float64]
Row = Mapping[str, Any]


def texts(column: pd.Series) -> list[str]:
    """Return a column of ids or names as text; see `ids_as_text`."""
    found: list[str] = (column if isinstance(column.dtype, pd.StringDtype) else ids_as_text(column)).tolist()
    return found


def numbers(column: pd.Series) -> Numbers:
    """Return a column as numbers, NaN where one is missing."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def flags(column: pd.Series) -> list[bool]:
    """Return a column of yes and no; what is missing is no."""
    found: list[bool] = column.to_numpy(dtype=bool, na_value=False).tolist()
    return found


def framed(columns: Mapping[str, Iterable[Any]], schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a checked frame made of columns, which may have more than it takes.

    Raises
    ------
    workbook.errors.FrameError
        See `workbook.frames.check`.
    """
    made = {name: _array(columns[name], rule.dtype.type) for name, rule in schema.columns.items()}
    frame = pd.DataFrame(made, copy=False)
    is_whole = all(rule.nullable or not pd.isna(made[name]).any() for name, rule in schema.columns.items())
    keys = list(zip(*(made[name].tolist() for name in schema.unique or ()), strict=True))
    is_sound = is_whole and len(set(keys)) == len(keys)
    return frame if is_sound else frames.check(frame, schema)


def framed_rows(rows: Sequence[Row], schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a checked frame made of rows."""
    return framed({name: [row[name] for row in rows] for name in schema.columns}, schema)


def _array(values: Any, dtype: Any) -> Any:
    if dtype == "Float64":
        floats = np.array([np.nan if one is None else one for one in values], dtype=np.float64)
        return pd.arrays.FloatingArray(floats, np.isnan(floats))
    return pd.array(values, dtype=dtype)
