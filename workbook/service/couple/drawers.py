"""A person's drawer: sealed, readable only with the key that their passphrase opens.

It has two parts. A log has a row for each ordinary record; one cell holds all private ones (`records` says
which those are). At the begin and the end of each sitting the cell is written anew, whether anything in it
has changed or not, and the log is filled up to a round number of rows: so neither tells what was done
between.
"""

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from workbook.errors import AccessError, AnswerError, ConflictError, problem
from workbook.instruments import catalogue
from workbook.instruments.model import Instrument
from workbook.service.couple.bundle import Bundle, moving, refuse_full
from workbook.service.couple.records import FILLER, SEALED, Record, is_private
from workbook.service.formats import crypto
from workbook.service.formats.cells import open_cell, seal_cell
from workbook.service.formats.rows import read_row, write_row
from workbook.storage.base import NOTHING, Entry, Row, Store, Writing
from workbook.storage.deciding import ATTEMPTS, put

BLOCK_OF_ROWS = 32
"""Rows of a drawer's log come to a multiple of this, at the begin and the end of a sitting."""
Write = Callable[[Writing, Mapping[str, int]], list[Row]]


def drawer_log(person_id: str) -> str:
    """Return the name of a person's drawer log."""
    return f"drawer/{person_id}"


def private_cell(person_id: str) -> str:
    """Return the name of the cell with what is private in a person's drawer."""
    return f"private/{person_id}"


