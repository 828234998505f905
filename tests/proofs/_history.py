"""Record every call on a store, and check linearizability log by log.

The checker knows no store: only which calls had ended before others began.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from tests.proofs.harness import Counts
from workbook.storage.base import NOTHING, Cell, Entry, Row, Store

BROKEN = ("lost", "duplicated", "gaps", "stale", "unordered", "revived")


@dataclass(slots=True)
class Call:
    """One call on one log: when it began and ended, and what it was about."""

    kind: str
    log: str
    began: int
    ended: int
    operation_id: str = ""
    sequence: int = 0
    rows: list[tuple[str, bool]] = field(default_factory=list)  # (operation id, whether it holds something)


class Recorder(Store):
    """Passes every call on to a store and notes it; one counter that only goes up is the clock of all threads."""

    def __init__(self, store: Store) -> None:
        self.calls: list[Call] = []
        self.store = store
        self._clock = count()

    def write(
        self,
        entries: Sequence[Entry],
        *,
        expect: Mapping[str, int] = NOTHING,
        forget: Mapping[str, Iterable[int]] = NOTHING,
        superseded: Mapping[str, Iterable[int]] = NOTHING,
        cells: Mapping[str, bytes | None] = NOTHING,
        seen: Mapping[str, bytes] = NOTHING,
    ) -> list[Row]:
        began = next(self._clock)
        rows = self.store.write(
            entries, expect=expect, forget=forget, superseded=superseded, cells=cells, seen=seen
        )
        ended = next(self._clock)
        self.calls += [
            Call("append", row.log, began, ended, row.operation_id, row.sequence)
            for row in rows
            if row.payload is not None  # else a retry of what was destroyed since
        ]
        self.calls += [
            Call("forget", log, began, ended, sequence=sequence)
            for named in (forget, superseded)
            for log, sequences in named.items()
            for sequence in sequences
        ]
        return rows

    def read(self, log: str, after: int = 0) -> list[Row]:
        began = next(self._clock)
        rows = self.store.read(log, after)
        if not after:
            seen = [(row.operation_id, row.payload is not None) for row in rows]
            gapless = [row.sequence for row in rows] == list(range(1, len(rows) + 1))
            self.calls.append(Call("read", log, began, next(self._clock), sequence=int(gapless), rows=seen))
        return rows

    def heads(self, logs: Iterable[str]) -> dict[str, int]:
        return self.store.heads(logs)

    def read_cell(self, name: str) -> Cell:
        return self.store.read_cell(name)

    def cells(self, prefix: str = "") -> list[str]:
        return self.store.cells(prefix)

    def settle_down(self) -> None:
        self.store.settle_down()

    def logs(self, prefix: str = "") -> list[str]:
        return self.store.logs(prefix)

    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        return self.store.watch(log, notify)

    def drop_set_aside(self) -> None:
        self.store.drop_set_aside()

    def mark_ended(self, name: str) -> None:
        self.store.mark_ended(name)

    def ended_among(self, names: Iterable[str]) -> set[str]:
        return self.store.ended_among(names)

    def close(self) -> None:
        self.store.close()


def check_all(calls: Sequence[Call], last: Mapping[str, Sequence[Row]]) -> Counts:
    """Hold the calls on all logs against each log at the end."""
    by_log: dict[str, list[Call]] = {log: [] for log in last}
    for call in calls:
        by_log.setdefault(call.log, []).append(call)
    counts: Counts = dict.fromkeys(BROKEN, 0)
    for log, own in by_log.items():
        for key, value in check_history(own, last.get(log, [])).items():
            counts[key] += value
    return counts


def check_history(calls: Sequence[Call], last: Sequence[Row]) -> Counts:
    """Hold the calls on one log against the log at the end."""
    appends = [call for call in calls if call.kind == "append"]
    reads = sorted((call for call in calls if call.kind == "read"), key=lambda call: call.began)
    names = {row.sequence: row.operation_id for row in last}
    forgets = [
        replace(call, operation_id=names[call.sequence])
        for call in calls
        if call.kind == "forget" and call.sequence in names
    ]
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


def _n_missing(read: Call, appends: list[Call]) -> int:
    seen = {operation_id.split("+")[0] for operation_id, _ in read.rows}
    return sum(call.ended < read.began and call.operation_id not in seen for call in appends)


def _n_shrinking(reads: list[Call]) -> int:
    """Count reads that return less than an earlier read that had already ended."""
    longest_ended: list[tuple[int, int]] = sorted((call.ended, len(call.rows)) for call in reads)
    broken = most = position = 0
    for call in reads:
        while position < len(longest_ended) and longest_ended[position][0] < call.began:
            most = max(most, longest_ended[position][1])
            position += 1
        broken += len(call.rows) < most
    return broken


def _n_unordered(appends: list[Call]) -> int:
    """Count appends with a smaller sequence than one that had ended before they began."""
    first: dict[str, Call] = {}
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


def _n_revived(read: Call, forgets: list[Call]) -> int:
    holds = {operation_id for operation_id, is_there in read.rows if is_there}
    return sum(call.ended < read.began and call.operation_id in holds for call in forgets)
