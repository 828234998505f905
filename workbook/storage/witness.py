"""The heads of all logs, in a file of their own beside the store's.

A store file that was cut, rolled back or partly lost is whole in itself; only a witness
outside of it can tell. After each commit, and before it is acknowledged, the new heads are
added here and synced, as one line with a keyed digest; log names appear only as one. A power
cut can only spoil the line that was being added: a last line that does not fit is a crash, a
line that does not fit and has a good one after it is damage.
"""

import contextlib
import errno
import hashlib
import hmac
import logging
import os
import sys
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from typing import Literal

from workbook.errors import DamagedStoreError, StorageError, WrongKeyError, problem
from workbook.storage.chain import Head
from workbook.storage.connections import SyncFailedError

_MAGIC = b"workbook-heads-1"
_MOST_LINES = 20_000
_FAILED = (errno.EIO, errno.ENOSPC, errno.EDQUOT)
_log = logging.getLogger(__name__)

if sys.platform != "win32":  # there are no advisory locks there; the store's own locks remain
    import fcntl


class Witness:
    """The open heads file; it is also the lock that keeps a second workbook out.

    Parameters
    ----------
    use : {"write", "read", "lock"}
        *read*: what stands there now, though another may be writing; nothing is changed.
        *lock*: only keep others out, whatever stands there.

    Raises
    ------
    WrongKeyError
        The file was written with another key.
    DamagedStoreError
        A line does not fit its keyed digest.
    StorageError
        Another process has it open.
    """

    def __init__(self, path: Path, key: bytes, use: Literal["write", "read", "lock"] = "write") -> None:
        self._path = path
        self._key = hashlib.sha256(b"workbook heads\0" + key).digest()
        self._known: dict[str, Head] = {}
        self._n_lines = self._end = 0
        self.is_new = False
        self._file = FileIO(path, "r") if use == "read" else _open_locked(path)
        try:
            if use == "write":
                self._read()
            elif use == "read":
                self._parse_all()
                self._file.close()
        except BaseException:
            self._file.close()
            raise

    def of(self, log: str) -> Head | None:
        """Return the last head written for a log, or None."""
        return self._known.get(self._tag(log))

    @property
    def tags(self) -> set[str]:
        """The keyed digests of all logs with a head."""
        return set(self._known)

    def tag(self, log: str) -> str:
        """Return the keyed digest that stands for a log's name."""
        return self._tag(log)

    def write(self, heads: Mapping[str, Head]) -> None:
        """Add new heads by log name and sync them to the disk."""
        if not heads:
            return
        tagged = {self._tag(log): head for log, head in heads.items()}
        if self._n_lines >= _MOST_LINES:
            self._rewrite(self._known | tagged)
        else:
            self._add(self._line(tagged))
        self._known |= tagged

    def close(self) -> None:
        """Release the file and its lock."""
        self._file.close()

    def _add(self, line: bytes) -> None:
        self._file.seek(self._end)  # over whatever an attempt that failed has left
        try:
            _write_all(self._file, line)
            sync(self._file.fileno())
        except (OSError, StorageError):
            with contextlib.suppress(OSError):
                self._file.truncate(self._end)
            raise
        self._end += len(line)
        self._n_lines += 1

    def _rewrite(self, heads: Mapping[str, Head]) -> None:
        temporary = self._path.with_suffix(".heads-new")
        # Twice, because a last line that does not fit is taken for a crash, and this one can't be.
        content = self._header() + 2 * self._line(heads)
        with _open_private(temporary) as file:
            file.truncate(0)
            _write_all(file, content)
            sync(file.fileno())
        replacement = _open_private(temporary)
        _lock(replacement, self._path)
        temporary.replace(self._path)
        sync_folder(self._path.parent)
        self._file.close()
        self._file, self._n_lines, self._end = replacement, 2, len(content)

    def _read(self) -> None:
        if not self._parse_all():
            self._begin()
        elif self._file.seek(0, os.SEEK_END) > self._end:
            _log.warning("the last line of the heads was cut short by a crash; it is dropped")
            self._file.truncate(self._end)
        if self._n_lines > 1_000 and self._n_lines > 4 * len(self._known):
            self._rewrite(self._known)

    def _parse_all(self) -> bool:
        """Parse all lines; return False if the file is empty or its first line was cut short."""
        self._file.seek(0)
        header, *lines = self._file.readall().split(b"\n")
        if not lines:  # nothing, or a first line that was cut short
            return False
        if header + b"\n" != self._header():
            is_ours = header.startswith(_MAGIC) and len(header) + 1 == len(self._header())
            raise WrongKeyError(problem("errors.storage.wrong_key")) if is_ours else _damaged()
        read = [self._parse(line) for line in lines[:-1]]
        if None in read[:-1]:
            raise _damaged()
        whole = [heads for heads in read if heads is not None]
        for heads in whole:
            self._known |= heads
        self._n_lines = len(whole)
        self._end = len(header) + 1 + sum(len(line) + 1 for line in lines[: len(whole)])
        return True

    def _begin(self) -> None:
        self.is_new = True
        self._file.truncate(0)
        self._add(self._header())
        self._n_lines = 0
        sync_folder(self._path.parent)

    def _parse(self, line: bytes) -> dict[str, Head] | None:
        """Return the heads of one line without its end; None when it does not fit its digest."""
        body, _, mac = line.rpartition(b" ")
        if not hmac.compare_digest(self._digest(body).encode(), mac):
            return None
        parts = body.decode("ascii").split()
        return {
            tag: Head(int(n_rows), int(n_forgotten), bytes.fromhex(link))
            for tag, n_rows, n_forgotten, link in zip(*(iter(parts),) * 4, strict=True)
        }

    def _header(self) -> bytes:
        return _MAGIC + b" " + self._digest(_MAGIC).encode() + b"\n"

    def _line(self, tagged: Mapping[str, Head]) -> bytes:
        parts = [f"{tag} {head.n_rows} {head.n_forgotten} {head.link.hex()}" for tag, head in tagged.items()]
        body = " ".join(parts)
        return f"{body} {self._digest(body.encode())}\n".encode()

    def _tag(self, log: str) -> str:
        return self._digest(b"log\0" + log.encode())

    def _digest(self, content: bytes) -> str:
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()[:32]


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


def _damaged() -> DamagedStoreError:
    return DamagedStoreError(problem("errors.storage.damaged", what="the file of heads"))
