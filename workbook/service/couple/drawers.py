"""A person's drawer: sealed rows, readable only with the key that their passphrase opens."""

import hmac
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workbook.errors import AccessError, AnswerError, problem
from workbook.service.formats import crypto
from workbook.service.formats.rows import read_row, write_row
from workbook.storage.base import Entry, Row, Store, Writing

SEALED = "sealed"  # the one kind that is seen from outside
ANSWER, AUDIT = "answer", "audit"
BOOKMARK = "bookmark"  # the one place to go on from: never given out
PRIVATE_COPY = "private_copy"  # that a copy of the private answers was asked for: never given out


@dataclass(frozen=True, slots=True)
class Record:
    """What one sealed row holds. Its kind and operation id are sealed as well."""

    kind: str
    operation_id: str
    payload: dict[str, Any]
    sequence: int = field(default=0, compare=False)
    at: datetime | None = field(default=None, compare=False)


def drawer_log(person_id: str) -> str:
    """Return the name of a person's drawer log."""
    return f"drawer/{person_id}"


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


class Drawer:
    """An opened drawer. Rows once opened are kept in memory until the sitting ends.

    Parameters
    ----------
    write : callable, optional
        What puts a `Writing` into the store for this person, and refuses it once they may not; the
        store itself by default.

    Examples
    --------
    >>> from workbook.storage.memory import MemoryStore
    >>> drawer = Drawer(MemoryStore(), "p_1", crypto.new_key())
    >>> drawer.add([Record("setting", "op-1", {"name": "week", "value": 2})])[0].sequence
    1
    >>> [record.kind for record in drawer.records()]
    ['setting']
    """

    def __init__(
        self,
        store: Store,
        person_id: str,
        key: bytes,
        write: Callable[[Writing], list[Row]] | None = None,
    ) -> None:
        self.person_id = person_id
        self.log = drawer_log(person_id)
        self._store = store
        self._write = write or _into(store)
        self._key = key
        self._lock = threading.Lock()
        self._opened: list[Record] = []
        self._used: set[str] = set()
        self._last = 0

    def entries(self, records: Sequence[Record]) -> list[Entry]:
        """Sealed entries, to be appended together with those of other logs."""
        return [self._seal(record) for record in records]

    def add(self, records: Sequence[Record], *, instead_of: Sequence[Record] = ()) -> list[Record]:
        """Keep records; a record whose operation id exists gives back the existing one.

        Those that they are kept ``instead_of`` are destroyed in the same transaction, as superseded.

        Raises
        ------
        AccessError
            An operation id is that of a record forgotten since.
        """
        gone = {record.sequence for record in instead_of}
        rows = self._write(Writing(self.entries(records), superseded={self.log: gone}))
        self.leave_out(gone)
        return self.take_in(rows)

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
        gone = {record.sequence for record in records}
        if gone:
            named = {self.log: gone}
            self._write(Writing(superseded=named) if superseded else Writing(forget=named))
            self.leave_out(gone)

    def leave_out(self, gone: set[int]) -> None:
        """Keep no longer in memory what was destroyed in the store, by these sequences."""
        with self._lock:
            self._opened = [record for record in self._opened if record.sequence not in gone]

    def has_used(self, operation_id: str) -> bool:
        """Say whether an operation id is that of a row, also of one forgotten since."""
        self.records()
        return crypto.opaque_id(self._key, operation_id) in self._used

    def records(self) -> list[Record]:
        """Return every record of the drawer, oldest first; forgotten rows are passed over."""
        rows = self._store.read(self.log, self._last)  # not under the lock: a store may take its time
        with self._lock:
            for row in rows:
                if row.sequence <= self._last:  # another thread was quicker
                    continue
                if row.payload is not None:
                    self._opened.append(self.open_row(row))
                self._used.add(row.operation_id)
                self._last = row.sequence
            return list(self._opened)

    def known(self) -> list[Record]:
        """Return the records read or written here already; another sitting may have written more."""
        with self._lock:
            return list(self._opened)

    def secret(self, purpose: str) -> bytes:
        """Return a key for one purpose, that follows from the drawer's and tells nothing of it."""
        return hmac.digest(self._key, f"secret:{purpose}".encode(), "sha256")

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


def _into(store: Store) -> Callable[[Writing], list[Row]]:
    return lambda writing: store.write(writing.entries, forget=writing.forget, superseded=writing.superseded)
