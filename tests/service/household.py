"""A small household for tests: a couple, their two pages, cheap passphrases, a settable clock."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tests.service.keyed import PRIVATE, with_key
from workbook.instruments import catalogue
from workbook.service.couple.sealing import TOGETHER, CoupleStore
from workbook.service.desks.household import Household
from workbook.service.desks.roles import RoleService
from workbook.service.formats.crypto import Cost
from workbook.service.formats.values import Actor, Answer
from workbook.service.identity import rate_limit
from workbook.service.identity.couple_keys import open_couple_key
from workbook.service.identity.directory import Directory
from workbook.service.identity.locks import unlock
from workbook.service.identity.sittings import Sittings
from workbook.service.studies.blob import blob_in, place_of
from workbook.service.studies.given import copy_in
from workbook.service.studies.study import Study
from workbook.storage.base import Row, Store
from workbook.storage.memory import MemoryStore

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
WORDS = {"Ada": "ada has a secret", "Ben": "ben has another"}
OCCASION = "assessment-1"
INSTRUMENT = "connection"
BEFORE_KEYS = Study("Talk and trust", "How couples talk.", ("connection", "needs"), "team@example.org", 24)
STUDY = with_key(BEFORE_KEYS)


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """``a`` and ``b`` are how each partner's page reaches the service: (service, actor)."""

    local: Household
    store: Store
    clock: Clock
    code: str
    recovery: dict[str, str]
    actors: tuple[Actor, Actor]
    reach: Callable[[Actor], tuple[RoleService, Actor]] = field(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.reach is None:
            self.reach = lambda actor: (self.local.seat(actor), actor)
        self.a = self.reach(self.actors[0])
        self.b = self.reach(self.actors[1])

    def together(self) -> tuple[RoleService, Actor]:
        return self.reach(self.local.accounts.sign_in_together(self.code, list(WORDS.items())))


def begin(
    store: Store | None = None,
    reach: Callable[[Household], Callable[[Actor], tuple[RoleService, Actor]]] | None = None,
    study: Study | None = STUDY,
) -> House:
    """A couple that has just joined, where a study is run."""
    store = MemoryStore() if store is None else store
    clock = Clock()
    local = Household(store, sittings=Sittings(clock=clock), cost=CHEAP, study=study)
    first = local.accounts.create_couple("Ada", WORDS["Ada"])
    second = local.accounts.join(first.code, "Ben", WORDS["Ben"])
    recovery = {"Ada": first.recovery_code, "Ben": second.recovery_code}
    return House(
        local,
        store,
        clock,
        first.code,
        recovery,
        (first.actor, second.actor),
        reach(local) if reach else None,
    )


def opened(store: Store, log: str) -> list[Row]:
    """Return the rows of a log of this couple's as either of the two reads them; nothing is made good first."""
    name, _, couple_id = log.partition("/")
    directory = Directory(store)
    if name not in TOGETHER or not directory.pair(couple_id).keys:
        return store.read(log)
    account = directory.accounts_of(couple_id)[-1]
    drawer_key = unlock(account.by_passphrase, WORDS[account.name], account.person_id)
    return CoupleStore(store, couple_id, open_couple_key(store, account, drawer_key or b"")).read(log)


def copy_of(store: Store, person_id: str, private: bytes = PRIVATE) -> dict[str, Any] | None:
    """Return what the study has of one person, as its researcher's key opens it."""
    row = blob_in(place_of(store, person_id))
    return None if row is None else copy_in(row, private, person_id)


@contextmanager
def tries_later(seconds: float) -> Iterator[None]:
    """Move the rate limiter's clock forward: `limits` reads the computer's clock and takes no other."""
    later = SimpleNamespace(time=lambda: time.time() + seconds)
    with mock.patch("limits.storage.memory.time", later), mock.patch.object(rate_limit, "time", later):
        yield


def answers(
    value: int = 3, *, instrument: str = INSTRUMENT, occasion: str = OCCASION, first: int = 0, most: int = 500
) -> list[Answer]:
    """An answer to every item of an instrument, clipped to each item's scale."""
    items = catalogue()[instrument].items[first : first + most]
    return [
        Answer(
            f"{occasion}-{item.id}-{value}",
            occasion,
            item.id,
            min(max(value, item.scale.lowest), item.scale.highest),
        )
        for item in items
    ]


def offered(service: RoleService) -> set[str]:
    """Return every public verb of an interface: any other attribute would be a way round it."""
    own = {name for name in dir(service) if not name.startswith("_")}
    return own - {"actor", "close", "follow", "tell_defect", "private_copy"}
