"""The service in process: the only code that touches a store for a person."""

import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from workbook.answers import check_answers, is_occasion
from workbook.content import say
from workbook.errors import AccessError, SharingError
from workbook.exercises import TAKES_OFF, Step, check_step
from workbook.instruments import catalogue
from workbook.instruments.model import Instrument
from workbook.service import crypto, reading, research, rights, rounds, therapists
from workbook.service.accounts import Accounts, new_couple_id
from workbook.service.codes import new_couple_code
from workbook.service.directory import Account, Directory
from workbook.service.drawers import ANSWER, AUDIT, PRIVATE_COPY, Drawer, Record, drawer_log, refuse_reused
from workbook.service.events import check_drawer_event, check_table_event
from workbook.service.private_copy import WAIT, PrivateCopy, answer_wish
from workbook.service.research_verbs import ResearchVerbs
from workbook.service.sittings import Sittings
from workbook.service.study import Study
from workbook.service.tables import audit_entry, audit_log, event_entry, event_of, read_fold, table_log
from workbook.service.therapist_verbs import TherapistVerbs
from workbook.service.therapists import Therapists
from workbook.service.tries import Tries
from workbook.service.verbs import Actor, Answer, Couple, Event, Table
from workbook.service.wire import load
from workbook.sharing import Grain
from workbook.storage.base import Store

_NOT_EVENTS = (ANSWER, AUDIT, PRIVATE_COPY, rounds.DECISION)


