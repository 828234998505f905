"""Writing inside one transaction: where each log ends, how a row is linked to it, what cells hold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from workbook.storage import chain
from workbook.storage.base import NO_STAMP, Entry, Row, Writing, day_of, stamp_of
from workbook.storage.chain import Head
from workbook.storage.checks import check_size, refuse_conflict
from workbook.storage.erasures import Erasures
from workbook.storage.records import to_digest, to_microseconds, to_row, to_stamp
from workbook.storage.schema import cells, logs, marks, rows

_MARK = update(marks).values(before=marks.c.newest, newest=bindparam("mark"))
_CHUNK = 500  # operation ids or sequences in one statement; SQLite takes 32,766 parameters


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a log ends now."""

    log_id: int
    head: Head


class Transaction:
    """What one transaction writes. Nothing of it is true before the commit.

    Parameters
    ----------
    connection : Connection
        Inside a transaction that has locked the file for writing.
    known : dict of str to Tail
        Tails as of the last commit; not changed here.
    """

    def __init__(self, connection: Connection, known: dict[str, Tail]) -> None:
        self._connection = connection
        self._known = known
        self.changed: dict[str, Tail] = {}
        self.cells: dict[str, bytes] = {}  # what they hold now, by their stamps
        self._stamps_before: dict[str, bytes] = {}
        self.fresh: list[Row] = []
        self.destroyed = 0

    def write(self, asked: Writing, expect: Mapping[str, int], erasures: Erasures) -> list[Row]:
        """Do all that is asked; give the entries' rows. A conflict is raised before anything is changed.

        What is erased is listed before it is destroyed, and only once the write is not refused: a
        restoring would else destroy what was never given up.
        """
        refuse_conflict(
            expect, self._head_of, asked.seen, self._stamp_of, is_done=lambda: self._is_done(asked)
        )
        for name, content in asked.cells.items():
            if content is not None and (length := self._length_of(name)) is not None:
                check_size(length, content)
        for name in (name for name, content in asked.cells.items() if content is None):
            erasures.add_cell(name)
        for log, sequences in asked.forget.items():
            erasures.add(log, self._links(log, sequences))
        for log, sequences in asked.destroyed():
            self._destroy(log, sequences)
        for name, content in asked.cells.items():
            self._fill(name, content)
        return self._append(asked.entries)

    @property
    def has_changed(self) -> bool:
        """Whether anything was written so far."""
        return bool(self.changed or self.cells)

    def mark(self, mark: bytes) -> None:
        """Note in the database which commit this is, beside the one before it."""
        self._connection.execute(_MARK, {"mark": mark})

    def _fill(self, name: str, content: bytes | None) -> None:
        """Have a cell hold this; what it held before is overwritten where it lies."""
        known = self._stamp_of(name)
        before = self._stamps_before.setdefault(name, known)  # as of the last commit
        stamp = stamp_of(content)
        if stamp == known:
            return
        # One that is removed leaves its name, as a log does: else a crash would look like a loss.
        values = {"digest": to_digest(stamp), "before": to_digest(before), "content": content or b""}
        changed = self._connection.execute(update(cells).where(cells.c.name == name).values(values))
        if not changed.rowcount:
            self._connection.execute(insert(cells).values(name=name, **values))
        self.cells[name] = stamp
        self.destroyed += known != NO_STAMP

    def _stamp_of(self, name: str) -> bytes:
        if name in self.cells:
            return self.cells[name]
        found = self._connection.execute(select(cells.c.digest).where(cells.c.name == name)).scalar()
        return NO_STAMP if found is None else to_stamp(found)

    def _length_of(self, name: str) -> int | None:
        """Return how long a cell is; None where there is none, or it was removed."""
        statement = select(func.length(cells.c.content)).where(cells.c.name == name)
        return self._connection.execute(statement).scalar() or None

    def _append(self, entries: Sequence[Entry]) -> list[Row]:
        """Return rows of all entries, in their order: the existing one, or a new one."""
        placed = self._existing(entries)
        values: list[dict[str, Any]] = []
        for entry in entries:
            if (entry.log, entry.operation_id) not in placed:
                row, value = self._link(entry)
                placed[entry.log, entry.operation_id] = row
                self.fresh.append(row)
                values.append(value)
        if values:
            self._connection.execute(insert(rows), values)
        return [placed[entry.log, entry.operation_id] for entry in entries]

    def _destroy(self, log: str, sequences: Iterable[int]) -> None:
        """Destroy payload and salt of rows that still have theirs."""
        tail = self._tail(log)
        if tail is None:
            return
        destroyed = 0
        for chunk in _chunks(sequences):
            statement = (
                update(rows)
                .where(rows.c.log_id == tail.log_id, rows.c.sequence.in_(chunk))
                .where(rows.c.payload.is_not(None))
                .values(payload=None, salt=None)
            )
            destroyed += self._connection.execute(statement).rowcount
        if destroyed:
            head = Head(tail.head.n_rows, tail.head.n_forgotten + destroyed, tail.head.link)
            self.changed[log] = Tail(tail.log_id, head)
            self.destroyed += destroyed

    def _is_done(self, asked: Writing) -> bool:
        """Tell whether all entries and cells are kept and rows to destroy gone; no, if nothing is written."""
        placed = self._existing(asked.entries)
        is_kept = all((entry.log, entry.operation_id) in placed for entry in asked.entries) and all(
            self._stamp_of(name) == stamp_of(content) for name, content in asked.cells.items()
        )
        return is_kept and not asked.is_empty and not any(self._lives(*one) for one in asked.destroyed())

    def _lives(self, log: str, sequences: Iterable[int]) -> bool:
        """Tell whether any of these rows still holds something."""
        tail = self._tail(log)
        living = select(rows.c.sequence).where(rows.c.payload.is_not(None))
        return tail is not None and any(
            self._connection.execute(
                living.where(rows.c.log_id == tail.log_id, rows.c.sequence.in_(chunk)).limit(1)
            ).first()
            for chunk in _chunks(sequences)
        )

    def _links(self, log: str, sequences: Iterable[int]) -> list[tuple[int, bytes]]:
        """Sequence and link of these rows, gone or not."""
        tail = self._tail(log)
        if tail is None:
            return []
        own = select(rows.c.sequence, rows.c.chain).where(rows.c.log_id == tail.log_id)
        found = [
            record
            for chunk in _chunks(sequences)
            for record in self._connection.execute(own.where(rows.c.sequence.in_(chunk)))
        ]
        return [(int(record.sequence), bytes(record.chain)) for record in found]

    def _head_of(self, log: str) -> int:
        tail = self._tail(log)
        return tail.head.n_rows if tail is not None else 0

    def _link(self, entry: Entry) -> tuple[Row, dict[str, Any]]:
        tail = self._tail(entry.log) or self._new_log(entry.log)
        day, salt = day_of(datetime.now(UTC)), chain.new_salt()
        at = to_microseconds(day)
        sequence = tail.head.n_rows + 1
        digest = chain.content_digest(salt, entry.payload)
        link = chain.next_link(tail.head.link, sequence, entry.operation_id, entry.kind, at, digest)
        self.changed[entry.log] = Tail(tail.log_id, Head(sequence, tail.head.n_forgotten, link))
        value = {
            "log_id": tail.log_id,
            "sequence": sequence,
            "operation_id": entry.operation_id,
            "kind": entry.kind,
            "at": at,
            "payload": entry.payload,
            "salt": salt,
            "digest": digest,
            "chain": link,
        }
        return Row(entry.log, sequence, entry.operation_id, entry.kind, entry.payload, day), value

    def _existing(self, entries: Sequence[Entry]) -> dict[tuple[str, str], Row]:
        wanted: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            wanted[entry.log].append(entry.operation_id)
        found: dict[tuple[str, str], Row] = {}
        for log, operation_ids in wanted.items():
            tail = self._tail(log)
            if tail is None or not tail.head.n_rows:
                continue
            for start in range(0, len(operation_ids), _CHUNK):
                chunk = operation_ids[start : start + _CHUNK]
                statement = select(rows).where(rows.c.log_id == tail.log_id, rows.c.operation_id.in_(chunk))
                for record in self._connection.execute(statement):
                    found[log, record.operation_id] = to_row(log, record)
        return found

    def _tail(self, log: str) -> Tail | None:
        tail = self.changed.get(log) or self._known.get(log)
        if tail is None and (tail := self._load(log)) is not None:
            self._known[log] = tail
        return tail

    def _load(self, log: str) -> Tail | None:
        log_id = self._connection.execute(select(logs.c.id).where(logs.c.name == log)).scalar()
        if log_id is None:
            return None
        own = rows.c.log_id == log_id
        last = self._connection.execute(
            select(rows.c.sequence, rows.c.chain).where(own).order_by(rows.c.sequence.desc()).limit(1)
        ).first()
        n_forgotten = self._connection.execute(
            select(func.count()).select_from(rows).where(own, rows.c.payload.is_(None))
        ).scalar_one()
        n_rows, link = (last.sequence, last.chain) if last else (0, chain.first_link(log))
        return Tail(log_id, Head(n_rows, n_forgotten, link))

    def _new_log(self, log: str) -> Tail:
        log_id = self._connection.execute(insert(logs).values(name=log).returning(logs.c.id)).scalar_one()
        return Tail(log_id, Head(0, 0, chain.first_link(log)))


def _chunks(sequences: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(sequences)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
