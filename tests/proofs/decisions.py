"""Compare-and-append: a decision still holds when it is written, whoever else writes at the same moment.

Threads read, decide and write over the real store, as sittings do: they count (each adds one to
the last number), take one of two places, keep two logs from both being begun, and pass a note on,
of which one write destroys the older and adds the newer. No lock is held anywhere; each write says
what was seen. At times an acknowledged write is sent again as it was, as by a page that missed the acknowledgement.
"""

import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.errors import ConflictError
from workbook.storage.base import NOTHING, Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_and_write
from workbook.storage.sqlcipher import SqlCipherStore

N_THREADS, ATTEMPTS, PLACES = 6, 500, 2
BROKEN = ("lost_updates", "crowded", "skewed", "torn", "refused_retries", "failed")


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key.replace('_', ' ')}" for key in BROKEN if counts[key])
    of = f"{counts['trials']:,} decisions, {counts['conflicts']:,} of them taken anew"
    return f"{of}: {broken or '0 lost updates'}"


@proof(
    "decisions",
    bound="0 lost updates, 0 limits passed in ≥100,000 decisions of 6 at once, no lock held",
    full=100_000,
    short=400,
    portion=2_000,
    holds=lambda counts: counts["conflicts"] > 0 and not any(counts[key] for key in BROKEN),
    figure=_figure,
)
def decisions(size: int, seed: int) -> Counts:
    """Read, decide and write over the real store (compare-and-append)."""
    return _decide(size, seed, lambda folder: SqlCipherStore(folder, KEY))


@decisions.control(size=400, fails=lambda counts: counts["lost_updates"] > 0 < counts["crowded"])
def not_told_what_was_seen(size: int, seed: int) -> Counts:
    """A store that ignores expectations, as stores did before."""
    return _decide(size, seed, lambda folder: _Untold(folder, KEY))


@decisions.control(size=400, fails=lambda counts: counts["skewed"] > 0)
def looking_only_where_it_writes(size: int, seed: int) -> Counts:
    """A store that passes over logs that are only expected."""
    return _decide(size, seed, lambda folder: _OwnLogsOnly(folder, KEY))


@decisions.control(size=400, fails=lambda counts: counts["refused_retries"] > 0)
def judged_before_known(size: int, seed: int) -> Counts:
    """A store that takes its own first attempt for a conflict."""
    return _decide(size, seed, lambda folder: _Stern(folder, KEY))


class _Untold(SqlCipherStore):
    def write(
        self, entries: Sequence[Entry], *, expect: Mapping[str, int] = NOTHING, **gone: Mapping
    ) -> list[Row]:
        return super().write(entries, **gone)


class _OwnLogsOnly(SqlCipherStore):
    def write(
        self, entries: Sequence[Entry], *, expect: Mapping[str, int] = NOTHING, **gone: Mapping
    ) -> list[Row]:
        own = {entry.log for entry in entries}
        return super().write(
            entries, expect={log: seen for log, seen in expect.items() if log in own}, **gone
        )


class _Stern(SqlCipherStore):
    def write(
        self, entries: Sequence[Entry], *, expect: Mapping[str, int] = NOTHING, **gone: Mapping
    ) -> list[Row]:
        if any(self.heads([log])[log] != seen for log, seen in expect.items()):
            raise ConflictError("moved on")
        return super().write(entries, expect=expect, **gone)