class LocalService(ResearchVerbs, TherapistVerbs):
    """All verbs over a store, with the accounts and sittings that guard them.

    Parameters
    ----------
    store : Store
        Closed with the service.
    instruments : mapping of str to Instrument, optional
        The item bank; the packaged catalogue by default.
    sittings : Sittings, optional
        With another clock or other limits.
    cost : Cost
        What one guess of a passphrase costs.
    copy_wait : timedelta
        How long somebody waits for the copy of their private answers.
    study : Study, optional
        The study this installation is run for, if it is.

    Attributes
    ----------
    accounts : Accounts
        Create, join, sign in, recover.
    therapists : Therapists
        Their accounts, apart from couples'.
    sittings : Sittings
        Who is signed in; heartbeats and ends.
    """

    def __init__(
        self,
        store: Store,
        *,
        instruments: Mapping[str, Instrument] | None = None,
        sittings: Sittings | None = None,
        tries: Tries | None = None,
        cost: crypto.Cost = crypto.HOUSEHOLD,
        copy_wait: timedelta = WAIT,
        study: Study | None = None,
    ) -> None:
        self._store = store
        self._copy_wait = copy_wait
        self._study = study
        self._instruments = dict(catalogue() if instruments is None else instruments)
        self._directory = Directory(store)
        self.sittings = Sittings() if sittings is None else sittings
        tries = Tries() if tries is None else tries
        self.accounts = Accounts(self._directory, self.sittings, tries, cost)
        self.therapists = Therapists(store, self.sittings, tries, cost)
        self._lock = threading.RLock()
        self._table_locks: dict[str, threading.RLock] = defaultdict(threading.RLock)
        self._drawers: dict[str, Drawer] = {}
        self._stops: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self.sittings.on_end(self._forget_sitting)
        self._mend()

    # -- one's own drawer -------------------------------------------------------------
    def save_answers(self, actor: Actor, answers: Sequence[Answer]) -> list[str]:
        with self._own(actor) as drawer:
            instruments = check_answers(answers, reading.item_bank(drawer, self._instruments))
            records = [
                Record(ANSWER, answer.operation_id, reading.answer_payload(answer, instrument))
                for answer, instrument in zip(answers, instruments, strict=True)
            ]
            known = {record.operation_id: record for record in drawer.records()}
            refuse_reused(records, [known.get(record.operation_id, record) for record in records])
            kept = drawer.add(records)
            refuse_reused(records, kept)  # one operation id may be given twice at once
        self.sittings.act(actor.sitting_id)
        return [record.operation_id for record in kept]

    def read_responses(self, actor: Actor, instrument: str | None = None) -> pd.DataFrame:
        drawer = self._drawer(actor)
        return reading.responses(drawer, self._instruments, actor.couple_id, instrument)

    def add_event(
        self, actor: Actor, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        with self._own(actor) as drawer:
            operation_id = uuid.uuid4().hex if operation_id is None else operation_id
            check_drawer_event(kind, payload, operation_id)
            if kind == "free_text":
                reading.check_free_text(payload, self._instruments)
            record = Record(kind, operation_id, dict(payload))
            kept = drawer.add([record])
            if kept[0] != record:
                raise AccessError(say("errors.events.bad_operation"))
            if kind == "consent" and not reading.has_consented(drawer):
                self._leave_research(drawer)  # who takes part no more takes part in no study either
        self.sittings.act(actor.sitting_id)
        return _drawer_event(kept[0], drawer.person_id)

    def read_events(self, actor: Actor, kinds: Sequence[str] | None = None) -> list[Event]:
        drawer = self._drawer(actor)
        return [
            _drawer_event(record, drawer.person_id)
            for record in drawer.records()
            if record.kind not in _NOT_EVENTS and (kinds is None or record.kind in kinds)
        ]

    # -- the couple's table -----------------------------------------------------------
    def couple(self, actor: Actor) -> Couple:
        return self._directory.couple(self._seated(actor).couple_id)

    def decide(
        self,
        actor: Actor,
        instrument: str,
        occasion: str,
        grain: Grain,
        *,
        person_id: str | None = None,
        passphrase: str | None = None,
    ) -> None:
        actor = self._seated(actor)
        asked, grain = self._shareable(instrument, occasion), rounds.as_grain(grain)
        drawer = self._deciding_drawer(actor, person_id, passphrase)
        with self._table(actor.couple_id):
            self._refuse_unpaired(actor.couple_id)
            decision = rounds.Decision(drawer, actor.couple_id, asked, occasion, grain)
            responses = reading.responses(drawer, self._instruments, actor.couple_id, instrument)
            rounds.decide(self._store, decision, responses)
        self.sittings.act(actor.sitting_id)

    def my_decision(self, actor: Actor, instrument: str, occasion: str) -> Grain | None:
        drawer = self._drawer(actor)
        return rounds.standing_decision(self._store, actor.couple_id, drawer, (instrument, occasion))

    def withdraw(self, actor: Actor, instrument: str, occasion: str) -> None:
        actor = self._seated(actor)
        self._shareable(instrument, occasion)
        drawer = None if actor.role == "together" else self._drawer(actor)
        with self._table(actor.couple_id):
            if drawer is not None:
                self._account(actor)  # erased meanwhile: nothing of theirs is written any more
            rounds.withdraw(self._store, actor.couple_id, (instrument, occasion), drawer)
        self.sittings.act(actor.sitting_id)

    def read_table(self, actor: Actor) -> Table:
        actor = self._seated(actor)
        # Nothing but the table is looked at: how long this takes must not tell what is pending.
        table = read_fold(self._store, actor.couple_id).table()
        if actor.role == "together":
            return rights.without_words(table)
        return rights.as_read_by(table, actor.person_id, rights.who_blocks(self._store, actor.couple_id))

    def add_table_event(
        self, actor: Actor, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        actor = self._seated(actor)
        if actor.role != "partner":
            raise AccessError(say("errors.access.no_drawer"))
        operation_id = uuid.uuid4().hex if operation_id is None else operation_id
        check_table_event(kind, payload, operation_id)
        event = Event(kind, dict(payload), operation_id, person_id=actor.person_id)
        with self._table(actor.couple_id):
            kept = self._put_event(actor.couple_id, event)
        self.sittings.act(actor.sitting_id)
        return kept

    def read_audit(self, actor: Actor) -> list[Event]:
        rows = self._store.read(audit_log(self._seated(actor).couple_id))
        return [
            Event(row.kind, load(row.payload), row.operation_id, row.sequence, at=row.at)
            for row in rows
            if row.payload is not None
        ]

    # -- each one's rights, alone -----------------------------------------------------
    def my_data(self, actor: Actor) -> dict[str, Any]:
        drawer = self._drawer(actor)
        account = self._account(actor)
        table = self.read_table(actor)
        found = rights.gather(account, drawer, table, reading.hidden(drawer, self._instruments))
        found["granted_to_therapist"] = self.my_therapist(actor)
        return found | {"given_to_research": research.own_copy(self._store, actor.person_id)}

    def private_copy(self, actor: Actor, passphrase: str, wish: str) -> PrivateCopy:
        """Ask for, fetch or take back a copy of one's own private answers; see `PrivateCopy`.

        No verb of kernels: it is asked on a page of the server's own, where the passphrase is typed.
        """
        self.accounts.check_passphrase(actor, passphrase)
        with self._own(actor) as drawer:
            now = datetime.now(UTC)
            return answer_wish(drawer, wish, self._instruments, now=now, wait=self._copy_wait)

    def block_free_text(self, actor: Actor, *, blocked: bool) -> None:
        with self._own(actor):
            if blocked != self.is_blocking(actor):
                rights.block(self._store, actor.couple_id, actor.person_id, uuid.uuid4().hex, blocked=blocked)
        self.sittings.act(actor.sitting_id)

    def is_blocking(self, actor: Actor) -> bool:
        self._drawer(actor)
        return actor.person_id in rights.who_blocks(self._store, actor.couple_id)

    def unpair(self, actor: Actor, passphrase: str) -> None:
        self.accounts.check_passphrase(actor, passphrase)
        with self._table(actor.couple_id):
            rights.unpair(self._store, self._directory, actor.couple_id)
        self.sittings.end_where(lambda other: other.role == "together" and other.couple_id == actor.couple_id)

    def leave(self, actor: Actor, passphrase: str) -> str:
        account = self.accounts.check_passphrase(actor, passphrase)
        with self._own(actor) as drawer:
            self._leave_research(drawer)
            self.unpair(actor, passphrase)
            code = new_couple_code()
            self._directory.move_account(account, new_couple_id(), code)
            self.sittings.end_where(lambda other: other.person_id == actor.person_id)
        return code

    def erase(self, actor: Actor, passphrase: str) -> None:
        account = self.accounts.check_passphrase(actor, passphrase)

        def is_theirs(other: Actor) -> bool:
            is_at_table = other.role == "together" and other.couple_id == actor.couple_id
            return is_at_table or other.person_id == actor.person_id

        self.sittings.end_where(is_theirs)
        # Whatever of theirs is being written is waited for, and destroyed with the rest.
        with self._table(drawer_log(actor.person_id)), self._table(actor.couple_id):
            rights.erase(self._store, self._directory, account)
        self.sittings.end_where(is_theirs)  # who signed in meanwhile

    def order_for_me(self, actor: Actor, sections: Sequence[str], first: Sequence[str] = ()) -> list[str]:
        drawer = self._drawer(actor)
        monday = reading.this_monday()
        calls_for_it = reading.has_private_concern(drawer, self._instruments, before=monday)
        called = first if calls_for_it else ()
        return rights.order_sections(drawer.person_id, sections, called, monday.date().isoformat())

    # -- what happens -----------------------------------------------------------------
    def watch(self, actor: Actor, notify: Callable[[str], None]) -> Callable[[], None]:
        actor = self._seated(actor)
        stops = [self._store.watch(table_log(actor.couple_id), lambda _: notify("table"))]
        if actor.role == "partner":
            stops.append(self._store.watch(self._drawer(actor).log, lambda _: notify("drawer")))

        def stop() -> None:
            for stop_one in stops:
                stop_one()
            with self._lock:
                if stop in (listed := self._stops.get(actor.sitting_id, [])):
                    listed.remove(stop)

        with self._lock:
            self._stops[actor.sitting_id].append(stop)
        return stop

    def close(self) -> None:
        """End every sitting and close the store. Closing twice is harmless."""
        self.sittings.end_where(lambda _: True)
        self._store.close()

    # -- within -----------------------------------------------------------------------
    def _seated(self, actor: Actor) -> Actor:
        actor = self.sittings.require(actor)
        if actor.role not in ("partner", "together"):
            raise AccessError(say("errors.access.not_yours"))
        return actor

    def _drawer(self, actor: Actor) -> Drawer:
        if self._seated(actor).role != "partner":
            raise AccessError(say("errors.access.no_drawer"))
        with self._table(drawer_log(actor.person_id)):
            key = self.sittings.key_of(actor)
            drawer = self._drawers.get(actor.sitting_id)
            if drawer is None:
                self._account(actor)
                drawer = self._drawers[actor.sitting_id] = Drawer(self._store, actor.person_id, key)
                drawer.add([Record(AUDIT, uuid.uuid4().hex, {"what": "opened"})])
        return drawer

    @contextmanager
    def _own(self, actor: Actor) -> Iterator[Drawer]:
        """One's own drawer to write into: no erasure comes between, and after one it is refused.

        Whoever takes a couple's lock as well takes it within this one.
        """
        with self._table(self._drawer(actor).log):
            self._account(actor)
            yield self._drawer(actor)

    def _deciding_drawer(self, actor: Actor, person_id: str | None, passphrase: str | None) -> Drawer:
        if actor.role == "partner":
            return self._drawer(actor)
        if not person_id or not passphrase:
            raise AccessError(say("errors.access.needs_passphrase"))
        key = self.accounts.open_member(actor.couple_id, person_id, passphrase)
        return Drawer(self._store, person_id, key)

    def _shareable(self, instrument: Any, occasion: str) -> Instrument:
        known = self._instruments.get(instrument) if isinstance(instrument, str) else None
        if known is None:
            raise SharingError(say("errors.sharing.unknown_instrument", instrument=str(instrument)[:40]))
        if known.is_private:
            raise SharingError(say("errors.sharing.private"))
        if not is_occasion(occasion):
            raise SharingError(say("errors.sharing.bad_occasion"))
        return known

    def _put_event(self, couple_id: str, event: Event) -> Event:
        self._refuse_unpaired(couple_id)
        entry = event_entry(couple_id, event)
        events = read_fold(self._store, couple_id).events  # not the publications: each takes its time
        same = [known for known in events if known.operation_id == event.operation_id]
        # Steps name what they answer by operation id: the other's id would stand in its place.
        if any(known.person_id != event.person_id for known in same):
            raise AccessError(say("errors.events.bad_operation"))
        if not same:
            check_step(events, Step(event.kind, event.payload, event.operation_id, event.person_id))
        audit = audit_entry(
            couple_id, entry.operation_id, "event", kind=event.kind, person_id=event.person_id
        )
        row = self._store.append([entry, audit])[0]
        if row.payload is None:  # written once, and taken back since
            raise AccessError(say("errors.events.bad_operation"))
        kept = event_of(row)
        if event.kind in TAKES_OFF:
            self._store.forget(table_log(couple_id), read_fold(self._store, couple_id).words_taken_off())
        if (kept.kind, kept.payload) != (event.kind, event.payload):
            raise AccessError(say("errors.events.bad_operation"))
        return kept

    def _account(self, actor: Actor) -> Account:
        account = self._directory.account(actor.person_id)
        if account is None:
            raise AccessError(say("errors.access.ended"))
        return account

    def _refuse_unpaired(self, couple_id: str) -> None:
        if self._directory.is_unpaired(couple_id):
            raise AccessError(say("errors.access.closed_couple"))

    def _table(self, couple_id: str) -> threading.RLock:
        with self._lock:
            return self._table_locks[couple_id]

    def _forget_sitting(self, actor: Actor) -> None:
        with self._lock:
            self._drawers.pop(actor.sitting_id, None)
            stops = self._stops.pop(actor.sitting_id, [])
        for stop in stops:
            stop()

    def _mend(self) -> None:
        """Finish at start whatever a crash cut short."""
        self._directory.tidy()
        for person_id, couple_id in self._directory.erased().items():
            rights.destroy_remains(self._store, self._directory, person_id, couple_id)
        rights.keep_apart(self._store, self._directory)
        therapists.tidy(self._store, self._directory)
        for couple_id in self._directory.couples():
            rounds.settle(self._store, couple_id)
        self.destroy_overdue()


def _drawer_event(record: Record, person_id: str) -> Event:
    return Event(record.kind, record.payload, record.operation_id, record.sequence, person_id, record.at)
