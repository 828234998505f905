"""Acknowledged means durable, II: many threads at once, and a checker that knows no store.

Threads append (some operations twice, from two threads at once), read and forget over the real
store. Each call is noted with when it began and ended; the history is then held against what
one log at a time would have given. Only calls that did not overlap are ordered.
"""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from tests.proofs import _history
from tests.proofs._history import Recorder, check_all
from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.storage.base import Entry, Row, Store
from workbook.storage.sqlcipher import SqlCipherStore

LOGS = ("drawer/p_a", "drawer/p_b", "table/c_1")
N_THREADS = 8
BROKEN = (*_history.BROKEN, "failed")


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key}" for key in BROKEN if counts[key])
    of = f"{counts['trials']:,} operations in {counts['n_histories']:,} histories"
    return f"{of}: {broken or 'all as one at a time'}"


@proof(
    "histories",
    bound="0 lost, 0 duplicated, gapless, monotone in ≥100,000 concurrent operations",
    full=100_000,
    short=1_000,
    portion=1_000,
    zero=BROKEN,
    figure=_figure,
)
def histories(size: int, seed: int) -> Counts:
    """Concurrent appends, reads and forgets over the real store."""
    return _history(size, seed, lambda folder: SqlCipherStore(folder, KEY))


@histories.control(size=400, fails=lambda counts: counts["stale"] > 0)
def acknowledged_before_the_commit(size: int, seed: int) -> Counts:
    """A store that answers first and writes a moment later."""
    return _history(size, seed, lambda folder: _Hasty(folder, KEY))


@histories.control(size=400, fails=lambda counts: counts["duplicated"] > 0)
def a_retry_is_a_new_row(size: int, seed: int) -> Counts:
    """A store that forgets which operations it has seen."""
    return _history(size, seed, lambda folder: _Twice(folder, KEY))


class _Hasty(SqlCipherStore):
    def write(self, entries: Sequence[Entry], **what: Any) -> list[Row]:
        if not entries:
            return super().write(entries, **what)
        later = threading.Timer(0.02, lambda: super(_Hasty, self).write(entries, **what))
        later.start()
        now = self.read(entries[0].log)
        return [
            Row(entry.log, len(now) + 1, entry.operation_id, entry.kind, entry.payload, None)
            for entry in entries
        ]

    def close(self) -> None:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
        super().close()


class _Twice(SqlCipherStore):
    _n = count()

    def write(self, entries: Sequence[Entry], **what: Any) -> list[Row]:
        named = [Entry(e.log, f"{e.operation_id}+{next(self._n)}", e.kind, e.payload) for e in entries]
        return super().write(named, **what)


def _history(size: int, seed: int, open_store: Callable[[Path], Store]) -> Counts:
    with scratch() as folder:
        store = open_store(folder)
        recorder = Recorder(store)
        share = -(-size // N_THREADS)
        failed = count()
        threads = [
            threading.Thread(target=_work, args=(recorder, number, share, seed, failed))
            for number in range(N_THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        store.close()
        again = SqlCipherStore(folder, KEY)
        last = {log: again.read(log) for log in LOGS}
        again.close()
    counts: Counts = {"trials": len(recorder.calls), "n_histories": 1, "failed": next(failed)}
    return counts | check_all(recorder.calls, last)


def _work(store: Store, number: int, share: int, seed: int, failed: Iterator[int]) -> None:
    chance = random.Random(f"{seed}/{number}")
    own: list[Row] = []
    for step in range(share):
        kind = chance.choices(["append", "again", "read", "forget"], [60, 15, 20, 5])[0]
        log = chance.choice(LOGS)
        try:
            if kind == "append" or not own:
                own += store.write([_note(log, f"{number}.{step}")])
            elif kind == "again":  # the same ids from every thread: what a page does that retries
                store.write([_note(log, f"shared.{step}")])
            elif kind == "read":
                store.read(log)
            else:
                row = own.pop(chance.randrange(len(own)))
                store.write((), forget={row.log: [row.sequence]})
        except Exception:  # noqa: BLE001 - whatever it is, it is counted
            next(failed)


def _note(log: str, operation_id: str) -> Entry:
    return Entry(log, operation_id, "note", operation_id.encode())
