"""A store's files, filled by the store and opened past it."""

from pathlib import Path

import sqlcipher3

from tests.storage.contract import note
from workbook.storage.sqlcipher import FILE_NAME, SqlCipherStore

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
