"""What one partner may do, in process, beside the store."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pandas as pd

from workbook.answers import check_answers
from workbook.errors import AccessError, AnswerError, StorageError, problem
from workbook.service.cases.place import note_place_ended
from workbook.service.couple import choices, drawer_contents, rounds, trail
from workbook.service.couple.drawers import Drawer, refuse_reused
from workbook.service.couple.events import check_drawer_event, check_table_event
from workbook.service.couple.held_back import chosen_by_part
from workbook.service.couple.private_copy import PrivateCopy, answer_wish, noting, opening_of
from workbook.service.couple.records import (
    ANSWER,
    AUDIT,
    BLOCK,
    DECISION,
    GRANT,
    HELD,
    HOMEWORK_ASIDE,
    LEFT,
    PRIVATE_COPY,
    WAITING,
    Record,
)
from workbook.service.couple.tables import Fold, event_of, fold_table, table_log
from workbook.service.desks.at_table import putting
from workbook.service.desks.core import Decide
from workbook.service.desks.in_case import InCase
from workbook.service.desks.sight import SHOWS_CASE, Decided, Sight
from workbook.service.erasing import rights
from workbook.service.formats.values import Answer, Event, HeldBack, ResearchChoice, Table, WrongTries
from workbook.service.identity.accounts import new_couple_id
from workbook.service.identity.codes import new_couple_code
from workbook.service.identity.directory import couple_log, refuse_unpaired
from workbook.service.studies import given
from workbook.service.studies.blob import research_log
from workbook.service.studies.study import Study
from workbook.sharing import Grain
from workbook.storage.base import Row, Writing
from workbook.storage.deciding import Seen

_NOT_EVENTS = (ANSWER, AUDIT, PRIVATE_COPY, DECISION, BLOCK, GRANT, HELD, WAITING, HOMEWORK_ASIDE, LEFT)


class LocalPartner(InCase):
    """One partner's interface, in process. `private_copy` is beside it: no kernel may ask for that."""

    # -- one's own drawer -------------------------------------------------------------
    def save_answers(self, answers: Sequence[Answer]) -> list[str]:
        core, drawer = self._core, self._core.drawer_of(self._actor)
        asked_from = self._asked_from()
        try:
            records = self._to_keep(answers, drawer.known(), asked_from)
        except AnswerError:  # another sitting may have named an own need since
            records = self._to_keep(answers, drawer.records(), asked_from)
        kept = drawer.add(records)
        refuse_reused(records, kept)  # one operation id may be given twice at once, or to another sitting
        core.sittings.act(self._actor.sitting_id)
        return [record.operation_id for record in kept]

    def read_responses(self, instrument: str | None = None) -> pd.DataFrame:
        drawer = self._core.drawer_of(self._actor)
        return drawer_contents.responses(drawer, self._core.instruments, self._actor.couple_id, instrument)

    def add_event(self, kind: str, payload: dict[str, Any], *, operation_id: str | None = None) -> Event:
        core, drawer = self._core, self._core.drawer_of(self._actor)
        operation_id = uuid.uuid4().hex if operation_id is None else operation_id
        check_drawer_event(kind, payload, operation_id)
        trail.check_trail(kind, payload, core.instruments)
        if kind == "free_text":
            drawer_contents.check_free_text(payload, core.instruments)
        record = Record(kind, operation_id, dict(payload))
        kept = self._keep_consent(drawer, record) if kind == "consent" else drawer.add([record])[0]
        if kept != record:
            raise AccessError(problem("errors.events.bad_operation"))
        core.sittings.act(self._actor.sitting_id)
        return _event(kept, drawer.person_id)

    def read_events(self, kinds: Sequence[str] | None = None) -> list[Event]:
        drawer = self._core.drawer_of(self._actor)
        return [
            _event(record, drawer.person_id)
            for record in drawer.records()
            if record.kind not in _NOT_EVENTS and (kinds is None or record.kind in kinds)
        ]

    # -- the couple's table -----------------------------------------------------------
    def decide(
        self, instrument: str, occasion: str, grain: Grain, held_back: list[str] | None = None
    ) -> None:
        core, actor = self._core, self._seated()
        asked = core.shareable(instrument, occasion, self._asked_from())
        drawer = core.drawer_of(actor)
        decision = rounds.Decision(
            drawer, actor.couple_id, asked, occasion, rounds.as_grain(grain, asked), held_back
        )
        responses = drawer_contents.responses(drawer, core.instruments, actor.couple_id, instrument)

        def decide(seen: Seen) -> Writing:
            refuse_unpaired(seen[couple_log(actor.couple_id)])
            waiting, fold = core.waiting_of(actor), fold_table(seen[table_log(actor.couple_id)])
            # What is held in a drawer is one's own alone: nothing opens before the other can read it too.
            may_open = not waiting.couple.is_held
            return rounds.deciding(fold, waiting, decision, responses, may_open=may_open)

        core.decide(actor, [couple_log(actor.couple_id), table_log(actor.couple_id)], decide)
        core.caseload.publish_anew(actor)
        core.sittings.act(actor.sitting_id)

    def my_decision(self, instrument: str, occasion: str) -> Grain | None:
        drawer = self._core.drawer_of(self._actor)
        key = (instrument, occasion)
        asked = self._core.shareable(instrument, occasion, self._asked_from())
        store = self._core.store_of(self._actor)
        return rounds.standing_decision(store, self._actor.couple_id, drawer, key, asked.version)

    def _with_own(self, seen: Sight, asked: frozenset[str], fold: Fold | None) -> Sight:
        seen = replace(seen, study=self.study(), case=self.my_case() if asked & SHOWS_CASE else None)
        if "drawer" in asked:
            seen = replace(seen, responses=self.read_responses(), events=tuple(self.read_events()))
        return seen if fold is None else replace(seen, decisions=self._decided(fold))

    def _decided(self, fold: Fold) -> tuple[Decided, ...]:
        """Return all decisions of one's own that stand, each as `my_decision` says it."""
        core, actor = self._core, self._actor
        found = rounds.standing_decisions(
            core.store_of(actor), core.drawer_of(actor), fold, core.instruments, self._asked_from()
        )
        return tuple(Decided(*key, grain) for key, grain in found.items())

    def my_held_back(self, instrument: str, occasion: str) -> HeldBack:
        core, actor = self._core, self._seated()
        core.shareable(instrument, occasion)
        key = (instrument, occasion)
        return rounds.held_back(core.store_of(actor), actor.couple_id, core.drawer_of(actor), key)

    def add_table_event(
        self, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        core, actor = self._core, self._seated()
        operation_id = uuid.uuid4().hex if operation_id is None else operation_id
        check_table_event(kind, payload, operation_id)
        event = Event(kind, dict(payload), operation_id, person_id=actor.person_id)
        logs = [table_log(actor.couple_id), couple_log(actor.couple_id)]
        kept = core.decide(actor, logs, partial(putting, actor.couple_id, event))[0]
        if kept.payload is None:  # of an event whose words were taken back since
            raise AccessError(problem("errors.events.bad_operation"))
        core.sittings.act(actor.sitting_id)
        return event_of(kept)

    def choose_exercise(self, exercise: str, choice: str, *, stands: bool) -> None:
        core, actor = self._core, self._seated()
        about = choices.as_choice(exercise, choice)

        def choose(seen: Seen) -> Writing:
            refuse_unpaired(seen[couple_log(actor.couple_id)])
            waiting, fold = core.waiting_of(actor), fold_table(seen[table_log(actor.couple_id)])
            return choices.choosing(fold, waiting, about, stands=stands is True)

        core.decide(actor, [couple_log(actor.couple_id), table_log(actor.couple_id)], choose)
        core.sittings.act(actor.sitting_id)

    # -- one's rights, alone ----------------------------------------------------------
    def my_data(self) -> dict[str, Any]:
        core, drawer = self._core, self._core.drawer_of(self._actor)
        account, table = core.account_of(self._actor), self.read_table()
        found = rights.gather(account, drawer, table, drawer_contents.hidden(drawer, core.instruments))
        found["granted_to_a_case"] = self._granted()
        giver = core.giver_of(self._actor)
        return found | {"given_to_research": given.own_copy(giver.place(), giver)}

    def private_copy(self, passphrase: str, wish: str) -> PrivateCopy:
        """Ask for, fetch or take back a copy of one's own private answers; see `PrivateCopy`.

        On no interface: it is asked on a page of the server's own, where the passphrase is typed.
        """
        core = self._core
        core.accounts.check_passphrase(self._actor, passphrase)
        drawer, now = core.drawer_of(self._actor), datetime.now(UTC)
        known: Any = {"opened": opening_of(self._actor), "wait": core.copy_wait}

        def note(_: Seen) -> Writing:
            return drawer.keeping(noting(drawer, wish, now=now, **known))

        core.decide(self._actor, [drawer.log], note)
        core.sittings.act(self._actor.sitting_id)
        now = datetime.now(UTC)  # not before the row that was just written
        return answer_wish(drawer, wish, core.instruments, now=now, **known)

    def block_free_text(self, *, blocked: bool) -> None:
        rights.block(self._core.drawer_of(self._actor), blocked=blocked)
        self._core.sittings.act(self._actor.sitting_id)

    def is_blocking(self) -> bool:
        return rights.is_blocking(self._core.drawer_of(self._actor))

    def wrong_tries(self) -> WrongTries:
        return self._core.accounts.tried.of(self._core.drawer_of(self._actor).person_id)

    def unpair(self, passphrase: str) -> None:
        core, actor = self._core, self._actor
        core.accounts.check_passphrase(actor, passphrase)
        core.drawer_of(actor)
        can_seal = not core.store_of(actor).is_held
        before, _ = self._owner().place()

        def part(seen: Seen) -> Writing:
            parted = rights.parting(core.store, actor.couple_id, seen, can_seal=can_seal)
            return Writing.of(parted, self._leaving_case())

        core.decide(actor, rights.parting_logs(actor.couple_id), part)
        note_place_ended(core.store, before)
        self._after_parting()

    def leave(self, passphrase: str) -> str:
        core, actor = self._core, self._actor
        core.accounts.check_passphrase(actor, passphrase)
        core.drawer_of(actor)
        couple_id, code = new_couple_id(), new_couple_code()
        research, can_seal = research_log(actor.person_id), not core.store_of(actor).is_held
        giver = core.giver_of(actor)

        def leave(seen: Seen) -> Writing:
            return Writing.of(
                rights.parting(core.store, actor.couple_id, seen, can_seal=can_seal),
                given.leaving(giver.place(), core.study, giver, [Record(LEFT, uuid.uuid4().hex, {})]),
                self._leaving_case(),
                rights.giving_up_key(actor.person_id, actor.couple_id, seen),
                rights.moving_out(actor.person_id, couple_id, code, seen),
            )

        new = rights.moving_logs(actor.person_id, code)
        logs = [*rights.parting_logs(actor.couple_id), research, *new]
        copy, before = given.standing_name(giver), self._owner().place()[0]
        core.decide(actor, logs, leave)
        note_place_ended(core.store, before)
        given.note_ended(giver, copy)
        self._after_parting()
        core.sittings.end_where(lambda other: other.person_id == actor.person_id)
        return code

    def erase(self, passphrase: str) -> None:
        core, actor = self._core, self._actor
        core.accounts.check_passphrase(actor, passphrase)
        # What restoring a backup set aside holds the same, and no start would look for it.
        core.store.drop_set_aside()
        core.drawer_of(actor)
        can_seal = not core.store_of(actor).is_held

        def erase(seen: Seen) -> Writing:
            return rights.erasing(core.store, actor.person_id, actor.couple_id, seen, can_seal=can_seal)

        logs = rights.erasing_logs(core.directory, actor.person_id, actor.couple_id)
        try:
            core.decide(actor, logs, erase)
        except StorageError as error:
            core.make_room(error)
            core.decide(actor, logs, erase)
        self._after_parting()
        core.sittings.end_where(lambda other: other.person_id == actor.person_id)

    def order_for_me(self, sections: Sequence[str], first: Sequence[str] = ()) -> list[str]:
        drawer = self._core.drawer_of(self._actor)
        monday = drawer_contents.this_monday()
        instruments = self._core.instruments
        calls_for_it = drawer_contents.has_private_concern(drawer, instruments, before=monday)
        called = first if calls_for_it else ()
        return rights.order_sections(
            drawer.secret("order for me"), sections, called, monday.date().isoformat()
        )

    # -- research, where a study is run -----------------------------------------------
    def study(self) -> Study | None:
        self._seated()
        return self._core.study

    def give_to_research(self, grain: Grain, *, linked: bool, text_hash: str) -> None:
        core, actor = self._core, self._actor
        giver = core.giver_of(actor, gives=grain != Grain.NOTHING)
        log = research_log(actor.person_id)
        drawer = giver.drawer
        study, grain = given.require_study(core.study), rounds.as_grain(grain)

        def choose(_seen: Seen) -> Writing:
            if grain is Grain.NOTHING:  # to say no is always possible, whatever was read
                known = text_hash if study.is_in_words(text_hash) else ""
                return given.taking_back(giver.place(), study, giver, known)
            given.refuse_unread(study, text_hash, has_consented=drawer_contents.has_consented(drawer))
            responses = drawer_contents.responses(drawer, core.instruments, actor.couple_id)
            return given.giving(
                giver.place(),
                study,
                giver,
                responses,
                grain,
                linked=linked is True,
                text_hash=text_hash,
                held_back=chosen_by_part(drawer),
            )

        copy = given.standing_name(giver)
        core.decide(actor, [drawer.log, log], choose)  # the consent lies in the drawer
        given.note_ended(giver, copy)
        core.sittings.act(actor.sitting_id)

    def my_research(self) -> ResearchChoice | None:
        core, giver = self._core, self._core.giver_of(self._actor)
        study = given.require_study(core.study)
        return given.standing_choice(giver.place(), study, giver, giver.drawer.records())

    # -- within -----------------------------------------------------------------------
    def _to_keep(self, answers: Sequence[Answer], known: Sequence[Record], asked_from: int) -> list[Record]:
        """Return records of valid answers whose operation ids were used for nothing else."""
        bank = drawer_contents.item_bank(known, self._core.instruments, asked_from)
        check_answers(answers, bank)
        records = [
            Record(ANSWER, answer.operation_id, drawer_contents.answer_payload(answer, bank))
            for answer in answers
        ]
        by_id = {record.operation_id: record for record in known}
        refuse_reused(records, [by_id.get(record.operation_id, record) for record in records])
        return records

    def _keep_consent(self, drawer: Drawer, record: Record) -> Record:
        """Keep a consent, or that it is taken back: who takes part no more is in no study and no case."""
        research, giver = research_log(drawer.person_id), self._core.giver_of(self._actor)

        def keep(_seen: Seen) -> Writing:
            takes_part = drawer_contents.agrees([*drawer.records(), record])
            there = giver.place()
            leaving = Writing() if takes_part else given.leaving(there, self._core.study, giver)
            case = Writing() if takes_part else self._leaving_case()
            return Writing.of(drawer.keeping([record]), leaving, case)

        copy, before = given.standing_name(giver), self._owner().place()[0]
        rows = self._core.decide(self._actor, [drawer.log, research], keep)
        given.note_ended(giver, copy)
        self._after(before)
        return drawer.kept([record], rows)[0]

    def _after_parting(self) -> None:
        """Note that the two have parted where no backup reaches; what they did together here has ended."""
        core, couple_id = self._core, self._actor.couple_id
        rights.note_parted(core.store, couple_id)
        core.caseload.part(self._actor)
        core.sittings.end_where(lambda other: other.role == "together" and other.couple_id == couple_id)

    def _write_decided(self, logs: Sequence[str], decide: Decide) -> list[Row]:
        return self._core.decide(self._actor, logs, decide)

    def _own_drawer(self) -> Drawer | None:
        return self._core.drawer_of(self._actor)

    def _as_read(self, table: Table) -> Table:
        return rights.as_read_by(table, self._core.drawer_of(self._actor))


def _event(record: Record, person_id: str) -> Event:
    return Event(record.kind, record.payload, record.operation_id, record.sequence, person_id, record.at)
