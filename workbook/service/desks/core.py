"""What every role's interface stands on: the store, who is signed in, the opened drawers."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from workbook.answers import is_occasion
from workbook.errors import AccessError, ConflictError, SharingError, StorageError, problem
from workbook.instruments.model import Instrument
from workbook.service.cases.therapists import Therapists
from workbook.service.couple.drawers import AUDIT, Drawer, Record
from workbook.service.couple.private_copy import OPENED, opening_of
from workbook.service.couple.trail import forget_trail
from workbook.service.formats.values import Actor
from workbook.service.identity.accounts import Accounts
from workbook.service.identity.directory import Account, Directory, account_log, fold_account
from workbook.service.identity.sittings import Sittings
from workbook.service.identity.standing import Standing
from workbook.service.studies.study import Study
from workbook.storage.base import Row, Store, Writing
from workbook.storage.deciding import ATTEMPTS, Seen, decide_and_write
from workbook.storage.spare import Spare, is_full

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
    spare: Spare | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _drawers: dict[str, Drawer] = field(default_factory=dict)
    _stops: dict[str, list[Callable[[], None]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
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
            drawer = Drawer(self.store, actor.person_id, key, lambda writing: self.write(actor, writing))
            try:
                forget_trail(drawer, self.instruments)
                drawer.add([Record(AUDIT, opening_of(actor), {"what": OPENED})])
            except StorageError as error:
                if not is_full(error):
                    raise
                return drawer  # to be read, and erased; its opening is noted once there is room
            with self._lock:
                drawer = self._drawers.setdefault(actor.sitting_id, drawer)
            if self.sittings.find(actor.sitting_id) is None:  # it ended meanwhile: no key is left behind
                self._forget_sitting(actor)
                raise AccessError(problem("errors.access.ended"))
        return drawer

    def write(self, actor: Actor, writing: Writing) -> list[Row]:
        """Write for a partner what rests on nothing but that their account is as their sitting knows it.

        One round trip to the store, unless the account has changed since.

        Raises
        ------
        AccessError
            The account is no more, or no longer what the sitting began with: the sitting has ended.
        """
        for left in reversed(range(ATTEMPTS)):
            expect = {account_log(actor.person_id): self.standing.last(actor)}
            try:
                return self.store.write(
                    writing.entries, expect=expect, forget=writing.forget, superseded=writing.superseded
                )
            except ConflictError:
                if not left:
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
        own = account_log(actor.person_id)

        def judged(seen: Seen) -> Writing:
            self.standing.judge(actor, seen[own])
            return decide(seen)

        return decide_and_write(self.store, [own, *logs], judged)

    def make_room(self, error: StorageError) -> None:
        """Give up the room that was kept aside for erasing, where something was refused for want of it.

        Raises
        ------
        StorageError
            The same, where that was not why, or there is no more room to give.
        """
        if not is_full(error) or self.spare is None or not self.spare.give_up():
            raise error

    def decide_as(self, opened: Account, logs: Iterable[str], decide: Decide) -> list[Row]:
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

        return decide_and_write(self.store, [own, *logs], judged)

    def shareable(self, instrument: Any, occasion: str) -> Instrument:
        """Return an instrument that can be shown to a partner.

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
        if not is_occasion(occasion):
            raise SharingError(problem("errors.sharing.bad_occasion"))
        return known

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

    def _forget_sitting(self, actor: Actor) -> None:
        with self._lock:
            self._drawers.pop(actor.sitting_id, None)
            stops = self._stops.pop(actor.sitting_id, [])
        for stop in stops:
            stop()
