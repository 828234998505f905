"""The folder that a server works in while it runs, and what is left of those that were killed.

It holds the sockets of kernels and is nobody else's. A server holds a lock in its folder: the system lets go
of that when the server ends, however it ends, so the next start can tell which folders are left over.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # elsewhere nothing is removed
    fcntl = None  # type: ignore[assignment]

PREFIX = "wb-"
_LOCK = "running"
_held: list[IO[bytes]] = []  # for as long as this process lives


def new_folder() -> Path:
    """Return an empty, private, short folder to start in; a lock in it says for how long it is used."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    if fcntl is not None:
        draft = folder / f"{_LOCK}.new"
        lock = draft.open("wb")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.rename(folder / _LOCK)  # whoever finds it there finds it locked
        _held.append(lock)
    return folder


def remove_left_over() -> int:
    """Remove the folders of servers of one's own that are gone; return how many."""
    gone = list(_left_over()) if fcntl is not None else []
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def _left_over() -> Iterator[Path]:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            status = folder.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
                continue
            with (folder / _LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held: its server still runs
                yield folder
