"""The heads of all logs, in a file of their own beside the store's.

A store file that was cut, rolled back or partly lost is whole in itself; only a witness
outside of it can tell. After each commit, and before it is acknowledged, the new heads are
added here and synced. Lines carry a keyed digest, and log names appear only as one.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from workbook.content import say
from workbook.errors import DamagedStoreError, StorageError, WrongKeyError
from workbook.storage.chain import Head

_MAGIC = b"workbook-heads-1"
_MOST_LINES = 20_000

try:
    import fcntl
except ImportError:  # no advisory locks on this platform; the store's own locks remain
    fcntl = None  # type: ignore[assignment]


class Heads:
    """The open heads file; it is also the lock that keeps a second workbook out.

    Raises
    ------
    WrongKeyError
        The file was written with another key.
    DamagedStoreError
        A line does not fit its keyed digest.
    StorageError
        Another process has it open.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = hashlib.sha256(b"workbook heads\0" + key).digest()
        self._file = _open_private(path)
        self._known: dict[str, Head] = {}
        self._n_lines = 0
        self.is_new = False
        try:
            _lock(self._file, path)
            self._read()
        except BaseException:
            self._file.close()
            raise

    def of(self, log: str) -> Head | None:
        """The last head written for a log, or None."""
        return self._known.get(self._tag(log))

    @property
    def tags(self) -> set[str]:
        """The keyed digests of all logs with a head."""
        return set(self._known)

    def tag(self, log: str) -> str:
        """The keyed digest that stands for a log's name."""
        return self._tag(log)

    def write(self, heads: Mapping[str, Head]) -> None:
        """Add new heads by log name and sync them to the disk."""
        if not heads:
            return
        tagged = {self._tag(log): head for log, head in heads.items()}
        if self._n_lines + len(tagged) > _MOST_LINES:
            self._rewrite(self._known | tagged)
        else:
            self._add(b"".join(self._line(tag, head) for tag, head in tagged.items()), len(tagged))
        self._known |= tagged

    def close(self) -> None:
        """Release the file and its lock."""
        self._file.close()

    def _add(self, lines: bytes, n: int) -> None:
        end = self._file.seek(0, os.SEEK_END)
        try:
            self._file.write(lines)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            # A torn line would be taken for the end of the file, and hide what follows it.
            self._file.truncate(end)
            raise
        self._n_lines += n

    def _rewrite(self, heads: Mapping[str, Head]) -> None:
        temporary = self._path.with_suffix(".heads-new")
        with _open_private(temporary) as file:
            file.truncate(0)
            file.write(self._header() + b"".join(self._line(tag, head) for tag, head in heads.items()))
            file.flush()
            os.fsync(file.fileno())
        replacement = _open_private(temporary)
        _lock(replacement, self._path)
        temporary.replace(self._path)
        sync_folder(self._path.parent)
        self._file.close()
        self._file, self._n_lines = replacement, len(heads)

    def _read(self) -> None:
        self._file.seek(0)
        content = self._file.read()
        whole = content[: content.rfind(b"\n") + 1]  # a torn last line was never acknowledged
        if not whole:
            self.is_new = True
            self._file.truncate(0)
            self._add(self._header(), 0)
            sync_folder(self._path.parent)
            return
        header, *lines = whole.splitlines(keepends=True)
        if header != self._header():
            is_ours = header.startswith(_MAGIC) and len(header) == len(self._header())
            raise WrongKeyError(say("errors.storage.wrong_key")) if is_ours else _damaged()
        for line in lines:
            tag, head = self._parse(line)
            self._known[tag] = head
        self._n_lines = len(lines)
        if len(whole) < len(content):
            self._file.truncate(len(whole))
        if self._n_lines > 1_000 and self._n_lines > 4 * len(self._known):
            self._rewrite(self._known)

    def _parse(self, line: bytes) -> tuple[str, Head]:
        try:
            tag, n_rows, n_forgotten, link, mac = line.decode("ascii").split()
            head = Head(int(n_rows), int(n_forgotten), bytes.fromhex(link))
        except ValueError:
            raise _damaged() from None
        if not hmac.compare_digest(self._line(tag, head), line):
            raise _damaged()
        return tag, head

    def _header(self) -> bytes:
        return _MAGIC + b" " + self._digest(_MAGIC).encode() + b"\n"

    def _line(self, tag: str, head: Head) -> bytes:
        body = f"{tag} {head.n_rows} {head.n_forgotten} {head.link.hex()}"
        return f"{body} {self._digest(body.encode())}\n".encode()

    def _tag(self, log: str) -> str:
        return self._digest(b"log\0" + log.encode())

    def _digest(self, content: bytes) -> str:
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()[:32]


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file's name durable, where the platform can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _open_private(path: Path) -> BinaryIO:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    return os.fdopen(handle, "r+b")


def _lock(file: BinaryIO, path: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise StorageError(say("errors.storage.in_use", folder=path.parent)) from None


def _damaged() -> DamagedStoreError:
    return DamagedStoreError(say("errors.storage.damaged", what="the file of heads"))
