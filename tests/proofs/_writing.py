"""Run as a process of its own: two writers over the real store, telling what was acknowledged.

``python -m tests.proofs._writing FOLDER SEED N [unsafe|apart]`` does N operations in FOLDER, closing
and opening the store now and then. Some put a row in the place of an older one, which one write adds and
destroys (*apart*: two writes, as a store without such a write would need). Each line of the file *told* is written after the
store's acknowledgement: what stands there must be true for ever. What an operation writes follows
from its id, so whoever finds a row can say whether it is right.
"""

import hashlib
import json
import os
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from workbook.storage import connections, heads_file
from workbook.storage.base import Entry, Row, Store
from workbook.storage.sqlcipher import SqlCipherStore

KEY = bytes(range(32))
TOLD = "told"
LOGS = ("drawer/p_a", "drawer/p_b", "table/c_1")


def payload_of(operation_id: str) -> bytes:
    """What the operation of this id writes: 1 to 6,000 bytes."""
    digest = hashlib.sha256(operation_id.encode()).digest()
    length = 1 + int.from_bytes(digest[:2], "big") % (6_000 if digest[2] < 16 else 400)
    return (digest * (length // 32 + 1))[:length]


def entries_of(batch: str) -> list[Entry]:
    """All entries of one batch, ``writer-number``: one to four, over up to three logs."""
    writer, _ = batch.split("-")
    digest = hashlib.sha256(batch.encode()).digest()
    own = LOGS[int(writer) % 2]
    logs = [own] + [own if byte % 2 else LOGS[2] for byte in digest[1 : 1 + digest[0] % 4]]
    ids = [f"{batch}-{part}" for part in range(len(logs))]
    return [Entry(log, name, "note", payload_of(name)) for log, name in zip(logs, ids, strict=True)]


def main() -> None:
    """Write until N operations are done, or until killed."""
    folder, seed, n = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    heads_file._LEAST_AREA = 1  # so that the file of heads has to grow
    if "unsafe" in sys.argv:
        connections._PRAGMAS = tuple(p.replace("= FULL", "= NORMAL") for p in connections._PRAGMAS)
    replace = replace_apart if "apart" in sys.argv else replace_in_one
    told = os.open(folder / TOLD, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    chance = random.Random(seed)
    done, crowds = 0, [80, 40]
    while done < n:
        store = SqlCipherStore(folder, KEY)
        if crowds:  # more logs than a record of the heads takes, and at last than their file does
            store.write([Entry(f"crowd/{log}", str(done), "note", b"") for log in range(crowds.pop())])
        at_once = min(n - done, chance.randint(5, 60))
        shares = [range(done + writer, done + at_once, 2) for writer in (0, 1)]
        writers = [
            threading.Thread(target=_write, args=(store, told, writer, share, seed + done, replace))
            for writer, share in enumerate(shares)
        ]
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        done += at_once
        store.close()


def replace_in_one(store: Store, batch: str, older: Row) -> list[Row]:
    """Write a batch and destroy the row it supersedes, in one write."""
    return store.write(entries_of(batch), superseded={older.log: [older.sequence]})


def replace_apart(store: Store, batch: str, older: Row) -> list[Row]:
    """The same in two writes."""
    rows = store.write(entries_of(batch))
    store.write((), superseded={older.log: [older.sequence]})
    return rows


def _write(
    store: SqlCipherStore,
    told: int,
    writer: int,
    share: range,
    seed: int,
    replace: Callable[[Store, str, Row], list[Row]],
) -> None:
    chance = random.Random(seed * 2 + writer)
    older: Row | None = None
    for number in share:
        batch = f"{writer}-{number}"
        if older is not None and chance.random() < 0.3:
            _tell(told, {"replacing": [older.log, older.operation_id], "by": batch})
            rows = replace(store, batch, older)
        else:
            rows = store.write(entries_of(batch))
        _tell(told, {"batch": batch})
        older = rows[0]
        if chance.random() < 0.15:
            row, older = chance.choice(rows), None
            _tell(told, {"forgetting": [row.log, row.operation_id]})
            store.write((), forget={row.log: [row.sequence]})
            _tell(told, {"forgotten": [row.log, row.operation_id]})


def _tell(told: int, what: dict) -> None:
    os.write(told, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
