"""Publications made when fewer items were held back, made anew: at start, before anybody reads one.

Each is replaced by one append and then destroyed. A replacement is named after the row it
replaces, so doing it again writes nothing, and a crash between the two leaves the newer row to
count and the older to be destroyed at the next start. A backup from before may bring the older
rows back, since without them it would hold neither: the start after restoring makes them anew.
"""

from collections.abc import Mapping
from typing import Any

from workbook.instruments.model import Instrument
from workbook.service.couple import rounds
from workbook.service.couple.tables import PUBLICATION, Fold, read_fold, table_log
from workbook.service.identity.directory import Directory
from workbook.service.rows import (
    is_outdated,
    publication_from_json,
    publication_to_json,
    read_row,
    renewed,
    write_row,
)
from workbook.service.studies import given
from workbook.sharing import Grain, coarsen, open_round
from workbook.storage.base import Entry, Store

Instruments = Mapping[str, Instrument]


def renew_all(store: Store, directory: Directory, instruments: Instruments) -> None:
    """Make anew what is outdated of every couple's table and decisions, and of every study copy."""
    for couple_id in directory.couples():
        renew_couple(store, couple_id, instruments)
        for account in directory.accounts_of(couple_id):
            renew_copy(store, account.person_id, instruments)


def renew_couple(store: Store, couple_id: str, instruments: Instruments) -> None:
    """Make anew what lies open between two, and what waits to; every decision stands as it was."""
    fold = read_fold(store, couple_id)
    entries = _open_entries(couple_id, fold, instruments)
    entries += _pending_entries(store, couple_id, fold, instruments)
    if entries:
        store.append(entries)
    for log in (table_log(couple_id), rounds.pending_log(couple_id)):
        _forget_replaced(store, log)
    # What is left was outdone by a newer decision, and a crash kept it.
    left = [
        row["sequence"] for row in rounds.pending_rows(store, couple_id) if _is_outdated(row, instruments)
    ]
    if left:
        store.forget(rounds.pending_log(couple_id), left)


def renew_copy(store: Store, person_id: str, instruments: Instruments) -> None:
    """Make anew what somebody gave a study; their choice and its term stay as they were."""
    log = given.research_log(person_id)
    rows = [row for row in store.read(log) if row.payload is not None]
    if rows and rows[-1].kind == given.GIVEN:
        content = read_row(rows[-1].payload or b"{}")
        if any(is_outdated(one, instruments) for one in content["publications"]):
            made = [renewed(one, instruments) for one in content["publications"]]
            content |= {"publications": made}
            store.append([_entry(log, rows[-1].sequence, given.GIVEN, content)])
    _forget_replaced(store, log)


def _open_entries(couple_id: str, fold: Fold, instruments: Instruments) -> list[Entry]:
    """Both parts of each open round: each facet still stands only where both hold a value."""
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


def _pending_entries(store: Store, couple_id: str, fold: Fold, instruments: Instruments) -> list[Entry]:
    """Each standing decision's rows, all made from the finest of them, which holds the most."""
    entries = []
    for people in rounds.standing_decisions(store, couple_id, fold).values():
        for person in people.values():
            if not any(_is_outdated(row, instruments) for row in person.by_grain.values()):
                continue
            finest = person.by_grain[max(person.by_grain, key=list(Grain).index)]
            publication = publication_from_json(renewed(finest, instruments))
            for grain, row in person.by_grain.items():
                content = publication_to_json(coarsen(publication, grain)) | {"decision": person.decision}
                log = rounds.pending_log(couple_id)
                entries.append(_entry(log, row["sequence"], rounds.PENDING, content))
    return entries


def _is_outdated(row: Mapping[str, Any], instruments: Instruments) -> bool:
    """Whether a pending row holds something, and that outdated; a row that grants nothing holds nothing."""
    return row["grain"] != Grain.NOTHING and is_outdated(row, instruments)


def _entry(log: str, replaces: int, kind: str, content: Any) -> Entry:
    return Entry(log, f"renewed/{replaces}", kind, write_row(content))


def _forget_replaced(store: Store, log: str) -> None:
    rows = store.read(log)
    names = {row.operation_id for row in rows}
    replaced = [
        row.sequence for row in rows if row.payload is not None and f"renewed/{row.sequence}" in names
    ]
    if replaced:
        store.forget(log, replaced, superseded=True)
