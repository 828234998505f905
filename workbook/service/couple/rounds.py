"""Deciding, opening and taking back: how two private decisions become a publication.

A decision waits where nobody is shown it (`waiting`), at the grain it grants. Each act is one write that says
what was seen of the table and of what waits: the second decision puts both publications on the table and
destroys what waited, and taking back destroys what it closes. So a crash leaves an act done or not begun, and
of two at the same moment one is decided anew. Until a round opens, an act asks the store for the same, and
writes to the same places, whatever the other has decided.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbook.content.first_look import first_look
from workbook.errors import SharingError, problem
from workbook.instruments.model import FIRST, Instrument
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.editions import asked_on
from workbook.service.couple.held_back import (
    chosen_of,
    last_decision,
    left_out,
    noted,
    remembered,
    shown_by,
    stands,
)
from workbook.service.couple.own_needs import own_needs_in
from workbook.service.couple.records import DECISION, Record, since_left
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
from workbook.service.couple.waiting import Waiting, n_restored
from workbook.service.couple.weeks import (
    as_kept,
    earlier_lines,
    is_line_chosen,
    line_before,
    scores_in,
    week_days,
)
from workbook.service.formats.publications import publication_from_json, publication_to_json
from workbook.service.formats.rows import renewed
from workbook.service.formats.values import HeldBack
from workbook.sharing import WEEKS, Grain, grains_for, open_round, publish, publish_weeks, publishable
from workbook.storage.base import Entry, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due
from workbook.withheld import Answered


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decides, with all that is needed to publish it.

    ``held_back`` are items whose answers are left out; None leaves it at those that were chosen last.
    """

    drawer: Drawer
    couple_id: str
    instrument: Instrument
    occasion: str
    grain: Grain
    held_back: Collection[str] | None = None


def deciding(
    fold: Fold, waiting: Waiting, decision: Decision, responses: pd.DataFrame, *, may_open: bool = True
) -> Writing:
    """Return what keeps a decision, sealed, where it waits; or opens the round, if both have decided now.

    The other's cell is looked at only to show something.

    Raises
    ------
    SharingError
        There is nothing answered to share, all of it is held back, the round is open already, or the grain
        is finer than that of a line.
    """
    if decision.occasion == WEEKS and decision.grain not in (Grain.NOTHING, Grain.SCORES):
        raise SharingError(problem("errors.events.not_allowed", field="grain"))
    key: Round = (decision.instrument.id, decision.occasion)
    n = n_restored(waiting.couple)
    version = decision.instrument.version
    is_newer_line = fold.is_open(key) and decision.occasion == WEEKS  # it takes the place of the open one
    if fold.is_open(key) and not is_newer_line:
        is_standing = _standing(decision.drawer, key, fold, n, version) is decision.grain
        if is_standing and stands(last_decision(decision.drawer, key), decision.grain, decision.held_back):
            return Writing()
        raise SharingError(problem("errors.sharing.already_open"))
    round = fold.standing_round(key) + is_newer_line
    record, made = _made(decision, responses, fold, round, n)
    gone = earlier_lines(decision.drawer, key)
    if made is None or not may_open:
        return waiting.changing(key, made, [record], instead_of=gone)
    others = waiting.others()
    theirs = waiting.find(others, key, round)
    if theirs is not None and _version_of(theirs) == version:
        both = [made, renewed(theirs, {decision.instrument.id: decision.instrument})]
        opening = Writing(_opening_entries(decision.couple_id, key, round, both))
        if is_newer_line:
            opening = Writing.of(_replaced(decision.couple_id, fold, key), opening)
        return Writing.of(opening, waiting.opened(others, key, [record], instead_of=gone))
    looked = Writing(seen={cell.name: cell.stamp for cell in others})
    return Writing.of(waiting.changing(key, made, [record], instead_of=gone), looked)


def withdrawing(
    couple_id: str, fold: Fold, waiting: Waiting, key: Round, *, is_over: bool = False
) -> Writing:
    """Return what takes a round back for both, or one's own waiting decision; it never says who did.

    Two together have no drawer, and so nothing that waits; nor has anybody once it ``is_over`` between two.
    """
    round, drawer = fold.standing_round(key), waiting.drawer
    closing = Writing()
    if fold.is_open(key):
        gone = {table_log(couple_id): fold.publication_rows(key, round)}
        closing = Writing(closing_entries(couple_id, key, round), gone)
    if drawer is None or is_over:
        return closing
    n = n_restored(waiting.couple)
    about = {"instrument": key[0], "occasion": key[1], "round": round, "grain": None, "restored": n}
    is_decided = _standing(drawer, key, fold, n, "") is not None or is_line_chosen(drawer, key)
    about |= noted(remembered(drawer, key, fold)) | line_before(drawer, key) if is_decided else {}
    undone = [Record(DECISION, uuid.uuid4().hex, about)] if is_decided else []
    outdone = earlier_lines(drawer, key) if is_decided else []
    return Writing.of(closing, waiting.changing(key, None, undone, instead_of=outdone))


