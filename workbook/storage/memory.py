"""A store that lives and dies with the process: for tests and the demonstration."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from workbook.errors import StorageError, problem
from workbook.storage.base import NOTHING, Cell, Entry, Row, Store, Writing, day_of, stamp_of
from workbook.storage.checks import check_cells, check_entries, check_size, refuse_conflict
from workbook.storage.watchers import Watchers


class MemoryStore(Store):
    """Keeps every promise of `Store` that memory can keep; nothing survives the process.

    >>> store = MemoryStore()
    >>> first, second = (Entry("log", name, "note", name.encode()) for name in ("one", "two"))
    >>> [row.sequence for row in store.write([first], expect={"log": 0})]
    [1]
    >>> [row.sequence for row in store.write([second], expect={"log": 1}, forget={"log": [1]})]
    [2]
    >>> [row.payload for row in store.read("log")], store.heads(["log", "other"])
    ([None, b'two'], {'log': 2, 'other': 0})
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: dict[str, list[Row]] = {}
        self._by_operation: dict[tuple[str, str], int] = {}
        self._cells: dict[str, bytes] = {}
        self._ended: set[str] = set()
        self._watchers = Watchers()
        self._closed = False

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
        asked = Writing(entries, forget, superseded, cells, seen)
        check_entries(entries)
        check_cells(cells, seen)
        with self._lock:
            self._refuse_closed()
            refuse_conflict(expect, self._head_of, seen, self._stamp_of, is_done=lambda: self._is_done(asked))
            for name, content in cells.items():
                if content is not None and name in self._cells:
                    check_size(len(self._cells[name]), content)
            for log, sequences in asked.destroyed():
                for row in self._living(log, sequences):
                    self._logs[log][row.sequence - 1] = replace(row, payload=None)
            fresh: list[Row] = []
            given = [self._place(entry, fresh) for entry in entries]
            for name, content in cells.items():
                self._cells.pop(name, None)
                if content is not None:
                    self._cells[name] = content
            self._watchers.tell(fresh, cells)
        return given

    def read(self, log: str, after: int = 0) -> list[Row]:
        with self._lock:
            self._refuse_closed()
            return self._logs.get(log, [])[max(after, 0) :]

    def read_cell(self, name: str) -> Cell:
        with self._lock:
            self._refuse_closed()
            content = self._cells.get(name)
        return Cell(name, content, stamp_of(content))

    def cells(self, prefix: str = "") -> list[str]:
        with self._lock:
            self._refuse_closed()
            return sorted(name for name in self._cells if name.startswith(prefix))

    def settle_down(self) -> None:
        """Do nothing: nothing lies beside what is in memory alone."""

    def heads(self, logs: Iterable[str]) -> dict[str, int]:
        with self._lock:
            self._refuse_closed()
            return {log: self._head_of(log) for log in logs}

    def logs(self, prefix: str = "") -> list[str]:
        with self._lock:
            self._refuse_closed()
            return sorted(log for log in self._logs if log.startswith(prefix))

    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        return self._watchers.add(log, notify)

    def drop_set_aside(self) -> None:
        """Do nothing: no older copy lies beside what is in memory alone."""

    def mark_ended(self, name: str) -> None:
        with self._lock:
            self._refuse_closed()
            self._ended.add(name)

    def ended_among(self, names: Iterable[str]) -> set[str]:
        with self._lock:
            self._refuse_closed()
            return self._ended.intersection(names)

    def close(self) -> None:
        self._closed = True
        self._watchers.close()

    def _place(self, entry: Entry, fresh: list[Row]) -> Row:
        rows = self._logs.setdefault(entry.log, [])
        existing = self._by_operation.get((entry.log, entry.operation_id))
        if existing is not None:
            return rows[existing - 1]
        day = day_of(datetime.now(UTC))
        row = Row(entry.log, len(rows) + 1, entry.operation_id, entry.kind, entry.payload, day)
        rows.append(row)
        self._by_operation[entry.log, entry.operation_id] = row.sequence
        fresh.append(row)
        return row

    def _head_of(self, log: str) -> int:
        return len(self._logs.get(log, ()))

    def _stamp_of(self, name: str) -> bytes:
        return stamp_of(self._cells.get(name))

    def _is_done(self, asked: Writing) -> bool:
        is_kept = all((entry.log, entry.operation_id) in self._by_operation for entry in asked.entries)
        is_gone = not any(self._living(log, sequences) for log, sequences in asked.destroyed())
        is_held = all(self._stamp_of(name) == stamp_of(content) for name, content in asked.cells.items())
        return is_kept and is_gone and is_held and not asked.is_empty

    def _living(self, log: str, sequences: frozenset[int]) -> list[Row]:
        """Return rows of these that still hold something."""
        rows = self._logs.get(log, [])
        there = (rows[sequence - 1] for sequence in sequences if 1 <= sequence <= len(rows))
        return [row for row in there if row.payload is not None]

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StorageError(problem("errors.storage.closed"))
