"""A cohort's answers as files: wide CSV to read anywhere, or long Parquet to compute on.

CSV has one file per instrument and one row per person and occasion, a column per item: an
empty cell was not answered, `DECLINED` is 'prefer not to say', `NOT_ARISEN` 'it did not come up'. Parquet
has the long form in parts, each holding whole couples. A folder appears whole or not at all.
"""

import csv
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from workbook import frames
from workbook.errors import FrameError, Problem, StorageError, problem
from workbook.instruments.library import catalogue, in_version
from workbook.instruments.model import FIRST, Instrument

FileFormat = Literal["csv", "parquet"]
DECLINED = -9  # no scale of ours goes below 0, so no answer can be taken for it
NOT_ARISEN = -8
ABOUT = "cohort.json"
KEYS = ["couple_id", "person_id", "occasion"]
WHOLE = r"[0-9]{1,4}"
SHOWN = 5
"""How many rows one problem names before it says how many more there are."""


def write_cohort(
    parts: Iterable[pd.DataFrame],
    folder: Path,
    *,
    form: FileFormat,
    about: Mapping[str, Any],
    replace: bool = False,
) -> Path:
    """Write responses to a new folder, part by part, so that a cohort may exceed memory.

    Parameters
    ----------
    parts : iterable of DataFrame
        `workbook.frames.RESPONSES`; no couple in two parts, the same items in each.
    folder : Path
        Must not exist yet, unless ``replace``.
    form : {"csv", "parquet"}
    about : mapping
        What ``cohort.json`` says: plain JSON.
    replace : bool
        Put the new folder in an old cohort's place, once it is whole.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    StorageError
        The folder exists, or holds something else than a cohort; or it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> answers = pd.DataFrame({
    ...     "couple_id": ["c_1"] * 2, "person_id": ["p_1"] * 2, "occasion": ["assessment-1"] * 2,
    ...     "instrument": ["t"] * 2, "item": ["t.a.1", "t.a.2"],
    ...     "value": [3, None], "declined": [False, True],
    ... })
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = write_cohort([answers], Path(place) / "cohort", form="csv", about={"simulated": True})
    ...     print((made / "t.csv").read_text().strip())
    couple_id,person_id,occasion,t.a.1,t.a.2
    c_1,p_1,assessment-1,3,-9
    """
    with _appear_whole(folder, replace=replace) as unfinished:
        for number, part in enumerate(parts):
            responses = frames.check(part, frames.RESPONSES)
            if form == "csv":
                _append_csv(responses, unfinished, is_first=number == 0)
            else:
                responses.to_parquet(unfinished / f"part-{number:05d}.parquet", index=False)
        text = json.dumps({**about, "form": form}, indent=2, sort_keys=True, ensure_ascii=False)
        (unfinished / ABOUT).write_text(text + "\n", encoding="utf-8")
    return folder


def read_cohort(folder: Path) -> pd.DataFrame:
    """Read back what `write_cohort` wrote, in memory, as `workbook.frames.RESPONSES`.

    Raises
    ------
    StorageError
        The folder is no cohort.
    FrameError
        Files that cannot be read, ids missing, cells that hold no answer, the same answer twice: all
        at once, by file, row and column. Row 1 is the one below the names.
    """
    about = read_about(folder)
    known = catalogue()
    parts: list[pd.DataFrame] = []
    problems: list[str | Problem] = []
    for path in sorted(folder.glob("part-*.parquet" if about["form"] == "parquet" else "*.csv")):
        try:
            part = pd.read_parquet(path) if path.suffix == ".parquet" else read_wide(path)
            part = _with_versions(part, about, known)
            problems += _off_scale(part, path.name, known)
            parts.append(part)
        except FrameError as refusal:
            problems += refusal.problems
        except (OSError, ValueError) as fault:  # a fault of Arrow's is one of these
            problems.append(f"{path.name}: cannot be read ({type(fault).__name__}); was it cut off?")
    if problems:
        raise FrameError(problems)
    if not parts:
        return frames.empty(frames.RESPONSES)
    return frames.check(pd.concat(parts, ignore_index=True), frames.RESPONSES)


def _with_versions(
    part: pd.DataFrame, about: Mapping[str, Any], known: Mapping[str, Instrument]
) -> pd.DataFrame:
    """Return answers with the version of each item, as the cohort says of its questionnaires."""
    if "version" in part or "item" not in part:
        return part
    said = about.get("instruments", {})
    asked = [in_version(known, name, str(said.get(name, one.version))) for name, one in known.items()]
    versions = {item.id: item.version for one in asked if one for item in one.items}
    return part.assign(version=part["item"].astype("string").map(versions).fillna(FIRST))


