"""Acknowledged means durable, II: many threads at once, and a checker that knows no store.

Threads append (some operations twice, from two threads at once), read and forget over the real
store. Each call is noted with when it began and ended; the history is then held against what
one log at a time would have given. Only calls that did not overlap are ordered.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.storage.base import Entry, Row, Store
from workbook.storage.sqlcipher import SqlCipherStore

LOGS = ("drawer/p_a", "drawer/p_b", "table/c_1")
N_THREADS = 8
BROKEN = ("lost", "duplicated", "gaps", "stale", "unordered", "revived", "failed")


@dataclass(slots=True)
class _Call:
    kind: str
    log: str
    began: int
    ended: int
    operation_id: str = ""
    sequence: int = 0
    rows: list[tuple[str, bool]] = field(default_factory=list)  # (operation id, whether it holds something)


class _Recorder:
    """Notes calls; one counter that only goes up is the clock of all threads."""

    def __init__(self, store: Store) -> None:
        self.calls: list[_Call] = []
        self.n_failed = 0
        self._store = store
        self._clock = count()

    def append(self, log: str, operation_id: str) -> Row:
        began = next(self._clock)
        row = self._store.append([Entry(log, operation_id, "note", operation_id.encode())])[0]
        self.calls.append(_Call("append", log, began, next(self._clock), operation_id, row.sequence))
        return row

    def forget(self, row: Row) -> None:
        began = next(self._clock)
        self._store.forget(row.log, [row.sequence])
        self.calls.append(_Call("forget", row.log, began, next(self._clock), row.operation_id, row.sequence))

    def read(self, log: str) -> None:
        began = next(self._clock)
        rows = self._store.read(log)
        seen = [(row.operation_id, row.payload is not None) for row in rows]
        gapless = [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        self.calls.append(_Call("read", log, began, next(self._clock), sequence=int(gapless), rows=seen))


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
    def append(self, entries: list[Entry]) -> list[Row]:  # type: ignore[override]
        kept: list[Row] = []
        later = threading.Timer(0.02, lambda: kept.extend(super(_Hasty, self).append(entries)))
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

    def append(self, entries: list[Entry]) -> list[Row]:  # type: ignore[override]
        return super().append(
            [Entry(e.log, f"{e.operation_id}+{next(self._n)}", e.kind, e.payload) for e in entries]
        )


def _history(size: int, seed: int, open_store: Callable[[Path], Store]) -> Counts:
    with scratch() as folder:
        store = open_store(folder)
        recorder = _Recorder(store)
        share = -(-size // N_THREADS)
        threads = [
            threading.Thread(target=_work, args=(recorder, number, share, seed))
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
    counts: Counts = {"trials": len(recorder.calls), "n_histories": 1} | dict.fromkeys(BROKEN, 0)
    counts["failed"] = recorder.n_failed
    for log in LOGS:
        found = check_history([call for call in recorder.calls if call.log == log], last[log])
        for key, value in found.items():
            counts[key] += value
    return counts


def _work(recorder: _Recorder, number: int, share: int, seed: int) -> None:
    chance = random.Random(f"{seed}/{number}")
    own: list[Row] = []
    for step in range(share):
        kind = chance.choices(["append", "again", "read", "forget"], [60, 15, 20, 5])[0]
        log = chance.choice(LOGS)
        try:
            if kind == "append" or not own:
                own.append(recorder.append(log, f"{number}.{step}"))
            elif kind == "again":  # the same ids from every thread: what a page does that retries
                recorder.append(log, f"shared.{step}")
            elif kind == "read":
                recorder.read(log)
            else:
                recorder.forget(own.pop(chance.randrange(len(own))))
        except Exception:  # noqa: BLE001 - whatever it is, it is counted
            recorder.n_failed += 1


def check_history(calls: list[_Call], last: list[Row]) -> Counts:
    """Hold the calls on one log against the log at the end."""
    appends = [call for call in calls if call.kind == "append"]
    reads = sorted((call for call in calls if call.kind == "read"), key=lambda call: call.began)
    forgets = [call for call in calls if call.kind == "forget"]
    at = {row.operation_id.split("+")[0]: row for row in last}
    n_of = Counter(row.operation_id.split("+")[0] for row in last)
    return {
        "lost": sum(call.operation_id not in at for call in appends),
        "duplicated": sum(n - 1 for n in n_of.values())
        + sum(
            call.operation_id in at and at[call.operation_id].sequence != call.sequence for call in appends
        ),
        "gaps": sum(row.sequence != place for place, row in enumerate(last, start=1))
        + sum(not call.sequence for call in reads),
        "stale": sum(_n_missing(read, appends) for read in reads) + _n_shrinking(reads),
        "unordered": _n_unordered(appends),
        "revived": sum(_n_revived(read, forgets) for read in reads)
        + sum(at[call.operation_id].payload is not None for call in forgets if call.operation_id in at),
    }


def _n_missing(read: _Call, appends: list[_Call]) -> int:
    seen = {operation_id.split("+")[0] for operation_id, _ in read.rows}
    return sum(call.ended < read.began and call.operation_id not in seen for call in appends)


def _n_shrinking(reads: list[_Call]) -> int:
    """Reads that give less than one that had ended before they began."""
    longest_ended: list[tuple[int, int]] = sorted((call.ended, len(call.rows)) for call in reads)
    broken = most = position = 0
    for call in reads:
        while position < len(longest_ended) and longest_ended[position][0] < call.began:
            most = max(most, longest_ended[position][1])
            position += 1
        broken += len(call.rows) < most
    return broken


def _n_unordered(appends: list[_Call]) -> int:
    """Appends with a smaller sequence than a first append that had ended before they began."""
    first: dict[str, _Call] = {}
    for call in sorted(appends, key=lambda call: call.ended):
        first.setdefault(call.operation_id, call)
    began: dict[str, int] = {}
    for call in appends:
        began[call.operation_id] = min(call.began, began.get(call.operation_id, call.began))
    ended = sorted(first.values(), key=lambda call: call.ended)
    starts = sorted(first.values(), key=lambda call: began[call.operation_id])
    broken = most = position = 0
    for call in starts:
        while position < len(ended) and ended[position].ended < began[call.operation_id]:
            most = max(most, ended[position].sequence)
            position += 1
        broken += call.sequence <= most
    return broken


def _n_revived(read: _Call, forgets: list[_Call]) -> int:
    holds = {operation_id for operation_id, is_there in read.rows if is_there}
    return sum(call.ended < read.began and call.operation_id in holds for call in forgets)
