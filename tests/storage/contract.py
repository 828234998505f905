"""What every store promises, as tests; subclass `StoreContract` and give it a store."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from workbook.errors import StorageError
from workbook.storage.base import Entry, Row, Store


def note(log: str, operation_id: str, payload: bytes = b"hello") -> Entry:
    return Entry(log, operation_id, "note", payload)


class StoreContract:
    """Subclasses give the fixture ``store``."""

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        raise NotImplementedError

    def test_a_row_comes_back_as_it_was_written(self, store: Store) -> None:
        before = datetime.now(UTC) - timedelta(seconds=1)
        written = store.append([Entry("drawer/p_1", "op-1", "sealed", bytes(range(256)))])
        assert written == store.read("drawer/p_1")
        (row,) = written
        assert (row.log, row.sequence, row.operation_id, row.kind) == ("drawer/p_1", 1, "op-1", "sealed")
        assert row.payload == bytes(range(256))
        assert before <= row.at <= datetime.now(UTC) and row.at.tzinfo is not None

    def test_sequences_count_from_one_in_each_log_so_none_tells_of_another(self, store: Store) -> None:
        store.append([note("a", "1"), note("b", "1"), note("a", "2")])
        store.append([note("b", "2")])
        assert [row.sequence for row in store.read("a")] == [1, 2]
        assert [row.sequence for row in store.read("b")] == [1, 2]

    def test_reading_after_a_sequence_gives_only_what_follows(self, store: Store) -> None:
        store.append([note("a", str(n)) for n in range(5)])
        assert [row.sequence for row in store.read("a", after=3)] == [4, 5]
        assert store.read("a", after=5) == store.read("a", after=99) == []
        assert len(store.read("a", after=-1)) == 5

    def test_a_log_nobody_wrote_to_is_empty(self, store: Store) -> None:
        assert store.read("nothing") == [] and store.forget("nothing", [1]) == 0

    def test_the_same_operation_twice_gives_the_first_row_back(self, store: Store) -> None:
        first = store.append([note("a", "op", b"one")])
        again = store.append([note("a", "op", b"two"), note("a", "new")])
        assert again[0] == first[0]
        assert [row.payload for row in store.read("a")] == [b"one", b"hello"]

    def test_the_same_operation_twice_in_one_append_is_one_row(self, store: Store) -> None:
        one, two = store.append([note("a", "op", b"one"), note("a", "op", b"two")])
        assert one == two and len(store.read("a")) == 1

    def test_the_same_operation_id_in_two_logs_is_two_rows(self, store: Store) -> None:
        store.append([note("a", "op"), note("b", "op")])
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
            store.append([note("a", "good"), bad])
        assert store.read("a") == []

    def test_a_forgotten_row_keeps_its_place_without_its_payload(self, store: Store) -> None:
        store.append([note("a", str(n), b"secret") for n in range(3)])
        assert store.forget("a", [2]) == 1
        assert [row.payload for row in store.read("a")] == [b"secret", None, b"secret"]
        assert [row.sequence for row in store.read("a")] == [1, 2, 3]
        assert [row.operation_id for row in store.read("a")] == ["0", "1", "2"]

    def test_forgetting_twice_or_what_is_not_there_destroys_nothing_more(self, store: Store) -> None:
        store.append([note("a", "1"), note("b", "1")])
        assert (store.forget("a", [1, 1]), store.forget("a", [1, 7, 0, -3]), store.forget("a", [])) == (
            1,
            0,
            0,
        )
        assert store.read("b")[0].payload == b"hello"

    def test_a_forgotten_operation_stays_done(self, store: Store) -> None:
        store.append([note("a", "op")])
        store.forget("a", [1])
        assert store.append([note("a", "op")])[0].payload is None
        assert store.append([note("a", "next")])[0].sequence == 2

    def test_who_watches_a_log_hears_of_its_new_rows_and_of_no_other(self, store: Store) -> None:
        heard: list[Row] = []
        arrived = threading.Event()

        def listen(rows: list[Row]) -> None:
            heard.extend(rows)
            arrived.set()

        store.append([note("a", "before")])
        stop = store.watch("a", listen)
        written = store.append([note("b", "other"), note("a", "1"), note("a", "before")])
        assert arrived.wait(5)
        assert heard == [written[1]]
        stop()
        stop()
        store.append([note("a", "2")])
        assert heard == [written[1]]

    def test_a_watcher_that_fails_silences_nobody_and_may_itself_append(self, store: Store) -> None:
        answered = threading.Event()

        def fail(rows: list[Row]) -> None:
            raise RuntimeError("broken")

        def answer(rows: list[Row]) -> None:
            store.append([note("b", "answer")])
            answered.set()

        store.watch("a", fail)
        store.watch("a", answer)
        store.append([note("a", "1")])
        assert answered.wait(5)
        assert len(store.read("b")) == 1

    def test_many_threads_at_once_lose_and_double_nothing(self, store: Store) -> None:
        def write(writer: int) -> None:
            for n in range(25):
                store.append([note("shared", f"{writer}-{n}"), note(f"own-{writer}", str(n))])

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        shared = store.read("shared")
        assert [row.sequence for row in shared] == list(range(1, 101))
        assert {row.operation_id for row in shared} == {f"{w}-{n}" for w in range(4) for n in range(25)}
        assert [row.operation_id for row in store.read("own-2")] == [str(n) for n in range(25)]

    def test_after_closing_nothing_is_taken_and_closing_again_is_harmless(self, store: Store) -> None:
        store.close()
        store.close()
        with pytest.raises(StorageError):
            store.append([note("a", "1")])
        with pytest.raises(StorageError):
            store.read("a")