def closing_entries(couple_id: str, key: Round, round: int) -> list[Entry]:
    """Return the rows by which a round ends for both."""
    return [round_entry(couple_id, CLOSED, key, round), _audit(couple_id, CLOSED, key, round)]


def standing_decision(store: Store, couple_id: str, drawer: Drawer, key: Round, version: str) -> Grain | None:
    """One's own decision on the round that stands now; None when undecided, withdrawn or closed.

    One about another ``version`` of the questions than is asked in it counts only where it opened the round.
    """
    return _standing(drawer, key, read_fold(store, couple_id), n_restored(store), version)


def standing_decisions(
    store: Store, drawer: Drawer, fold: Fold, instruments: Mapping[str, Instrument], asked_from: int
) -> dict[Round, Grain]:
    """Return all of one's own decisions that stand, each as `standing_decision` finds it."""
    last: dict[Round, Record] = {}
    for record in since_left(drawer.records()):
        if record.kind == DECISION:
            last[record.payload["instrument"], record.payload["occasion"]] = record
    n = n_restored(store)
    found: dict[Round, Grain] = {}
    for key, record in last.items():
        asked = asked_on(instruments, key[1], asked_from).get(key[0])
        grain = None if asked is None or asked.is_private else _stands(record, key, fold, n, asked.version)
        if grain is not None:
            found[key] = grain
    return found


def held_back(store: Store, couple_id: str, drawer: Drawer, key: Round) -> HeldBack:
    """Return what one holds back of a part, and what was behind whatever of it was open."""
    return remembered(drawer, key, read_fold(store, couple_id))


def settle(store: Store, couple_id: str) -> None:
    """Bring the table into step, where a backup or an earlier version left it half way; harmless again."""
    decide_where_due(store, [table_log(couple_id)], lambda seen: _settling(couple_id, seen))


def opening_due(couple_id: str, fold: Fold, waiting: Waiting) -> Writing:
    """Return what opens one round that both have decided, such as one that waited in a drawer for the key.

    Only rounds of one's own that wait are looked for in the other's cell.
    """
    others = waiting.others()
    for key, mine in waiting.own().items():
        round = fold.standing_round(key)
        if mine["round"] != round or fold.is_open(key):
            continue
        theirs = waiting.find(others, key, round)
        if theirs is not None and _version_of(theirs) == _version_of(mine):
            opening = _opening_entries(couple_id, key, round, [mine, theirs])
            return Writing.of(Writing(opening), waiting.opened(others, key, []))
    return Writing()


def as_grain(grain: Grain, instrument: Instrument | None = None) -> Grain:
    """Return a grain as it came from a page, if it is one; words only where an instrument takes own needs.

    Raises
    ------
    SharingError
        It is none.
    """
    try:
        known = Grain(grain)
    except ValueError:
        raise SharingError(problem("errors.events.not_allowed", field="grain")) from None
    if known is Grain.WORDS and (instrument is None or known not in grains_for(instrument)):
        raise SharingError(problem("errors.events.not_allowed", field="grain"))
    return known


def _replaced(couple_id: str, fold: Fold, key: Round) -> Writing:
    """Return what takes an open line off the table, for the newer one that is opened with it."""
    round = fold.standing_round(key)
    gone = {table_log(couple_id): fold.publication_rows(key, round)}
    return Writing([round_entry(couple_id, CLOSED, key, round)], gone)


def _settling(couple_id: str, seen: Seen) -> Writing:
    fold = fold_table(seen[table_log(couple_id)])
    return Writing(_hollow_entries(couple_id, fold), {table_log(couple_id): fold.left_behind()})


def _standing(drawer: Drawer, key: Round, fold: Fold, n_restored: int, version: str) -> Grain | None:
    """Return a person's last decision, if it is about the round that stands now.

    One of before a backup was restored counts only where it opened the round: see `waiting.n_restored`. So
    does one about another ``version``; an empty one is any.
    """
    for record in reversed(since_left(drawer.records())):
        about = record.payload
        if record.kind == DECISION and (about["instrument"], about["occasion"]) == key:
            return _stands(record, key, fold, n_restored, version)
    return None


