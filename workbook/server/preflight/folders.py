"""Checks of where data and keys would lie: nobody else's reach, a disk of this computer's, with room."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from workbook.server.preflight.base import Check, Setup, Unsafe, unsafe

NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "fuse.sshfs"})
LEAST_ROOM_MB = 50
STORE = "workbook.db"
EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)  # this program is not older than that
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_SLACK = timedelta(days=1)  # a clock that was wrong by a time zone is no danger
_OPTIONS = {"data": "--data", "keys": "WORKBOOK_KEYS"}


def _both(setup: Setup) -> Iterator[tuple[Path, str]]:
    yield setup.data, _OPTIONS["data"]
    yield setup.keys, _OPTIONS["keys"]


def check_neighbours(setup: Setup) -> Iterator[Unsafe]:
    """Outside what is served, outside what is published, and key and lock apart."""
    package = Path(str(files("workbook"))).resolve()
    for folder, option in _both(setup):
        place = folder.resolve()
        checkout = next((above for above in (place, *place.parents) if (above / ".git").exists()), None)
        if place.is_relative_to(package):
            yield unsafe("in_package", folder=folder, inside=package, option=option)
        elif checkout is not None:
            yield unsafe("in_checkout", folder=folder, inside=checkout, option=option)
    data, keys = setup.data.resolve(), setup.keys.resolve()
    if data.is_relative_to(keys) or keys.is_relative_to(data):
        yield unsafe("keys_beside", keys=setup.keys, data=setup.data)


def check_disks(setup: Setup) -> Iterator[Unsafe]:
    """Check a disk of this computer, writable, with room."""
    for folder, option in _both(setup):
        existing = existing_part(folder)
        kind = file_system_of(existing)
        if kind in NETWORK_FILE_SYSTEMS:
            yield unsafe("network_disk", folder=folder, kind=kind, option=option)
        if not can_write(existing):
            yield unsafe("not_writable", folder=folder, option=option)
        free = shutil.disk_usage(existing).free // 1_000_000
        # Who has a workbook here already can read and erase it without room; what is new needs some.
        if free < LEAST_ROOM_MB and not (setup.data / STORE).exists():
            yield unsafe("no_room", folder=folder, free=free, needed=LEAST_ROOM_MB, option=option)


def check_rights(setup: Setup) -> Iterator[Unsafe]:
    """Nobody else can read or replace the folders, nor any file in them."""
    if os.name != "posix":  # elsewhere a person's own folders are private by their access lists
        return
    for folder, option in _both(setup):
        yield from _check_parents(folder, option)
        place = folder.resolve()
        if place.is_dir():
            yield from _check_path(place, option, is_empty=not any(place.iterdir()))
            for path in sorted(place.rglob("*")):
                yield from _check_path(path, option, is_empty=False)


def _check_path(path: Path, option: str, *, is_empty: bool) -> Iterator[Unsafe]:
    status = path.lstat()
    if status.st_uid != os.geteuid() and not is_empty:
        yield unsafe("owner", path=path, option=option)
    mode = stat.S_IMODE(status.st_mode)
    # An empty folder is closed by `prepare_folder`; a link's own mode means nothing.
    if mode & 0o077 and not is_empty and not stat.S_ISLNK(status.st_mode):
        wanted = "700" if stat.S_ISDIR(status.st_mode) else "600"
        yield unsafe("open_folder", path=path, mode=f"{mode:o}", wanted=wanted)


def _check_parents(folder: Path, option: str) -> Iterator[Unsafe]:
    """Check the parents: who may rename in one may put a folder of their own in the place of ours."""
    for parent in folder.resolve().parents:
        if not parent.is_dir():
            continue
        status = parent.stat()
        mode = stat.S_IMODE(status.st_mode)
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            yield unsafe("open_parent", folder=folder, parent=parent, mode=f"{mode:o}", option=option)
            return


def check_clock(setup: Setup) -> Iterator[Unsafe]:
    """Check a clock near the truth: neither before what was last written, nor far ahead of this program."""
    shown = f"{setup.now:%Y-%m-%d %H:%M} UTC"
    data = setup.data
    written = [path.stat().st_mtime for path in data.glob("*") if path.is_file()] if data.is_dir() else []
    latest = max([EARLIEST, *(datetime.fromtimestamp(at, UTC) for at in written)])
    if setup.now < latest - _SLACK:
        yield unsafe("clock_behind", now=shown, latest=f"{latest:%Y-%m-%d %H:%M} UTC")
    elif setup.now > LATEST:
        yield unsafe("clock_ahead", now=shown)


def existing_part(folder: Path) -> Path:
    """Return the folder itself, or the nearest above it that is there."""
    return next(above for above in (folder, *folder.parents) if above.exists())


def can_write(folder: Path) -> bool:
    """Ask the system whether files can be made in a folder; a read-only disk says no to root too."""
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def file_system_of(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the kind of file system a path lies on, or an empty text where that cannot be told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    resolved = path.resolve()
    fitting = [
        (len(point), kind)
        for _, point, kind, *_ in (line.split() for line in lines)
        if resolved.is_relative_to(point.replace("\\040", " "))
    ]
    return max(fitting)[1] if fitting else ""


CHECKS: tuple[Check, ...] = (check_neighbours, check_disks, check_rights, check_clock)
