"""All that is private in a drawer, as one cell holds it: it looks the same with much in it and with nothing.

A record that is replaced or destroyed leaves nothing here but, for a while, a short digest of its operation
id, by which a retry of what is gone is known. What is needed no more is left out to make room.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workbook.errors import AccessError, StorageError, problem
from workbook.service.couple.records import (
    AUDIT,
    BLOCK,
    DECISION,
    LEFT,
    ONLY_ONE,
    PRIVATE_COPY,
    Record,
)
from workbook.service.formats.cells import ROOM, compress, decompress
from workbook.service.formats.rows import read_row, write_row

MOST_USED = 128
MOST_OPENINGS = 100
RESERVE = ROOM // 10
"""Bytes that only taking back, and ending a sitting, may use."""
_TAKES_BACK = (AUDIT, BLOCK, DECISION, LEFT, PRIVATE_COPY, "consent")
_WELL_FILLED = ROOM // 2
_MOST_MOVED, _TRIES = ROOM * 3 // 4, 20
_WHOLE_IDS = 200  # newest records that keep the operation ids they were given


@dataclass(frozen=True, slots=True)
class Bundle:
    """The private records of a drawer, oldest first; the last one's number; ids of those that are gone."""

    records: tuple[Record, ...] = ()
    last: int = 0
    used: tuple[str, ...] = ()

    @classmethod
    def read(cls, content: bytes) -> "Bundle":
        """Return what a cell holds."""
        kept = read_row(decompress(content))
        return cls(tuple(_read(one) for one in kept["records"]), kept["last"], tuple(kept["used"]))

    def write(self) -> bytes:
        """Return the bytes for a cell; they may be more than it takes."""
        kept = {"records": [_written(one) for one in self.records], "last": self.last, "used": self.used}
        return compress(write_row(kept))

    def find(self, operation_id: str) -> Record | None:
        """Return the record of an operation id."""
        return next((one for one in self.records if one.operation_id == operation_id), None)

    def has_used(self, operation_id: str) -> bool:
        """Tell whether an operation id is that of a record, also of one that went lately."""
        return self.find(operation_id) is not None or _digest(operation_id) in self.used

    def adding(self, records: Iterable[Record], *, after: int, now: datetime | None = None) -> "Bundle":
        """Return the bundle with these as well; what is there already stays as it is.

        Raises
        ------
        AccessError
            An operation id is that of a record that is gone.
        """
        bundle, moment = self, (now or datetime.now(UTC)).replace(microsecond=0)
        for record in records:
            if bundle.find(record.operation_id) is not None:
                continue
            if _digest(record.operation_id) in bundle.used:
                raise AccessError(problem("errors.events.bad_operation"))
            if record.kind in ONLY_ONE:
                bundle = bundle.without(one for one in bundle.records if one.kind == record.kind)
            placed = replace(
                record,
                sequence=bundle.last + 1,
                at=record.at or moment,
                after=after if record.after is None else record.after,
            )
            bundle = replace(bundle, records=(*bundle.records, placed), last=bundle.last + 1)
        return bundle

    def without(self, gone: Iterable[Record]) -> "Bundle":
        """Return the bundle without these."""
        numbers = {one.sequence for one in gone}
        left = tuple(one for one in self.records if one.sequence not in numbers)
        used = [_digest(one.operation_id) for one in self.records if one.sequence in numbers]
        return replace(self, records=left, used=(*self.used, *used)[-MOST_USED:])

    def tidied(self) -> "Bundle":
        """Return the bundle without what is needed no more.

        Openings beyond the last hundred always; once it is well filled also settings, decisions and whom
        one blocks that newer ones have taken the place of, and the operation ids of what is long past.
        """
        openings = [one for one in self.records if one.kind == AUDIT]
        bundle = replace(self, records=_except(self.records, openings[:-MOST_OPENINGS]))
        if len(bundle.write()) <= _WELL_FILLED:
            return bundle
        newest = {_slot(one): one for one in bundle.records if _slot(one) is not None}
        outdone = [one for one in bundle.records if newest.get(_slot(one), one) is not one]
        left = _except(bundle.records, outdone)
        short = [replace(one, operation_id=f"-{one.sequence}") for one in left[:-_WHOLE_IDS]]
        return replace(bundle, records=(*short, *left[-_WHOLE_IDS:]))


def refuse_full(bundle: Bundle, added: Sequence[Record]) -> bytes:
    """Return a bundle's bytes, if they find room: some is kept for taking back, which is always possible.

    Raises
    ------
    StorageError
        They do not. Nothing is lost, and nobody else is told.
    """
    content = bundle.write()
    is_urgent = all(record.kind in _TAKES_BACK for record in added)
    if len(content) > (ROOM if is_urgent else ROOM - RESERVE):
        raise StorageError(problem("errors.storage.full_cell"))
    return content


def moving(older: Sequence[Record], bundle: Bundle) -> tuple[set[int], Bundle]:
    """Return which rows of an earlier version move into a bundle, and the bundle then.

    The newest first, as long as there is room; the others stay where they are, and are read there.
    """
    newest = {one.kind: one for one in older if one.kind in ONLY_ONE}
    there = {one.kind for one in bundle.records}
    outdone = {
        one.sequence
        for one in older
        if one.kind in ONLY_ONE and (one.kind in there or newest[one.kind] is not one)
    }
    wanted = [one for one in older if one.sequence not in outdone]
    for start in range(0, len(wanted), 1 + len(wanted) // _TRIES):
        taken = [replace(one, after=one.sequence) for one in wanted[start:]]
        filled = bundle.adding(
            (one for one in taken if not bundle.has_used(one.operation_id)), after=0
        ).tidied()
        if len(filled.write()) <= _MOST_MOVED:
            return outdone | {one.sequence for one in taken}, filled
    return outdone, bundle


def _except(records: Sequence[Record], gone: Iterable[Record]) -> tuple[Record, ...]:
    numbers = {one.sequence for one in gone}
    return tuple(one for one in records if one.sequence not in numbers)


def _slot(record: Record) -> tuple[object, ...] | None:
    """Return what a newer record of the same takes the place of an older one for; None where all count."""
    about = record.payload
    match record.kind:
        case "setting" if about["name"] == "week":  # on which day each week was begun
            return ("setting", "week", about["value"])
        case "setting" if about["name"] != "occasion":
            return ("setting", about["name"])
        case "decision":
            return ("decision", about["instrument"], about["occasion"])
        case "choice":
            return ("choice", about["exercise"], about["choice"])
        case "block" | "private_copy" | "left":
            return (record.kind,)
    return None


def _digest(operation_id: str) -> str:
    return hashlib.sha256(operation_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _written(record: Record) -> list[object]:
    at = int(record.at.timestamp()) if record.at is not None else None
    return [record.kind, record.operation_id, record.payload, record.sequence, at, record.after]


def _read(kept: Sequence[object]) -> Record:
    kind, operation_id, payload, sequence, at, after = kept
    moment = datetime.fromtimestamp(at, UTC) if isinstance(at, int) else None
    return Record(kind, operation_id, payload, sequence, moment, after)  # type: ignore[arg-type]
