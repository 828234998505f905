"""Publications made when fewer items were held back, made anew: at start, before anybody reads one.

Each is replaced and destroyed by one write. A replacement is named after the row it replaces, so doing
it again writes nothing. A backup from before may bring the older rows back, since without them it would
hold neither: the start after restoring makes them anew.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from workbook.instruments.model import Instrument
from workbook.service.couple import rounds
from workbook.service.couple.rounds import Rounds
from workbook.service.couple.tables import PUBLICATION, Fold, table_log
from workbook.service.formats.rows import (
    is_outdated,
    publication_from_json,
    publication_to_json,
    read_row,
    renewed,
    write_row,
)
from workbook.service.studies.blob import research_log
from workbook.sharing import Grain, coarsen, open_round
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due

Instruments = Mapping[str, Instrument]
GIVEN = "given"
"""Kind of a copy given to a study before it had a key to seal it to."""


def renew_couple(store: Store, couple_id: str, instruments: Instruments) -> None:
    """Make anew what lies open between two, and what waits to; every decision stands as it was."""
    decide_where_due(store, rounds.logs(couple_id), partial(_renewing, couple_id, instruments))


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
    stands = Rounds.of(couple_id, seen)
    entries = _open_entries(couple_id, stands.fold, instruments) + _pending_entries(stands, instruments)
    replaced = {log: _replaced(seen[log], entries) for log in rounds.logs(couple_id)}
    pending = rounds.pending_log(couple_id)
    # What is left was outdone by a newer decision, and an earlier version was cut short before it was gone.
    left = [
        row["sequence"]
        for row in stands.pending
        if _is_outdated(row, instruments) and row["sequence"] not in replaced[pending]
    ]
    return Writing(entries, {pending: left}, replaced)


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


def _pending_entries(stands: Rounds, instruments: Instruments) -> list[Entry]:
    """Return each standing decision's rows, all made from the finest of them, which holds the most."""
    entries = []
    for people in rounds.standing_decisions(stands.pending, stands.fold).values():
        for person in people.values():
            if not any(_is_outdated(row, instruments) for row in person.by_grain.values()):
                continue
            finest = person.by_grain[max(person.by_grain, key=list(Grain).index)]
            publication = publication_from_json(renewed(finest, instruments))
            for grain, row in person.by_grain.items():
                content = publication_to_json(coarsen(publication, grain)) | {"decision": person.decision}
                log = rounds.pending_log(stands.couple_id)
                entries.append(_entry(log, row["sequence"], rounds.PENDING, content))
    return entries


def _is_outdated(row: Mapping[str, Any], instruments: Instruments) -> bool:
    """Tell whether a pending row holds something outdated; a row that grants nothing holds nothing."""
    return row["grain"] != Grain.NOTHING and is_outdated(row, instruments)


def _entry(log: str, replaces: int, kind: str, content: Any) -> Entry:
    return Entry(log, f"renewed/{replaces}", kind, write_row(content))


def _replaced(rows: Sequence[Row], entries: Sequence[Entry]) -> list[int]:
    """Sequences of living rows that one of these entries, or a row from before, takes the place of."""
    log = rows[0].log if rows else ""
    names = {row.operation_id for row in rows} | {entry.operation_id for entry in entries if entry.log == log}
    return [row.sequence for row in rows if row.payload is not None and f"renewed/{row.sequence}" in names]
