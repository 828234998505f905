"""A full disk: a clear error, no acknowledged row lost, and the store recovers once there is room.

Where this process may mount one, the disk is a real one of a few hundred kilobytes in memory, filled
by the store itself or by a file beside it at a random moment; elsewhere a limit on the size of files
stands in for it.
"""

import os
import random
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.errors import StorageError
from workbook.storage import transaction
from workbook.storage.base import Entry
from workbook.storage.sqlcipher import SqlCipherStore

BROKEN = ("lost", "halves", "unclear", "stuck", "unopened")
LOGS = ("drawer/p_a", "table/c_1")


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key}" for key in BROKEN if counts[key])
    of = f"{counts['acknowledged']:,} acknowledged, {counts['n_refused']:,} refused"
    return f"{of} on {counts['trials']:,} disks: {broken or '0 lost'}"


@proof(
    "full-disks",
    bound="0 acknowledged lost, each refusal says it was not saved, ≥200 full disks",
    full=200,
    short=4,
    portion=20,
    holds=lambda counts: counts["n_refused"] > 0 and not any(counts[key] for key in BROKEN),
    figure=_figure,
)
def full_disks(size: int, seed: int) -> Counts:
    """Fill ``size`` disks, make room, and go on."""
    return _fill(size, seed, store_class=SqlCipherStore)


@full_disks.control(size=2, fails=lambda counts: counts["lost"] > 0)
def refusals_swallowed(size: int, seed: int) -> Counts:
    """A store that takes a full disk for success."""
    return _fill(size, seed, store_class=_Hopeful)


class _Hopeful(SqlCipherStore):
    def write(self, entries: Sequence[Entry], **what: Any) -> list:
        try:
            return super().write(entries, **what)
        except StorageError:
            return []


@proof(
    "clocks",
    bound="order, and every row, survive ≥1,000 clock jumps (years, back, the hour of daylight saving)",
    full=1_000,
    short=60,
    portion=250,
    zero=("out_of_order", "lost", "unopened"),
)
def clocks(size: int, seed: int) -> Counts:
    """Append under a clock that jumps before each row, then open again under another."""
    return _jump(size, seed, by_clock=False)


@clocks.control(size=60, fails=lambda counts: counts["out_of_order"] > 0)
def ordered_by_the_clock(size: int, seed: int) -> Counts:
    """What a reader would see who trusted the times."""
    return _jump(size, seed, by_clock=True)


def _fill(size: int, seed: int, *, store_class: type[SqlCipherStore]) -> Counts:
    chance = random.Random(seed)
    counts: Counts = {"trials": 0, "acknowledged": 0, "n_refused": 0} | dict.fromkeys(BROKEN, 0)
    for _ in range(size):
        with scratch() as folder, _small_disk(folder, chance) as (disk, make_room):
            _write_until_full(disk, chance, counts, make_room, store_class)
        counts["trials"] += 1
    return counts


def _write_until_full(
    disk: Path,
    chance: random.Random,
    counts: Counts,
    make_room: Callable[[], object],
    store_class: type[SqlCipherStore],
) -> None:
    store = store_class(disk, KEY)
    kept, n_refused, number = 0, 0, 0
    while n_refused < 5 and number < 3_000:
        number += 1
        try:
            _append(store, number, chance.randint(1, 6_000))
            kept += 1
        except StorageError as error:
            n_refused += 1
            counts["unclear"] += "not saved" not in str(error)
        if isinstance(store, _Hopeful) and number > 200:
            break
    make_room()
    counts["acknowledged"] += 2 * kept
    counts["n_refused"] += n_refused
    try:
        _append(store, number + 1, 10)
    except StorageError:
        counts["stuck"] += 1
    store.close()
    try:
        store = SqlCipherStore(disk, KEY)
    except StorageError:
        counts["unopened"] += 1
        return
    lengths = [len(store.read(log)) for log in LOGS]
    store.close()
    counts["halves"] += lengths[0] != lengths[1]
    counts["lost"] += max(0, kept - lengths[0])


def _append(store: SqlCipherStore, number: int, length: int) -> None:
    store.write(
        [Entry(LOGS[0], str(number), "note", bytes(length)), Entry(LOGS[1], str(number), "note", b"y")]
    )


@contextmanager
def _small_disk(folder: Path, chance: random.Random) -> Iterator:
    disk = folder / "disk"
    disk.mkdir(mode=0o700)
    n_kib = chance.randint(300, 900)
    command = ["mount", "-t", "tmpfs", "-o", f"size={n_kib}k,mode=0700", "tmpfs", str(disk)]
    if shutil.which("mount") and subprocess.run(command, capture_output=True, check=False).returncode == 0:
        try:
            yield disk, lambda: subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)
        return
    earlier = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_kib * 512, limits[1]))
    try:
        yield disk, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, earlier)


def _jump(size: int, seed: int, *, by_clock: bool) -> Counts:
    chance = random.Random(seed)
    counts: Counts = {"trials": 0, "out_of_order": 0, "lost": 0, "unopened": 0}
    hour = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)  # daylight saving ends in much of Europe
    with (
        scratch() as folder,
        mock.patch.object(transaction, "datetime") as clock,
        mock.patch.dict(os.environ),
    ):
        for part in range(0, size, 20):
            os.environ["TZ"] = chance.choice(["Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"])
            store = SqlCipherStore(folder, KEY)
            for number in range(part, min(part + 20, size)):
                days, seconds = (
                    chance.choice([0, chance.randint(-9_000, 9_000)]),
                    chance.randint(-4_000, 4_000),
                )
                clock.now.return_value = hour + timedelta(days=days, seconds=seconds)
                store.write([Entry("a", str(number), "note", b"")])
                counts["trials"] += 1
            rows = store.read("a")
            store.close()
            if by_clock:
                rows.sort(key=lambda row: row.at)
            counts["lost"] += len(rows) != part + min(20, size - part)
            counts["out_of_order"] += [row.operation_id for row in rows] != [str(n) for n in range(len(rows))]
    return counts
