"""What every role's interface stands on: the store, who is signed in, the opened drawers, the locks."""

import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from workbook.answers import is_occasion
from workbook.errors import AccessError, SharingError, problem
from workbook.instruments.model import Instrument
from workbook.service.cases.therapists import Therapists
from workbook.service.couple.drawers import AUDIT, Drawer, Record, drawer_log
from workbook.service.couple.trail import forget_trail
from workbook.service.identity.accounts import Accounts
from workbook.service.identity.directory import Account, Directory
from workbook.service.identity.sittings import Sittings
from workbook.service.study import Study
from workbook.service.values import Actor
from workbook.storage.base import Store


@dataclass
class Core:
    """The parts that interfaces of all roles share; see `workbook.service.household.Household`."""

    store: Store
    instruments: Mapping[str, Instrument]
    study: Study | None
    copy_wait: timedelta
    directory: Directory
    sittings: Sittings
    accounts: Accounts
    therapists: Therapists
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _locks: dict[str, threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))
    _drawers: dict[str, Drawer] = field(default_factory=dict)
    _stops: dict[str, list[Callable[[], None]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.sittings.on_end(self._forget_sitting)

    def lock_of(self, name: str) -> threading.RLock:
        """Return the lock of a log or a couple; a couple's is taken within a drawer's, never round it."""
        with self._lock:
            return self._locks[name]

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
        with self.lock_of(drawer_log(actor.person_id)):
            key = self.sittings.key_of(actor)
            drawer = self._drawers.get(actor.sitting_id)
            if drawer is None:
                self.account_of(actor)
                drawer = Drawer(self.store, actor.person_id, key)
                forget_trail(drawer, self.instruments)
                drawer.add([Record(AUDIT, uuid.uuid4().hex, {"what": "opened"})])
                self._drawers[actor.sitting_id] = drawer
        return drawer

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Drawer]:
        """Give a partner's drawer to write into: no erasure comes between, and after one it is refused."""
        drawer = self.drawer_of(actor)
        with self.lock_of(drawer.log):
            self.account_of(actor)
            yield self.drawer_of(actor)
        self.sittings.act(actor.sitting_id)

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

    def refuse_unpaired(self, couple_id: str) -> None:
        """Refuse what needs a table once the two have parted."""
        if self.directory.is_unpaired(couple_id):
            raise AccessError(problem("errors.access.closed_couple"))

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
