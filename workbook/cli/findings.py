"""The checks of `workbook doctor`: each yields findings, fine or with a way out."""

import hashlib
import importlib.metadata
import json
import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from importlib.abc import Traversable
from pathlib import Path

from workbook.content import say, sentence, sentences
from workbook.errors import WorkbookError
from workbook.server.preflight.folders import NETWORK_FILE_SYSTEMS, file_system_of

OLDEST_PYTHON = (3, 11)
# Before it, two processes writing to one write-ahead log could corrupt the database.
OLDEST_SQLITE = (3, 51, 3)
ROOM_NEEDED_MB = 500
EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)  # this program is not older than that


# Start-up refusals that a check of the doctor already reports in its own words.
LOOKED_AT_BY_NAME = frozenset(
    {"sqlite", "cipher", "not_writable", "no_room", "network_disk", "open_folder", "keys_beside"}
    | {"clock_behind"}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one check result of `workbook doctor`: fine, a problem with its way out, or a note."""

    kind: str
    text: str

    @property
    def is_problem(self) -> bool:
        return self.kind == "problem"


def fine(key: str, **values: object) -> Finding:
    """Return the finding that all is well, with the figure that says so."""
    return Finding("fine", say(f"cli.doctor.{key}.fine", **values))


def bad(key: str, **values: object) -> Finding:
    """Return a problem and how to fix it."""
    return Finding("problem", say(f"cli.doctor.{key}.problem", **values))


def note(key: str, **values: object) -> Finding:
    """Return a finding that breaks nothing, but should be known."""
    return Finding("note", say(f"cli.doctor.{key}.note", **values))


def look_at_python() -> Iterator[Finding]:
    """Check a Python new enough, and every package in the version that was asked for."""
    found = ".".join(map(str, sys.version_info[:3]))
    is_new_enough = sys.version_info[:2] >= OLDEST_PYTHON
    yield (fine if is_new_enough else bad)("python", found=found)
    wrong = list(_wrong_packages())
    yield bad("packages", packages=", ".join(wrong)) if wrong else fine("packages")


def _wrong_packages() -> Iterator[str]:
    from packaging.requirements import Requirement

    for text in importlib.metadata.requires("intimacy-workbook") or ():
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield f"{requirement.name} (missing)"
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            yield f"{requirement.name} {found} (wanted {requirement.specifier})"


def look_at_database() -> Iterator[Finding]:
    """Check a SQLite that encrypts, and is new enough to be trusted with a write-ahead log."""
    import sqlcipher3

    connection = sqlcipher3.connect(":memory:")
    try:
        cipher = (connection.execute("PRAGMA cipher_version").fetchone() or [""])[0]
    finally:
        connection.close()
    found = tuple(sqlcipher3.sqlite_version_info)
    if not cipher:
        yield bad("cipher")
    elif found < OLDEST_SQLITE:
        yield bad("sqlite", found=_dotted(found), oldest=_dotted(OLDEST_SQLITE))
    else:
        yield fine("sqlite", found=_dotted(found), cipher=cipher)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def look_at_folder(data: Path) -> Iterator[Finding]:
    """Check the data folder: only its owner's, on a disk of this computer, with room."""
    existing = next(folder for folder in (data, *data.parents) if folder.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        yield bad("folder", folder=data)
        return
    yield fine("folder", folder=data) if data.exists() else fine("folder_new", folder=data)
    if data.exists() and (problem_found := others_may_read(data)):
        yield bad("folder_mode", folder=data, mode=problem_found)
    kind = file_system_of(existing)
    if kind in NETWORK_FILE_SYSTEMS:
        yield bad("network_disk", folder=data, kind=kind)
    free = shutil.disk_usage(existing).free // 1_000_000
    yield (fine if free >= ROOM_NEEDED_MB else bad)("room", free=free, needed=ROOM_NEEDED_MB)


def look_at_key(data: Path) -> Iterator[Finding]:
    """Check the key of the database: there, nobody else's, and not beside what it opens."""
    from workbook.storage.keys import find_key, key_file
    from workbook.storage.location import key_folder
    from workbook.storage.sqlcipher import FILE_NAME

    if key_folder().resolve().is_relative_to(data.resolve()):
        yield bad("key_inside", file=key_folder())
    elif not (data / FILE_NAME).exists():
        yield fine("key_new")
    else:
        try:
            find_key(data, is_new=False)
        except WorkbookError as error:
            yield Finding("problem", " ".join(sentences(error)))
        else:
            file = key_file(data)
            yield fine("key_file", file=file) if file.exists() else fine("key")


def others_may_read(path: Path) -> str:
    """Return the mode of a file or folder when somebody else has any right to it; else empty."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return f"{mode:04o}" if mode & 0o077 else ""


def look_at_setup(data: Path) -> Iterator[Finding]:
    """Check for whatever else would make a start refuse to begin here."""
    from workbook.server.preflight.base import Setup
    from workbook.server.preflight.checks import examine

    others = [found for found in examine(Setup(data=data)) if found.code not in LOOKED_AT_BY_NAME]
    yield from (Finding("problem", sentence(found.problem)) for found in others)
    if not others:
        yield fine("setup")


def look_at_port(port: int) -> Iterator[Finding]:
    """Check whether the port to be listened on is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            yield bad("port", port=port, other=port + 1)
        else:
            yield fine("port", port=port)


def look_at_clock(data: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Finding]:
    """Check a clock that is not behind this program's making, nor behind what was last written."""
    time = now()
    written = [path.stat().st_mtime for path in data.glob("*") if path.is_file()] if data.is_dir() else []
    latest = max([EARLIEST, *(datetime.fromtimestamp(at, UTC) for at in written)])
    shown = {"now": f"{time:%Y-%m-%d %H:%M} UTC", "latest": f"{latest:%Y-%m-%d %H:%M} UTC"}
    yield (fine if time >= latest else bad)("clock", **shown)


def look_at_sealing(data: Path) -> Iterator[Finding]:
    """Count what opens with the database's key alone, and what is private and lies in rows still.

    Nothing is said where there is no database to look into.
    """
    from workbook.service.erasing.tending import count_to_move, count_unsealed
    from workbook.storage.read_only import open_read_only

    try:
        store = open_read_only(data)
    except WorkbookError:  # what keeps it shut is another look's to say
        return
    try:
        n, n_to_move = count_unsealed(store), count_to_move(store)
    finally:
        store.close()
    yield note("sealing", n=n) if n else fine("sealing")
    yield note("private_rows", n=n_to_move) if n_to_move else fine("private_rows")


def look_at_study(data: Path) -> Iterator[Finding]:
    """Check that a study, where one is run, has a key to which what people give is sealed."""
    from workbook.service.studies.study import read_study

    study = read_study(data)
    if study is not None:
        yield fine("study", words=study.key_words) if study.public_key else bad("study")


def look_at_bundle() -> Iterator[Finding]:
    """Check the browser's own files, each as it was built."""
    static = resources.files("workbook.server.assets") / "static"
    built = json.loads((static / "manifest.json").read_text(encoding="utf-8"))["files"]
    changed = sorted(name for name, digest in built.items() if _digest(static / name) != digest)
    yield bad("bundle", files=", ".join(changed)) if changed else fine("bundle", n=len(built))


def _digest(file: Traversable) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def look_at_kernels() -> Iterator[Finding]:
    """Say how the pages that are opened get their kernels."""
    from workbook.server.forking import can_fork

    yield (fine if can_fork() else note)("kernels")


def look_at_resources() -> Iterator[Finding]:
    """Name the places to turn to that nobody has verified."""
    from workbook.content.resource import resources as known

    entries = known().entries
    unchecked = [entry.name for entry in entries if not entry.is_verified]
    if not entries:
        yield note("resources_empty")
    elif unchecked:
        yield note("resources", n=len(unchecked), names=", ".join(unchecked))
    else:
        yield fine("resources", n=len(entries))
