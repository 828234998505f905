"""Key rotation with a power cut: the store opens with the old key or the new one, never with neither.

A real change of key runs in a process whose file-system calls are recorded; the trace is played up to cuts at
any moment of it (a kill is the cut after which nothing is lost), and what is left is opened as every start does.
Once the change was said to be done, the old key opens nothing.
"""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from unittest import mock

from tests.proofs._disk import Disk, cuts, read_trace
from tests.proofs._rotating import LOGS, N_ROWS
from tests.proofs._writing import TOLD
from tests.proofs.harness import Counts, merge, proof
from tests.proofs.power_cuts import build_recorder, lay_down, record, scratch
from workbook.errors import WorkbookError, WrongKeyError
from workbook.storage.base import Entry
from workbook.storage.keys import key_id_of
from workbook.storage.opening import open_store
from workbook.storage.sqlcipher import SqlCipherStore

N_LAST = 50  # calls from shortly before the decision to the end
BROKEN = ("unopened", "lost", "old_opens", "undone", "stuck")


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key.replace('_', ' ')}" for key in BROKEN if counts[key])
    of = f"{counts['with_old']:,} opened with the old key, {counts['with_new']:,} with the new one"
    return f"{of}, after {counts['trials']:,} cuts: {broken or 'all whole'}"


@proof(
    "rotations",
    bound="a new key, ≥1,000 times cut short: old or new opens, all is there; done means the old opens nothing",
    full=1_000,
    short=40,
    portion=250,
    holds=lambda counts: (
        bool(counts["with_old"] and counts["with_new"]) and not any(counts[key] for key in BROKEN)
    ),
    figure=_figure,
)
def rotations(size: int, seed: int) -> Counts:
    """Cut a change of key short ``size`` times."""
    return _cut(size, seed)


@rotations.control(size=40, fails=lambda counts: counts["unopened"] > 0)
def a_key_changed_in_place(size: int, seed: int) -> Counts:
    """File, heads and the name of the key one after the other: in between, no key opens."""
    return _cut(size, seed, "in-place")


def _cut(size: int, seed: int, *how: str) -> Counts:
    total: Counts = dict.fromkeys(("trials", "with_old", "with_new", *BROKEN), 0)
    chance = random.Random(seed)
    with scratch() as folder, _keys_in(folder / "root" / "keys"):
        watched, trace = folder / "root", folder / "trace"
        watched.mkdir(mode=0o700)
        record("tests.proofs._rotating", watched, trace, build_recorder(folder), list(how))
        disk, calls = Disk(str(watched), TOLD), read_trace(trace)
        while not disk.told:  # how the store was made is another proof's
            disk.play(calls.pop(0))
        # Most of it prepares a copy; the decision and what follows are the end of it.
        early = cuts(calls[:-N_LAST], disk, size // 3, chance)
        for at, left in chain(early, cuts(calls[-N_LAST:], disk, size - size // 3, chance)):
            after = folder / "after"
            lay_down(after, left)
            with _keys_in(after / "keys"):
                total = merge(total, {"trials": 1} | _look(after, is_done="done" in at.told))
            shutil.rmtree(after)
    return total


@contextmanager
def _keys_in(folder: Path) -> Iterator[None]:
    backend = "keyring.backends.fail.Keyring"
    with mock.patch.dict(os.environ, {"WORKBOOK_KEYS": str(folder), "PYTHON_KEYRING_BACKEND": backend}):
        yield


def _look(after: Path, *, is_done: bool) -> Counts:
    data = after / "data"
    try:
        store = open_store(data)
    except WorkbookError:
        return {"unopened": 1}
    found: Counts = {"lost": int(any(len(store.read(log)) != N_ROWS for log in LOGS))}
    found["stuck"] = int(store.write([Entry("after", "cut", "note", b"")])[0].sequence != 1)
    store.close()
    new_id = key_id_of(data)
    first = _first_key(after)
    found["with_new" if new_id != first else "with_old"] = 1
    found["undone"] = int(is_done and new_id == first)
    if new_id != first:
        found["old_opens"] = int(_opens(data, bytes.fromhex((after / "keys" / f"{first}.key").read_text())))
    return found


def _first_key(after: Path) -> str:
    """The name of the key the store was made with: the one that a change has named a successor to, or the only one."""
    followed = [path.stem for path in (after / "keys").glob("*.successor")]
    return followed[0] if followed else key_id_of(after / "data")


def _opens(data: Path, key: bytes) -> bool:
    try:
        SqlCipherStore(data, key).close()
    except WrongKeyError:
        return False
    return True
