"""Check a store after a crash against what its process had acknowledged."""

import json
from collections.abc import Iterable
from pathlib import Path

from tests.proofs._writing import KEY, LOGS, entries_of, payload_of
from tests.proofs.harness import Counts
from workbook.errors import WorkbookError
from workbook.storage.base import Entry, Row
from workbook.storage.sqlcipher import SqlCipherStore

BROKEN = ("lost", "unopened", "halves", "wrong", "unforgotten", "stuck")


def check_after_crash(folder: Path, told: Iterable[str]) -> Counts:
    """Open a store after a crash and compare it with what was acknowledged.

    Returns
    -------
    Counts
        ``acknowledged`` entries told; of them ``lost``; ``unopened`` stores; ``halves`` of batches, or of
        replacements (a row gone whose successor is not there, or the other way round);
        ``wrong`` rows (a payload or kind nobody wrote, or out of order); ``unforgotten`` payloads
        whose destruction was told; ``stuck`` stores that take nothing any more.
    """
    facts = [json.loads(line) for line in told]
    kept = [entry for fact in facts if "batch" in fact for entry in entries_of(fact["batch"])]
    counts: Counts = {"acknowledged": len(kept), **dict.fromkeys(BROKEN, 0)}
    try:
        store = SqlCipherStore(folder, KEY)
    except WorkbookError:
        return counts | {"unopened": 1, "lost": len(kept)}
    try:
        rows = {(row.log, row.operation_id): row for log in LOGS for row in store.read(log)}
        counts |= _compare(rows, kept, facts)
        counts["stuck"] = int(store.write([Entry("after", "crash", "note", b"")])[0].sequence != 1)
    except WorkbookError:
        counts |= {"unopened": 1, "lost": len(kept)}
    finally:
        store.close()
    return counts


def _compare(rows: dict[tuple[str, str], Row], kept: list[Entry], facts: list[dict]) -> Counts:
    going = {tuple(fact["forgetting"]) for fact in facts if "forgetting" in fact}
    replaced = [(tuple(fact["replacing"]), fact["by"]) for fact in facts if "replacing" in fact]
    going |= {older for older, _ in replaced}
    gone = {tuple(fact["forgotten"]) for fact in facts if "forgotten" in fact}
    batches = {name.rsplit("-", 1)[0] for _, name in rows}
    return {
        "lost": sum((entry.log, entry.operation_id) not in rows for entry in kept),
        "halves": sum(
            (entry.log, entry.operation_id) not in rows for batch in batches for entry in entries_of(batch)
        )
        + sum((older in rows and rows[older].payload is None) != (by in batches) for older, by in replaced),
        "wrong": sum(_is_wrong(row, going) for row in rows.values()) + _disorder(rows.values()),
        "unforgotten": sum(key in rows and rows[key].payload is not None for key in gone),
    }


def _is_wrong(row: Row, going: set[tuple[str, ...]]) -> bool:
    if row.payload is None:
        return (row.log, row.operation_id) not in going
    return row.payload != payload_of(row.operation_id) or row.kind != "note"


def _disorder(rows: Iterable[Row]) -> int:
    """Rows that break a writer's own order, or leave a gap: each log is closed under "before"."""
    last: dict[tuple[str, str], int] = {}
    n_of: dict[str, int] = {}
    broken = 0
    for row in rows:
        writer, number = row.operation_id.split("-")[:2]
        n_of[row.log] = n_of.get(row.log, 0) + 1
        broken += row.sequence != n_of[row.log] or int(number) < last.get((row.log, writer), -1)
        last[row.log, writer] = int(number)
    return broken