def refuse_reused(given: Sequence[Record], kept: Sequence[Record]) -> None:
    """Refuse records whose operation ids were used for others, position by position.

    Raises
    ------
    AnswerError
        Names each of them by its place, from 1.
    """
    pairs = enumerate(zip(given, kept, strict=True), start=1)
    reused = [position for position, (one, other) in pairs if one != other]
    if reused:
        raise AnswerError(
            [problem("errors.answers.same_operation", position=position) for position in reused]
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """Both parts of a drawer as they were at one look; ``older`` are private records that are rows still."""

    bundle: Bundle
    stamp: bytes
    last: int
    older: tuple[Record, ...]


class Drawer:
    """An opened drawer. What was once opened is kept in memory until the sitting ends.

    Parameters
    ----------
    write : callable, optional
        What puts a `Writing` into the store for this person, if some logs are as expected, and refuses it
        once they may not; the store itself by default.
    instruments : mapping of str to Instrument, optional
        By which the private ones are known; the packaged catalogue by default.

    Examples
    --------
    >>> from workbook.storage.memory import MemoryStore
    >>> drawer = Drawer(MemoryStore(), "p_1", crypto.new_key())
    >>> drawer.add([Record("own_need", "op-1", {"id": "needs.own.k3fz", "text": "to read"})])[0].sequence
    1
    >>> [record.kind for record in drawer.add([Record("block", "op-2", {"blocked": True})])]
    ['block']
    >>> [record.kind for record in drawer.records()]
    ['own_need', 'block']
    """

    def __init__(
        self,
        store: Store,
        person_id: str,
        key: bytes,
        write: Write | None = None,
        instruments: Mapping[str, Instrument] | None = None,
    ) -> None:
        self.person_id = person_id
        self.log = drawer_log(person_id)
        self.cell = private_cell(person_id)
        self._store = store
        self._write = write or (lambda writing, expect: put(store, writing, expect))
        self._key = key
        self._instruments = catalogue() if instruments is None else instruments
        self._lock = threading.Lock()
        self._opened: list[Record] = []
        self._used: set[str] = set()
        self._last = 0
        self._bundle = Bundle()
        self._stamp: bytes | None = None

    # -- what is there ----------------------------------------------------------------
    def records(self) -> list[Record]:
        """Return every record of the drawer, oldest first; what was forgotten is passed over."""
        self._look()
        return self.known()

    def known(self) -> list[Record]:
        """Return the records read or written here already; another sitting may have written more."""
        with self._lock:
            found = [*self._opened, *self._bundle.records]
        return sorted(found, key=lambda record: record.place)

    def has_used(self, operation_id: str) -> bool:
        """Say whether an operation id is that of a record, also of one that is gone since."""
        is_private = self._look().bundle.has_used(operation_id)
        return is_private or crypto.opaque_id(self._key, operation_id) in self._used

    def secret(self, purpose: str) -> bytes:
        """Return a key for one purpose, that follows from the drawer's and tells nothing of it."""
        return hmac.digest(self._key, f"secret:{purpose}".encode(), "sha256")

    # -- what is kept -----------------------------------------------------------------
    def keeping(self, records: Sequence[Record], *, instead_of: Sequence[Record] = ()) -> Writing:
        """Return what keeps records, to be written together with what else belongs to it.

        What is kept already stays as it is. Those they are kept ``instead_of`` are destroyed, as superseded.

        Raises
        ------
        AccessError
            An operation id is that of a private record that is gone.
        StorageError
            There is no room for so much that is private.
        """
        rows = [record for record in records if not self._is_private(record)]
        private = [record for record in records if self._is_private(record)]
        gone = [record for record in instead_of if record.after is None]
        from_cell = [record for record in instead_of if record.after is not None]
        writing = Writing(self.as_rows(rows), superseded={self.log: _numbers(gone)})
        if not private and not from_cell:
            return writing
        seen = self._look()
        bundle = seen.bundle.without(from_cell).adding(private, after=seen.last)
        return Writing.of(writing, self._filling(seen, bundle, private))

    def add(self, records: Sequence[Record], *, instead_of: Sequence[Record] = ()) -> list[Record]:
        """Keep records; a record whose operation id exists gives back the existing one.

        See `keeping`. Ordinary ones rest on nothing in the drawer: one round trip.

        Raises
        ------
        AccessError
            An operation id is that of a record forgotten since.
        """
        rows = self._change(lambda: self.keeping(records, instead_of=instead_of))
        self.leave_out({record.sequence for record in instead_of if record.after is None})
        return self.kept(records, rows)

    def kept(self, records: Sequence[Record], rows: Sequence[Row]) -> list[Record]:
        """Return records as they were kept, given the rows of the write that kept them, in the order asked.

        Raises
        ------
        AccessError
            One is that of a record forgotten since.
        """
        private = [record for record in records if self._is_private(record)]
        bundle = self._look().bundle if private else Bundle()
        opened = iter(self.take_in([row for row in rows if row.log == self.log]))
        found = [bundle.find(one.operation_id) if one in private else next(opened) for one in records]
        if None in found:
            raise AccessError(problem("errors.events.bad_operation"))
        return [one for one in found if one is not None]

    def take_in(self, rows: Sequence[Row]) -> list[Record]:
        """Open rows that were just written here, and know them from now on without reading them.

        Raises
        ------
        AccessError
            One is that of a record forgotten since.
        """
        if any(row.payload is None for row in rows):
            raise AccessError(problem("errors.events.bad_operation"))
        opened = [self.open_row(row) for row in rows]
        with self._lock:
            for record in sorted(opened, key=lambda record: record.sequence):
                if record.sequence == self._last + 1:  # else another's lie between, and are read with it
                    self._opened.append(record)
                    self._used.add(crypto.opaque_id(self._key, record.operation_id))
                    self._last = record.sequence
        return opened

    def forget(self, records: Sequence[Record], *, superseded: bool = False) -> None:
        """Destroy records' contents; see `Store.forget`. Doing it again is harmless."""
        gone = _numbers([record for record in records if record.after is None])
        from_cell = [record for record in records if record.after is not None]

        def destroying() -> Writing:
            named = {self.log: gone} if gone else {}
            rows = Writing(superseded=named) if superseded else Writing(forget=named)
            if not from_cell:
                return rows
            seen = self._look()
            return Writing.of(rows, self._filling(seen, seen.bundle.without(from_cell), ()))

        if records:
            self._change(destroying)
            self.leave_out(gone)

    def leave_out(self, gone: set[int]) -> None:
        """Keep no longer in memory what was destroyed in the store, by these sequences of rows."""
        with self._lock:
            self._opened = [record for record in self._opened if record.sequence not in gone]

    # -- how a sitting leaves it --------------------------------------------------------
    def settle(self, opening: Record | None = None) -> None:
        """Leave the drawer as every sitting does, at its begin (with what notes that) and at its end.

        The cell is written anew; private rows of earlier versions move there, as far as there is room; the
        log is filled up to a round number of rows.
        """
        for left in reversed(range(ATTEMPTS)):
            writing, expect = self.settling(opening)
            try:
                self._write(writing, expect)
            except ConflictError as conflict:
                if not left or not {self.log, self.cell} & set(conflict.logs):
                    raise
                continue
            self.leave_out(set(writing.superseded.get(self.log, ())))
            return

    def settling(self, opening: Record | None = None) -> tuple[Writing, dict[str, int]]:
        """Return what `settle` writes, and the number of rows it rests on."""
        seen = self._look()
        moved, bundle = moving(seen.older, seen.bundle)
        noted = [opening] if opening is not None else []
        bundle = bundle.adding(noted, after=seen.last).tidied()
        fillers = [Record(FILLER, secrets.token_hex(16), {}) for _ in range(-seen.last % BLOCK_OF_ROWS)]
        rows = Writing(self.as_rows(fillers), superseded={self.log: moved})
        return Writing.of(rows, self._filling(seen, bundle, noted)), {self.log: seen.last}

    # -- rows ---------------------------------------------------------------------------
    def as_rows(self, records: Sequence[Record]) -> list[Entry]:
        """Return records sealed as rows of the log, private or not."""
        return [self._seal(record) for record in records]

    def open_row(self, row: Row) -> Record:
        """Open one sealed row.

        Raises
        ------
        WrongKeyError
            When the row was sealed with another key, or belongs to another drawer.
        """
        bound = self._bound_to(row.operation_id)
        content = read_row(crypto.open_sealed(self._key, row.payload or b"", bound))
        at = datetime.fromtimestamp(content["at"], UTC) if "at" in content else row.at
        return Record(content["kind"], content["operation_id"], content["payload"], row.sequence, at)

    # -- within -----------------------------------------------------------------------
    def _look(self) -> "_Seen":
        """Read what was written since, of both parts; not under the lock: a store may take its time."""
        rows = self._store.read(self.log, self._last)
        cell = self._store.read_cell(self.cell)
        with self._lock:
            for row in rows:
                if row.sequence <= self._last:  # another thread was quicker
                    continue
                if row.payload is not None:
                    record = self.open_row(row)
                    self._opened += [record] if record.kind != FILLER else []
                self._used.add(row.operation_id)
                self._last = row.sequence
            if cell.stamp != self._stamp:
                content = b"" if cell.content is None else open_cell(self._key, cell.content, self._of_cell)
                self._bundle, self._stamp = Bundle.read(content) if content else Bundle(), cell.stamp
            older = tuple(record for record in self._opened if self._is_private(record))
            return _Seen(self._bundle, cell.stamp, self._last, older)

    def _filling(self, seen: "_Seen", bundle: Bundle, added: Sequence[Record]) -> Writing:
        """Return what puts a bundle into the cell, if that holds what was seen there."""
        sealed = seal_cell(self._key, refuse_full(bundle, added), self._of_cell)
        return Writing(cells={self.cell: sealed}, seen={self.cell: seen.stamp})

    def _change(self, change: Callable[[], Writing]) -> list[Row]:
        """Write what changes the drawer; where another has changed it since it was looked at, look anew."""
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._write(change(), NOTHING)
            except ConflictError as conflict:
                if not left or self.cell not in conflict.logs:
                    raise
        raise AssertionError("unreachable")

    def _is_private(self, record: Record) -> bool:
        return is_private(record, self._instruments)

    @property
    def _of_cell(self) -> str:
        return f"{self.person_id}\n{self.cell}"

    def _seal(self, record: Record) -> Entry:
        operation_id = crypto.opaque_id(self._key, record.operation_id)
        content = {
            "kind": record.kind,
            "operation_id": record.operation_id,
            "payload": record.payload,
            "at": int(datetime.now(UTC).timestamp()),  # sealed as well: the store keeps the day alone
        }
        return Entry(
            self.log,
            operation_id,
            SEALED,
            crypto.seal(self._key, write_row(content), self._bound_to(operation_id)),
        )

    def _bound_to(self, operation_id: str) -> str:
        return f"{self.person_id}\n{self.log}\n{operation_id}"


def _numbers(records: Sequence[Record]) -> set[int]:
    return {record.sequence for record in records}
