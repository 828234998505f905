"""A little room that is kept aside, so that on a full disk people can still read and erase what is theirs.

Opening a store takes room (its log and its index), and so does destroying rows. A file that holds nothing
takes that much beforehand; it is given up when there is no other room, and taken again at a start with room.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from workbook.errors import Problem, StorageError

FILE_NAME = "spare-room"
SPARE_BYTES = 8 * 2**20
_ENOUGH = 4  # times as much must be free before some is put aside
_BLOCK = 64 * 2**10
Done = TypeVar("Done")


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
        """Put the room aside, where there is plenty; what is left of it after lending is made whole."""
        with suppress(OSError):
            held = self._file.stat().st_size if self._file.exists() else 0
            if held >= self._size or shutil.disk_usage(self._file.parent).free < _ENOUGH * self._size:
                return
            self._put_aside()

    def give_up(self) -> bool:
        """Make the room free; return whether there was some."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True

    def lend(self, act: Callable[[], Done]) -> Done:
        """Do what writes little; where the disk is full, in the room kept aside, of which the rest is kept.

        Raises
        ------
        StorageError
            There is no room for it even so, or something else went wrong.
        """
        try:
            return act()
        except StorageError as error:
            if not is_full(error) or not self.give_up():
                raise
        try:
            return act()
        finally:
            with suppress(OSError):
                self._put_aside()

    def _put_aside(self) -> None:
        """Take the room, or as much of it as there is."""
        self._file.unlink(missing_ok=True)
        with self._file.open("xb", buffering=0) as file:
            os.fchmod(file.fileno(), 0o600)
            with suppress(OSError):  # no more is there
                while file.tell() < self._size:
                    file.write(os.urandom(_BLOCK))  # zeros, or a hole, might take no room
            os.fsync(file.fileno())
