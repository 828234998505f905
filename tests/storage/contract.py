"""The contract of every store, as tests; subclass `StoreContract` and give it a store."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from workbook.errors import ConflictError, StorageError
from workbook.storage.base import Entry, Row, Store, day_of


def note(log: str, operation_id: str, payload: bytes = b"hello") -> Entry:
    return Entry(log, operation_id, "note", payload)


class StoreContract:
    """Subclasses give the fixture ``store``."""

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        raise NotImplementedError

    def test_a_row_comes_back_as_it_was_written(self, store: Store) -> None:
        before = day_of(datetime.now(UTC))
        written = store.write([Entry("drawer/p_1", "op-1", "sealed", bytes(range(256)))])
        assert written == store.read("drawer/p_1")
        (row,) = written
        assert (row.log, row.sequence, row.operation_id, row.kind) == ("drawer/p_1", 1, "op-1", "sealed")
        assert row.payload == bytes(range(256))
        assert row.at in (before, day_of(datetime.now(UTC))), "the day, and no hour: it is not sealed"

    def test_sequences_count_from_one_in_each_log_independently(self, store: Store) -> None:
        store.write([note("a", "1"), note("b", "1"), note("a", "2")])
        store.write([note("b", "2")])
        assert [row.sequence for row in store.read("a")] == [1, 2]
        assert [row.sequence for row in store.read("b")] == [1, 2]

    def test_reading_after_a_sequence_returns_only_later_rows(self, store: Store) -> None:
        store.write([note("a", str(n)) for n in range(5)])
        assert [row.sequence for row in store.read("a", after=3)] == [4, 5]
        assert store.read("a", after=5) == store.read("a", after=99) == []
        assert len(store.read("a", after=-1)) == 5

    def test_a_log_without_rows_is_empty(self, store: Store) -> None:
        store.write((), forget={"nothing": [1]})
        assert (store.read("nothing"), store.heads(["nothing"]), store.logs()) == ([], {"nothing": 0}, [])

    def test_a_repeated_operation_returns_the_first_row(self, store: Store) -> None:
        first = store.write([note("a", "op", b"one")])
        again = store.write([note("a", "op", b"two"), note("a", "new")])
        assert again[0] == first[0]
        assert [row.payload for row in store.read("a")] == [b"one", b"hello"]

    def test_the_same_operation_twice_in_one_append_is_one_row(self, store: Store) -> None:
        one, two = store.write([note("a", "op", b"one"), note("a", "op", b"two")])
        assert one == two and len(store.read("a")) == 1

    def test_the_same_operation_id_in_two_logs_is_two_rows(self, store: Store) -> None:
        store.write([note("a", "op"), note("b", "op")])
        assert len(store.read("a")) == len(store.read("b")) == 1

    @pytest.mark.parametrize(
        "bad",
        [
            Entry("", "op", "note", b""),
            Entry("a", "", "note", b""),
            Entry("a", "x" * 201, "note", b""),
            Entry("a", "\ud800", "note", b""),
            Entry("a", "op", "no\nte", b""),
            Entry("a", "op", "note", "text"),  # type: ignore[arg-type]
        ],
    )
    def test_one_bad_entry_and_nothing_of_the_append_is_written(self, store: Store, bad: Entry) -> None:
        with pytest.raises(StorageError):
            store.write([note("a", "good"), bad])
        assert store.read("a") == []

    def test_a_forgotten_row_keeps_its_place_without_its_payload(self, store: Store) -> None:
        store.write([note("a", str(n), b"secret") for n in range(3)])
        store.write((), forget={"a": [2]})
        assert [row.payload for row in store.read("a")] == [b"secret", None, b"secret"]
        assert [row.sequence for row in store.read("a")] == [1, 2, 3]
        assert [row.operation_id for row in store.read("a")] == ["0", "1", "2"]

    def test_forgetting_is_idempotent_and_ignores_missing_rows(self, store: Store) -> None:
        store.write([note("a", "1"), note("b", "1"), note("a", "2")])
        for sequences in ([1, 1], [1, 7, 0, -3], []):
            store.write((), forget={"a": sequences})
            assert [row.payload for row in store.read("a")] == [None, b"hello"]
        assert store.read("b")[0].payload == b"hello"

    def test_a_forgotten_operation_is_not_written_again(self, store: Store) -> None:
        store.write([note("a", "op")])
        store.write((), forget={"a": [1]})
        assert store.write([note("a", "op")])[0].payload is None
        assert store.write([note("a", "next")])[0].sequence == 2

    def test_a_watcher_is_notified_of_new_rows_in_its_log_only(self, store: Store) -> None:
        heard: list[Row] = []
        arrived = threading.Event()

        def listen(rows: list[Row]) -> None:
            heard.extend(rows)
            arrived.set()

        store.write([note("a", "before")])
        stop = store.watch("a", listen)
        written = store.write([note("b", "other"), note("a", "1"), note("a", "before")])
        assert arrived.wait(5)
        assert heard == [written[1]]
        stop()
        stop()
        store.write([note("a", "2")])
        assert heard == [written[1]]

    def test_a_failing_watcher_does_not_stop_others_and_watchers_may_append(self, store: Store) -> None:
        answered = threading.Event()

        def fail(rows: list[Row]) -> None:
            raise RuntimeError("broken")

        def answer(rows: list[Row]) -> None:
            store.write([note("b", "answer")])
            answered.set()

        store.watch("a", fail)
        store.watch("a", answer)
        store.write([note("a", "1")])
        assert answered.wait(5)
        assert len(store.read("b")) == 1

    def test_concurrent_threads_lose_and_duplicate_no_row(self, store: Store) -> None:
        def write(writer: int) -> None:
            for n in range(25):
                store.write([note("shared", f"{writer}-{n}"), note(f"own-{writer}", str(n))])

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        shared = store.read("shared")
        assert [row.sequence for row in shared] == list(range(1, 101))
        assert {row.operation_id for row in shared} == {f"{w}-{n}" for w in range(4) for n in range(25)}
        assert [row.operation_id for row in store.read("own-2")] == [str(n) for n in range(25)]

    def test_a_closed_store_refuses_writes_and_can_be_closed_again(self, store: Store) -> None:
        store.close()
        store.close()
        with pytest.raises(StorageError):
            store.write([note("a", "1")])
        for look in (lambda: store.read("a"), lambda: store.heads(["a"]), store.logs):
            with pytest.raises(StorageError):
                look()

    # -- what was seen ----------------------------------------------------------------
    def test_a_write_that_expects_the_current_heads_succeeds(self, store: Store) -> None:
        store.write([note("a", "1"), note("b", "1")])
        (row,) = store.write([note("a", "2")], expect={"a": 1, "b": 1, "not there": 0})
        assert (row.sequence, store.heads(["a", "b", "not there"])) == (2, {"a": 2, "b": 1, "not there": 0})

    @pytest.mark.parametrize("expect", [{"a": 1}, {"a": 3}, {"a": 0}, {"b": 0}, {"b": 1, "a": 1}, {"c": 1}])
    def test_a_conflict_writes_nothing(self, store: Store, expect: dict[str, int]) -> None:
        """Neither in the log that moved on nor in any other, new ones included; what was to go stays."""
        store.write([note("a", "1"), note("a", "2"), note("b", "1")])
        heard: list[Row] = []
        for log in ("a", "b", "new"):
            store.watch(log, heard.extend)
        asked = [note("a", "3"), note("b", "2"), note("new", "1")]
        before = [store.read(log) for log in ("a", "b")]
        with pytest.raises(ConflictError):
            store.write(asked, expect=expect, forget={"a": [1], "b": [1]}, superseded={"a": [2]})
        assert [store.read(log) for log in ("a", "b")] == before
        assert (store.logs(), store.heads(["new"]), store.read("new")) == (["a", "b"], {"new": 0}, [])
        store.write([note("a", "last")])  # what is heard is heard in order: nothing came before it
        wait_for(lambda: heard)
        assert [row.operation_id for row in heard] == ["last"]

    def test_a_conflict_carries_the_logs_but_its_message_does_not(self, store: Store) -> None:
        store.write([note("drawer/p_marker", "1"), note("b", "1")])
        with pytest.raises(ConflictError) as conflict:
            store.write([note("a", "1")], expect={"drawer/p_marker": 0, "b": 1, "a": 0, "c": 3})
        assert conflict.value.logs == ("c", "drawer/p_marker")
        assert "marker" not in str(conflict.value)

    def test_expectations_on_logs_not_written_are_checked_too(self, store: Store) -> None:
        store.write([note("seen", "1")])
        with pytest.raises(ConflictError):
            store.write([note("other", "1")], expect={"seen": 0})
        assert store.write([note("other", "1")], expect={"seen": 1})[0].sequence == 1

    def test_expecting_an_empty_log_conflicts_once_it_has_a_row(self, store: Store) -> None:
        store.write([note("new", "1")], expect={"new": 0})
        with pytest.raises(ConflictError):
            store.write([note("new", "2")], expect={"new": 0})
        assert store.heads(["new"]) == {"new": 1}

    def test_one_bad_entry_stops_the_forgetting_too(self, store: Store) -> None:
        store.write([note("a", "1")])
        with pytest.raises(StorageError):
            store.write([note("", "1")], expect={"a": 1}, forget={"a": [1]})
        assert store.read("a")[0].payload == b"hello"

    def test_an_empty_write_still_checks_its_expectations(self, store: Store) -> None:
        store.write([note("a", "1")])
        assert store.write([]) == store.write([], expect={"a": 1, "b": 0}) == []
        with pytest.raises(ConflictError):
            store.write([], expect={"a": 0})

    def test_forgetting_does_not_change_the_head(self, store: Store) -> None:
        store.write([note("a", "1"), note("a", "2")])
        store.write((), forget={"a": [1, 2]})
        assert store.heads(["a"]) == {"a": 2}
        assert store.write([note("a", "3")], expect={"a": 2})[0].sequence == 3

    def test_a_write_that_only_forgets_checks_its_expectations(self, store: Store) -> None:
        store.write([note("a", "1"), note("a", "2")])
        with pytest.raises(ConflictError):
            store.write([], expect={"a": 1}, forget={"a": [1]})
        store.write([], expect={"a": 2}, forget={"a": [1]})
        assert [row.payload for row in store.read("a")] == [None, b"hello"]

    # -- adding and destroying in one ---------------------------------------------------
    def test_one_write_can_add_and_forget_across_logs(self, store: Store) -> None:
        store.write([note("a", "1"), note("b", "1"), note("b", "2")])
        written = store.write(
            [note("a", "2"), note("c", "1")], forget={"a": [1]}, superseded={"b": iter([2])}
        )
        assert [(row.log, row.sequence, row.payload) for row in written] == [
            ("a", 2, b"hello"),
            ("c", 1, b"hello"),
        ]
        found = {log: [row.payload for row in store.read(log)] for log in store.logs()}
        assert found == {"a": [None, b"hello"], "b": [b"hello", None], "c": [b"hello"]}

    def test_a_write_cannot_forget_rows_it_adds(self, store: Store) -> None:
        (row,) = store.write([note("a", "1")], forget={"a": [1, 2]})
        assert (row.payload, store.read("a")) == (b"hello", [row])

    def test_a_non_integer_sequence_forgets_nothing(self, store: Store) -> None:
        store.write([note("a", "1"), note("a", "2")])
        with pytest.raises(TypeError):
            store.write([note("a", "3")], forget={"a": [1, "2"]})  # type: ignore[list-item]
        assert [row.payload for row in store.read("a")] == [b"hello", b"hello"]

    # -- retries ------------------------------------------------------------------------
    def test_a_retry_returns_its_rows_although_the_log_has_moved(self, store: Store) -> None:
        store.write([note("a", "old")])

        def attempt() -> list[Row]:
            return store.write(
                [note("a", "1"), note("b", "1")], expect={"a": 1, "b": 0, "c": 0}, forget={"a": [1]}
            )

        first = attempt()
        assert attempt() == first
        store.write([note("a", "later"), note("c", "another's")])
        before = [store.read(log) for log in store.logs()]
        assert attempt() == first
        assert [store.read(log) for log in store.logs()] == before

    def test_retrying_a_write_that_only_forgets_is_not_a_conflict(self, store: Store) -> None:
        store.write([note("a", "1"), note("a", "2")])
        for _ in range(2):
            store.write([], expect={"a": 2}, forget={"a": [1]})
            store.write([note("a", "another's")])
        assert [row.payload for row in store.read("a")] == [None, b"hello", b"hello"]

    def test_a_partly_repeated_write_checks_its_expectations(self, store: Store) -> None:
        (known,) = store.write([note("a", "1")])
        with pytest.raises(ConflictError):
            store.write([note("a", "1"), note("b", "1")], expect={"a": 0})
        assert store.heads(["a", "b"]) == {"a": 1, "b": 0}
        again, new = store.write([note("a", "1"), note("b", "1")], expect={"a": 1})
        assert (again, new.sequence) == (known, 1)

    def test_repeated_entries_do_not_let_a_conflicting_forget_through(self, store: Store) -> None:
        """Another writer's entries under the same ids are not a first attempt of this write."""
        store.write([note("a", "1"), note("a", "fixed")])
        with pytest.raises(ConflictError):
            store.write([note("a", "fixed")], expect={"a": 1}, forget={"a": [1]})
        assert store.read("a")[0].payload == b"hello"
        store.write([note("a", "fixed")], expect={"a": 2}, forget={"a": [1]})
        assert store.read("a")[0].payload is None

    # -- races --------------------------------------------------------------------------
    def test_of_two_writers_expecting_the_same_head_exactly_one_succeeds(self, store: Store) -> None:
        for turn in range(30):
            seen = store.heads(["shared"])
            outcomes = at_once(
                lambda who, seen=seen, turn=turn: store.write([note("shared", f"{who}-{turn}")], expect=seen)
            )
            assert sorted(outcomes) == ["refused", "written"]
        assert store.heads(["shared"]) == {"shared": 30}

    def test_write_skew_between_two_logs_lets_exactly_one_succeed(self, store: Store) -> None:
        """Write skew: neither writes where the other writes, and yet only one may."""
        for turn in range(30):
            seen = store.heads(["x", "y"])
            outcomes = at_once(
                lambda who, seen=seen, turn=turn: store.write(
                    [note("xy"[who], f"{who}-{turn}")], expect={"yx"[who]: seen["yx"[who]]}
                )
            )
            assert sorted(outcomes) == ["refused", "written"]
        assert sum(store.heads(["x", "y"]).values()) == 30

    # -- names, and what is final ---------------------------------------------------------
    def test_logs_are_listed_by_prefix(self, store: Store) -> None:
        names = [
            "couple/1",
            "couple/2",
            "Couple/3",
            "c%uple/4",
            "c_uple/5",
            "account/é",
            "account/\U0001f331",
        ]
        store.write([note(log, "1") for log in names])
        assert store.logs("couple/") == ["couple/1", "couple/2"]
        assert (store.logs("c%"), store.logs("c_"), store.logs("x")) == (["c%uple/4"], ["c_uple/5"], [])
        assert store.logs() == sorted(names)

    def test_marked_pairs_are_among_the_ended(self, store: Store) -> None:
        store.mark_ended("pair 1")
        store.mark_ended("pair 1")
        store.mark_ended("pair é")
        assert store.ended_among(["pair 1", "pair 2", "pair é"]) == {"pair 1", "pair é"}
        assert store.ended_among([]) == set()
        assert store.logs() == [], "apart from the data"

    def test_dropping_set_aside_files_keeps_the_rows_and_is_idempotent(self, store: Store) -> None:
        written = store.write([note("a", "1")])
        store.mark_ended("pair 1")
        store.drop_set_aside()
        store.drop_set_aside()
        assert (store.read("a"), store.ended_among(["pair 1"])) == (written, {"pair 1"})


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)


def at_once(write: Callable[[int], object]) -> list[str]:
    """Run a write in two threads at the same moment; return both outcomes as they came."""
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def run(who: int) -> None:
        ready.wait()
        try:
            write(who)
            outcomes.append("written")
        except ConflictError:
            outcomes.append("refused")

    threads = [threading.Thread(target=run, args=(who,)) for who in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
