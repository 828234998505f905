"""What a cell of the store holds for people: one sealed thing, always as long, whatever is in it.

Compressed before it is padded, so that years of what a couple writes find room. The length is always that
of the whole cell, so compressing tells nothing.
"""

import secrets
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workbook.errors import StorageError, WrongKeyError, problem

CELL_BYTES = 65_536
_NONCE_BYTES, _SEAL_BYTES, _LENGTH_BYTES = 12, 28, 4
ROOM = CELL_BYTES - _SEAL_BYTES - _LENGTH_BYTES
"""Bytes of compressed content that a cell takes."""


def compress(content: bytes) -> bytes:
    """Return content as it is put into a cell."""
    return zlib.compress(content, 6)


def decompress(content: bytes) -> bytes:
    """Return it again."""
    return zlib.decompress(content)


def seal_cell(key: bytes, content: bytes, bound_to: str) -> bytes:
    """Seal content, as `compress` or anybody made it, into exactly one cell.

    Raises
    ------
    StorageError
        It finds no room.

    Examples
    --------
    >>> key = bytes(32)
    >>> sealed = seal_cell(key, b"little", "private/p_1")
    >>> len(sealed) == len(seal_cell(key, b"much" * 10_000, "private/p_1")) == CELL_BYTES
    True
    >>> open_cell(key, sealed, "private/p_1")
    b'little'
    """
    if len(content) > ROOM:
        raise StorageError(problem("errors.storage.full_cell"))
    framed = len(content).to_bytes(_LENGTH_BYTES, "big") + content
    nonce = secrets.token_bytes(_NONCE_BYTES)
    padded = framed.ljust(CELL_BYTES - _SEAL_BYTES, b"\0")
    return nonce + AESGCM(key).encrypt(nonce, padded, bound_to.encode())


def open_cell(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    """Return what was sealed into a cell.

    Raises
    ------
    WrongKeyError
        The key is another one, the cell was changed, or it belongs elsewhere.
    """
    try:
        framed = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
    except InvalidTag:
        raise WrongKeyError("a cell does not open with this key") from None
    length = int.from_bytes(framed[:_LENGTH_BYTES], "big")
    return framed[_LENGTH_BYTES : _LENGTH_BYTES + length]
