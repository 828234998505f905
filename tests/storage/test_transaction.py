"""One write: what is added and what is destroyed are one commit, judged one after the other."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from tests.storage.contract import note, wait_for
from tests.storage.files import KEY, filled
from workbook.errors import (
    ConflictError,
    StorageError,
)
from workbook.storage import schema, transaction
from workbook.storage.backup import back_up, restore
from workbook.storage.heads_file import BLOCK
from workbook.storage.sqlcipher import HEADS_NAME, SqlCipherStore


def test_concurrent_appends_share_commits(tmp_path: Path) -> None:
    """The writer gathers what waits: far fewer commits than appends."""
    store = SqlCipherStore(tmp_path, KEY)
    commits: list[int] = []
    event.listen(store._write_engine, "commit", lambda _: commits.append(1))
    threads = [
        threading.Thread(target=lambda w=w: [store.write([note("a", f"{w}-{n}")]) for n in range(10)])
        for w in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.read("a")) == 160
    assert len(commits) < 120
    store.close()


@pytest.mark.parametrize("statement", ["UPDATE rows", "INSERT INTO logs", "INSERT INTO rows", "COMMIT"])
def test_a_write_that_fails_midway_changes_nothing(tmp_path: Path, statement: str) -> None:
    filled(tmp_path, 3)
    store = SqlCipherStore(tmp_path, KEY)

    def fail(*_: Any) -> None:
        raise sqlcipher3.OperationalError("no")

    def fail_at(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if text.startswith(statement):
            fail()

    is_commit = statement == "COMMIT"
    listening = ("commit", fail) if is_commit else ("before_cursor_execute", fail_at)
    event.listen(store._write_engine, *listening)
    before = store.read("a")
    with pytest.raises(StorageError):
        store.write([note("a", "new"), note("b", "new")], expect={"a": 3}, forget={"a": [1]})
    event.remove(store._write_engine, *listening)
    assert (store.read("a"), store.heads(["a", "b"]), store.logs()) == (before, {"a": 3, "b": 0}, ["a"])
    store.write([note("a", "new"), note("b", "new")], expect={"a": 3, "b": 0}, forget={"a": [1]})
    assert store.heads(["a", "b"]) == {"a": 4, "b": 1}
    store.close()


def test_adding_and_forgetting_in_one_write_is_one_commit_and_one_record_of_heads(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    store = SqlCipherStore(tmp_path, KEY)
    commits: list[int] = []
    event.listen(store._write_engine, "commit", lambda _: commits.append(1))
    before = (tmp_path / HEADS_NAME).read_bytes()
    store.write([note("a", "new")], expect={"a": 3}, forget={"a": [1]}, superseded={"a": [2]})
    assert len(commits) == 1
    after = (tmp_path / HEADS_NAME).read_bytes()
    blocks = range(0, len(after), BLOCK)
    assert len(after) == len(before)
    assert sum(before[at : at + BLOCK] != after[at : at + BLOCK] for at in blocks) == 1
    head = store._witness.of("a")
    assert head is not None and (head.n_rows, head.n_forgotten) == (4, 2)
    store.close()
    SqlCipherStore(tmp_path, KEY).close()


def test_writes_in_a_shared_commit_are_checked_in_order(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "1")])
    commits: list[int] = []
    event.listen(store._write_engine, "commit", lambda _: commits.append(1))
    go_on, began = threading.Event(), threading.Event()

    def hold(_transaction: transaction.Transaction) -> None:
        began.set()
        go_on.wait(10)

    with ThreadPoolExecutor(20) as pool:
        held = pool.submit(store._writer.do, hold)
        began.wait(10)
        deciding = [
            pool.submit(store.write, [note("a", f"d{n}"), note(f"own-{n}", "1")], expect={"a": 1})
            for n in range(6)
        ]
        plain = [pool.submit(store.write, [note("b", f"p{n}")]) for n in range(6)]
        wait_for(lambda: store._writer._jobs.qsize() == 12)
        go_on.set()
        held.result(10)
        refused = [one for one in deciding if isinstance(one.exception(10), ConflictError)]
        assert len(refused) == 5
        assert all(one.exception(10) is None for one in plain)
    assert store.heads(["a", "b"]) == {"a": 2, "b": 6}
    assert len(store.logs("own-")) == 1
    assert len(commits) == 2
    store.close()


def test_a_refused_erasure_is_not_recorded_in_the_erasure_list(tmp_path: Path) -> None:
    """Otherwise restoring a backup would destroy rows that were never erased."""
    data, stick = tmp_path / "data", tmp_path / "stick"
    data.mkdir(mode=0o700)
    stick.mkdir()
    store = SqlCipherStore(data, KEY, tmp_path / "list")
    store.write([note("a", "1", b"kept"), note("a", "2", b"erased")])
    made = back_up(data, KEY, stick)
    with pytest.raises(ConflictError):
        store.write([note("a", "3")], expect={"a": 1}, forget={"a": [1]})
    store.write([note("a", "3")], expect={"a": 2}, forget={"a": [2]})
    store.close()
    restore(made, data, KEY, tmp_path / "list")
    store = SqlCipherStore(data, KEY, tmp_path / "list")
    assert [row.payload for row in store.read("a")] == [b"kept", None]
    store.close()


def test_times_are_64_bit_in_every_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {
        dialect.name: str(CreateTable(schema.rows).compile(dialect=dialect))
        for dialect in (postgresql.dialect(), sqlite.dialect())
    }
    assert "at BIGINT NOT NULL" in made["postgresql"]
    assert "at INTEGER NOT NULL" in made["sqlite"], "as the migrations leave it; there it has up to 64"

    class Late(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # noqa: ARG003
            return datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)

    monkeypatch.setattr(transaction, "datetime", Late)
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "1")])
    assert store.read("a")[0].at == datetime(9999, 12, 31, tzinfo=UTC)
    store.close()
