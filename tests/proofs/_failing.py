"""Run as a process of its own, with the recorder preloaded: stores on a disk that fails one sync.

``python -m tests.proofs._failing FOLDER SEED N [lies|goes-on]`` writes N stores, each in a folder of its own
below FOLDER until one of its syncs fails and then a little further. Lines of the file *told* are facts with the
number of the store: what was acknowledged, what was refused in which words.
"""

import ctypes
import json
import os
import random
import sys
from pathlib import Path

from tests.proofs._writing import KEY, TOLD, entries_of
from workbook.errors import StorageError
from workbook.storage.sqlcipher import SqlCipherStore
from workbook.storage.writer import Writer

TRIES_AFTER = 4
MOST_SYNCS = 90  # about as many as a new store and thirty batches need


def main() -> None:
    """Write N stores, each until a sync of its own fails."""
    folder, seed, n, how = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    if "goes-on" in how:
        Writer._refuse_after_failure = lambda _self: None
    disk = ctypes.CDLL(None)
    told = os.open(folder / TOLD, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    chance = random.Random(seed)
    for number in range(n):
        place = folder / str(number)
        place.mkdir(mode=0o700)
        disk.fail_sync_after(chance.randrange(MOST_SYNCS), "lies" in how)
        for fact in _write(place, disk, chance):
            os.write(told, json.dumps({"store": number} | fact).encode() + b"\n")
        disk.fail_sync_after(-1, 0)


def _write(place: Path, disk: ctypes.CDLL, chance: random.Random) -> list[dict]:
    """Everything told by one store, at the moment it can be told."""
    facts: list[dict] = []
    try:
        store = SqlCipherStore(place, KEY)
    except StorageError as error:
        return [{"refused": str(error), "after": 0}]
    number = after = 0
    while after < TRIES_AFTER and number < 10 * MOST_SYNCS:
        after += disk.failed_syncs() > 0
        try:
            batch = f"0-{number}"
            rows = store.write(entries_of(batch))
            facts.append({"batch": batch, "after": after})
            if chance.random() < 0.15:
                gone = chance.choice(rows)
                facts.append({"forgetting": [gone.log, gone.operation_id], "after": after})
                store.write((), forget={gone.log: [gone.sequence]})
                facts.append({"forgotten": [gone.log, gone.operation_id], "after": after})
        except StorageError as error:
            facts.append({"refused": str(error), "after": after})
        number += 1
    return facts  # and the process ends without closing: the power is cut


if __name__ == "__main__":
    main()
