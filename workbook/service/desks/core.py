"""What every role's interface stands on: the store, who is signed in, the opened drawers."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from workbook.answers import is_occasion
from workbook.errors import (
    AccessError,
    ConflictError,
    SharingError,
    StorageError,
    WorkbookError,
    name_defect,
    problem,
)
from workbook.instruments.library import ASKED
from workbook.instruments.model import Instrument
from workbook.service.cases.owner import Owner
from workbook.service.cases.published import OwnDrawer
from workbook.service.cases.therapists import Therapists
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.editions import asked_on, first_round_of_now
from workbook.service.couple.private_copy import OPENED, opening_of
from workbook.service.couple.records import AUDIT, Record
from workbook.service.couple.rooms import Rooms
from workbook.service.couple.sealing import CoupleStore
from workbook.service.couple.tables import read_fold
from workbook.service.couple.trail import forget_trail
from workbook.service.couple.waiting import Waiting, rules_of
from workbook.service.desks.caseload import Caseload
from workbook.service.erasing.tending import tend
from workbook.service.formats import crypto
from workbook.service.formats.values import Actor
from workbook.service.identity.accounts import Accounts
from workbook.service.identity.couple_keys import open_couple_key
from workbook.service.identity.directory import (
    Account,
    Directory,
    account_log,
    couple_log,
    fold_account,
    fold_couple,
)
from workbook.service.identity.locks import new_keys, private_key
from workbook.service.identity.rate_limit import Tries
from workbook.service.identity.sittings import Sittings
from workbook.service.identity.standing import Standing
from workbook.service.studies.blob import research_log
from workbook.service.studies.given import Giver, settling
from workbook.service.studies.study import Study
from workbook.sharing import WEEKS
from workbook.storage.base import NOTHING, Row, Store, Writing
from workbook.storage.deciding import ATTEMPTS, Seen, decide_and_write, put
from workbook.storage.spare import PassOverFullDisk, Spare, is_full

_log = logging.getLogger(__name__)
Decide = Callable[[Seen], Writing]


@dataclass
class Core:
    """The parts that interfaces of all roles share; see `workbook.service.desks.household.Household`.

    No lock is needed for what is written to be right: whoever writes for a person expects their
    account as they saw it, and whoever decides expects all that they read. The one lock here guards
    what this process keeps in memory.
    """

    store: Store
    instruments: Mapping[str, Instrument]
    study: Study | None
    copy_wait: timedelta
    directory: Directory
    sittings: Sittings
    standing: Standing
    accounts: Accounts
    therapists: Therapists
    tries: Tries
    cost: crypto.Cost
    spare: Spare | None = None
    rooms: Rooms = field(default_factory=Rooms)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _drawers: dict[str, Drawer] = field(default_factory=dict)
    _couples: dict[str, CoupleStore] = field(default_factory=dict)
    _asked_from: dict[str, int] = field(default_factory=dict)
    _givers: dict[str, Giver] = field(default_factory=dict)
    _stops: dict[str, list[Callable[[], None]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._rules = rules_of(self.instruments)
        self.caseload = Caseload(
            self.store,
            self.directory,
            self.sittings,
            self.standing,
            self.therapists,
            self.instruments,
            self.own_keys,
            self.own_drawer,
        )
        self.sittings.on_end(self._forget_sitting)

    def account_of(self, actor: Actor) -> Account:
        """Return a partner's account.

        Raises
        ------
        AccessError
            It was erased.
        """
        account = self.directory.account(actor.person_id)
        if account is None:
            raise AccessError(problem("errors.access.ended"))
        return account

    def drawer_of(self, actor: Actor) -> Drawer:
        """Return a partner's opened drawer; the first time in a sitting its opening is noted in it."""
        self.sittings.require(actor)
        key = self.sittings.key_of(actor)
        with self._lock:
            drawer = self._drawers.get(actor.sitting_id)
        if drawer is None:
            write = partial(self.write, actor)
            drawer = Drawer(self.store, actor.person_id, key, write, self.instruments)
            try:
                forget_trail(drawer, self.instruments)
                drawer.settle(Record(AUDIT, opening_of(actor), {"what": OPENED}))
            except StorageError as error:
                if not is_full(error):
                    raise
                return drawer  # to be read, and erased; its opening is noted once there is room
            with self._lock:
                drawer = self._drawers.setdefault(actor.sitting_id, drawer)
            if self.sittings.find(actor.sitting_id) is None:  # it ended meanwhile: no key is left behind
                self._forget_sitting(actor)
                raise AccessError(problem("errors.access.ended"))
            # At once, whatever is asked for: else what waits would be written in some sittings only.
            with suppress(AccessError, StorageError):
                self.store_of(actor)
            self._settle_giving(actor)
            with suppress(AccessError, StorageError):
                self.caseload.publish_anew(actor)
        return drawer

    def giver_of(self, actor: Actor, *, gives: bool = False) -> Giver:
        """Return a partner as who may give to a study, with what opens their own copy.

        Parameters
        ----------
        gives : bool
            Whether something is to be given now: what is sealed has to open later.

        Raises
        ------
        AccessError
            Their account was erased.
        StorageError
            They have no key pair yet, and there is no room for one: then they give nothing.
        """
        return Giver(self.drawer_of(actor), *self.own_keys(actor, needs=gives), self.store)

    def own_keys(self, actor: Actor, *, needs: bool = False) -> tuple[bytes, bytes]:
        """Return both halves of a partner's own key pair.

        ``needs`` says whether something is sealed to it now that has to open later; see `giver_of`.
        """
        account, key = self.account_of(actor), self.sittings.key_of(actor)
        with PassOverFullDisk() if not needs else nullcontext():
            account = self.accounts.with_keys(account, key)  # every sign-in makes them, but on a full disk
        keys = account.keys or new_keys(key, actor.person_id)  # those open nothing: nothing is sealed to them
        return bytes.fromhex(keys.public), private_key(keys, key, actor.person_id)

    def store_of(self, actor: Actor) -> CoupleStore:
        """Return the store as a partner, or two together, read it: with what is theirs together opened.

        Whoever comes first makes good what lies there. A partner who waits for the other's key pair
        is looked up anew each time: then what was held in their drawer moves.
        """
        with self._lock:
            known = self._couples.get(actor.sitting_id)
        if known is not None and not known.is_held:
            if known.couple_id != actor.couple_id:  # of another couple than the sitting was begun for
                raise AccessError(problem("errors.access.ended"))
            return known
        drawer, key = None, self.sittings.couple_key_of(actor)
        if actor.role == "partner":
            drawer = self.drawer_of(actor)
            account = self.account_of(actor)
            if account.couple_id != actor.couple_id:
                raise AccessError(problem("errors.access.ended"))
            key = open_couple_key(self.store, account, self.sittings.key_of(actor))
        elif key is None:
            raise AccessError(problem("errors.access.ended"))
        couple = CoupleStore(self.store, actor.couple_id, key, drawer)
        waiting = self._waiting(couple, drawer)
        if not tend(couple, waiting, self.instruments, partial(self._decide_in, couple, actor)):
            return couple  # to be read; made good once there is room
        asked_from = self._find_asked_from(couple)
        with self._lock:
            self._couples[actor.sitting_id] = couple
            self._asked_from[actor.sitting_id] = asked_from
        if self.sittings.find(actor.sitting_id) is None:  # it ended meanwhile: no key is left behind
            self._forget_sitting(actor)
            raise AccessError(problem("errors.access.ended"))
        return couple

    def waiting_of(self, actor: Actor, drawer: Drawer | None = None) -> Waiting:
        """Return what waits between two, as somebody reaches it, with their own drawer if one is open."""
        if drawer is None and actor.role == "partner":
            drawer = self.drawer_of(actor)
        return self._waiting(self.store_of(actor), drawer)

    def _waiting(self, couple: CoupleStore, drawer: Drawer | None) -> Waiting:
        people = self.directory.pair(couple.couple_id).people
        return Waiting(couple, people, drawer, self._rules)

    def own_drawer(self, actor: Actor) -> OwnDrawer:
        """Return a partner's opened drawer, with what is needed to publish from it."""
        fold = read_fold(self.store_of(actor), actor.couple_id)
        asked_from, drawer = self.asked_from(actor), self.drawer_of(actor)
        return OwnDrawer(drawer, actor.couple_id, fold, self.instruments, asked_from)

    def write(
        self, actor: Actor, writing: Writing, expect: Mapping[str, int] = NOTHING, store: Store | None = None
    ) -> list[Row]:
        """Write for a partner what rests on nothing but that their account is as their sitting knows it.

        One round trip to the store, unless the account has changed since. What else is expected, and is so
        no more, is a `ConflictError` for whoever asked.

        Raises
        ------
        AccessError
            The account is no more, or no longer what the sitting began with: the sitting has ended.
        """
        for left in reversed(range(ATTEMPTS)):
            own = account_log(actor.person_id)
            try:
                return put(store or self.store, writing, {**expect, own: self.standing.last(actor)})
            except ConflictError as conflict:
                if not left or own not in conflict.logs:
                    raise
                self.standing.look(actor)
        raise AssertionError("unreachable")

    def decide(self, actor: Actor, logs: Iterable[str], decide: Decide) -> list[Row]:
        """Write for a partner what is decided from the rows of some logs; see `decide_and_write`.

        Raises
        ------
        AccessError
            The account is no more, or no longer what the sitting began with: the sitting has ended.
        """
        return self._decide_in(self.store_of(actor), actor, logs, decide)

    def _decide_in(self, store: Store, actor: Actor, logs: Iterable[str], decide: Decide) -> list[Row]:
        """Do as `decide`, with a store that is at hand; two together have no account of their own."""
        if actor.role != "partner":
            return decide_and_write(store, logs, decide)
        own = account_log(actor.person_id)

        def judged(seen: Seen) -> Writing:
            self.standing.judge(actor, seen[own])
            return decide(seen)

        return decide_and_write(store, [own, *logs], judged)

    def make_room(self, error: StorageError) -> None:
        """Give up the room that was kept aside for erasing, where something was refused for want of it.

        Raises
        ------
        StorageError
            The same, where that was not why, or there is no more room to give.
        """
        if not is_full(error) or self.spare is None or not self.spare.give_up():
            raise error

    def decide_as(self, store: Store, opened: Account, logs: Iterable[str], decide: Decide) -> list[Row]:
        """Write what is decided for somebody whose account was opened just now, without a sitting of theirs.

        Raises
        ------
        AccessError
            The account has changed since.
        """
        own = account_log(opened.person_id)

        def judged(seen: Seen) -> Writing:
            if fold_account(seen[own]) != opened:
                raise AccessError(problem("errors.access.ended"))
            return decide(seen)

        return decide_and_write(store, [own, *logs], judged)

    def asked_from(self, actor: Actor) -> int:
        """Return the first round in which somebody's couple is asked the edition of now; see `editions`.

        Nothing but the couple's own row and the table is looked at, once in a sitting: it never changes.
        """
        couple = self.store_of(actor)
        with self._lock:
            known = self._asked_from.get(actor.sitting_id)
        return self._find_asked_from(couple) if known is None else known

    def _find_asked_from(self, couple: CoupleStore) -> int:
        study_asks = self.study.edition if self.study is not None else ASKED
        made_in = self.directory.pair(couple.couple_id).made_in
        return first_round_of_now(made_in, read_fold(couple, couple.couple_id).last_before, study_asks)

    def shareable(self, instrument: Any, occasion: str, asked_from: int = 1) -> Instrument:
        """Return an instrument that can be shown to a partner, as it is asked on the occasion.

        Raises
        ------
        SharingError
            It is unknown or private, or the occasion is none.
        """
        known = self.instruments.get(instrument) if isinstance(instrument, str) else None
        if known is None:
            raise SharingError(problem("errors.sharing.unknown_instrument", instrument=str(instrument)[:40]))
        if known.is_private:
            raise SharingError(problem("errors.sharing.private"))
        # What is asked by the week is decided about as one line, and nothing else is.
        if not is_occasion(occasion) or (known.occasion == "weekly") is not (occasion == WEEKS):
            raise SharingError(problem("errors.sharing.bad_occasion"))
        return asked_on(self.instruments, occasion, asked_from)[known.id]

    def stop_at_end(self, actor: Actor, stops: list[Callable[[], None]]) -> Callable[[], None]:
        """Return what stops all of ``stops``; it is called as well when the sitting ends."""

        def stop() -> None:
            for stop_one in stops:
                stop_one()
            with self._lock:
                if stop in (listed := self._stops.get(actor.sitting_id, [])):
                    listed.remove(stop)

        with self._lock:
            self._stops[actor.sitting_id].append(stop)
        return stop

    def _settle_giving(self, actor: Actor) -> None:
        """Make good a partner's own place in the study, once in a sitting; see `settling`."""
        if self.study is None:
            return
        giver, own = self.giver_of(actor), account_log(actor.person_id)
        with self._lock:
            self._givers[actor.sitting_id] = giver

        def settle(seen: Seen) -> Writing:
            self.standing.judge(actor, seen[own])
            return settling(giver.place(), self.study, giver)

        with PassOverFullDisk():  # the next sitting does it
            decide_and_write(self.store, [own, research_log(actor.person_id)], settle)

    def _forget_sitting(self, actor: Actor) -> None:
        with self._lock:
            drawer = self._drawers.pop(actor.sitting_id, None)
            couple = self._couples.pop(actor.sitting_id, None)
            self._asked_from.pop(actor.sitting_id, None)
            giver = self._givers.pop(actor.sitting_id, None)
            stops = self._stops.pop(actor.sitting_id, [])
        for stop in stops:
            stop()
        owner = self.caseload.forget(actor)
        if drawer is not None or couple is not None:
            try:
                if drawer is not None:
                    self._leave_alike(actor, drawer, couple, giver, owner)
                self.store.settle_down()
            except WorkbookError as error:  # the sitting is over all the same; the next one makes it good
                _log.warning("the end of a sitting was not written: %s", name_defect(error))

    def _leave_alike(
        self,
        actor: Actor,
        drawer: Drawer,
        couple: CoupleStore | None,
        giver: Giver | None,
        owner: Owner | None,
    ) -> None:
        """Leave somebody's cells and rows as the end of every sitting does, whatever was done in it."""
        own, people = account_log(actor.person_id), couple_log(actor.couple_id)
        for left in reversed(range(ATTEMPTS)):
            rows, pair = self.store.read(own), self.store.read(people)
            account = fold_account(rows)
            if account is None:  # erased: nothing of theirs is written any more
                return
            writing, expect = drawer.settling()
            is_theirs = account.couple_id == actor.couple_id and not fold_couple(pair).is_unpaired
            if couple is not None and is_theirs:
                writing = Writing.of(writing, self._waiting(couple, drawer).rewriting())
            if giver is not None:
                writing = Writing.of(writing, settling(giver.place(), self.study, giver))
            if owner is not None and self.therapists.is_practice():
                there = owner.settling(None) if is_theirs else owner.writing(None, owner.place()[1])
                writing = Writing.of(writing, there)
            heads = {own: rows[-1].sequence, people: pair[-1].sequence if pair else 0}
            try:
                put(self.store, writing, expect | heads)
                return
            except ConflictError:
                if not left:
                    raise
