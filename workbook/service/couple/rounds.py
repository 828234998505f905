"""Deciding, opening and taking back: how two private decisions become a publication.

A decision lies in a *pending* log that nobody is shown, one row per grain up to the granted
one. When both have decided, `settle` puts both publications on the table in one append and
forgets all that was pending. Every step has a fixed operation id, so a crash between any two
of them is mended by settling again.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbook.errors import SharingError, problem
from workbook.instruments.model import Instrument
from workbook.service.couple.drawers import Drawer, Record
from workbook.service.couple.tables import (
    CLOSED,
    OPENED,
    Fold,
    Round,
    audit_entry,
    publication_entry,
    read_fold,
    round_entry,
    table_log,
)
from workbook.service.rows import publication_from_json, publication_to_json, read_row, write_row
from workbook.sharing import Grain, grains_up_to, open_round, publish, publishable
from workbook.storage.base import Entry, Store

DECISION = "decision"
PENDING = "pending"
_ORDER = tuple(Grain)


def pending_log(couple_id: str) -> str:
    """The name of a couple's pending log."""
    return f"pending/{couple_id}"


@dataclass(slots=True)
class Pending:
    """One person's standing decision on a round, and its rows by grain."""

    decision: str = ""
    by_grain: dict[Grain, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decides, with all that is needed to publish it."""

    drawer: Drawer
    couple_id: str
    instrument: Instrument
    occasion: str
    grain: Grain


def decide(store: Store, decision: Decision, responses: pd.DataFrame) -> None:
    """Keep a decision, sealed in the drawer and pending, then open the round if both have decided.

    Raises
    ------
    SharingError
        There is nothing answered to share, or the round is open already.
    """
    key: Round = (decision.instrument.id, decision.occasion)
    fold = settle(store, decision.couple_id)
    if fold.is_open(key):
        if _standing(decision.drawer, key, fold) is decision.grain:
            return
        raise SharingError(problem("errors.sharing.already_open"))
    entries = _pending_entries(decision, responses, fold.standing_round(key))
    own = _record(decision, fold.standing_round(key))
    written = store.append([*decision.drawer.entries([own]), *entries])
    _forget_superseded(store, decision, {row.sequence for row in written[1:]})
    settle(store, decision.couple_id)


def withdraw(store: Store, couple_id: str, key: Round, drawer: Drawer | None) -> None:
    """Take a round back for both, or one's own pending decision; never says who did.

    ``drawer`` is None for the two together, who have none open.
    """
    fold = settle(store, couple_id)
    round = fold.standing_round(key)
    entries: list[Entry] = []
    if drawer is not None and _standing(drawer, key, fold) is not None:
        undone = {"instrument": key[0], "occasion": key[1], "round": round, "grain": None}
        entries += drawer.entries([Record(DECISION, uuid.uuid4().hex, undone)])
    if fold.is_open(key):
        entries.append(round_entry(couple_id, CLOSED, key, round))
        entries.append(_audit(couple_id, CLOSED, key, round))
    elif drawer is not None:
        # In the same append as the drawer's row, so that a crash leaves both or neither.
        entries.append(_marker(couple_id, drawer.person_id, key, round))
    if entries:
        store.append(entries)
    if drawer is not None:
        _forget_pending(
            store, couple_id, lambda row: row["person_id"] == drawer.person_id and _key(row) == key
        )
    settle(store, couple_id)


def standing_decision(store: Store, couple_id: str, drawer: Drawer, key: Round) -> Grain | None:
    """One's own decision on the round that stands now; None when undecided, withdrawn or closed."""
    return _standing(drawer, key, read_fold(store, couple_id))


def settle(store: Store, couple_id: str) -> Fold:
    """Bring table and pending log into step; harmless to repeat. Gives the table's fold."""
    fold = read_fold(store, couple_id)
    due = _hollow_entries(couple_id, fold) + [
        entry
        for key, people in standing_decisions(store, couple_id, fold).items()
        for entry in _opening_entries(couple_id, key, people)
    ]
    if due:
        store.append(due)
        fold = read_fold(store, couple_id)
    left = fold.left_behind()
    if left:
        store.forget(table_log(couple_id), left)
        fold = read_fold(store, couple_id)
    _forget_pending(
        store, couple_id, lambda row: fold.is_open(_key(row)) or row["round"] < fold.standing_round(_key(row))
    )
    return fold


def as_grain(grain: Grain) -> Grain:
    """A grain as it came from a page, if it is one.

    Raises
    ------
    SharingError
        It is none.
    """
    try:
        return Grain(grain)
    except ValueError:
        raise SharingError(problem("errors.events.not_allowed", field="grain")) from None


def drop_pending(store: Store, couple_id: str, person_id: str | None = None) -> None:
    """Forget all that is pending of a couple, or of one of them."""
    _forget_pending(store, couple_id, lambda row: person_id is None or row["person_id"] == person_id)


def _standing(drawer: Drawer, key: Round, fold: Fold) -> Grain | None:
    for record in reversed(drawer.records()):
        about = record.payload
        if record.kind == DECISION and (about["instrument"], about["occasion"]) == key:
            is_current = about["round"] == fold.standing_round(key)
            return Grain(about["grain"]) if is_current and about["grain"] else None
    return None


def _record(decision: Decision, round: int) -> Record:
    about = {
        "instrument": decision.instrument.id,
        "occasion": decision.occasion,
        "round": round,
        "grain": decision.grain.value,
    }
    return Record(DECISION, uuid.uuid4().hex, about)


def _pending_entries(decision: Decision, responses: pd.DataFrame, round: int) -> list[Entry]:
    person_id, key = decision.drawer.person_id, (decision.instrument.id, decision.occasion)
    if decision.grain is Grain.NOTHING:
        return [_marker(decision.couple_id, person_id, key, round)]
    own = publishable(responses[responses["occasion"] == key[1]], decision.instrument)
    if not len(own):
        raise SharingError(problem("errors.sharing.nothing_answered"))
    decision_id = uuid.uuid4().hex
    entries = []
    for grain in grains_up_to(decision.grain):
        snapshot = publish(
            own,
            grain,
            instrument=decision.instrument,
            couple_id=decision.couple_id,
            person_id=person_id,
            occasion=decision.occasion,
            round=round,
        )
        content = publication_to_json(snapshot) | {"decision": decision_id}
        entries.append(
            Entry(pending_log(decision.couple_id), f"{decision_id}/{grain}", PENDING, write_row(content))
        )
    return entries


def _marker(couple_id: str, person_id: str, key: Round, round: int) -> Entry:
    """Nothing is granted: outdoes every earlier decision, even if a crash keeps its rows."""
    decision_id = uuid.uuid4().hex
    content = {
        "person_id": person_id,
        "instrument": key[0],
        "occasion": key[1],
        "round": round,
        "decision": decision_id,
    }
    return Entry(
        pending_log(couple_id), decision_id, PENDING, write_row(content | {"grain": Grain.NOTHING.value})
    )


def _forget_superseded(store: Store, decision: Decision, kept: set[int]) -> None:
    person_id, key = decision.drawer.person_id, (decision.instrument.id, decision.occasion)
    keep = kept if decision.grain is not Grain.NOTHING else set()
    _forget_pending(
        store,
        decision.couple_id,
        lambda row: row["person_id"] == person_id and _key(row) == key and row["sequence"] not in keep,
    )


def standing_decisions(store: Store, couple_id: str, fold: Fold) -> Mapping[Round, dict[str, Pending]]:
    """The latest decision of each person on each standing, unopened round."""
    found: dict[Round, dict[str, Pending]] = {}
    for row in pending_rows(store, couple_id):
        key = _key(row)
        if row["round"] != fold.standing_round(key) or fold.is_open(key):
            continue
        person = found.setdefault(key, {}).setdefault(row["person_id"], Pending())
        if person.decision != row["decision"]:
            person.decision, person.by_grain = row["decision"], {}
        if row["grain"] != Grain.NOTHING:
            person.by_grain[Grain(row["grain"])] = row
    return found


def _opening_entries(couple_id: str, key: Round, people: Mapping[str, Pending]) -> list[Entry]:
    granted = [person for person in people.values() if person.by_grain]
    if len(granted) != 2:
        return []
    lowest = min((max(person.by_grain, key=_ORDER.index) for person in granted), key=_ORDER.index)
    opened = open_round(*(publication_from_json(person.by_grain[lowest]) for person in granted))
    if opened is None:
        return []
    round = opened[0].round
    publications = sorted(opened, key=lambda publication: publication.person_id)
    return [
        *(publication_entry(publication) for publication in publications),
        round_entry(couple_id, OPENED, key, round),
        _audit(couple_id, OPENED, key, round),
    ]


def _hollow_entries(couple_id: str, fold: Fold) -> list[Entry]:
    """Close rounds that are open with nothing in them: a backup from before an erasure holds such."""
    hollow = [
        (key, fold.standing_round(key))
        for key in fold.opened
        if fold.is_open(key) and not fold.publication_rows(key, fold.standing_round(key))
    ]
    return [round_entry(couple_id, CLOSED, key, round) for key, round in hollow]


def _audit(couple_id: str, what: str, key: Round, round: int) -> Entry:
    operation_id = f"{what}/{key[0]}/{key[1]}/{round}"
    return audit_entry(couple_id, operation_id, what, instrument=key[0], occasion=key[1], round=round)


def pending_rows(store: Store, couple_id: str) -> Sequence[dict[str, Any]]:
    """What a couple's pending log holds, each with its ``sequence``."""
    rows = store.read(pending_log(couple_id))
    return [
        read_row(row.payload) | {"sequence": row.sequence}
        for row in rows
        if row.payload is not None and row.kind == PENDING
    ]


def _forget_pending(store: Store, couple_id: str, is_over: Any) -> None:
    over = [row["sequence"] for row in pending_rows(store, couple_id) if is_over(row)]
    if over:
        store.forget(pending_log(couple_id), over)


def _key(row: Mapping[str, Any]) -> Round:
    return row["instrument"], row["occasion"]
