"""What one partner may do, in process, beside the store."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from workbook.answers import check_answers
from workbook.errors import AccessError, problem
from workbook.service import rights
from workbook.service.at_table import AtTable, put_event
from workbook.service.cases import therapists
from workbook.service.couple import drawer_contents, rounds, trail
from workbook.service.couple.drawers import (
    ANSWER,
    AUDIT,
    BOOKMARK,
    PRIVATE_COPY,
    Drawer,
    Record,
    drawer_log,
    refuse_reused,
)
from workbook.service.couple.events import check_drawer_event, check_table_event
from workbook.service.couple.private_copy import PrivateCopy, answer_wish
from workbook.service.identity.accounts import new_couple_id
from workbook.service.identity.codes import new_couple_code
from workbook.service.roles import PartnerService
from workbook.service.studies import given
from workbook.service.study import Study
from workbook.service.values import Actor, Answer, Event, ResearchChoice, Table
from workbook.sharing import Grain

_NOT_EVENTS = (ANSWER, AUDIT, PRIVATE_COPY, rounds.DECISION)


class LocalPartner(AtTable, PartnerService):
    """One partner's interface, in process. `private_copy` is beside it: no kernel may ask for that."""

    # -- one's own drawer -------------------------------------------------------------
    def save_answers(self, answers: Sequence[Answer]) -> list[str]:
        core = self._core
        with core.writing(self._actor) as drawer:
            instruments = check_answers(answers, drawer_contents.item_bank(drawer, core.instruments))
            records = [
                Record(ANSWER, answer.operation_id, drawer_contents.answer_payload(answer, instrument))
                for answer, instrument in zip(answers, instruments, strict=True)
            ]
            known = {record.operation_id: record for record in drawer.records()}
            refuse_reused(records, [known.get(record.operation_id, record) for record in records])
            kept = drawer.add(records)
            refuse_reused(records, kept)  # one operation id may be given twice at once
        return [record.operation_id for record in kept]

    def read_responses(self, instrument: str | None = None) -> pd.DataFrame:
        drawer = self._core.drawer_of(self._actor)
        return drawer_contents.responses(drawer, self._core.instruments, self._actor.couple_id, instrument)

    def add_event(self, kind: str, payload: dict[str, Any], *, operation_id: str | None = None) -> Event:
        core = self._core
        with core.writing(self._actor) as drawer:
            operation_id = uuid.uuid4().hex if operation_id is None else operation_id
            check_drawer_event(kind, payload, operation_id)
            trail.check_trail(kind, payload, core.instruments)
            if kind == "free_text":
                drawer_contents.check_free_text(payload, core.instruments)
            record = Record(kind, operation_id, dict(payload))
            # In one transaction: each that destroys something costs the store's write-ahead log.
            before = trail.places_before(drawer, record) if kind == BOOKMARK else ()
            kept = drawer.add([record], instead_of=before)
            if kept[0] != record:
                raise AccessError(problem("errors.events.bad_operation"))
            if kind == BOOKMARK:
                trail.forget_places_before(drawer, kept[0])
            if kind == "consent" and not drawer_contents.has_consented(drawer):
                given.leave(core.store, drawer)  # who takes part no more takes part in no study either
        return _event(kept[0], drawer.person_id)

    def read_events(self, kinds: Sequence[str] | None = None) -> list[Event]:
        drawer = self._core.drawer_of(self._actor)
        return [
            _event(record, drawer.person_id)
            for record in drawer.records()
            if record.kind not in _NOT_EVENTS and (kinds is None or record.kind in kinds)
        ]

    # -- the couple's table -----------------------------------------------------------
    def decide(self, instrument: str, occasion: str, grain: Grain) -> None:
        core, actor = self._core, self._seated()
        asked = core.shareable(instrument, occasion)
        drawer = core.drawer_of(actor)
        decision = rounds.Decision(drawer, actor.couple_id, asked, occasion, rounds.as_grain(grain))
        with core.lock_of(actor.couple_id):
            core.refuse_unpaired(actor.couple_id)
            rounds.decide(
                core.store,
                decision,
                drawer_contents.responses(drawer, core.instruments, actor.couple_id, instrument),
            )
        core.sittings.act(actor.sitting_id)

    def my_decision(self, instrument: str, occasion: str) -> Grain | None:
        drawer = self._core.drawer_of(self._actor)
        key = (instrument, occasion)
        return rounds.standing_decision(self._core.store, self._actor.couple_id, drawer, key)

    def add_table_event(
        self, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        core, actor = self._core, self._seated()
        operation_id = uuid.uuid4().hex if operation_id is None else operation_id
        check_table_event(kind, payload, operation_id)
        event = Event(kind, dict(payload), operation_id, person_id=actor.person_id)
        with core.lock_of(actor.couple_id):
            kept = put_event(core, actor.couple_id, event)
        core.sittings.act(actor.sitting_id)
        return kept

    # -- one's rights, alone ----------------------------------------------------------
    def my_data(self) -> dict[str, Any]:
        core, drawer = self._core, self._core.drawer_of(self._actor)
        account, table = core.account_of(self._actor), self.read_table()
        found = rights.gather(account, drawer, table, drawer_contents.hidden(drawer, core.instruments))
        found["granted_to_therapist"] = self.my_therapist()
        return found | {"given_to_research": given.own_copy(core.store, drawer.person_id)}

    def private_copy(self, passphrase: str, wish: str) -> PrivateCopy:
        """Ask for, fetch or take back a copy of one's own private answers; see `PrivateCopy`.

        On no interface: it is asked on a page of the server's own, where the passphrase is typed.
        """
        core = self._core
        core.accounts.check_passphrase(self._actor, passphrase)
        with core.writing(self._actor) as drawer:
            now = datetime.now(UTC)
            return answer_wish(drawer, wish, core.instruments, now=now, wait=core.copy_wait)

    def block_free_text(self, *, blocked: bool) -> None:
        actor, store = self._actor, self._core.store
        with self._core.writing(actor):
            if blocked != self.is_blocking():
                rights.block(store, actor.couple_id, actor.person_id, uuid.uuid4().hex, blocked=blocked)

    def is_blocking(self) -> bool:
        self._core.drawer_of(self._actor)
        return self._actor.person_id in rights.who_blocks(self._core.store, self._actor.couple_id)

    def unpair(self, passphrase: str) -> None:
        core, actor = self._core, self._actor
        core.accounts.check_passphrase(actor, passphrase)
        self._part()

    def leave(self, passphrase: str) -> str:
        core, actor = self._core, self._actor
        account = core.accounts.check_passphrase(actor, passphrase)
        with core.writing(actor) as drawer:
            given.leave(core.store, drawer)
            self._part()
            code = new_couple_code()
            core.directory.move_account(account, new_couple_id(), code)
            core.sittings.end_where(lambda other: other.person_id == actor.person_id)
        return code

    def erase(self, passphrase: str) -> None:
        core, actor = self._core, self._actor
        account = core.accounts.check_passphrase(actor, passphrase)

        def is_theirs(other: Actor) -> bool:
            is_at_table = other.role == "together" and other.couple_id == actor.couple_id
            return is_at_table or other.person_id == actor.person_id

        core.sittings.end_where(is_theirs)
        # Whatever of theirs is being written is waited for, and destroyed with the rest.
        with core.lock_of(drawer_log(actor.person_id)), core.lock_of(actor.couple_id):
            rights.erase(core.store, core.directory, account)
        core.sittings.end_where(is_theirs)  # who signed in meanwhile

    def order_for_me(self, sections: Sequence[str], first: Sequence[str] = ()) -> list[str]:
        drawer = self._core.drawer_of(self._actor)
        monday = drawer_contents.this_monday()
        instruments = self._core.instruments
        calls_for_it = drawer_contents.has_private_concern(drawer, instruments, before=monday)
        called = first if calls_for_it else ()
        return rights.order_sections(drawer.person_id, sections, called, monday.date().isoformat())

    # -- a therapist, if both let one read --------------------------------------------
    def grant_therapist(self, code: str) -> None:
        core, actor = self._core, self._actor
        core.drawer_of(actor)
        with core.lock_of(actor.couple_id):  # parting and erasing hold it: after them it is refused
            core.refuse_unpaired(actor.couple_id)
            therapists.grant(core.store, actor, core.therapists.named(code, actor).person_id)
        core.sittings.act(actor.sitting_id)

    def end_therapist(self) -> None:
        self._core.drawer_of(self._actor)
        therapists.take_back(self._core.store, self._actor.person_id)
        self._core.sittings.act(self._actor.sitting_id)

    def my_therapist(self) -> str | None:
        self._core.drawer_of(self._actor)
        therapist_id = therapists.granted_to(self._core.store, self._actor.person_id)
        found = self._core.therapists.by_id(therapist_id) if therapist_id else None
        return found.name if found else None

    # -- research, where a study is run -----------------------------------------------
    def study(self) -> Study | None:
        self._seated()
        return self._core.study

    def give_to_research(self, grain: Grain, *, linked: bool, text_hash: str) -> None:
        core, actor = self._core, self._actor
        with core.writing(actor) as drawer:  # two pages of one person may be open
            study, grain = given.require_study(core.study), rounds.as_grain(grain)
            if grain is Grain.NOTHING:  # to say no is always possible, whatever was read
                given.take_back(core.store, drawer, text_hash if text_hash == study.words_hash else "")
            else:
                given.refuse_unread(study, text_hash, has_consented=drawer_contents.has_consented(drawer))
                responses = drawer_contents.responses(drawer, core.instruments, actor.couple_id)
                given.give(core.store, study, drawer, responses, grain, linked=linked is True)

    def my_research(self) -> ResearchChoice | None:
        person_id = self._core.drawer_of(self._actor).person_id
        return given.standing_choice(self._core.store, given.require_study(self._core.study), person_id)

    # -- within -----------------------------------------------------------------------
    def _part(self) -> None:
        core, couple_id = self._core, self._actor.couple_id
        with core.lock_of(couple_id):
            rights.unpair(core.store, core.directory, couple_id)
        core.sittings.end_where(lambda other: other.role == "together" and other.couple_id == couple_id)

    def _own_drawer(self) -> Drawer | None:
        return self._core.drawer_of(self._actor)

    def _as_read(self, table: Table) -> Table:
        actor = self._actor
        return rights.as_read_by(table, actor.person_id, rights.who_blocks(self._core.store, actor.couple_id))


def _event(record: Record, person_id: str) -> Event:
    return Event(record.kind, record.payload, record.operation_id, record.sequence, person_id, record.at)
