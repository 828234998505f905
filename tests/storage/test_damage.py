"""Whatever is changed, cut, rolled back or lost past the store is noticed."""

from pathlib import Path

import pytest

from tests.storage.contract import note
from tests.storage.files import KEY, filled, raw
from workbook.errors import (
    DamagedStoreError,
    StorageError,
)
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore


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
