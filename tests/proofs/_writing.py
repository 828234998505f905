"""Run as a process of its own: two writers over the real store, telling what was acknowledged.

``python -m tests.proofs._writing FOLDER SEED N [unsafe]`` does N operations in FOLDER, closing
and opening the store now and then. Each line of the file *told* is written after the
store's acknowledgement: what stands there must be true for ever. What an operation writes follows
from its id, so whoever finds a row can say whether it is right.
"""

import hashlib
import json
import os
import random
import sys
import threading
from pathlib import Path

from workbook.storage import connections, heads
from workbook.storage.base import Entry
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
    heads._MOST_LINES = 60  # so that the file of heads is written anew many times
    if "unsafe" in sys.argv:
        connections._PRAGMAS = tuple(p.replace("= FULL", "= NORMAL") for p in connections._PRAGMAS)
    told = os.open(folder / TOLD, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    chance = random.Random(seed)
    done = 0
    while done < n:
        store = SqlCipherStore(folder, KEY)
        at_once = min(n - done, chance.randint(5, 60))
        shares = [range(done + writer, done + at_once, 2) for writer in (0, 1)]
        writers = [
            threading.Thread(target=_write, args=(store, told, writer, share, seed + done))
            for writer, share in enumerate(shares)
        ]
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        done += at_once
        store.close()


def _write(store: SqlCipherStore, told: int, writer: int, share: range, seed: int) -> None:
    chance = random.Random(seed * 2 + writer)
    for number in share:
        batch = f"{writer}-{number}"
        rows = store.append(entries_of(batch))
        _tell(told, {"batch": batch})
        if chance.random() < 0.15:
            row = chance.choice(rows)
            _tell(told, {"forgetting": [row.log, row.operation_id]})
            store.forget(row.log, [row.sequence])
            _tell(told, {"forgotten": [row.log, row.operation_id]})


def _tell(told: int, what: dict) -> None:
    os.write(told, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
