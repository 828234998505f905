"""A little room that is kept aside, so that on a full disk people can still read and erase what is theirs.

Opening a store takes room (its log and its index), and so does destroying rows. A file that holds nothing
takes that much beforehand; it is given up when there is no other room, and taken again at a start with room.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from workbook.errors import Problem, StorageError

FILE_NAME = "spare-room"
SPARE_BYTES = 8 * 2**20
_ENOUGH = 4  # times as much must be free before some is put aside


def is_full(error: StorageError) -> bool:
    """Tell whether something was not written for want of room."""
    return any(isinstance(one, Problem) and one.key == "errors.storage.full_disk" for one in error.problems)


class PassOverFullDisk:
    """Pass over what was not written for want of room, and over nothing else.

    >>> from workbook.errors import problem
    >>> with PassOverFullDisk():
    ...     raise StorageError(problem("errors.storage.full_disk"))
    """

    def __enter__(self) -> None:
        """Nothing is to be made ready."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Tell whether that is what went wrong."""
        return isinstance(error, StorageError) and is_full(error)


class Spare:
    """The room kept aside in one folder.

    Parameters
    ----------
    folder : Path
        On the disk of the store, and nobody else's.
    size : int
        In bytes.
    """

    def __init__(self, folder: Path, size: int = SPARE_BYTES) -> None:
        self._file, self._size = folder / FILE_NAME, size

    def hold(self) -> None:
        """Put the room aside, where there is plenty."""
        with suppress(OSError):
            if self._file.exists() or shutil.disk_usage(self._file.parent).free < _ENOUGH * self._size:
                return
            with self._file.open("xb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(os.urandom(self._size))  # zeros, or a hole, might take no room
                file.flush()
                os.fsync(file.fileno())

    def give_up(self) -> bool:
        """Make the room free; return whether there was some."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True
