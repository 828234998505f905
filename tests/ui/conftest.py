"""A real couple over a real service in memory, and one real browser for the whole run."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.ui.browser import chromium, served
from workbook.address import Address
from workbook.content.document import consent_hash
from workbook.service.desks.household import Household
from workbook.service.formats.crypto import Cost
from workbook.service.formats.values import Actor, Answer
from workbook.service.identity.sittings import Sittings
from workbook.session import Session
from workbook.storage.memory import MemoryStore
from workbook.ui.pages import PAGES
from workbook.ui.path import Pages

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


@pytest.fixture
def household() -> Iterator[Household]:
    forever = float("inf")
    household = Household(MemoryStore(), sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP)
    yield household
    household.close()


@pytest.fixture
def actors(household: Household) -> tuple[Actor, Actor]:
    """Return Maya and Jonah, who joined and did nothing else."""
    first = household.accounts.create_couple("Maya", "maya's passphrase")
    second = household.accounts.join(first.code, "Jonah", "jonah's passphrase")
    return first.actor, second.actor


@pytest.fixture
def maya(household: Household, actors: tuple[Actor, Actor]) -> Session:
    return Session(household.seat_partner(actors[0]))


@pytest.fixture
def jonah(household: Household, actors: tuple[Actor, Actor]) -> Session:
    return Session(household.seat_partner(actors[1]))


def pages_of(session: Session) -> Pages:
    """Return the pages of a sitting, without any widget."""
    return Pages(session, PAGES)


def catch_up_until(session: Session, happened: Callable[[], object]) -> None:
    """Read again what changed until something has happened: a store notifies on a thread of its own."""
    until = time.monotonic() + 10
    while not happened() and time.monotonic() < until:
        session.catch_up()
        time.sleep(0.01)
    assert happened()


def status(session: Session, page: str) -> str:
    """Return a page's status."""
    return pages_of(session).status(Address.read(page))


@pytest.fixture
def take_part() -> Callable[[Session], Session]:
    """Bring a session past the consent."""

    def consented(session: Session) -> Session:
        session.mark_seen("introduction")
        session.mark_seen("limits")
        session.agree("consent", consent_hash(), agreed=True)
        return session

    return consented


@pytest.fixture
def answer_all() -> Callable[..., None]:
    """Answer every item of an instrument with one value."""

    def answered(session: Session, instrument_id: str = "connection", value: int = 3) -> None:
        items = session.instruments[instrument_id].items
        session.save(
            [
                Answer(
                    f"{session.actor.person_id}-{item.id}-{session.occasion}",
                    session.occasion,
                    item.id,
                    min(value, item.scale.highest),
                )
                for item in items
            ]
        )

    return answered


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
