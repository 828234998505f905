"""A couple's rows as their two read them: sealed in the store with a key that only they open.

What a couple has together (`logs_of`: table, pending, audit) is written under their couple key. Name and
kind of a row are sealed with it, so whoever has the database and its key reads neither what was opened,
decided or written, nor of what kind it is. Until both have a key pair there is no such key: what one of
the two writes is then held in their own drawer, where they alone read it, and moves at a later sitting.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import HELD, SEALED, Record
from workbook.service.formats import crypto
from workbook.service.formats.rows import dump, load
from workbook.storage.base import NOTHING, Cell, Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due, put

TOGETHER = ("table", "pending", "audit")
_HELD_FROM = 1 << 50  # numbers of rows that are held: this, the last real one, their record's number
_RECORDS = 24


def logs_of(couple_id: str) -> list[str]:
    """Return the names of the logs that are sealed with a couple's key."""
    return [f"{name}/{couple_id}" for name in TOGETHER]


class CoupleStore(Store):
    """A store in which one couple's own logs read as if they were not sealed; all others are as they are.

    Rows from before there was a key are given as they lie. A destroyed row keeps its sealed name.

    Parameters
    ----------
    store : Store
        Where all lies; it is not closed with this one.
    couple_id : str
        Whose logs are opened.
    key : bytes, optional
        The couple's key, 32 bytes; without one, what is written is held in ``drawer``.
    drawer : Drawer, optional
        Of who reads and writes; two together have none, and always a key.

    Examples
    --------
    >>> from workbook.storage.memory import MemoryStore
    >>> store = MemoryStore()
    >>> couple = CoupleStore(store, "c_1", crypto.new_key())
    >>> couple.write([Entry("table/c_1", "op-1", "event", b"{}")])[0].kind
    'event'
    >>> [row.kind for row in couple.read("table/c_1")], [row.kind for row in store.read("table/c_1")]
    (['event'], ['sealed'])
    """

    def __init__(self, store: Store, couple_id: str, key: bytes | None, drawer: Drawer | None = None) -> None:
        self._store = store
        self._logs = frozenset(logs_of(couple_id))
        self.couple_id = couple_id
        self._key = key
        self._drawer = drawer

    @property
    def is_held(self) -> bool:
        """Whether what is written waits in a drawer, since there is no key yet."""
        return self._key is None

    def write(
        self,
        entries: Sequence[Entry],
        *,
        expect: Mapping[str, int] = NOTHING,
        forget: Mapping[str, Iterable[int]] = NOTHING,
        superseded: Mapping[str, Iterable[int]] = NOTHING,
        cells: Mapping[str, bytes | None] = NOTHING,
        seen: Mapping[str, bytes] = NOTHING,
    ) -> list[Row]:
        asked = self._placed(Writing(entries, forget, superseded, cells, seen))
        real = {log: _last_real(sequence) for log, sequence in expect.items()}
        rows = put(self._store, asked, real)
        if self._drawer is not None:
            own = (gone for log, gone in asked.destroyed() if log == self._drawer.log)
            self._drawer.leave_out({sequence for gone in own for sequence in gone})
        return [self._given(entry, row) for entry, row in zip(entries, rows, strict=True)]

    def read(self, log: str, after: int = 0) -> list[Row]:
        rows = self._store.read(log, after)
        if log not in self._logs:
            return rows
        last = rows[-1].sequence if rows else 0
        return [*(self._open(row) for row in rows), *self._held_rows(log, last)]

    def read_cell(self, name: str) -> Cell:
        return self._store.read_cell(name)

    def cells(self, prefix: str = "") -> list[str]:
        return self._store.cells(prefix)

    def settle_down(self) -> None:
        self._store.settle_down()

    def secret(self, purpose: str) -> bytes:
        """Return a key for one purpose, that follows from the couple's.

        Raises
        ------
        ValueError
            There is none yet.
        """
        if self._key is None:
            raise ValueError("without a key, nothing of the couple's is sealed")
        return hmac.digest(self._key, f"secret:{purpose}".encode(), "sha256")

    def heads(self, logs: Iterable[str]) -> dict[str, int]:
        return self._store.heads(logs)

    def logs(self, prefix: str = "") -> list[str]:
        return self._store.logs(prefix)

    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        if log not in self._logs:
            return self._store.watch(log, notify)
        return self._store.watch(log, lambda rows: notify([self._open(row) for row in rows]))

    def drop_set_aside(self) -> None:
        self._store.drop_set_aside()

    def mark_ended(self, name: str) -> None:
        self._store.mark_ended(name)

    def ended_among(self, names: Iterable[str]) -> set[str]:
        return self._store.ended_among(names)

    def close(self) -> None:
        """Do nothing: the store belongs to the household."""

    def reseal(self) -> None:
        """Seal every row that lies open still, in the same order, in one write; where there is a key.

        What they held is destroyed; a backup from before may bring it back.
        """
        if not self.is_held:
            decide_where_due(self._store, sorted(self._logs), self._resealing)

    # -- within -----------------------------------------------------------------------
    def _resealing(self, seen: Seen) -> Writing:
        bare = [
            row for rows in seen.values() for row in rows if row.payload is not None and row.kind != SEALED
        ]
        entries = [
            self._seal(Entry(row.log, row.operation_id, row.kind, row.payload or b""), row.at) for row in bare
        ]
        gone = {log: [row.sequence for row in bare if row.log == log] for log in seen}
        return Writing(entries, superseded=gone)

    def _placed(self, asked: Writing) -> Writing:
        """Return the same with the couple's entries sealed, or held; and with what is held named as such."""
        entries = [self._seal(one) if one.log in self._logs else one for one in asked.entries]
        return Writing.of(
            Writing(entries, cells=asked.cells, seen=asked.seen),
            *(Writing(forget={log: gone}) for log, gone in self._named(asked.forget)),
            *(Writing(superseded={log: gone}) for log, gone in self._named(asked.superseded)),
        )

    def _named(self, destroyed: Mapping[str, Iterable[int]]) -> Iterable[tuple[str, list[int]]]:
        for log, wanted in destroyed.items():
            yield log, [sequence for sequence in wanted if sequence < _HELD_FROM]
            held = [sequence % (1 << _RECORDS) for sequence in wanted if sequence >= _HELD_FROM]
            if held and self._drawer is not None:
                yield self._drawer.log, held

    def _seal(self, entry: Entry, at: datetime | None = None) -> Entry:
        if self._key is None:
            return self._hold(entry)
        name = crypto.opaque_id(self._key, f"{entry.log}\n{entry.operation_id}")
        key = _row_key(self._key, entry.log, name)
        content = {
            "kind": entry.kind,
            "operation_id": entry.operation_id,
            "payload": entry.payload.decode(),
            "at": (at or datetime.now(UTC)).isoformat(),
        }
        bound = f"{self.couple_id}\n{entry.log}\n{name}"
        return Entry(entry.log, name, SEALED, crypto.seal(key, dump(content), bound))

    def _open(self, row: Row) -> Row:
        if row.payload is None or row.kind != SEALED:
            return row
        if self._key is None:  # there is one, and not for this person any more
            return replace(row, payload=None)
        return _open_by_row_key(row, self.couple_id, _row_key(self._key, row.log, row.operation_id))

    def _hold(self, entry: Entry) -> Entry:
        if self._drawer is None:
            raise ValueError("without a key, a drawer is needed that holds what is written")
        return self._drawer.as_rows([held_record(self.couple_id, entry)])[0]

    def _held_rows(self, log: str, last: int) -> list[Row]:
        if self._key is not None or self._drawer is None:
            return []
        held = [one for one in self._drawer.records() if one.after is None and is_held_for(one, log)]
        return [_as_row(one, log, last) for one in held]

    def _given(self, entry: Entry, row: Row) -> Row:
        """Return the row of an entry as it is read: of one that is held, as if it lay in its own log."""
        if entry.log not in self._logs:
            return row
        if self._drawer is None or row.log == entry.log:
            return self._open(row)
        if row.payload is None:
            return Row(entry.log, row.sequence, entry.operation_id, entry.kind, None, row.at)
        return _as_row(self._drawer.open_row(row), entry.log, 0)


