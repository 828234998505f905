"""A store that lives and dies with the process: for tests and the demonstration."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from workbook.content import say
from workbook.errors import StorageError
from workbook.storage.base import Entry, Row, Store
from workbook.storage.checks import check_entries
from workbook.storage.watchers import Watchers


class MemoryStore(Store):
    """Keeps every promise of `Store` that memory can keep; nothing survives the process.

    >>> store = MemoryStore()
    >>> [row.sequence for row in store.append([Entry("log", "op-1", "note", b"hello")])]
    [1]
    >>> store.forget("log", [1]), store.read("log")[0].payload
    (1, None)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: dict[str, list[Row]] = {}
        self._by_operation: dict[tuple[str, str], int] = {}
        self._watchers = Watchers()
        self._closed = False

    def append(self, entries: Sequence[Entry]) -> list[Row]:
        check_entries(entries)
        with self._lock:
            self._refuse_closed()
            fresh: list[Row] = []
            given = [self._place(entry, fresh) for entry in entries]
            self._watchers.tell(fresh)
        return given

    def read(self, log: str, after: int = 0) -> list[Row]:
        with self._lock:
            self._refuse_closed()
            return self._logs.get(log, [])[max(after, 0) :]

    def forget(self, log: str, sequences: Iterable[int], *, superseded: bool = False) -> int:
        with self._lock:
            self._refuse_closed()
            rows = self._logs.get(log, [])
            destroyed = 0
            for sequence in set(sequences):
                if 1 <= sequence <= len(rows) and rows[sequence - 1].payload is not None:
                    rows[sequence - 1] = replace(rows[sequence - 1], payload=None)
                    destroyed += 1
            return destroyed

    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        return self._watchers.add(log, notify)

    def close(self) -> None:
        self._closed = True
        self._watchers.close()

    def _place(self, entry: Entry, fresh: list[Row]) -> Row:
        rows = self._logs.setdefault(entry.log, [])
        existing = self._by_operation.get((entry.log, entry.operation_id))
        if existing is not None:
            return rows[existing - 1]
        row = Row(entry.log, len(rows) + 1, entry.operation_id, entry.kind, entry.payload, datetime.now(UTC))
        rows.append(row)
        self._by_operation[entry.log, entry.operation_id] = row.sequence
        fresh.append(row)
        return row

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StorageError(say("errors.storage.closed"))
