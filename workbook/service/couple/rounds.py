"""Deciding, opening and taking back: how two private decisions become a publication.

A decision lies in a *pending* log that nobody is shown, one row per grain up to the granted
one. Each act is one write that says what was seen of table and pending log: the second decision
puts both publications on the table and destroys what was pending, and taking back destroys what it
closes. So a crash leaves an act done or not begun, and of two at the same moment one is decided anew.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
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
    fold_table,
    publication_entry,
    read_fold,
    round_entry,
    table_log,
)
from workbook.service.formats.rows import publication_from_json, publication_to_json, read_row, write_row
from workbook.sharing import Grain, grains_up_to, open_round, publish, publishable
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due

DECISION = "decision"
PENDING = "pending"
MOVED = "moved"
_ORDER = tuple(Grain)


def pending_log(couple_id: str) -> str:
    """Return the name of a couple's pending log."""
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


@dataclass(frozen=True, slots=True)
class Rounds:
    """What is to be known of a couple's rounds in order to decide: their table, and all that is pending."""

    couple_id: str
    fold: Fold
    pending: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, couple_id: str, seen: Seen) -> "Rounds":
        """From the rows of `logs`."""
        return cls(couple_id, fold_table(seen[table_log(couple_id)]), _contents(seen[pending_log(couple_id)]))

    def over(self, is_over: Callable[[Mapping[str, Any]], bool]) -> dict[str, list[int]]:
        """Pending rows that are to be destroyed."""
        return {pending_log(self.couple_id): [row["sequence"] for row in self.pending if is_over(row)]}


def logs(couple_id: str) -> list[str]:
    """Return the logs on which every decision about a couple's rounds rests."""
    return [table_log(couple_id), pending_log(couple_id)]


def deciding(
    rounds: Rounds, decision: Decision, responses: pd.DataFrame, *, may_open: bool = True
) -> Writing:
    """Return what keeps a decision, sealed and pending; or opens the round, if both have decided now.

    Raises
    ------
    SharingError
        There is nothing answered to share, or the round is open already.
    """
    key: Round = (decision.instrument.id, decision.occasion)
    fold, person_id = rounds.fold, decision.drawer.person_id
    if fold.is_open(key):
        if _standing(decision.drawer, key, fold) is decision.grain:
            return Writing()
        raise SharingError(problem("errors.sharing.already_open"))
    own = decision.drawer.entries([_record(decision, fold.standing_round(key))])
    made = _pending_contents(decision, responses, fold.standing_round(key))
    others = [row for row in rounds.pending if row["person_id"] != person_id or _key(row) != key]
    people = standing_decisions([*others, *made], fold).get(key, {})
    if may_open and (opening := _opening_entries(rounds.couple_id, key, people)):
        return Writing([*own, *opening], rounds.over(lambda row: _key(row) == key))
    log = pending_log(rounds.couple_id)
    entries = [Entry(log, f"{row['decision']}/{row['grain']}", PENDING, write_row(row)) for row in made]
    outdone = rounds.over(lambda row: row["person_id"] == person_id and _key(row) == key)
    return Writing([*own, *(entries or [moved_entry(rounds.couple_id)])], outdone)


def withdrawing(rounds: Rounds, key: Round, drawer: Drawer | None) -> Writing:
    """Return what takes a round back for both, or one's own pending decision; it never says who did.

    ``drawer`` is None for the two together, who have none open.
    """
    fold, couple_id = rounds.fold, rounds.couple_id
    round = fold.standing_round(key)
    entries: list[Entry] = []
    gone: dict[str, list[int]] = {}
    if drawer is not None and _standing(drawer, key, fold) is not None:
        undone = {"instrument": key[0], "occasion": key[1], "round": round, "grain": None}
        entries += drawer.entries([Record(DECISION, uuid.uuid4().hex, undone)])
    if fold.is_open(key):
        entries += closing_entries(couple_id, key, round)
        gone = {table_log(couple_id): fold.publication_rows(key, round)}
    elif drawer is not None:
        entries.append(moved_entry(couple_id))
    if drawer is not None:
        gone |= rounds.over(lambda row: row["person_id"] == drawer.person_id and _key(row) == key)
    return Writing(entries, gone)


def closing_entries(couple_id: str, key: Round, round: int) -> list[Entry]:
    """Return the rows by which a round ends for both."""
    return [round_entry(couple_id, CLOSED, key, round), _audit(couple_id, CLOSED, key, round)]