def _open_by_row_key(row: Row, couple_id: str, key: bytes) -> Row:
    """Return a couple's row as it was before it was sealed, opened by the key of that very row.

    Raises
    ------
    WrongKeyError
        It is another row's key, or the row was changed or belongs elsewhere.
    """
    bound = f"{couple_id}\n{row.log}\n{row.operation_id}"
    content = load(crypto.open_sealed(key, row.payload or b"", bound))
    payload, at = content["payload"].encode(), datetime.fromisoformat(content["at"])
    return Row(row.log, row.sequence, content["operation_id"], content["kind"], payload, at)


def held_record(couple_id: str, entry: Entry) -> Record:
    """Return an entry of the couple's as the record that holds it in a drawer."""
    content = {
        "couple_id": couple_id,
        "log": entry.log,
        "operation_id": entry.operation_id,
        "kind": entry.kind,
        "payload": entry.payload.decode(),
    }
    return Record(HELD, f"held/{entry.log}/{entry.operation_id}", content)


def held_entry(record: Record) -> Entry:
    """Return the entry of the couple's that a drawer's record holds."""
    about = record.payload
    return Entry(about["log"], about["operation_id"], about["kind"], about["payload"].encode())


def is_held_for(record: Record, log: str) -> bool:
    """Tell whether a drawer's record holds a row of this log."""
    return record.kind == HELD and bool(record.payload["log"] == log)


def _row_key(key: bytes, log: str, name: str) -> bytes:
    """Return the key of one row: whoever is given it opens that row, and no other."""
    return hmac.new(key, f"row\n{log}\n{name}".encode(), hashlib.sha256).digest()


def _as_row(record: Record, log: str, last: int) -> Row:
    entry = held_entry(record)
    sequence = _HELD_FROM + (last << _RECORDS) + record.sequence
    return Row(log, sequence, entry.operation_id, entry.kind, entry.payload, record.at or datetime.now(UTC))


def _last_real(sequence: int) -> int:
    """Return the last number really given in a log, where the last one read is of a row that is held."""
    return sequence if sequence < _HELD_FROM else (sequence - _HELD_FROM) >> _RECORDS
