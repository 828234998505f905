"""One person's place in a study: one sealed blob of one size, whether they gave something or not.

A copy is sealed with a key of its own, and that key to two: the study's researcher, and the person the
copy is of, who so can always read what the study has of them. A place with nothing in it is the same to
the byte but for chance. What lies open beside it is a day on which it is destroyed whatever it holds;
it is the study's last day, and so everybody's.

It lies in a cell, which is written anew in every sitting of its person; what an earlier version left lies in
the rows of a log. `place_of`, `replacing` and `emptying` are all that knows where. A restored backup brings a
cell back as it was, so each copy has a name, and one that was taken back or replaced is noted as ended.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from workbook.errors import SharingError, problem
from workbook.service.couple.records import SEALED
from workbook.service.formats.two_readers import ROOM, open_as_either, pack, seal_for_two
from workbook.storage.base import NO_STAMP, Row, Store, Writing

_RESEARCH, _GIVEN = "research/", "given/"
_DAY, _EMPTY = 10, b"0000-00-00"  # letters of a day, and what stands for none where a place was emptied
_NEVER_AT = datetime(1970, 1, 1, tzinfo=UTC)


def research_log(person_id: str) -> str:
    """Return the name of the log in which one person's place in a study lay, before there were cells."""
    return f"{_RESEARCH}{person_id}"


def given_cell(person_id: str) -> str:
    """Return the name of the cell that is one person's place in a study."""
    return f"{_GIVEN}{person_id}"


def placed(store: Store) -> list[str]:
    """Return the ids of all who have a place, whether they gave something or not."""
    logs = {log.removeprefix(_RESEARCH) for log in store.logs(_RESEARCH)}
    return sorted(logs | {name.removeprefix(_GIVEN) for name in store.cells(_GIVEN)})


def place_of(store: Store, person_id: str) -> list[Row]:
    """Return what lies in a person's place: rows of an earlier version, and the cell, told as a row, last."""
    rows = store.read(research_log(person_id))
    cell = store.read_cell(given_cell(person_id))
    if cell.content is None:
        return rows
    day, sealed = cell.content[:_DAY], cell.content[_DAY:]
    name = f"{day.decode('ascii')}/{cell.stamp.hex()}"
    return [*rows, Row(cell.name, 1, name, SEALED, None if day == _EMPTY else sealed, _NEVER_AT)]


def blob_in(rows: Sequence[Row]) -> Row | None:
    """Return the row that counts, of a person's `place_of`; None where there is none."""
    living = [row for row in rows if row.payload is not None]
    return living[-1] if living else None


def replacing(
    rows: Sequence[Row], person_id: str, sealed: bytes, until: str, *, is_same: bool = False
) -> Writing:
    """Return what puts a blob in the place of whatever was there, until a day (``YYYY-MM-DD``).

    Where it ``is_same`` copy, a backup from before may bring back the row it lay in.
    """
    gone = {research_log(person_id): _rows_in_log(rows)}
    cell = given_cell(person_id)
    written = Writing(cells={cell: until.encode("ascii") + sealed}, seen={cell: _stamp_in(rows)})
    return Writing.of(written, Writing(superseded=gone) if is_same else Writing(forget=gone))


def emptying(rows: Sequence[Row]) -> Writing:
    """Return what destroys all that lies in a person's place."""
    if not rows:
        return Writing()
    person_id = rows[-1].log.partition("/")[2]
    gone = Writing(forget={research_log(person_id): _rows_in_log(rows)})
    cell = given_cell(person_id)
    if rows[-1].log != cell or rows[-1].payload is None:
        return gone
    nothing = _EMPTY + secrets.token_bytes(len(rows[-1].payload))
    return Writing.of(gone, Writing(cells={cell: nothing}, seen={cell: _stamp_in(rows)}))


def copy_name(row: Row, content: Mapping[str, Any]) -> str:
    """Return the name of a copy, by which it is noted as ended."""
    return str(content.get("copy") or f"{row.log}/{row.sequence}")


def is_ended(store: Store, row: Row, content: Mapping[str, Any]) -> bool:
    """Tell whether a copy was taken back or replaced: then only a restored backup can hold it."""
    name = copy_name(row, content)
    return name in store.ended_among([name])


def _rows_in_log(rows: Sequence[Row]) -> list[int]:
    return [row.sequence for row in rows if row.payload is not None and row.log.startswith(_RESEARCH)]


def _stamp_in(rows: Sequence[Row]) -> bytes:
    """Return the stamp of the cell, as it was seen with these rows."""
    if not rows or not rows[-1].log.startswith(_GIVEN):
        return NO_STAMP
    return bytes.fromhex(rows[-1].operation_id.partition("/")[2])


def last_day_of(row: Row) -> date:
    """Return the day on which a sealed row is destroyed."""
    return date.fromisoformat(row.operation_id.partition("/")[0])


def seal_blob(content: Mapping[str, Any] | None, study: bytes, own: bytes, person_id: str) -> bytes:
    """Seal a copy, or that there is none, to a study and to the person it is of: always as long.

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
    >>> from workbook.service.formats import crypto, two_readers
    >>> study, ada = crypto.new_key_pair(), crypto.new_key_pair()
    >>> blob = seal_blob({"grain": "scores"}, study.public, ada.public, "p_1")
    >>> open_blob(blob, ada.private, "p_1"), open_blob(blob, study.private, "p_1")
    ({'grain': 'scores'}, {'grain': 'scores'})
    >>> len(blob) == len(seal_blob(None, study.public, ada.public, "p_1")) == two_readers.SIZE
    True
    """
    packed = pack(content)
    if len(packed) > ROOM:
        raise SharingError(problem("study.error.too_much"))
    return seal_for_two(packed, study, own, _bound_to(person_id))


def open_blob(sealed: bytes, private: bytes, person_id: str) -> dict[str, Any] | None:
    """Return the copy in a blob, opened by either of the two it is sealed to; None where nothing is given.

    Raises
    ------
    WrongKeyError
        It was sealed to others, was changed, or is another person's.
    """
    return open_as_either(sealed, private, _bound_to(person_id))


def _bound_to(person_id: str) -> str:
    return f"copy given to a study by {person_id}"
