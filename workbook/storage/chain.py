"""The hash chain of a log: each row's link covers the row and every row before it.

What a row holds enters by a *salted* digest, so that forgetting payload and salt leaves the
chain whole and yet gives nothing by which the payload could be guessed.
"""

import hashlib
import secrets
from dataclasses import dataclass

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log stands: its number of rows, of tombstones among them, and the last link."""

    n_rows: int
    n_forgotten: int
    link: bytes


def name_of_cell(cell: str) -> str:
    """Return the name under which the head of a cell is kept: no log can be called so."""
    return f"\0cell\0{cell}"


def head_of_cell(digest: bytes) -> Head:
    """Return what stands for a cell among the heads of logs: what it holds, and no number."""
    return Head(0, 0, digest)


def new_salt() -> bytes:
    """Return a fresh salt for one row."""
    return secrets.token_bytes(SALT_BYTES)


def first_link(log: str) -> bytes:
    """Return the link before the first row: each log has its own."""
    return hashlib.sha256(b"workbook log\0" + log.encode()).digest()


def content_digest(salt: bytes, payload: bytes) -> bytes:
    """Return the salted digest by which a payload enters the chain."""
    return hashlib.sha256(salt + payload).digest()


def next_link(link: bytes, sequence: int, operation_id: str, kind: str, at: int, digest: bytes) -> bytes:
    """Return the link of a row, from the link before it.

    Every part goes in with its length, so that no two rows can share a link.
    """
    parts = (str(sequence).encode(), operation_id.encode(), kind.encode(), str(at).encode(), digest)
    return hashlib.sha256(link + b"".join([len(part).to_bytes(4, "big") + part for part in parts])).digest()
