"""A cohort's answers as files: wide CSV to read anywhere, or long Parquet to compute on.

CSV has one file per instrument and one row per person and occasion, a column per item: an
empty cell was not answered, `DECLINED` is 'prefer not to say'. Parquet has the long form in
parts, each holding whole couples. A folder appears whole or not at all.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from workbook import frames
from workbook.errors import StorageError, problem

FileFormat = Literal["csv", "parquet"]
DECLINED = -9  # no scale of ours goes below 0, so no answer can be taken for it
ABOUT = "cohort.json"
KEYS = ["couple_id", "person_id", "occasion"]


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
        Its answers break the contract.
    """
    about = read_about(folder)
    if about["form"] == "parquet":
        parts = [pd.read_parquet(path) for path in sorted(folder.glob("part-*.parquet"))]
    else:
        parts = [read_wide(path) for path in sorted(folder.glob("*.csv"))]
    if not parts:
        return frames.empty(frames.RESPONSES)
    return frames.check(pd.concat(parts, ignore_index=True), frames.RESPONSES)


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
    values = responses["value"].mask(responses["declined"], DECLINED)
    for instrument, rows in responses.assign(value=values).groupby("instrument", sort=False, observed=True):
        # People and items in the order they came: sorting would part a facet's items.
        people = pd.MultiIndex.from_frame(rows[KEYS].drop_duplicates())
        cells = rows.set_index([*KEYS, "item"])["value"].unstack("item")  # noqa: PD010 - keeps Int16
        wide = cells.reindex(index=people, columns=rows["item"].unique()).reset_index()
        path = folder / f"{instrument}.csv"
        wide.to_csv(path, mode="a", header=is_first, index=False, lineterminator="\n", encoding="utf-8")


def read_wide(path: Path) -> pd.DataFrame:
    """Return one CSV of a cohort (`write_cohort`) in long form; its name is the instrument's."""
    wide = pd.read_csv(path, dtype=dict.fromkeys(KEYS, "string"))
    long = wide.melt(id_vars=KEYS, var_name="item", value_name="value")
    codes = long["value"].astype("Int16")
    declined = (codes == DECLINED).fillna(value=False)
    return long.assign(value=codes.mask(declined), declined=declined, instrument=path.stem)[
        list(frames.RESPONSES.columns)
    ]


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
