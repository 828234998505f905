"""A read-only store returns what the writer's own returns, and changes nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.storage.contract import note
from tests.storage.files import KEY, raw
from workbook.errors import DamagedStoreError, StorageError
from workbook.storage.base import Store
from workbook.storage.read_only import ReadOnlyStore
from workbook.storage.sqlcipher import SqlCipherStore

CHANGES: dict[str, Callable[[Store], object]] = {
    "write": lambda store: store.write([note("a", "new")], expect={"a": 3}),
    "nothing": lambda store: store.write([]),
    "append": lambda store: store.write([note("a", "new")]),
    "forget": lambda store: store.write((), forget={"a": [2]}),
    "watch": lambda store: store.watch("a", print),
    "drop": lambda store: store.drop_set_aside(),
    "mark": lambda store: store.mark_ended("other"),
}


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[SqlCipherStore]:
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "1"), note("a", "2"), note("a", "3"), note("b/1", "1")])
    store.write((), forget={"a": [1, 3]})
    store.mark_ended("pair 1")
    yield store
    store.close()


def test_a_read_only_store_returns_what_the_writer_returns(writing: SqlCipherStore, tmp_path: Path) -> None:
    looking = ReadOnlyStore(tmp_path, KEY)
    looks: list[Callable[[Store], object]] = [
        lambda store: [store.read("a"), store.read("a", after=2), store.read("b/1"), store.read("none")],
        lambda store: store.heads(["a", "none", "b/1"]),
        lambda store: [store.logs(), store.logs("b/")],
        lambda store: store.ended_among(["pair 1", "pair 2"]),
    ]
    for look in looks:
        assert look(looking) == look(writing)
    assert looking.heads(["a"]) == {"a": 3}
    assert looking.ended_among(["pair 1"]) == {"pair 1"}
    writing.write([note("a", "4")])
    assert looking.heads(["a"]) == {"a": 4}, "as it is now, not as it was when it was opened"
    looking.close()


@pytest.mark.parametrize("change", CHANGES)
def test_a_read_only_store_refuses_every_write(writing: SqlCipherStore, tmp_path: Path, change: str) -> None:
    looking = ReadOnlyStore(tmp_path, KEY)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".db-shm"}
    with pytest.raises(StorageError, match="only looked at"):
        CHANGES[change](looking)
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".db-shm"}
    assert before == after
    looking.close()


def test_a_head_older_than_its_witness_is_noticed(writing: SqlCipherStore, tmp_path: Path) -> None:
    looking = ReadOnlyStore(tmp_path, KEY)
    connection = raw(tmp_path)
    connection.execute("DELETE FROM rows WHERE sequence = 3")
    connection.close()
    with pytest.raises(DamagedStoreError):
        looking.heads(["a"])
    looking.close()
