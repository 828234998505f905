"""One person's place in a study: one sealed blob of one size, whether they gave something or not.

A copy is sealed with a key of its own, and that key to two: the study's researcher, and the person the
copy is of, who so can always read what the study has of them. A place with nothing in it is the same to
the byte but for chance. What lies open beside it is a day on which it is destroyed whatever it holds;
it is the study's last day, and so everybody's.

`blob_in` and `replacing` are all that knows where a blob lies.
"""

import uuid
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from workbook.errors import SharingError, WrongKeyError, problem
from workbook.service.couple.drawers import SEALED
from workbook.service.formats import crypto
from workbook.service.formats.rows import read_row, write_row
from workbook.storage.base import Entry, Row, Store, Writing

_RESEARCH = "research/"
ROOM = 65_532
"""Bytes of a packed copy: ten years of weeks and twelve rounds of all else take less than half of it."""
_SLOT = 304  # a key of 32 bytes, padded and sealed to somebody
SIZE = 2 * _SLOT + 12 + 4 + ROOM + 16
"""Bytes of every blob: two sealed keys; and the copy with its nonce, its length and its tag."""
_MOST_UNPACKED = 64 * ROOM  # what no copy of real answers comes near


def research_log(person_id: str) -> str:
    """Return the name of the log in which one person's place in a study lies."""
    return f"{_RESEARCH}{person_id}"


def placed(store: Store) -> list[str]:
    """Return the ids of all who have a place, whether they gave something or not."""
    return [log.removeprefix(_RESEARCH) for log in store.logs(_RESEARCH)]


def blob_in(rows: Sequence[Row]) -> Row | None:
    """Return the row that counts, of a person's `research_log`; None where there is none."""
    living = [row for row in rows if row.payload is not None]
    return living[-1] if living else None


def replacing(rows: Sequence[Row], person_id: str, sealed: bytes, until: str) -> Writing:
    """Return what puts a blob in the place of whatever was there, until a day (``YYYY-MM-DD``)."""
    entry = Entry(research_log(person_id), f"{until}/{uuid.uuid4().hex}", SEALED, sealed)
    return Writing([entry], emptying(rows).forget)


def emptying(rows: Sequence[Row]) -> Writing:
    """Return what destroys all that lies in a person's place."""
    return Writing(
        forget={row.log: [one.sequence for one in rows if one.payload is not None] for row in rows[:1]}
    )


def last_day_of(row: Row) -> date:
    """Return the day on which a sealed row is destroyed."""
    return date.fromisoformat(row.operation_id.partition("/")[0])


def seal_blob(content: Mapping[str, Any] | None, study: bytes, own: bytes, person_id: str) -> bytes:
    """Seal a copy, or that there is none, to a study and to the person it is of; `SIZE` bytes.

    Parameters
    ----------
    content : mapping or None
        Plain JSON; None where nothing is given.
    study, own : bytes
        The public keys of the study and of the person.

    Raises
    ------
    SharingError
        It is larger than one copy may be.

    Examples
    --------
    >>> study, ada = crypto.new_key_pair(), crypto.new_key_pair()
    >>> blob = seal_blob({"grain": "scores"}, study.public, ada.public, "p_1")
    >>> open_blob(blob, ada.private, "p_1"), open_blob(blob, study.private, "p_1")
    ({'grain': 'scores'}, {'grain': 'scores'})
    >>> len(blob) == len(seal_blob(None, study.public, ada.public, "p_1")) == SIZE
    True
    """
    packed = zlib.compress(write_row(content or {}), 9)
    if len(packed) > ROOM:
        raise SharingError(problem("study.error.too_much"))
    key, bound = crypto.new_key(), _bound_to(person_id)
    slots = [crypto.seal_to(one, key, bound) for one in (study, own)]
    return b"".join(slots) + crypto.seal(key, packed.ljust(ROOM, b"\0"), bound)


def open_blob(sealed: bytes, private: bytes, person_id: str) -> dict[str, Any] | None:
    """Return the copy in a blob, opened by either of the two it is sealed to; None where nothing is given.

    Raises
    ------
    WrongKeyError
        It was sealed to others, was changed, or is another person's.
    """
    bound = _bound_to(person_id)
    for start in (0, _SLOT):
        try:
            key = crypto.open_own(private, sealed[start : start + _SLOT], bound)
        except WrongKeyError:
            continue
        packed = crypto.open_sealed(key, sealed[2 * _SLOT :], bound)
        return _unpacked(packed) or None
    raise WrongKeyError("a copy given to a study does not open with this key")


def _unpacked(packed: bytes) -> dict[str, Any]:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(packed, _MOST_UNPACKED)
    except zlib.error:
        plain = b""
    if not stream.eof:
        raise WrongKeyError("a copy given to a study is not whole")
    return read_row(plain)


def _bound_to(person_id: str) -> str:
    return f"copy given to a study by {person_id}"
