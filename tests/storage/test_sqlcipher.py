"""The encrypted store keeps the contract, and the promises only a file can break."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.cell_contract import CellContract
from tests.storage.contract import StoreContract, note
from tests.storage.files import KEY, filled, raw
from workbook.errors import (
    NewerStoreError,
    StorageError,
    WrongKeyError,
)
from workbook.storage.base import Store
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore


class TestSqlCipherStore(StoreContract, CellContract):
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
