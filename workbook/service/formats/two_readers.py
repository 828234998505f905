"""One thing sealed to two people, either of whom opens it: always as long, whatever is in it.

It is sealed with a key of its own, and that key to each of the two. With nothing in it, it is the same to the
byte but for chance.
"""

import zlib
from collections.abc import Mapping
from typing import Any

from workbook.errors import WrongKeyError
from workbook.service.formats import crypto
from workbook.service.formats.rows import read_row, write_row

ROOM = 65_532
"""Bytes of packed content: ten years of weeks and eleven rounds of all else take less than half of it."""
_SLOT = 304  # a key of 32 bytes, padded and sealed to somebody
SIZE = 2 * _SLOT + 12 + 4 + ROOM + 16
"""Bytes of every one: two sealed keys; and the content with its nonce, its length and its tag."""
_MOST_UNPACKED = 64 * ROOM  # what no real answers come near


def pack(content: Mapping[str, Any] | None) -> bytes:
    """Return content, plain JSON, as it is sealed; more than `ROOM` bytes find no room."""
    return zlib.compress(write_row(content or {}), 9)


def seal_for_two(packed: bytes, one: bytes, other: bytes, bound_to: str) -> bytes:
    """Seal what `pack` gave to two people, by their public keys; `SIZE` bytes.

    Examples
    --------
    >>> ada, ben = crypto.new_key_pair(), crypto.new_key_pair()
    >>> sealed = seal_for_two(pack({"grain": "scores"}), ada.public, ben.public, "p_1")
    >>> open_as_either(sealed, ada.private, "p_1") == open_as_either(sealed, ben.private, "p_1")
    True
    >>> len(sealed) == len(seal_for_two(pack(None), ada.public, ben.public, "p_1")) == SIZE
    True
    """
    key = crypto.new_key()
    slots = [crypto.seal_to(public, key, bound_to) for public in (one, other)]
    return b"".join(slots) + crypto.seal(key, packed.ljust(ROOM, b"\0"), bound_to)


def open_as_either(sealed: bytes, private: bytes, bound_to: str) -> dict[str, Any] | None:
    """Return the content, opened by either of the two it is sealed to; None where there is none.

    Raises
    ------
    WrongKeyError
        It was sealed to others, was changed, or belongs elsewhere.
    """
    for start in (0, _SLOT):
        try:
            key = crypto.open_own(private, sealed[start : start + _SLOT], bound_to)
        except WrongKeyError:
            continue
        return _unpacked(crypto.open_sealed(key, sealed[2 * _SLOT :], bound_to)) or None
    raise WrongKeyError("what is sealed to two does not open with this key")


def _unpacked(packed: bytes) -> dict[str, Any]:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(packed, _MOST_UNPACKED)
    except zlib.error:
        plain = b""
    if not stream.eof:
        raise WrongKeyError("what is sealed to two is not whole")
    return read_row(plain)
