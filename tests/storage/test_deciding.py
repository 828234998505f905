"""Deciding again after every conflict is correct, and ends after a number of attempts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.storage.contract import note
from tests.storage.files import KEY
from workbook.errors import AccessError, ConflictError
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import ATTEMPTS, Seen, decide_and_write, decide_where_due
from workbook.storage.memory import MemoryStore
from workbook.storage.sqlcipher import SqlCipherStore


@pytest.fixture(params=["memory", "sqlcipher"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = MemoryStore() if request.param == "memory" else SqlCipherStore(tmp_path, KEY)
    yield store
    store.close()


class Disturbed:
    """Append the last number plus one; while deciding, another writer does the same, so many times."""

    def __init__(self, store: Store, times: int) -> None:
        self.store, self.left, self.seen = store, times, []

    def __call__(self, seen: Seen) -> Writing:
        self.seen.append([row.payload for row in seen["count"]])
        if self.left:
            self.left -= 1
            self.store.write([number_after(self.store.read("count"), f"other-{self.left}")])
        return Writing([number_after(seen["count"], f"own-{len(self.seen)}")])


def number_after(rows: Any, operation_id: str) -> Entry:
    return note("count", operation_id, b"%d" % (int(rows[-1].payload) + 1 if rows else 1))


@pytest.mark.parametrize("times", [0, 1, 2, ATTEMPTS - 1])
def test_a_conflict_is_decided_again_from_the_current_rows(store: Store, times: int) -> None:
    disturbed = Disturbed(store, times)
    (row,) = decide_and_write(store, ["count"], disturbed)
    assert row.payload == b"%d" % (times + 1)
    assert disturbed.seen == [[b"%d" % (n + 1) for n in range(seen)] for seen in range(times + 1)]
    assert [row.payload for row in store.read("count")] == [b"%d" % (n + 1) for n in range(times + 1)]


@pytest.mark.parametrize("attempts", [1, 3])
def test_repeated_conflicts_give_up_after_the_last_attempt_and_write_nothing(
    store: Store, attempts: int
) -> None:
    disturbed = Disturbed(store, 1_000)
    with pytest.raises(ConflictError) as conflict:
        decide_and_write(store, ["count"], disturbed, attempts=attempts)
    assert (conflict.value.logs, len(disturbed.seen)) == (("count",), attempts)
    assert {row.operation_id[:5] for row in store.read("count")} == {"other"}


def test_every_log_read_is_expected_unchanged_even_if_not_written(store: Store) -> None:
    store.write([note("a", "1")])
    calls: list[dict[str, int]] = []

    def decide(seen: Seen) -> Writing:
        calls.append({log: len(rows) for log, rows in seen.items()})
        if len(calls) == 1:
            store.write([note("b", "another's")])
        return Writing([note("c", "1")])

    decide_and_write(store, ["a", "b", "a"], decide)
    assert calls == [{"a": 1, "b": 0}, {"a": 1, "b": 1}]


def test_forgotten_rows_are_seen_and_counted(store: Store) -> None:
    store.write([note("a", "1"), note("a", "2")])
    store.write((), forget={"a": [1, 2]})
    seen_payloads: list[list[bytes | None]] = []

    def decide(seen: Seen) -> Writing:
        seen_payloads.append([row.payload for row in seen["a"]])
        return Writing([note("a", "3")])

    assert decide_and_write(store, ["a"], decide, attempts=1)[0].sequence == 3
    assert seen_payloads == [[None, None]]


def test_additions_forgets_and_superseded_rows_are_one_write(store: Store) -> None:
    store.write([note("a", "1", b"old"), note("a", "2", b"older")])

    def replace(seen: Seen) -> Writing:
        first, second = (row.sequence for row in seen["a"])
        return Writing([note("a", "3", b"new")], forget={"a": [first]}, superseded={"a": [second]})

    decide_and_write(store, ["a"], replace)
    assert [row.payload for row in store.read("a")] == [None, None, b"new"]


def test_an_error_while_deciding_is_raised_without_retry(store: Store) -> None:
    n_asked = 0

    def refuse(seen: Seen) -> Writing:
        nonlocal n_asked
        n_asked += 1
        raise AccessError("no")

    with pytest.raises(AccessError):
        decide_and_write(store, ["a"], refuse)
    assert (n_asked, store.logs()) == (1, [])


def test_deciding_to_write_nothing_still_checks_for_conflicts(store: Store) -> None:
    n_asked = 0

    def leave(seen: Seen) -> Writing:
        nonlocal n_asked
        n_asked += 1
        if n_asked == 1:
            store.write([note("a", "another's")])
        return Writing()

    assert decide_and_write(store, ["a"], leave) == []
    assert (n_asked, store.heads(["a"])) == (2, {"a": 1})


def test_zero_attempts_are_a_programming_error(store: Store) -> None:
    with pytest.raises(ValueError, match="attempts"):
        decide_and_write(store, ["a"], lambda _seen: Writing(), attempts=0)


def test_a_retry_returns_the_row_of_the_first_attempt(store: Store) -> None:
    """A page that asks twice under one operation id, though the first time moved the log."""

    def keep(seen: Seen) -> Writing:
        return Writing([note("a", "op")])

    first: list[Row] = decide_and_write(store, ["a"], keep)
    assert decide_and_write(store, ["a"], keep) == first
    assert store.heads(["a"]) == {"a": 1}


def test_nothing_due_means_no_write(monkeypatch) -> None:
    store = MemoryStore()
    monkeypatch.setattr(store, "write", None)
    assert decide_where_due(store, ["a"], lambda _: Writing()) == []
    monkeypatch.undo()
    assert len(decide_where_due(store, ["a"], lambda _: Writing([note("a", "1")]))) == 1