def standing_decision(store: Store, couple_id: str, drawer: Drawer, key: Round) -> Grain | None:
    """One's own decision on the round that stands now; None when undecided, withdrawn or closed."""
    return _standing(drawer, key, read_fold(store, couple_id))


def settle(store: Store, couple_id: str) -> None:
    """Bring table and pending log into step, where an earlier version was cut short; harmless to repeat."""
    decide_where_due(store, logs(couple_id), lambda seen: settling(Rounds.of(couple_id, seen)))


def settling(rounds: Rounds) -> Writing:
    """Return what opens all that both have decided, and destroys what is over."""
    fold, couple_id = rounds.fold, rounds.couple_id
    decisions = standing_decisions(rounds.pending, fold)
    opening = {key: _opening_entries(couple_id, key, people) for key, people in decisions.items()}
    opened = {key for key, entries in opening.items() if entries}

    def is_over(row: Mapping[str, Any]) -> bool:
        key = _key(row)
        return key in opened or fold.is_open(key) or row["round"] < fold.standing_round(key)

    entries = [*_hollow_entries(couple_id, fold), *(entry for key in opened for entry in opening[key])]
    return Writing(entries, {table_log(couple_id): fold.left_behind()} | rounds.over(is_over))


def as_grain(grain: Grain) -> Grain:
    """Return a grain as it came from a page, if it is one.

    Raises
    ------
    SharingError
        It is none.
    """
    try:
        return Grain(grain)
    except ValueError:
        raise SharingError(problem("errors.events.not_allowed", field="grain")) from None


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


def _pending_contents(decision: Decision, responses: pd.DataFrame, round: int) -> list[dict[str, Any]]:
    """Return what is to wait: a row per grain up to the granted one, none for nothing."""
    if decision.grain is Grain.NOTHING:
        return []
    own = publishable(responses[responses["occasion"] == decision.occasion], decision.instrument)
    if not len(own):
        raise SharingError(problem("errors.sharing.nothing_answered"))
    decision_id = uuid.uuid4().hex
    made = []
    for grain in grains_up_to(decision.grain):
        snapshot = publish(
            own,
            grain,
            instrument=decision.instrument,
            couple_id=decision.couple_id,
            person_id=decision.drawer.person_id,
            occasion=decision.occasion,
            round=round,
        )
        made.append(publication_to_json(snapshot) | {"decision": decision_id})
    return made


def moved_entry(couple_id: str) -> Entry:
    """Return a row that says nothing, but that something was taken away: destroying alone moves no log's end.

    Whoever was just deciding from what was there has to look anew.
    """
    return Entry(pending_log(couple_id), uuid.uuid4().hex, MOVED, write_row({}))


def standing_decisions(
    pending: Sequence[Mapping[str, Any]], fold: Fold
) -> Mapping[Round, dict[str, Pending]]:
    """Return the latest decision of each person on each standing, unopened round."""
    found: dict[Round, dict[str, Pending]] = {}
    for row in pending:
        key = _key(row)
        if row["round"] != fold.standing_round(key) or fold.is_open(key):
            continue
        person = found.setdefault(key, {}).setdefault(row["person_id"], Pending())
        if person.decision != row["decision"]:
            person.decision, person.by_grain = row["decision"], {}
        if row["grain"] != Grain.NOTHING:
            person.by_grain[Grain(row["grain"])] = dict(row)
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
    """Return entries that close rounds left empty by restoring a backup taken before an erasure."""
    hollow = [
        (key, fold.standing_round(key))
        for key in fold.opened
        if fold.is_open(key) and not fold.publication_rows(key, fold.standing_round(key))
    ]
    return [round_entry(couple_id, CLOSED, key, round) for key, round in hollow]


def _audit(couple_id: str, what: str, key: Round, round: int) -> Entry:
    operation_id = f"{what}/{key[0]}/{key[1]}/{round}"
    return audit_entry(couple_id, operation_id, what, instrument=key[0], occasion=key[1], round=round)


def pending_rows(store: Store, couple_id: str) -> list[dict[str, Any]]:
    """Return what a couple's pending log holds, each with its ``sequence``."""
    return _contents(store.read(pending_log(couple_id)))


def _contents(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        read_row(row.payload) | {"sequence": row.sequence}
        for row in rows
        if row.payload is not None and row.kind == PENDING
    ]


def _key(row: Mapping[str, Any]) -> Round:
    return row["instrument"], row["occasion"]
