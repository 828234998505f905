"""The encrypted store keeps the contract, and the promises only a file can break."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from tests.storage.contract import StoreContract, note, wait_for
from workbook.content import say
from workbook.errors import (
    ConflictError,
    DamagedStoreError,
    NewerStoreError,
    StorageError,
    WrongKeyError,
)
from workbook.storage import schema, tails, writer
from workbook.storage.backup import back_up, restore
from workbook.storage.base import Row, Store
from workbook.storage.connections import SyncFailedError
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore

KEY = bytes(range(32))


def raw(folder: Path, *, key: bytes = KEY) -> sqlcipher3.Connection:
    """Open the file directly, bypassing the store, as someone with the key could."""
    connection = sqlcipher3.connect(str(folder / FILE_NAME), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


def filled(folder: Path, n: int = 20) -> None:
    store = SqlCipherStore(folder, KEY)
    for position in range(n):
        store.write([note("a", str(position), b"marker-%d" % position)])
    store.close()


class TestSqlCipherStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = SqlCipherStore(tmp_path, KEY)
        yield store
        store.close()


def test_written_rows_survive_reopening(tmp_path: Path) -> None:
    filled(tmp_path)
    store = SqlCipherStore(tmp_path, KEY)
    assert [row.payload for row in store.read("a")] == [b"marker-%d" % n for n in range(20)]
    assert store.write([note("a", "20")])[0].sequence == 21
    store.close()


def test_every_connection_syncs_fully_and_deletes_securely(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    pragmas = {
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "temp_store": 2,
        "journal_mode": "wal",
    }
    for engine in (store._write_engine, store._read_engine):
        with engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas}
        assert found == pragmas
    store.close()


def test_store_files_are_readable_by_the_owner_only(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "1")])
    assert {oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()} == {"0o600"}
    store.close()


def test_nothing_written_can_be_read_in_any_file_without_the_key(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("drawer/p_marker", "op-marker", b"payload-marker")])
    contents = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"marker" not in contents and b"SQLite format" not in contents
    store.close()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT * FROM rows")
    # Positive control: with the key it is there.
    assert raw(tmp_path).execute("SELECT payload FROM rows").fetchone() == (b"payload-marker",)


def test_a_wrong_key_is_called_a_wrong_key(tmp_path: Path) -> None:
    filled(tmp_path)
    with pytest.raises(WrongKeyError):
        SqlCipherStore(tmp_path, bytes(32))
    (tmp_path / HEADS_NAME).unlink()
    with pytest.raises(WrongKeyError):
        SqlCipherStore(tmp_path, bytes(32))


def test_a_newer_store_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    filled(tmp_path)
    connection = raw(tmp_path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(NewerStoreError):
        SqlCipherStore(tmp_path, KEY)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_second_workbook_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    with pytest.raises(StorageError, match="already running"):
        SqlCipherStore(tmp_path, KEY)
    store.close()
    SqlCipherStore(tmp_path, KEY).close()


def test_a_file_locked_by_another_program_is_reported_busy_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbook.storage.connections._PRAGMAS", ("synchronous = FULL", "busy_timeout = 50"))
    store = SqlCipherStore(tmp_path, KEY)
    holder = raw(tmp_path)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="Another program"):
        store.write([note("a", "1")])
    holder.execute("ROLLBACK")
    holder.close()
    assert store.write([note("a", "1")])[0].sequence == 1
    store.close()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE rows SET payload = x'00' WHERE sequence = 3",
        "UPDATE rows SET kind = 'other' WHERE sequence = 3",
        "UPDATE rows SET at = at + 1 WHERE sequence = 20",
        "DELETE FROM rows WHERE sequence = 3",
        "DELETE FROM rows WHERE sequence = 20",
        "DELETE FROM rows",
        "UPDATE logs SET name = 'b'",
        "UPDATE rows SET salt = NULL WHERE sequence = 3",
    ],
)
def test_any_change_made_outside_the_store_is_noticed_at_opening_and_reading(
    tmp_path: Path, tampering: str
) -> None:
    filled(tmp_path)
    store = SqlCipherStore(tmp_path, KEY)
    connection = raw(tmp_path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(tampering)
    connection.close()
    with pytest.raises(DamagedStoreError):
        store.read("a")
    store.close()
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(tmp_path, KEY)


def test_an_older_copy_of_the_database_is_noticed(tmp_path: Path) -> None:
    filled(tmp_path)
    older = (tmp_path / FILE_NAME).read_bytes()
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "newest")])
    store.close()
    (tmp_path / FILE_NAME).write_bytes(older)
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(tmp_path, KEY)


def test_a_rolled_back_erasure_is_noticed(tmp_path: Path) -> None:
    filled(tmp_path)
    older = (tmp_path / FILE_NAME).read_bytes()
    store = SqlCipherStore(tmp_path, KEY)
    store.write((), forget={"a": [4]})
    store.close()
    SqlCipherStore(tmp_path, KEY).close()
    (tmp_path / FILE_NAME).write_bytes(older)
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(tmp_path, KEY)


def test_a_missing_database_or_heads_file_is_noticed(tmp_path: Path) -> None:
    filled(tmp_path)
    heads = (tmp_path / HEADS_NAME).read_bytes()
    (tmp_path / HEADS_NAME).unlink()
    with pytest.raises(DamagedStoreError, match="heads"):
        SqlCipherStore(tmp_path, KEY)
    (tmp_path / HEADS_NAME).write_bytes(heads)
    SqlCipherStore(tmp_path, KEY).close()
    (tmp_path / FILE_NAME).unlink()
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(tmp_path, KEY)


def test_a_truncated_last_line_of_heads_is_accepted_and_other_damage_refused(tmp_path: Path) -> None:
    filled(tmp_path)
    path = tmp_path / HEADS_NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    store = SqlCipherStore(tmp_path, KEY)
    assert len(store.read("a")) == 20
    store.close()
    path.write_bytes(whole.replace(b" 7 0 ", b" 8 0 ", 1))
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(tmp_path, KEY)


def test_forgotten_bytes_are_in_no_file_even_with_the_key(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "1", b"burn-this"), note("a", "2", b"keep-this")])
    store.write((), forget={"a": [1]})
    assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size == 0
    plain = tmp_path / "plain.db"
    connection = raw(tmp_path)
    connection.execute(f"ATTACH DATABASE '{plain}' AS plain KEY ''")
    connection.execute("SELECT sqlcipher_export('plain')")
    connection.close()
    assert b"keep-this" in plain.read_bytes() and b"burn-this" not in plain.read_bytes()
    store.close()


WRITER = """
import sys
from pathlib import Path
from workbook.storage.base import Entry
from workbook.storage.sqlcipher import SqlCipherStore
store = SqlCipherStore(Path(sys.argv[1]), bytes(range(32)))
n = len(store.read("a"))
print("ready", flush=True)
while True:
    store.write([Entry("a", str(n), "note", b"x" * 300), Entry("b", str(n), "note", b"y")])
    print(n, flush=True)
    n += 1
    if n % 7 == 0:
        store.write((), forget={"a": [n - 3]})
