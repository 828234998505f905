"""Any history of appends, forgets, reads and reopenings: each store agrees with a plain list."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from workbook.errors import ConflictError
from workbook.storage.base import Entry, Store
from workbook.storage.memory import MemoryStore
from workbook.storage.sqlcipher import SqlCipherStore

LOGS = ("drawer/p_1", "drawer/p_2", "table/c_1")
KEY = bytes(range(32))
entries = st.lists(
    st.builds(
        Entry,
        log=st.sampled_from(LOGS),
        operation_id=st.integers(0, 30).map(str),
        kind=st.sampled_from(("sealed", "event")),
        payload=st.binary(max_size=40),
    ),
    max_size=6,
)


class History(RuleBasedStateMachine):
    """The model: for each log a list of (operation id, kind, payload or None)."""

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[str, list[list[object]]] = {log: [] for log in LOGS}
        self.store = self.open()

    def open(self) -> Store:
        return MemoryStore()

    @rule(given=entries)
    def append(self, given: list[Entry]) -> None:
        expected = []
        for entry in given:
            rows = self.model[entry.log]
            place = next((n for n, row in enumerate(rows) if row[0] == entry.operation_id), None)
            if place is None:
                rows.append([entry.operation_id, entry.kind, entry.payload])
                place = len(rows) - 1
            expected.append((entry.log, place + 1, *rows[place]))
        rows = self.store.write(given)
        found = [(row.log, row.sequence, row.operation_id, row.kind, row.payload) for row in rows]
        assert expected == found

    @rule(log=st.sampled_from(LOGS), sequences=st.lists(st.integers(-1, 12), max_size=5))
    def forget(self, log: str, sequences: list[int]) -> None:
        rows = self.model[log]
        hit = {n for n in sequences if 1 <= n <= len(rows) and rows[n - 1][2] is not None}
        for n in hit:
            rows[n - 1][2] = None
        self.store.write((), forget={log: sequences})

    @rule(
        given=entries,
        seen=st.dictionaries(st.sampled_from((*LOGS, "nothing/here")), st.integers(-2, 1)),
        log=st.sampled_from(LOGS),
        sequences=st.lists(st.integers(-1, 12), max_size=3),
    )
    def decide(self, given: list[Entry], seen: dict[str, int], log: str, sequences: list[int]) -> None:
        """Write with expected heads that are current (0), old, or never existed."""
        heads = {name: len(self.model.get(name, ())) for name in (*LOGS, "nothing/here")}
        known = {(name, row[0]) for name in LOGS for row in self.model[name]}
        living = [n for n in sequences if 1 <= n <= heads[log] and self.model[log][n - 1][2] is not None]
        is_new = any((entry.log, entry.operation_id) not in known for entry in given)
        is_done = bool(given or sequences) and not living and not is_new
        before = [self.store.read(name) for name in LOGS]
        expect = {name: heads[name] + off for name, off in seen.items()}
        if any(seen.values()) and not is_done:
            with pytest.raises(ConflictError) as conflict:
                self.store.write(given, expect=expect, forget={log: sequences})
            assert set(conflict.value.logs) == {name for name, off in seen.items() if off}
            assert [self.store.read(name) for name in LOGS] == before
            return
        rows = self.store.write(given, expect=expect, forget={log: sequences})
        for n in living:
            self.model[log][n - 1][2] = None
        for entry in given:
            if all(row[0] != entry.operation_id for row in self.model[entry.log]):
                self.model[entry.log].append([entry.operation_id, entry.kind, entry.payload])
        expected = [
            (entry.log, *row)
            for entry in given
            for row in self.model[entry.log]
            if row[0] == entry.operation_id
        ]
        assert expected == [(row.log, row.operation_id, row.kind, row.payload) for row in rows]

    @rule(log=st.sampled_from(LOGS), after=st.integers(-1, 12))
    def read(self, log: str, after: int) -> None:
        expected = [(n, *row) for n, row in enumerate(self.model[log], start=1) if n > after]
        found = [
            (row.sequence, row.operation_id, row.kind, row.payload) for row in self.store.read(log, after)
        ]
        assert expected == found

    @invariant()
    def sequences_have_no_gap(self) -> None:
        for log in LOGS:
            rows = self.store.read(log)
            assert [row.sequence for row in rows] == list(range(1, len(self.model[log]) + 1))

    @invariant()
    def heads_count_every_row_ever_written(self) -> None:
        expected = {log: len(self.model[log]) for log in LOGS} | {"nothing/here": 0}
        assert expected == self.store.heads(expected)

    def teardown(self) -> None:
        self.store.close()


class FileHistory(History):
    """The same, on disk, closed and opened again at any time."""

    def open(self) -> Store:
        self.folder = Path(tempfile.mkdtemp())
        return SqlCipherStore(self.folder, KEY)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = SqlCipherStore(self.folder, KEY)

    def teardown(self) -> None:
        super().teardown()
        shutil.rmtree(self.folder)


TestMemory = History.TestCase
TestMemory.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestFile = FileHistory.TestCase
TestFile.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
