"""The heads of all logs, in a file of their own beside the store's.

A store file that was cut, rolled back or partly lost is whole in itself; only a witness
outside of it can tell. After each commit, and before it is acknowledged, the new heads are
written here and synced, as one sealed record of a fixed length where an older one was (`heads_file.py`). At
start and at the end all of it is written anew, so that two copies of the file do not show how much was
written between. A power cut can only spoil the record that was being written: then the commit was not
witnessed yet, and the database knows that it is ahead by that one.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from io import FileIO
from pathlib import Path
from typing import Literal

from workbook.errors import StorageError, problem
from workbook.storage import heads_before, heads_file
from workbook.storage.chain import Head
from workbook.storage.connections import SyncFailedError
from workbook.storage.heads_file import Heads, Keys, Parts, Standing

_MOST_READINGS = 100
_FAILED = (errno.EIO, errno.ENOSPC, errno.EDQUOT)

if sys.platform != "win32":  # there are no advisory locks there; the store's own locks remain
    import fcntl


class Witness:
    """The open heads file; it is also the lock that keeps a second workbook out.

    Parameters
    ----------
    use : {"write", "read", "lock"}
        *write*: nothing is changed before the first `write` or `rewrite`. *read*: what stands there now,
        though another may be writing. *lock*: only keep others out, whatever stands there.

    Raises
    ------
    WrongKeyError
        The file was written with another key.
    DamagedStoreError
        It is not what was written.
    StorageError
        Another process has it open.
    """

    def __init__(self, path: Path, key: bytes, use: Literal["write", "read", "lock"] = "write") -> None:
        self._path = path
        self._keys = Keys.of(key)
        self._standing = Standing()
        self._is_rewritten = False
        if use == "read":
            self._standing = _parse(self._keys, _read_at_rest(path))
            return
        self._file = _open_locked(path)
        try:
            if use == "write":
                self._standing = _parse(self._keys, self._file.readall())
        except BaseException:
            self._file.close()
            raise

    def of(self, log: str) -> Head | None:
        """Return the last head written for a log, or None."""
        return self._standing.heads.get(self.tag(log))

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever witnessed here."""
        return self._standing.is_new

    @property
    def tags(self) -> set[bytes]:
        """The keyed digests of all logs with a head."""
        return set(self._standing.heads)

    @property
    def mark(self) -> bytes:
        """The mark of the newest commit that was witnessed."""
        return self._standing.mark

    def tag(self, log: str) -> bytes:
        """Return the keyed digest that stands for a log's name."""
        return self._keys.tag(log)

    def write(self, heads: Mapping[str, Head], mark: bytes) -> None:
        """Add what one commit changed, by log name, and sync it to the disk."""
        if not heads:
            return
        changed = {self.tag(log): head for log, head in heads.items()}
        known = self._standing.heads
        self._is_rewritten = False
        if self._has_room(len(known) + sum(tag not in known for tag in changed)):
            self._put(*heads_file.next_write(self._keys, self._standing, changed, mark))
            known |= changed
        else:
            self._replace({**known, **changed}, mark)

    def rewrite(self, heads: Mapping[str, Head] | None = None, mark: bytes | None = None) -> None:
        """Write all anew, as one snapshot: of these heads, by default of those that stand there."""
        named = (
            self._standing.heads if heads is None else {self.tag(log): head for log, head in heads.items()}
        )
        mark = self.mark if mark is None else mark
        if self._is_rewritten and named == self._standing.heads and mark == self.mark:
            return
        self._is_rewritten = False
        if self._has_room(len(named)):
            self._put(*heads_file.next_write(self._keys, self._standing, named, mark, is_anew=True))
            self._put(heads_file.unused_parts(self._standing), replace(self._standing, heads=dict(named)))
            self._is_rewritten = True
        else:
            self._replace(named, mark)

    def close(self) -> None:
        """Release the file and its lock."""
        self._file.close()

    def _has_room(self, n_heads: int) -> bool:
        return heads_file.area_for(n_heads) <= self._standing.area

    def _put(self, parts: Parts, after: Standing) -> None:
        """Write in place and sync. What was there before is needed no more, so half of it does no harm."""
        for offset, content in parts:
            self._file.seek(offset)
            _write_all(self._file, content)
        sync(self._file.fileno())
        self._standing = after

    def _replace(self, heads: Heads, mark: bytes) -> None:
        """Put a new file in the place of none, of one as it was written before, or of one grown too small."""
        content, standing = heads_file.new_file(self._keys, heads, mark)
        temporary = self._path.with_suffix(".heads-new")
        replacement = _open_private(temporary)
        try:
            replacement.truncate(0)
            _write_all(replacement, content)
            sync(replacement.fileno())
            _lock(replacement, self._path)
            temporary.replace(self._path)
        except BaseException:
            replacement.close()
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(self._path.parent)
        self._file.close()
        self._file, self._standing, self._is_rewritten = replacement, standing, True


def sync(handle: int) -> None:
    """Wait until what was written is on the disk.

    Raises
    ------
    SyncFailedError
        It may not be, and asking again would not tell.
    """
    try:
        os.fsync(handle)
    except OSError:
        raise SyncFailedError(problem("errors.storage.stopped")) from None


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file's name durable, where the platform can.

    Raises
    ------
    SyncFailedError
        The disk failed to.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in _FAILED:  # anything else: a platform that can't sync folders
            raise SyncFailedError(problem("errors.storage.stopped")) from None
    finally:
        os.close(handle)


def _parse(keys: Keys, content: bytes) -> Standing:
    if content.startswith(heads_before.MAGIC):
        return heads_before.parse(keys, content)
    return heads_file.parse(keys, content)


def _read_at_rest(path: Path) -> bytes:
    """Return the content of a file that another may be writing: twice the same is no half of two."""
    before, content = None, path.read_bytes()
    for _ in range(_MOST_READINGS):
        if content == before:
            break
        before, content = content, path.read_bytes()
    return content


def _open_private(path: Path) -> FileIO:
    # Unbuffered: after a full disk, a buffer would write again what was given up.
    return FileIO(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600), "r+")


def _write_all(file: FileIO, content: bytes) -> None:
    while content:
        content = content[file.write(content) :]


def _open_locked(path: Path) -> FileIO:
    while True:
        file = _open_private(path)
        try:
            _lock(file, path)
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except BaseException:
            file.close()
            raise
        file.close()  # it was replaced between opening and locking: that lock keeps nobody out


def _lock(file: FileIO, path: Path) -> None:
    if sys.platform != "win32":
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StorageError(problem("errors.storage.in_use", folder=path.parent)) from None
