"""Run as a process of its own, with the recorder preloaded: a store is made, then given a new key.

``python -m tests.proofs._rotating FOLDER [in-place]``; the data lies in FOLDER/data, the keys in FOLDER/keys. Lines
of the file *told*: "ready" once the store is there, "done" once the new key is said to be in force.
"""

import os
import sys
from pathlib import Path

import sqlcipher3

from tests.proofs._writing import TOLD
from workbook.storage import rotation
from workbook.storage.base import Entry
from workbook.storage.keys import adopt_key, find_key, make_key_id
from workbook.storage.opening import open_store
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME
from workbook.storage.witness import Witness

N_ROWS, LOGS = 12, ("drawer/p_a", "table/c_1")
NEW_ID, NEW_KEY = "0123456789abcdef", bytes(range(100, 132))


def main() -> None:
    """Make a store and give it a new key."""
    folder = Path(sys.argv[1])
    (folder / "data").mkdir(mode=0o700)
    told = os.open(folder / TOLD, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    store = open_store(folder / "data")
    for number in range(N_ROWS):
        store.write([Entry(log, str(number), "note", bytes([number]) * 500) for log in LOGS])
    store.close()
    os.write(told, b"ready\n")
    change = _in_place if "in-place" in sys.argv else rotation.rotate
    change(folder / "data", find_key(folder / "data", is_new=False))
    os.write(told, b"done\n")


def _in_place(data: Path, key: bytes) -> None:
    """As one would do it without thinking of a cut: the file, then its heads, then the name of the key."""
    adopt_key(NEW_ID, NEW_KEY)
    connection = sqlcipher3.connect(str(data / FILE_NAME), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute(f"PRAGMA rekey = \"x'{NEW_KEY.hex()}'\"")
    connection.close()
    old = Witness(data / HEADS_NAME, key, "read")
    (data / HEADS_NAME).unlink()
    witness = Witness(data / HEADS_NAME, NEW_KEY)
    witness.rewrite({log: head for log in LOGS if (head := old.of(log))}, old.mark)
    witness.close()
    make_key_id(data, NEW_ID)


if __name__ == "__main__":
    main()