class _Sitting:
    """One thread's decisions; what it was told of each is kept."""

    def __init__(self, store: Store, number: int, seed: int, arrivals: Iterator[int]) -> None:
        self.store, self.number, self.arrivals = store, number, arrivals
        self.chance = random.Random(f"{seed}/{number}")
        self.told: list[Row] = []
        self.n_calls = self.n_writes = self.n_refused_retries = self.n_torn = self.n_failed = 0

    def run(self, share: int) -> None:
        acts: list[Callable[[int], tuple[Iterable[str], Callable[[Seen], Writing]]]]
        acts = [self._count, self._count, self._take_place, self._begin_one, self._pass_on]
        for step in range(share):
            logs, decide = self.chance.choice(acts)(step)
            try:
                self._do(logs, decide, again=self.chance.random() < 0.2)
            except Exception:  # noqa: BLE001 - whatever it is, it is counted
                self.n_failed += 1

    def _do(self, logs: Iterable[str], decide: Callable[[Seen], Writing], *, again: bool) -> None:
        last: list[tuple[Writing, dict[str, int]]] = []

        def noted(seen: Seen) -> Writing:
            self.n_calls += 1
            last[:] = [(decide(seen), {log: len(rows) for log, rows in seen.items()})]
            return last[0][0]

        self.n_writes += 1
        rows = decide_and_write(self.store, logs, noted, attempts=ATTEMPTS)
        self.told += rows
        if again and rows:
            wanted, seen = last[0]
            try:
                same = self.store.write(
                    wanted.entries, expect=seen, forget=wanted.forget, superseded=wanted.superseded
                )
                self.n_refused_retries += [row.sequence for row in same] != [row.sequence for row in rows]
            except ConflictError:
                self.n_refused_retries += 1

    def _count(self, step: int) -> tuple[Iterable[str], Callable[[Seen], Writing]]:
        log = f"count/{self.chance.randrange(2)}"
        return [log], lambda seen: Writing([self._number(log, seen[log], step)])

    def _take_place(self, step: int) -> tuple[Iterable[str], Callable[[Seen], Writing]]:
        log = f"couple/{next(self.arrivals) // (2 * PLACES)}"  # twice as many come as may stay
        entry = Entry(log, f"{self.number}.{step}", "member", b"")
        return [log], lambda seen: Writing([entry] if len(seen[log]) < PLACES else ())

    def _begin_one(self, step: int) -> tuple[Iterable[str], Callable[[Seen], Writing]]:
        """Either of two logs, never both; who comes next begins the other one, and looks at the first only."""
        pair, side = divmod(next(self.arrivals), 2)
        own, other = (f"either/{pair}{one}" for one in ("ab" if side else "ba"))
        entry = Entry(own, f"{self.number}.{step}", "begun", b"")
        return [other], lambda seen: Writing([entry] if not seen[other] else ())

    def _pass_on(self, step: int) -> tuple[Iterable[str], Callable[[Seen], Writing]]:
        """One living row at any time: the newest."""

        def pass_on(seen: Seen) -> Writing:
            living = [row.sequence for row in seen["note"] if row.payload is not None]
            self.n_torn += living != [len(seen["note"])][: len(seen["note"])]
            return Writing(
                [Entry("note", f"{self.number}.{step}", "note", b"1")], superseded={"note": living}
            )

        return ["note"], pass_on

    def _number(self, log: str, rows: Sequence[Row], step: int) -> Entry:
        last = int(rows[-1].payload or b"0") if rows else 0
        return Entry(log, f"{self.number}.{step}", "number", b"%d" % (last + 1))


def _decide(size: int, seed: int, open_store: Callable[[Path], Store]) -> Counts:
    with scratch() as folder:
        store = open_store(folder)
        arrivals = count()
        sittings = [_Sitting(store, number, seed, arrivals) for number in range(N_THREADS)]
        share = -(-size // N_THREADS)
        threads = [threading.Thread(target=sitting.run, args=(share,)) for sitting in sittings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        store.close()
        again = SqlCipherStore(folder, KEY)
        kept = {log: again.read(log) for log in again.logs()}
        again.close()
    told = [row for sitting in sittings for row in sitting.told]
    return {
        "trials": sum(sitting.n_writes for sitting in sittings),
        "conflicts": sum(sitting.n_calls - sitting.n_writes for sitting in sittings),
        "refused_retries": sum(sitting.n_refused_retries for sitting in sittings),
        "torn": sum(sitting.n_torn for sitting in sittings),
        "failed": sum(sitting.n_failed for sitting in sittings),
    } | check_decisions(kept, told)


def check_decisions(kept: Mapping[str, Sequence[Row]], told: Sequence[Row]) -> Counts:
    """Hold what is kept against what its deciders were told, and against what may never be."""
    ids = {(row.log, row.operation_id) for rows in kept.values() for row in rows}
    numbers = [
        [int(row.payload or b"0") for row in rows] for log, rows in kept.items() if log[:6] == "count/"
    ]
    places = [len(rows) for log, rows in kept.items() if log[:7] == "couple/"]
    begun = {log for log in kept if log[:7] == "either/"}
    return {
        "lost_updates": sum(number != place for own in numbers for place, number in enumerate(own, start=1))
        + sum((row.log, row.operation_id) not in ids for row in told),
        "crowded": sum(n > PLACES for n in places),
        "skewed": sum(log[:-1] + "b" in begun for log in begun if log[-1] == "a"),
    }
