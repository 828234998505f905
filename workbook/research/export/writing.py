"""A release as files that appear whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from workbook.content import say
from workbook.errors import Problem, ReleaseError, problem
from workbook.research.export.journal import append_entry, open_journal
from workbook.research.export.packaging import codebook, data_package, dataset_description
from workbook.research.export.release import Level, Release, ReleaseTable

FORMATS = ("csv", "parquet", "sav")
LONGEST_NAME, LONGEST_VALUE_LABEL, LONGEST_LABEL = 64, 120, 255
"""What SPSS takes of a variable's name, a value's label and a variable's label, in bytes."""

MANIFEST = "manifest.json"


def write_release(
    release: Release,
    folder: Path,
    *,
    study: str,
    formats: Sequence[str] = ("csv",),
    now: datetime | None = None,
    records: Path | None = None,
) -> Path:
    """Write a release to a new folder, and a line about it to the study's journal.

    Parameters
    ----------
    release : Release
    folder : Path
        Must not exist.
    study : str
        The study's name; only its letters, digits and hyphens get into file names.
    formats : list of {"csv", "parquet", "sav"}
        CSV is always written: the data package describes it.
    now : datetime
        The export's own time in the journal, UTC.
    records : Path
        The folder whose ``exports.jsonl`` keeps account of every export of the study, wherever it
        goes; by default the one that the new folder is in.

    Returns
    -------
    Path
        The folder: ``data/``, ``codebook.csv``, ``risk.csv``, ``datapackage.json``,
        ``dataset_description.json``, ``README.md``, ``manifest.json``.

    Raises
    ------
    ReleaseError
        The risk report calls the release unsafe; subtracted from an earlier export it would
        tell too much (see `workbook.research.export.journal`); the folder exists, a format is
        unknown, or it cannot be written. Nothing is left behind.
    """
    problems: list[str | Problem] = list(release.risk.problems)
    problems += [
        problem("research.refused.format", name=name, known=", ".join(FORMATS))
        for name in formats
        if name not in FORMATS
    ]
    if folder.exists():
        problems.append(problem("research.refused.exists", folder=folder.name))
    if problems:
        raise ReleaseError(problems)
    at = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0).isoformat()
    parent = records or folder.parent
    journal = open_journal(parent)
    too_much = journal.problems(release.basis)
    if too_much or release.basis is None:
        raise ReleaseError(too_much)
    with _appear_whole(folder) as unfinished:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = _write_files(release, unfinished, study, ["csv", *(f for f in formats if f != "csv")])
        entry = _entry(release, folder.name, study, files, at)
        (unfinished / MANIFEST).write_text(_json(entry), encoding="utf-8")
        # Journal first: an unrecorded export is worse than an entry without an export.
        append_entry(parent, entry | journal.note(release.basis))
    return folder


def guard_text(text: str) -> str:
    """Escape text against CSV formula injection.

    >>> guard_text("=1+1"), guard_text("-2"), guard_text("calm")
    ("'=1+1", "'-2", 'calm')
    """
    plain = text.replace("\r", " ").replace("\n", " ")
    starts = plain.lstrip(" \t\u00a0\ufeff")[:1]
    return f"'{plain}" if starts in set("=+-@|%\t＝＋－＠") and starts else plain


def _write_files(release: Release, folder: Path, study: str, formats: Sequence[str]) -> list[str]:
    data = folder / "data"
    data.mkdir()
    for table in release.tables:
        rows = _guarded(table)
        for form in formats:
            _WRITERS[form](rows, table, data / f"{_stem(study, release, table)}.{form}")
    for name, frame in (("codebook", _guard_frame(codebook(release))), ("risk", release.risk.frame())):
        # With a byte order mark, without which Excel takes UTF-8 for something else.
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8-sig")
    csv = {t.name: f"data/{_stem(study, release, t)}.csv" for t in release.tables}
    (folder / "datapackage.json").write_text(
        _json(data_package(release, study, _slug(study), csv)), encoding="utf-8"
    )
    (folder / "dataset_description.json").write_text(
        _json(dataset_description(release, study)), encoding="utf-8"
    )
    (folder / "README.md").write_text(_readme(release, study), encoding="utf-8")
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _stem(study: str, release: Release, table: ReleaseTable) -> str:
    """Return a file's name by Psych-DS: keywords with values of letters and digits alone."""
    parts = {"study": _slug(study), "level": str(release.level), "table": table.name}
    values = [
        f"{key}-{''.join(c for c in value if c.isascii() and c.isalnum())}" for key, value in parts.items()
    ]
    return "_".join([*values, "data"])


def _write_csv(rows: pd.DataFrame, table: ReleaseTable, path: Path) -> None:
    _bare(rows, table).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _write_parquet(rows: pd.DataFrame, table: ReleaseTable, path: Path) -> None:
    _bare(rows, table).to_parquet(path, index=False)


