"""Publications made when fewer items were held back, made anew: at start, before anybody reads one.

What waits in a cell is made anew by `workbook.service.couple.waiting`.

Each is replaced and destroyed by one write. A replacement is named after the row it replaces, so doing
it again writes nothing. A backup from before may bring the older rows back, since without them it would
hold neither: the start after restoring makes them anew.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from workbook.instruments.model import Instrument
from workbook.service.couple.tables import PUBLICATION, Fold, fold_table, table_log
from workbook.service.couple.waiting import pending_log
from workbook.service.formats.publications import publication_from_json, publication_to_json
from workbook.service.formats.rows import (
    is_outdated,
    read_row,
    renewed,
    write_row,
)
from workbook.service.studies.blob import research_log
from workbook.sharing import Grain, open_round
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due

Instruments = Mapping[str, Instrument]
GIVEN = "given"
"""Kind of a copy given to a study before it had a key to seal it to."""


def renew_couple(store: Store, couple_id: str, instruments: Instruments) -> None:
    """Make anew what lies open between two, and what waits in a log; every decision stands as it was."""
    logs = [table_log(couple_id), pending_log(couple_id)]
    decide_where_due(store, logs, partial(_renewing, couple_id, instruments))


def renew_copy(store: Store, person_id: str, instruments: Instruments) -> None:
    """Make anew what somebody gave a study before it had a key; their choice and its term stay as they were.

    A sealed copy is made anew in its giver's next sitting, and by its researcher on reading.
    """
    log = research_log(person_id)

    def renewing(seen: Seen) -> Writing:
        rows = [row for row in seen[log] if row.payload is not None]
        entries = []
        if rows and rows[-1].kind == GIVEN:
            content = read_row(rows[-1].payload or b"{}")
            if any(is_outdated(one, instruments) for one in content["publications"]):
                made = [renewed(one, instruments) for one in content["publications"]]
                entries = [_entry(log, rows[-1].sequence, GIVEN, content | {"publications": made})]
        return Writing(entries, superseded={log: _replaced(seen[log], entries)})

    decide_where_due(store, [log], renewing)


def _renewing(couple_id: str, instruments: Instruments, seen: Seen) -> Writing:
    entries = _open_entries(couple_id, fold_table(seen[table_log(couple_id)]), instruments)
    standing, outdone = _waiting(seen[pending_log(couple_id)])
    entries += _waiting_entries(standing, instruments)
    replaced = {log: set(_replaced(rows, entries)) for log, rows in seen.items()}
    left = {row.sequence for row in outdone} - replaced[pending_log(couple_id)]
    return Writing(entries, {pending_log(couple_id): left}, replaced)


def _waiting(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows of decisions that wait still as an earlier version left them, and those they outdid.

    A version of before was cut short before what was outdone was gone.
    """
    living = [row for row in rows if row.payload is not None and row.kind == "pending"]
    contents = {row.sequence: read_row(row.payload or b"{}") for row in living}
    newest = {_whose(contents[row.sequence]): contents[row.sequence]["decision"] for row in living}
    stands = [newest[_whose(contents[row.sequence])] == contents[row.sequence]["decision"] for row in living]
    return (
        [row for row, is_standing in zip(living, stands, strict=True) if is_standing],
        [row for row, is_standing in zip(living, stands, strict=True) if not is_standing],
    )


def _whose(content: Mapping[str, Any]) -> tuple[str, str, str]:
    return content["person_id"], content["instrument"], content["occasion"]


def _open_entries(couple_id: str, fold: Fold, instruments: Instruments) -> list[Entry]:
    """Return both parts of each open round: each facet still stands only where both hold a value."""
    entries = []
    for key in fold.opened:
        laid = fold.publications.get((*key, fold.standing_round(key)), [])
        if not fold.is_open(key) or not any(is_outdated(content, instruments) for _, content in laid):
            continue
        made = [publication_from_json(renewed(content, instruments)) for _, content in laid]
        both = open_round(*made) if len(made) == 2 else None
        for (sequence, _), publication in zip(laid, both or made, strict=True):
            content = publication_to_json(publication)
            entries.append(_entry(table_log(couple_id), sequence, PUBLICATION, content))
    return entries


def _waiting_entries(rows: Sequence[Row], instruments: Instruments) -> list[Entry]:
    """Return what waits still as an earlier version left it, each row made anew by itself."""
    contents = [(row, read_row(row.payload or b"{}")) for row in rows]
    return [
        _entry(row.log, row.sequence, row.kind, dict(content) | renewed(content, instruments))
        for row, content in contents
        if content["grain"] != Grain.NOTHING and is_outdated(content, instruments)
    ]


def _entry(log: str, replaces: int, kind: str, content: Any) -> Entry:
    return Entry(log, f"renewed/{replaces}", kind, write_row(content))


def _replaced(rows: Sequence[Row], entries: Sequence[Entry]) -> list[int]:
    """Sequences of living rows that one of these entries, or a row from before, takes the place of."""
    log = rows[0].log if rows else ""
    names = {row.operation_id for row in rows} | {entry.operation_id for entry in entries if entry.log == log}
    return [row.sequence for row in rows if row.payload is not None and f"renewed/{row.sequence}" in names]