def read_about(folder: Path) -> dict[str, Any]:
    """Return what a cohort says of itself: ``form``, and for a simulated one its seed and size."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = None
    if not isinstance(about, dict) or about.get("form") not in ("csv", "parquet"):
        raise StorageError(problem("cli.simulate.no_cohort", folder=folder, file=ABOUT))
    return about


def _append_csv(responses: pd.DataFrame, folder: Path, *, is_first: bool) -> None:
    values = (
        responses["value"].mask(responses["declined"], DECLINED).mask(responses["not_arisen"], NOT_ARISEN)
    )
    for instrument, rows in responses.assign(value=values).groupby("instrument", sort=False, observed=True):
        # People and items in the order they came: sorting would part a facet's items.
        people = pd.MultiIndex.from_frame(rows[KEYS].drop_duplicates())
        cells = rows.set_index([*KEYS, "item"])["value"].unstack("item")  # noqa: PD010 - keeps Int16
        wide = cells.reindex(index=people, columns=rows["item"].unique()).reset_index()
        path = folder / f"{instrument}.csv"
        wide.to_csv(path, mode="a", header=is_first, index=False, lineterminator="\n", encoding="utf-8")


def read_wide(path: Path) -> pd.DataFrame:
    """Return one CSV of a cohort (`write_cohort`) in long form; its name is the instrument's.

    Ids are text as they are written; only an empty cell is missing.

    Raises
    ------
    FrameError
        Everything wrong with the file at once, by row and column; no cell's content is shown.
    """
    header, rows = _cells(path)
    problems = _faults_of_header(header)
    problems += _at(
        path, "", "not as many cells as there are names", _where(len(r) != len(header) for r in rows)
    )
    if problems:
        raise FrameError([p if p.startswith(path.name) else f"{path.name}: {p}" for p in problems])
    wide = pd.DataFrame(rows, columns=header, dtype="string")
    for key in KEYS:
        problems += _at(path, key, "missing", _where(wide[key].str.strip() == ""))
    items = [name for name in header if name not in KEYS]
    for item in items:
        cells = wide[item].str.strip()
        sound = cells.str.fullmatch(WHOLE) | cells.isin(["", str(DECLINED), str(NOT_ARISEN)])
        fault = f"neither empty, {DECLINED}, {NOT_ARISEN} nor a whole number from 0"
        problems += _at(path, item, fault, _where(~sound))
        wide[item] = cells.mask(~sound | (cells == ""))
    if problems:
        raise FrameError(problems)
    long = wide.melt(id_vars=KEYS, var_name="item", value_name="value")
    codes = long["value"].astype("Int16")
    declined = (codes == DECLINED).fillna(value=False)
    not_arisen = (codes == NOT_ARISEN).fillna(value=False)
    value = codes.mask(declined | not_arisen)
    long = long.assign(value=value, declined=declined, not_arisen=not_arisen, instrument=path.stem)
    return long[[name for name in frames.RESPONSES.columns if name in long]]


def _cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return a CSV file's names and the rows below them, all as text."""
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True))
    except UnicodeDecodeError:
        raise FrameError(f"{path.name}: not UTF-8: save it as 'CSV UTF-8'") from None
    except csv.Error:
        raise FrameError(f"{path.name}: a quotation mark is never closed: it is no whole CSV file") from None
    lines = [line for line in lines if line]
    if not lines:
        raise FrameError(f"{path.name}: is empty")
    return lines[0], lines[1:]


def _faults_of_header(header: list[str]) -> list[str]:
    absent = [name for name in KEYS if name not in header]
    hint = ""
    if absent and len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        hint = ": cells are parted by commas, not by semicolons or tabs"
    elif {name.lower().strip() for name in header} >= set(KEYS):
        hint = ": names are written in small letters, without spaces"
    problems = [f"column {name!r} is missing{hint}" for name in absent]
    twice = dict.fromkeys(name for name in header if header.count(name) > 1)
    return problems + [f"column {name!r} is there twice" for name in twice]


def _off_scale(part: pd.DataFrame, name: str, known: Mapping[str, Instrument]) -> list[str]:
    """Return problems with values that are none of an item's choices, where the item is known."""
    problems = []
    if not {"instrument", "item", "value"} <= set(part):
        return []
    for names, values in part.groupby(["instrument", "item"], observed=True)["value"]:
        instrument, item = (str(one) for one in names)
        found = known[instrument].item_by_id.get(item) if instrument in known else None
        if found is not None:
            off = values.notna() & ~values.isin(found.scale.values)
            rows = range(1, len(values) + 1) if name.endswith(".csv") else values.index
            where = [str(row) for row, is_off in zip(rows, off, strict=True) if is_off]
            problems += _at(Path(name), item, "outside its scale", where)
    return problems


def _where(faulty: Iterable[bool]) -> list[str]:
    return [str(row) for row, is_faulty in enumerate(faulty, start=1) if is_faulty]


def _at(path: Path, column: str, fault: str, rows: list[str]) -> list[str]:
    if not rows:
        return []
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    where = f"row{'s' if len(rows) > 1 else ''} {', '.join(rows[:SHOWN])}{more}"
    return [f"{path.name}: {f'column {column!r}, ' if column else ''}{where}: {fault}"]


@contextmanager
def _appear_whole(folder: Path, *, replace: bool) -> Iterator[Path]:
    """Make a folder beside the wanted one that takes its name only when all went well."""
    is_there = folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))
    if is_there and not replace:
        raise StorageError(problem("cli.simulate.exists", folder=folder))
    if is_there and not (folder / ABOUT).exists():
        # Replacing means deleting: never a folder that a mistyped name points to.
        raise StorageError(problem("cli.simulate.not_ours", folder=folder, file=ABOUT))
    unfinished = folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        _take_the_place(unfinished, folder)
    except OSError as error:
        reason = error.strerror or error
        raise StorageError(problem("cli.simulate.not_written", folder=folder, reason=reason)) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _take_the_place(new: Path, folder: Path) -> None:
    old = new.with_name(f".{folder.name}.old-{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