"""


def test_a_kill_during_writing_loses_no_acknowledged_row(tmp_path: Path) -> None:
    acknowledged = -1
    for round_number in range(4):
        output = tmp_path / f"out-{round_number}"
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        with output.open("w") as file:
            process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=file, stderr=file)
            deadline = time.monotonic() + 30
            while (
                len(output.read_text().splitlines()) < 20 + 13 * round_number and time.monotonic() < deadline
            ):
                time.sleep(0.01)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        lines = output.read_text().splitlines()
        assert lines[0] == "ready", lines
        acknowledged = max([acknowledged, *(int(line) for line in lines[1:] if line.isdigit())])
        store = SqlCipherStore(folder, KEY)
        rows = store.read("a")
        assert [row.operation_id for row in rows] == [str(n) for n in range(len(rows))]
        assert acknowledged < len(rows) <= acknowledged + 2
        assert len(store.read("b")) == len(rows), "an append over two logs was torn"
        store.close()
    assert acknowledged > 50


def copy_of_running_store(tmp_path: Path, n: int = 30) -> Path:
    """Copy the files of a store that was never closed, so that its newest rows are only in the WAL."""
    live, copy = tmp_path / "live", tmp_path / "copy"
    live.mkdir()
    copy.mkdir()
    store = SqlCipherStore(live, KEY)
    for position in range(n):
        store.write([note("a", str(position), b"x" * 200)])
    for file in live.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    store.close()
    return copy


@pytest.mark.parametrize("name", [FILE_NAME, f"{FILE_NAME}-wal"])
def test_flipped_bytes_are_noticed(tmp_path: Path, name: str) -> None:
    if name == FILE_NAME:
        filled(tmp_path, 60)
        folder = tmp_path
    else:
        folder = copy_of_running_store(tmp_path)
    whole = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    whole.pop(f"{FILE_NAME}-shm", None)
    size = len(whole[name])
    assert size > 4096
    missed = []
    for position in [0, 5, 16, 24, 40, 100, 4095, size - 1, *range(333, size, size // 12)]:
        for file in list(folder.iterdir()):
            file.unlink()
        for file_name, content in whole.items():
            changed = bytearray(content)
            if file_name == name:
                changed[position] ^= 0x40
            (folder / file_name).write_bytes(changed)
        try:
            store = SqlCipherStore(folder, KEY)
        except StorageError:
            continue
        missed.append(position)
        store.close()
    assert missed == []


def test_a_full_disk_leaves_no_partial_write_and_the_store_recovers(tmp_path: Path) -> None:
    script = """