def _stands(record: Record, key: Round, fold: Fold, n_restored: int, version: str) -> Grain | None:
    """Return what a person's last decision about a round grants, if it stands."""
    about = record.payload
    is_current = about["round"] == fold.standing_round(key)
    is_of_now = about.get("restored", 0) == n_restored and version in ("", _version_of(about))
    stands = fold.is_open(key) or is_of_now
    return Grain(about["grain"]) if is_current and stands and about["grain"] else None


def _made(
    decision: Decision, responses: pd.DataFrame, fold: Fold, round: int, n_restored: int
) -> tuple[Record, dict[str, Any] | None]:
    """Return the record of a decision, and what is to wait: None for nothing.

    It waits at the granted grain, from which coarser ones follow.
    """
    instrument, key = decision.instrument, (decision.instrument.id, decision.occasion)
    own = publishable(responses[responses["occasion"] == decision.occasion], instrument)
    memory = chosen_of(instrument, decision.held_back, remembered(decision.drawer, key, fold))
    about = {
        "instrument": instrument.id,
        "occasion": decision.occasion,
        "round": round,
        "grain": decision.grain.value,
        "restored": n_restored,
    }
    if instrument.version != FIRST:
        about["version"] = instrument.version
    if decision.occasion == WEEKS:
        return _made_of_weeks(decision, responses, about, memory)
    made = None
    shown: Collection[Answered] = ()
    if decision.grain is not Grain.NOTHING:
        used = _used(own, instrument, memory)
        snapshot = publish(
            used,
            decision.grain,
            instrument=instrument,
            couple_id=decision.couple_id,
            person_id=decision.drawer.person_id,
            occasion=decision.occasion,
            round=round,
            words=own_needs_in(decision.drawer.known()),
        )
        shown = shown_by(snapshot, used, instrument)
        made = publication_to_json(snapshot) | {"decision": uuid.uuid4().hex, "restored": n_restored}
    return Record(DECISION, uuid.uuid4().hex, about | noted(memory, shown)), made


def _made_of_weeks(
    decision: Decision, responses: pd.DataFrame, about: dict[str, Any], memory: HeldBack
) -> tuple[Record, dict[str, Any] | None]:
    """Return the record of a decision about all weeks, and the line that is to wait: None for nothing."""
    drawer, instrument = decision.drawer, decision.instrument
    kept, made = line_before(drawer, (instrument.id, WEEKS)), None
    if decision.grain is not Grain.NOTHING:
        line = publish_weeks(
            responses,
            week_days(since_left(drawer.records())),
            instrument=instrument,
            couple_id=decision.couple_id,
            person_id=drawer.person_id,
            round=about["round"],
            before=scores_in(kept),
        )
        if not len(line.scores):
            raise SharingError(problem("errors.sharing.nothing_answered"))
        made = publication_to_json(line) | {"decision": uuid.uuid4().hex, "restored": about["restored"]}
        kept = as_kept(made)
    return Record(DECISION, uuid.uuid4().hex, about | noted(memory) | kept), made


def _used(own: pd.DataFrame, instrument: Instrument, memory: HeldBack) -> pd.DataFrame:
    """Return those of one's own answers that a publication is made from."""
    if first_look().is_all(own.loc[own["value"].notna(), "item"]):  # also where nothing is
        raise SharingError(problem("errors.sharing.nothing_answered"))
    used = own[~own["item"].isin(left_out(own, instrument, memory)).to_numpy(dtype=bool)]
    if not used["value"].notna().any():  # what did not come up shows nothing as scores
        raise SharingError(problem("errors.sharing.all_held_back"))
    return used


def _opening_entries(
    couple_id: str, key: Round, round: int, both: Sequence[Mapping[str, Any]]
) -> list[Entry]:
    """Return the rows that open a round, at the lower of two grains."""
    mine, theirs = (publication_from_json(one) for one in both)
    opened = open_round(mine, theirs)
    if opened is None:
        raise ValueError("what is marked as waiting for a round is of another one")
    publications = sorted(opened, key=lambda publication: publication.person_id)
    return [
        *(publication_entry(publication) for publication in publications),
        round_entry(couple_id, OPENED, key, round, mine.version),
        _audit(couple_id, OPENED, key, round),
    ]


def _version_of(content: Mapping[str, Any]) -> str:
    return str(content.get("version", FIRST))


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
