"""What every store promises of its cells, as tests; subclass `CellContract` and give it a store."""

import threading
from collections.abc import Iterator

import pytest

from tests.storage.contract import at_once, note, wait_for
from workbook.errors import ConflictError, StorageError
from workbook.storage.base import NO_STAMP, Cell, Row, Store, stamp_of

ONE, TWO, THREE = (bytes([n]) * 4_096 for n in (1, 2, 3))


def fill(store: Store, name: str, content: bytes | None) -> None:
    """Put a content into a cell, as whoever has just looked at it."""
    store.write((), cells={name: content}, seen={name: store.read_cell(name).stamp})


class CellContract:
    """Subclasses give the fixture ``store``."""

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        raise NotImplementedError

    def test_a_cell_that_is_not_there_holds_nothing(self, store: Store) -> None:
        assert store.read_cell("x") == Cell("x", None, NO_STAMP)
        assert store.cells() == []

    def test_a_cell_holds_what_was_last_put_there(self, store: Store) -> None:
        for content in (ONE, TWO, THREE):
            fill(store, "x", content)
            assert store.read_cell("x") == Cell("x", content, stamp_of(content))
        assert (store.cells(), store.logs()) == (["x"], [])

    def test_cells_and_logs_of_one_name_do_not_meet(self, store: Store) -> None:
        fill(store, "x", ONE)
        store.write([note("x", "1")])
        assert (store.read_cell("x").content, len(store.read("x"))) == (ONE, 1)

    def test_cells_are_listed_by_prefix(self, store: Store) -> None:
        for name in ("pair/2", "pair/1", "other/1", "p%ir/3"):
            fill(store, name, ONE)
        assert store.cells("pair/") == ["pair/1", "pair/2"]
        assert (store.cells("p%"), store.cells("x")) == (["p%ir/3"], [])

    def test_rows_and_cells_are_written_together_or_not_at_all(self, store: Store) -> None:
        store.write([note("a", "1")], cells={"x": ONE, "y": TWO}, seen={"x": NO_STAMP, "y": NO_STAMP})
        with pytest.raises(ConflictError):
            store.write(
                [note("a", "2")],
                forget={"a": [1]},
                cells={"x": TWO, "y": THREE},
                seen={"x": stamp_of(ONE), "y": stamp_of(ONE)},
            )
        with pytest.raises(ConflictError):
            store.write([], expect={"a": 0}, cells={"x": TWO}, seen={"x": stamp_of(ONE)})
        assert [row.payload for row in store.read("a")] == [b"hello"]
        assert [store.read_cell(name).content for name in "xy"] == [ONE, TWO]

    def test_a_conflict_carries_the_cells_but_its_message_does_not(self, store: Store) -> None:
        with pytest.raises(ConflictError) as conflict:
            store.write([note("a", "1")], seen={"private/p_marker": stamp_of(ONE), "free": NO_STAMP})
        assert conflict.value.logs == ("private/p_marker",)
        assert "marker" not in str(conflict.value)

    def test_a_cell_that_is_only_looked_at_is_checked_too(self, store: Store) -> None:
        fill(store, "x", ONE)
        store.write([], seen={"x": stamp_of(ONE)})
        for wanted in ([note("a", "1")], []):
            with pytest.raises(ConflictError):
                store.write(wanted, seen={"x": NO_STAMP})
        assert store.logs() == []

    def test_nobody_changes_a_cell_without_having_looked(self, store: Store) -> None:
        with pytest.raises(StorageError):
            store.write([note("a", "1")], cells={"x": ONE})
        assert (store.cells(), store.logs()) == ([], [])

    @pytest.mark.parametrize(("name", "content"), [("", ONE), ("x\n", ONE), ("x" * 201, ONE), ("x", "text")])
    def test_a_bad_cell_is_refused_with_all_that_was_asked(
        self, store: Store, name: str, content: bytes
    ) -> None:
        with pytest.raises(StorageError):
            store.write([note("a", "1")], cells={name: content}, seen={name: NO_STAMP})
        assert store.logs() == []

    @pytest.mark.parametrize("length", [4_095, 4_097, 0])
    def test_a_cell_keeps_the_size_it_was_made_with(self, store: Store, length: int) -> None:
        fill(store, "x", ONE)
        with pytest.raises(StorageError):
            fill(store, "x", bytes(length))
        assert store.read_cell("x").content == ONE

    def test_a_retry_is_no_conflict_although_another_cell_has_moved(self, store: Store) -> None:
        def attempt() -> list[Row]:
            return store.write(
                [note("a", "1")], cells={"x": ONE}, seen={"x": NO_STAMP, "y": NO_STAMP}, expect={"a": 0}
            )

        first = attempt()
        fill(store, "y", TWO)
        assert attempt() == first
        assert (len(store.read("a")), store.read_cell("x").content) == (1, ONE)

    def test_a_retry_is_refused_once_its_cell_holds_something_else(self, store: Store) -> None:
        """Else an older content would come back over a newer one."""
        store.write((), cells={"x": ONE}, seen={"x": NO_STAMP})
        fill(store, "x", TWO)
        with pytest.raises(ConflictError):
            store.write((), cells={"x": ONE}, seen={"x": NO_STAMP})
        assert store.read_cell("x").content == TWO

    def test_of_two_who_saw_the_same_exactly_one_succeeds(self, store: Store) -> None:
        for _ in range(15):
            seen = {"x": store.read_cell("x").stamp}
            outcomes = at_once(
                lambda who, seen=seen: store.write((), cells={"x": bytes([who]) * 64}, seen=seen)
            )
            assert sorted(outcomes) == ["refused", "written"]
            store.write((), cells={"x": bytes([9]) * 64}, seen={"x": store.read_cell("x").stamp})

    def test_two_who_each_look_at_the_others_cell_do_not_both_succeed(self, store: Store) -> None:
        """Write skew: neither writes where the other writes, and yet only one may."""
        for turn in range(15):
            seen = {name: store.read_cell(name).stamp for name in "xy"}
            outcomes = at_once(
                lambda who, seen=seen, turn=turn: store.write(
                    (), cells={"xy"[who]: bytes([who, turn]) * 32}, seen=seen
                )
            )
            assert sorted(outcomes) == ["refused", "written"]

    def test_many_at_once_lose_nothing(self, store: Store) -> None:
        def count(who: int) -> None:
            for _ in range(10):
                while True:
                    cell = store.read_cell("n")
                    number = int((cell.content or b"0" * 8)[:8]) + 1
                    content = b"%08d by %d" % (number, who)  # as sealed ones do, it differs from every other
                    try:
                        store.write((), cells={"n": content}, seen={"n": cell.stamp})
                        break
                    except ConflictError:
                        continue

        threads = [threading.Thread(target=count, args=(who,)) for who in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (store.read_cell("n").content or b"")[:8] == b"%08d" % 40

    def test_a_removed_cell_is_gone(self, store: Store) -> None:
        fill(store, "x", ONE)
        for _ in range(2):
            fill(store, "x", None)
            assert (store.read_cell("x"), store.cells()) == (Cell("x", None, NO_STAMP), [])

    def test_who_watches_a_cell_is_told_of_it_without_rows(self, store: Store) -> None:
        heard: list[list[Row]] = []
        other: list[list[Row]] = []
        stop = store.watch("x", heard.append)
        store.watch("y", other.append)
        fill(store, "x", ONE)
        wait_for(lambda: heard)
        stop()
        fill(store, "x", TWO)
        store.write([note("y", "1")])
        wait_for(lambda: other)
        assert (heard, [[row.operation_id for row in rows] for rows in other]) == ([[]], [["1"]])

    def test_settling_down_changes_nothing_that_is_read(self, store: Store) -> None:
        fill(store, "x", ONE)
        rows = store.write([note("a", "1")])
        for _ in range(2):
            store.settle_down()
        assert (store.read("a"), store.read_cell("x").content) == (rows, ONE)
        fill(store, "x", TWO)
        assert store.read_cell("x").content == TWO

    def test_a_closed_store_gives_no_cell(self, store: Store) -> None:
        store.close()
        store.settle_down()
        for look in (lambda: store.read_cell("x"), store.cells):
            with pytest.raises(StorageError):
                look()