import resource, sys
from pathlib import Path
from workbook.errors import StorageError
from workbook.storage.base import Entry
from workbook.storage.sqlcipher import SqlCipherStore
folder = Path(sys.argv[1])
store = SqlCipherStore(folder, bytes(range(32)))
kept = 0
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
try:
    while True:
        store.write([Entry("a", str(kept), "note", b"x" * 3000), Entry("b", str(kept), "note", b"y")])
        kept += 1
except StorageError as error:
    message = str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert kept > 10 and ("no room" in message or "not saved" in message), (kept, message)
assert len(store.read("a")) == len(store.read("b")) == kept
assert store.write([Entry("a", str(kept), "note", b"z")])[0].sequence == kept + 1
store.close()
store = SqlCipherStore(folder, bytes(range(32)))
assert len(store.read("a")) == kept + 1
print("fine")
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "fine\n", done.stderr


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


# -- one write: what is added and what is destroyed ------------------------------------
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


def test_adding_and_forgetting_in_one_write_is_one_commit_and_one_heads_line(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    store = SqlCipherStore(tmp_path, KEY)
    commits: list[int] = []
    event.listen(store._write_engine, "commit", lambda _: commits.append(1))
    n_lines = (tmp_path / HEADS_NAME).read_bytes().count(b"\n")
    store.write([note("a", "new")], expect={"a": 3}, forget={"a": [1]}, superseded={"a": [2]})
    assert len(commits) == 1
    assert (tmp_path / HEADS_NAME).read_bytes().count(b"\n") == n_lines + 1
    head = store._heads.of("a")
    assert head is not None and (head.n_rows, head.n_forgotten) == (4, 2)
    store.close()
    SqlCipherStore(tmp_path, KEY).close()


def test_writes_in_a_shared_commit_are_checked_in_order(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "1")])
    commits: list[int] = []
    event.listen(store._write_engine, "commit", lambda _: commits.append(1))
    go_on, began = threading.Event(), threading.Event()

    def hold(_batch: tails.Batch) -> None:
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


def test_a_failed_sync_of_the_erasure_list_stops_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second sync would succeed although the list never reached the disk."""
    filled(tmp_path, 3)
    store = SqlCipherStore(tmp_path, KEY)
    sync = os.fsync

    def fail(handle: int) -> None:
        if os.path.samestat(os.fstat(handle), (tmp_path / "erased").stat()):
            raise OSError(5, "failed")
        sync(handle)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SyncFailedError):
        store.write((), forget={"a": [1]})
    monkeypatch.undo()
    assert store.read("a")[0].payload == b"marker-0"
    for change in (
        lambda: store.write((), forget={"a": [1]}),
        lambda: store.mark_ended("x"),
        lambda: store.write([note("a", "4")]),
    ):
        with pytest.raises(SyncFailedError):
            change()
    store.close()


def test_watchers_are_notified_of_committed_rows_even_after_a_busy_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path, 3)
    store = SqlCipherStore(tmp_path, KEY)
    heard: list[Row] = []
    store.watch("a", heard.extend)

    def busy(_engine: object) -> None:
        raise StorageError(say("errors.storage.busy"))

    monkeypatch.setattr(writer, "empty_wal", busy)
    with pytest.raises(StorageError):
        store.write([note("a", "new")], forget={"a": [1]})
    monkeypatch.undo()
    wait_for(lambda: heard)
    assert [row.operation_id for row in heard] == ["new"]
    assert store.write([note("a", "new")], expect={"a": 3}, forget={"a": [1]}) == heard
    assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size == 0, (
        "the retry has destroyed what the log still held"
    )
    store.close()


# -- times ---------------------------------------------------------------------------
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

    monkeypatch.setattr(tails, "datetime", Late)
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "1")])
    assert store.read("a")[0].at == datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)
    store.close()