def _bare(rows: pd.DataFrame, table: ReleaseTable) -> pd.DataFrame:
    """Return rows in which every kind of missing is empty, so that nobody averages a code."""
    bare = rows.copy()
    for column in table.columns:
        if column.missing:
            bare[column.name] = bare[column.name].mask(bare[column.name].isin(list(column.missing)))
    return bare


def _write_sav(rows: pd.DataFrame, table: ReleaseTable, path: Path) -> None:
    import pyreadstat

    short = _spss_names([column.name for column in table.columns])
    described = list(zip(short, table.columns, strict=True))
    numbers = rows.set_axis(short, axis=1)
    for name, column in described:
        if column.kind in ("code", "number"):
            numbers[name] = numbers[name].astype("Float64").astype(float)
    pyreadstat.write_sav(
        numbers,
        str(path),
        column_labels=[_cut(column.label, LONGEST_LABEL) for column in table.columns],
        variable_value_labels={name: _labels({**c.codes, **c.missing}) for name, c in described if c.codes},
        missing_ranges={name: list(c.missing) for name, c in described if c.missing},
        variable_measure={
            name: {"code": "ordinal", "number": "scale"}.get(c.kind, "nominal") for name, c in described
        },
    )


def _spss_names(names: Sequence[str]) -> list[str]:
    """Return names within SPSS's 64 bytes, still different from each other."""
    return _different(names, LONGEST_NAME, "_{}")


def _labels(labels: Mapping[int, str]) -> dict[int | float, str]:
    """Return values' labels within SPSS's 120 bytes, still different from each other.

    >>> [len(label.encode()) for label in _labels({0: "Ж" * 64 + "never", 1: "Ж" * 64 + "often"}).values()]
    [120, 120]
    """
    return dict(zip(labels, _different(list(labels.values()), LONGEST_VALUE_LABEL, " ({})"), strict=True))


def _different(texts: Sequence[str], most: int, mark: str) -> list[str]:
    """Return texts cut to so many bytes, each unlike the others, whatever the case of its letters."""
    used: set[str] = set()
    found = []
    for text in texts:
        short, number = _cut(text, most), 1
        while short.lower() in used:
            number += 1
            end = mark.format(number)
            short = _cut(text, most - len(end)) + end
        used.add(short.lower())
        found.append(short)
    return found


def _cut(text: str, most: int) -> str:
    """Return what of a text fits into so many bytes, no letter cut in two."""
    return text.encode()[:most].decode(errors="ignore")


_WRITERS = {"csv": _write_csv, "parquet": _write_parquet, "sav": _write_sav}


def _guarded(table: ReleaseTable) -> pd.DataFrame:
    rows = table.rows.copy()
    for column in table.columns:
        if column.kind in ("id", "text"):
            rows[column.name] = [guard_text(str(value)) for value in rows[column.name]]
    return rows


def _guard_frame(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.map(lambda value: guard_text(value) if isinstance(value, str) else value)


def _readme(release: Release, study: str) -> str:
    lines = [say("research.export.title", study=study), ""]
    lines += [say(f"research.export.{release.level}"), ""]
    lines += [say("research.export.counts", n_couples=release.n_couples, n_persons=release.n_persons), ""]
    if release.level is Level.RESTRICTED:
        lines += [say("research.export.agreement", agreement="; ".join(release.notes)), ""]
    lines += [say("research.export.missing"), "", say("research.export.files"), ""]
    return "\n".join(lines)


def _entry(release: Release, name: str, study: str, files: Sequence[str], at: str) -> dict[str, Any]:
    return {
        "at": at,
        "folder": name,
        "study": study,
        "level": str(release.level),
        "n_couples": release.n_couples,
        "n_persons": release.n_persons,
        "tables": {table.name: [column.name for column in table.columns] for table in release.tables},
        "risk": {check.name: check.value for check in release.risk.checks},
        "notes": list(release.notes),
        "files": list(files),
    }


def _slug(study: str) -> str:
    """Return a study's name for file names.

    >>> _slug("Talking & listening, 2026")
    'talking-listening-2026'
    """
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in study.lower())
    return "-".join(part for part in plain.split("-") if part) or "study"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


@contextmanager
def _appear_whole(folder: Path) -> Iterator[Path]:
    unfinished = folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        digests = {
            str(path.relative_to(unfinished)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(unfinished.rglob("*"))
            if path.is_file() and path.name != "SHA256SUMS"
        }
        sums = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
        (unfinished / "SHA256SUMS").write_text(sums, encoding="utf-8")
        unfinished.rename(folder)
    except OSError as error:
        raise ReleaseError(
            problem("research.refused.not_written", folder=folder.name, reason=error.strerror or error)
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
