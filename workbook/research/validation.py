"""Answers as they come in from files: everything wrong with them at once, by row and column.

A cohort may have been collected over years, by several installations, and put together by
hand. Nothing is computed from it before all of it has been looked through, and no problem shows
an answer. A ``version`` column may say which version of its item each row answers; answers to different
wordings are never counted together. Rows that say none answer what is analysed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from workbook import frames
from workbook.cohort import ABOUT, read_about, read_wide
from workbook.errors import FrameError, StorageError
from workbook.instruments.model import FIRST, Instrument
from workbook.research.checks import places

VERSION = "version"
IDS = ("couple_id", "person_id", "occasion", "instrument", "item")


def check_responses(
    responses: pd.DataFrame,
    catalogue: Mapping[str, Instrument],
    *,
    versions: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Look through answers before anything is computed from them.

    Parameters
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES`, perhaps without ``version`` and ``not_arisen``.
    catalogue : mapping of str to Instrument
        The questionnaires, in the one version that is analysed.
    versions : mapping of str to str
        Version by instrument, where the files as a whole say it (``cohort.json``).

    Returns
    -------
    DataFrame
        `workbook.frames.RESPONSES`.

    Raises
    ------
    FrameError
        Absent or strange columns; ids missing; values that are no whole finite numbers or lie
        outside their scale; a value where the person declined; the same answer twice; unknown or
        private questionnaires, unknown items; items in another version than the catalogue's; a person in
        two couples, more than two in a couple.

    Examples
    --------
    >>> from workbook.instruments.model import Choice, Item, Scale
    >>> scale = Scale("s", (Choice(0, "No"), Choice(1, "Yes")))
    >>> item = Item("t.a", "…", scale)
    >>> tiny = Instrument("t", "1.0", "T", (), "", "assessment", "", 1, (scale,), (item,), ())
    >>> rows = pd.DataFrame({"couple_id": "c1", "person_id": ["p1", "p2"], "occasion": "assessment-1",
    ...     "instrument": "t", "item": ["t.a", "t.b"], "value": [1, 0], "declined": False,
    ...     "version": ["2.0", "1.0"]})
    >>> try:
    ...     check_responses(rows, {"t": tiny})
    ... except FrameError as refusal:
    ...     print(refusal)
    column 'item': row 1: 't.b' is not in t 1.0
    column 'version': row 0: answers 't.a' 2.0, analysed is 1.0
    """
    rows = responses.reset_index(drop=True)
    problems = list(_columns(rows))
    if not problems:
        problems += [*_ids(rows), *_values(rows), *_names(rows, catalogue)]
        problems += [*_versions(rows, catalogue, versions or {}), *_couples(rows)]
    if problems:
        raise FrameError(problems)
    if VERSION not in rows:
        asked = {item.id: item.version for one in catalogue.values() for item in one.items}
        rows[VERSION] = rows["item"].astype("string").map(asked).fillna(FIRST)
    there = [name for name in frames.RESPONSES.columns if name in rows]
    return frames.check(rows[there], frames.RESPONSES)


def read_answers(folder: Path, catalogue: Mapping[str, Instrument]) -> pd.DataFrame:
    """Return a cohort's folder (`workbook.cohort.write_cohort`), looked through; in memory.

    Raises
    ------
    StorageError
        The folder is no cohort.
    FrameError
        Every half-written or unreadable file, by name; then as `check_responses`.
    """
    about = read_about(folder)
    paths = sorted(folder.glob("*.parquet" if about["form"] == "parquet" else "*.csv"))
    parts, problems = [], [] if paths else [f"{folder.name} holds no answers"]
    for path in paths:
        try:
            parts.append(_read(path))
        except FrameError as refusal:
            problems += [str(one) for one in refusal.problems]
        except (OSError, ValueError, pa.ArrowException) as fault:
            problems.append(f"{path.name}: {fault}")
    said = about.get("couples")
    found = {couple for part in parts for couple in pd.unique(part["couple_id"])}
    if not problems and isinstance(said, int) and len(found) != said:
        problems.append(f"{len(found)} couples are there, {ABOUT} says {said}: is a file cut off, or lost?")
    if problems:
        raise FrameError(problems)
    return check_responses(pd.concat(parts, ignore_index=True), catalogue, versions=said_versions(folder))


def said_versions(folder: Path) -> dict[str, str]:
    """Return which version of each questionnaire a cohort's folder says it answers; empty if it does not."""
    try:
        about: dict[str, Any] = read_about(folder)
    except StorageError:
        return {}
    found = about.get("instruments")
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def other_versions(said: Mapping[str, str], catalogue: Mapping[str, Instrument]) -> list[str]:
    """Return problems with versions that hold for all of the files.

    >>> other_versions({"unknown": "1"}, {})
    []
    """
    return [
        f"{ABOUT}: these are answers to {name} {version}, analysed is {name} {catalogue[name].version}"
        for name, version in sorted(said.items())
        if name in catalogue and catalogue[name].version != version
    ]


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        try:
            return pd.read_parquet(path)
        except (OSError, pa.ArrowException) as fault:
            raise ValueError("not a whole Parquet file; was it cut off while being written?") from fault
    text = path.read_bytes()
    if not text.endswith(b"\n"):
        raise ValueError("its last line has no end; was it cut off while being written?")
    lines = text.splitlines()
    width = lines[0].count(b",")  # ids and numbers: no cell of ours holds a comma
    short = [number for number, line in enumerate(lines, start=1) if line.count(b",") != width]
    if short:
        raise ValueError(f"{places(short).replace('row', 'line', 1)}: not as many cells as the first line")
    return read_wide(path)


