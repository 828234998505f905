"""Who decides anew at every conflict is right, and does not go on for ever."""

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
    """Adds one to the last number of a log; while it decides, somebody else adds one too, so many times."""

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
def test_a_conflict_is_decided_anew_from_what_is_there_now(store: Store, times: int) -> None:
    disturbed = Disturbed(store, times)
    (row,) = decide_and_write(store, ["count"], disturbed)
    assert row.payload == b"%d" % (times + 1)
    assert disturbed.seen == [[b"%d" % (n + 1) for n in range(seen)] for seen in range(times + 1)]
    assert [row.payload for row in store.read("count")] == [b"%d" % (n + 1) for n in range(times + 1)]


@pytest.mark.parametrize("attempts", [1, 3])
def test_who_is_disturbed_each_time_gives_up_and_has_written_nothing(store: Store, attempts: int) -> None:
    disturbed = Disturbed(store, 1_000)
    with pytest.raises(ConflictError) as conflict:
        decide_and_write(store, ["count"], disturbed, attempts=attempts)
    assert (conflict.value.logs, len(disturbed.seen)) == (("count",), attempts)
    assert {row.operation_id[:5] for row in store.read("count")} == {"other"}


def test_all_that_was_read_is_expected_though_nothing_is_written_there(store: Store) -> None:
    store.write([note("a", "1")])
    calls: list[dict[str, int]] = []

    def decide(seen: Seen) -> Writing:
        calls.append({log: len(rows) for log, rows in seen.items()})
        if len(calls) == 1:
            store.write([note("b", "another's")])
        return Writing([note("c", "1")])

    decide_and_write(store, ["a", "b", "a"], decide)
    assert calls == [{"a": 1, "b": 0}, {"a": 1, "b": 1}]


def test_tombstones_are_seen_and_count(store: Store) -> None:
    store.write([note("a", "1"), note("a", "2")])
    store.write((), forget={"a": [1, 2]})
    seen_payloads: list[list[bytes | None]] = []

    def decide(seen: Seen) -> Writing:
        seen_payloads.append([row.payload for row in seen["a"]])
        return Writing([note("a", "3")])

    assert decide_and_write(store, ["a"], decide, attempts=1)[0].sequence == 3
    assert seen_payloads == [[None, None]]


def test_what_is_decided_to_go_goes_with_what_is_added(store: Store) -> None:
    store.write([note("a", "1", b"old"), note("a", "2", b"older")])

    def replace(seen: Seen) -> Writing:
        first, second = (row.sequence for row in seen["a"])
        return Writing([note("a", "3", b"new")], forget={"a": [first]}, superseded={"a": [second]})

    decide_and_write(store, ["a"], replace)
    assert [row.payload for row in store.read("a")] == [None, None, b"new"]


def test_what_deciding_refuses_is_refused_at_once(store: Store) -> None:
    n_asked = 0

    def refuse(seen: Seen) -> Writing:
        nonlocal n_asked
        n_asked += 1
        raise AccessError("no")

    with pytest.raises(AccessError):
        decide_and_write(store, ["a"], refuse)
    assert (n_asked, store.logs()) == (1, [])


def test_to_decide_for_nothing_writes_nothing_but_holds_only_if_all_is_still_so(store: Store) -> None:
    n_asked = 0

    def leave(seen: Seen) -> Writing:
        nonlocal n_asked
        n_asked += 1
        if n_asked == 1:
            store.write([note("a", "another's")])
        return Writing()

    assert decide_and_write(store, ["a"], leave) == []
    assert (n_asked, store.heads(["a"])) == (2, {"a": 1})


def test_no_attempt_at_all_is_a_mistake(store: Store) -> None:
    with pytest.raises(ValueError, match="attempts"):
        decide_and_write(store, ["a"], lambda _seen: Writing(), attempts=0)


def test_the_row_of_a_first_attempt_is_given_again_to_a_retry(store: Store) -> None:
    """A page that asks twice under one operation id, though the first time moved the log."""

    def keep(seen: Seen) -> Writing:
        return Writing([note("a", "op")])

    first: list[Row] = decide_and_write(store, ["a"], keep)
    assert decide_and_write(store, ["a"], keep) == first
    assert store.heads(["a"]) == {"a": 1}


def test_where_nothing_is_due_no_write_is_asked_for(monkeypatch) -> None:
    store = MemoryStore()
    monkeypatch.setattr(store, "write", None)
    assert decide_where_due(store, ["a"], lambda _: Writing()) == []
    monkeypatch.undo()
    assert len(decide_where_due(store, ["a"], lambda _: Writing([note("a", "1")]))) == 1
