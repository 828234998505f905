"""What was erased, kept apart from data and backups, so that restoring can't bring it back.

The list lies beside the key: whoever can restore has both. It holds a keyed digest of each erased
row and nothing else, so it tells neither whose it was nor what.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

from workbook.storage.witness import sync, sync_folder

_DIGITS = 40
_ENDED = "ended"  # no log: what ended for good is noted among the erasures
_CELLS = "\0cells"  # nor this: cells that were removed


class Erasures:
    """The list of one store. A row is known by its log, its place and its link of the chain.

    Parameters
    ----------
    path : Path
        Its file; made with the first erasure.
    key : bytes
        The store's.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = hashlib.sha256(b"workbook erasures\0" + key).digest()

    def add(self, log: str, rows: Iterable[tuple[int, bytes]]) -> None:
        """Note rows (sequence, link) that are about to be destroyed; durable when it returns.

        Raises
        ------
        SyncFailedError
            It may not be, and asking again would not tell.
        """
        known = self.known()
        digests = [self._digest(log, sequence, link) for sequence, link in rows]
        lines = "".join(f"{digest}\n" for digest in digests if digest not in known)
        if not lines:
            return
        is_new = not self._path.exists()
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            # After a line that a crash cut short, the next begins on its own.
            file.write((b"" if self._ends_a_line() else b"\n") + lines.encode())
            file.flush()
            sync(file.fileno())
        if is_new:
            sync_folder(self._path.parent)

    def known(self) -> set[str]:
        """Return every digest of the list; what a crash cut short is passed over."""
        if not self._path.exists():
            return set()
        lines = self._path.read_text(encoding="ascii", errors="replace").splitlines()
        return {line for line in lines if len(line) == _DIGITS}

    def among(self, log: str, rows: Iterable[tuple[int, bytes]], known: set[str]) -> list[int]:
        """Return the sequences of those rows (sequence, link) that the list knows."""
        return [sequence for sequence, link in rows if self._digest(log, sequence, link) in known]

    def add_ended(self, name: str) -> None:
        """Note that something ended for good; durable when it returns, see `add`."""
        self.add(_ENDED, [(0, name.encode())])

    def ended_among(self, names: Iterable[str]) -> set[str]:
        """Return those of these names that were noted as ended."""
        known = self.known()
        return {name for name in names if self.among(_ENDED, [(0, name.encode())], known)}

    def add_cell(self, name: str) -> None:
        """Note that a cell was removed for good; durable when it returns, see `add`."""
        self.add(_CELLS, [(0, name.encode())])

    def cells_among(self, names: Iterable[str], known: set[str]) -> list[str]:
        """Return those of these cells that the list knows."""
        return [name for name in names if self.among(_CELLS, [(0, name.encode())], known)]

    def _ends_a_line(self) -> bool:
        content = self._path.read_bytes()
        return not content or content.endswith(b"\n")

    def _digest(self, log: str, sequence: int, link: bytes) -> str:
        content = f"{log}\0{sequence}\0".encode() + link
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()[:_DIGITS]