def _columns(rows: pd.DataFrame) -> Iterator[str]:
    wanted = frames.needed(frames.RESPONSES)
    yield from (f"column {name!r} is missing" for name in wanted if name not in rows)
    strange = [str(name) for name in rows if name not in frames.RESPONSES.columns]
    yield from (f"column {name!r} is not one of a response's: leave it out" for name in strange)
    if "value" in rows and not pd.api.types.is_numeric_dtype(rows["value"]):
        yield f"column 'value' holds {rows['value'].dtype}, not numbers"
    if "declined" in rows and not pd.api.types.is_bool_dtype(rows["declined"]):
        yield f"column 'declined' holds {rows['declined'].dtype}, not true or false"


def _ids(rows: pd.DataFrame) -> Iterator[str]:
    for name in IDS:
        yield from _at(rows, rows[name].isna(), name, "missing")
    keys = ["person_id", "occasion", "item"]
    yield from _at(rows, rows.duplicated(keys), "item", "answered before by the same person on that occasion")


def _values(rows: pd.DataFrame) -> Iterator[str]:
    values = rows["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = np.isinf(values)
    yield from _at(rows, infinite, "value", "not finite")
    with np.errstate(invalid="ignore"):
        broken = ~np.isnan(values) & ~infinite & (values != np.round(values))
    yield from _at(rows, broken, "value", "no whole number of scale points")
    declined = rows["declined"].fillna(value=False).to_numpy(dtype=bool)
    yield from _at(rows, declined & ~np.isnan(values), "declined", "declined, and yet a value is given")


def _names(rows: pd.DataFrame, catalogue: Mapping[str, Instrument]) -> Iterator[str]:
    values = rows["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    names = rows["instrument"].astype("string")
    for name in sorted(names.dropna().unique()):
        own = (names == name).fillna(value=False).to_numpy(dtype=bool)
        instrument = catalogue.get(name)
        if instrument is None:
            yield from _at(rows, own, "instrument", f"{name!r} is not in the catalogue")
            continue
        if instrument.is_private:
            yield from _at(rows, own, "instrument", f"{name!r} is private and never leaves its person")
            continue
        items = rows["item"].astype("string")
        known = instrument.item_by_id
        for item in sorted(items[own].dropna().unique()):
            here = own & (items == item).fillna(value=False).to_numpy(dtype=bool)
            if item.startswith(f"{name}.own."):
                continue
            if item not in known:
                yield from _at(rows, here, "item", f"{item!r} is not in {name} {instrument.version}")
                continue
            low, high = known[item].scale.lowest, known[item].scale.highest
            with np.errstate(invalid="ignore"):
                outside = here & np.isfinite(values) & ((values < low) | (values > high))
            yield from _at(rows, outside, "value", f"outside the scale of {item!r}, {low} to {high}")


def _versions(
    rows: pd.DataFrame, catalogue: Mapping[str, Instrument], said: Mapping[str, str]
) -> Iterator[str]:
    yield from other_versions(said, catalogue)
    if VERSION not in rows:
        return
    yield from _at(rows, rows[VERSION].isna(), VERSION, "missing")
    asked = {item.id: item.version for one in catalogue.values() for item in one.items}
    keys = [rows["item"].astype("string"), rows[VERSION].astype("string")]
    for (item, version), own in rows.groupby(keys, observed=True):
        wanted = asked.get(str(item), version)
        if wanted != version:
            words = f"answers {str(item)!r} {version}, analysed is {wanted}"
            yield from _at(rows, rows.index.isin(own.index), VERSION, words)


def _couples(rows: pd.DataFrame) -> Iterator[str]:
    people = rows[["person_id", "couple_id"]].dropna().drop_duplicates()
    moved = people["person_id"][people["person_id"].duplicated()]
    yield from _at(rows, rows["person_id"].isin(moved), "couple_id", "a person who is in another couple too")
    sizes = people.groupby("couple_id", observed=True).size()
    crowded = sizes.index[sizes > 2]
    yield from _at(rows, rows["couple_id"].isin(crowded), "couple_id", "a couple of more than two")


def _at(rows: pd.DataFrame, where: Any, column: str, what: str) -> Iterator[str]:
    found = np.flatnonzero(np.asarray(where, dtype=bool))
    if found.size:
        yield f"column {column!r}: {places(rows.index[found])}: {what}"
