"""What open pages hear of a case, on one server and on two, and what asking costs: nothing of it tells a decision."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest

from tests.service.household import CHEAP, INSTRUMENT, OCCASION, WORDS, House, answers, begin
from tests.service.practice import (
    FACET,
    PASSPHRASE,
    SCORES,
    Practice,
    agree,
    begun,
    join,
    practice_in,
    reveal,
)
from workbook.errors import AccessError, SignInError, problem
from workbook.instruments import catalogue
from workbook.service.cases.office import Office
from workbook.service.desks.caseload import Caseload
from workbook.service.desks.household import Household
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.values import Change
from workbook.storage.base import Cell, Row
from workbook.storage.memory import MemoryStore
from workbook.storage.watchers import Watchers

OF_FACET = catalogue()[INSTRUMENT].subscale_by_id[FACET].items
CASE_ONLY = {INSTRUMENT: Granted(ToCase.SCORES)}
# What A may have done by the time that a topic is asked for; B has granted all of it.
WORLDS: Mapping[str, Callable[[Any], object]] = {
    "granted nothing": lambda _ada: None,
    "granted the therapist alone": lambda ada: _grant(ada, CASE_ONLY),
    "took it back": lambda ada: (_grant(ada, SCORES), ada.take_back_in_session(FACET)),
    "took all back": lambda ada: (_grant(ada, SCORES), _grant(ada, {})),
    "holds the answers back": lambda ada: (
        ada.decide(INSTRUMENT, OCCASION, "nothing", list(OF_FACET)),
        _grant(ada, SCORES),
    ),
}


class Noting(MemoryStore):
    """Notes what is asked of it: names and sizes, and nothing that is drawn by chance."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[object] = []

    def read(self, log: str, after: int = 0) -> list[Row]:
        self.asked.append(("read", log.partition("/")[0]))
        return super().read(log, after)

    def read_cell(self, name: str) -> Cell:
        cell = super().read_cell(name)
        self.asked.append(("cell", name.partition("/")[0], len(cell.content or b"")))
        return cell

    def write(self, entries: Any, **what: Any) -> Any:
        self.asked.append(("write", len(entries), sorted(map(str, what.get("cells", ())))))
        return super().write(entries, **what)


def _grant(service: Any, grants: dict[str, Granted]) -> None:
    service.grant_case(grants, until="", policy_hash=service.my_case().policy_hash)


def in_session(store: MemoryStore | None = None) -> tuple[House, Practice]:
    house = begin(store)
    practice = practice_in(house)
    begun(house, practice, {})
    _grant(house.b[0], SCORES)
    return house, practice


# -- what asking costs, and tells --------------------------------------------------------
def _told_and_asked(what: str) -> tuple[list[object], list[object]]:
    """What B, the two together and the therapist are told, and what that asks of the store."""
    store = Noting()
    house, practice = in_session(store)
    WORLDS[what](house.a[0])
    together = house.together()[0]
    for look in (together.session_now, house.b[0].session_now):  # once before: what is opened once is open
        look()
    store.asked.clear()
    told = []
    for look in (lambda: reveal(practice), house.b[0].session_now, together.session_now):
        seen: Any = look()
        told.append((seen.asked, seen.revealed, seen.offered, seen.reveals_left, seen.here, seen.started))
        store.asked.append("---")
    return told, store.asked


def test_whatever_a_has_done_all_pages_are_the_same_and_ask_the_same() -> None:
    """The therapist's too: none of them tells why a topic is not shown."""
    worlds = {what: _told_and_asked(what) for what in WORLDS}
    first = worlds["granted nothing"]
    assert {what for what, (told, _) in worlds.items() if told != first[0]} == set()
    assert {what for what, (_, asked) in worlds.items() if asked != first[1]} == set()


def test_b_hears_of_nothing_while_a_grants_takes_back_and_leaves() -> None:
    house, practice = in_session()
    reveal(practice)
    heard: list[Change] = []
    house.b[0].watch(heard.append)
    ada = house.a[0]
    _grant(ada, CASE_ONLY)
    ada.offer_in_session(FACET)
    ada.take_back_in_session(FACET)
    _grant(ada, {})
    ada.leave_case()
    assert heard == []


# -- what open pages hear ----------------------------------------------------------------
def test_all_pages_hear_of_what_is_shown_and_of_what_is_taken_off() -> None:
    house, practice = in_session()
    _grant(house.a[0], SCORES)
    heard: dict[str, list[str]] = {name: [] for name in ("ada", "ben", "therapist")}
    for name, page in zip(heard, (house.a[0], house.b[0], practice.service), strict=True):
        page.watch(lambda change, name=name: heard[name].append(change.what))
    for change in (lambda: reveal(practice), lambda: _grant(house.a[0], {})):
        for told in heard.values():
            told.clear()
        change()
        assert all("session" in told for told in heard.values()), heard
    assert house.b[0].session_now().revealed == ()


def test_a_therapist_hears_of_a_grant_and_not_of_a_sitting_that_changes_nothing() -> None:
    house = begin()
    practice = practice_in(house)
    for service, _ in (house.a, house.b):
        agree(service)
        service.save_answers(answers(2))
        join(service, practice)
    heard: list[Change] = []
    practice.service.watch(heard.append)
    house.local.sittings.end(house.actors[0].sitting_id)
    again = house.local.seat_partner(house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))
    again.read_events()
    assert heard == []
    _grant(again, SCORES)
    assert Change("case", "", practice.case.case_id) in heard


def test_a_therapist_hears_nothing_of_another_therapists_case() -> None:
    house = begin()
    practice, other = practice_in(house), practice_in(house, "Dr. Moss")
    for service, _ in (house.a, house.b):
        agree(service)
        join(service, practice)
    heard: list[Change] = []
    other.service.watch(heard.append)
    _grant(house.a[0], SCORES)
    practice.service.tick_case(practice.case.case_id, "consent", stands=True)
    assert heard == []


def test_what_is_held_back_in_a_session_is_shown_no_longer() -> None:
    house, practice = in_session()
    _grant(house.a[0], SCORES)
    assert reveal(practice).revealed
    house.a[0].decide(INSTRUMENT, OCCASION, "nothing", list(OF_FACET))
    pages = (house.b[0].session_now(), practice.service.session(practice.case.case_id))
    assert [page.revealed for page in pages] == [(), ()]


def test_who_waits_for_their_partner_joins_and_grants_already() -> None:
    house = begin()
    practice = practice_in(house)
    alone = house.local.accounts.create_couple("Cid", "cid has a third secret")
    cid = house.local.seat_partner(alone.actor)
    agree(cid)
    cid.save_answers(answers(2))
    join(cid, practice, SCORES)
    assert [one.name for one in practice.service.cases()[0].members] == ["Cid"]
    second = house.local.accounts.join(alone.code, "Dee", "dee has a fourth secret")
    dee = house.local.seat_partner(second.actor)
    agree(dee)
    join(dee, practice)
    cid.read_table()
    read = practice.service.read_case(practice.case.case_id)
    assert [one.name for one in read.seen.members] == ["Cid", "Dee"]
    assert {one.person_id for one in read.publications} == {alone.actor.person_id}


def test_more_than_finds_room_is_published_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was granted stands; what was published before is gone, since it may hold no more."""
    house, practice = in_session()
    _grant(house.a[0], {INSTRUMENT: Granted(ToCase.ANSWERS)})
    case_id, ada = practice.case.case_id, house.actors[0].person_id
    assert ada in {one.person_id for one in practice.service.read_case(case_id).publications}
    monkeypatch.setattr("workbook.service.cases.place.ROOM", 1_500)
    house.a[0].decide(INSTRUMENT, OCCASION, "nothing")
    assert ada not in {one.person_id for one in practice.service.read_case(case_id).publications}
    assert house.a[0].my_case().is_standing


# -- two servers -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("undo", "reader"),
    [
        *product(["grant nothing", "leave the case"], ["partner", "both", "therapist"]),
        ("erase", "therapist"),  # it parts the two, who are in no session any more
    ],
)
def test_what_is_taken_back_on_another_server_is_gone_by_the_next_read(
    undo: str, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody who watches has heard of it yet: a read looks for itself."""
    monkeypatch.setattr(Watchers, "tell", lambda *_: None)
    house, practice = in_session()
    together = house.together()[0]
    read = {
        "partner": house.b[0].session_now,
        "both": together.session_now,
        "therapist": lambda: practice.service.session(practice.case.case_id),
    }[reader]
    _grant(house.a[0], SCORES)
    reveal(practice)
    assert len(read().revealed) == 1
    other = Household(house.store, cost=CHEAP)
    ada = other.seat_partner(other.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))
    match undo:
        case "grant nothing":
            _grant(ada, {})
        case "leave the case":
            ada.leave_case()
        case "erase":
            ada.erase(WORDS["Ada"])
    assert read().revealed == ()


def test_a_therapist_who_has_signed_out_shows_nothing_that_a_place_no_longer_grants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Watchers, "tell", lambda *_: None)
    house, practice = in_session()
    _grant(house.a[0], SCORES)
    reveal(practice)
    house.local.sittings.end(practice.actor.sitting_id)
    assert len(house.b[0].session_now().revealed) == 1
    other = Household(house.store, cost=CHEAP)
    _grant(other.seat_partner(other.accounts.sign_in(house.code, "Ada", WORDS["Ada"])), {})
    assert house.b[0].session_now().revealed == ()


@pytest.mark.parametrize("broken", ["office", "owner too"])
def test_where_nobody_can_tell_what_is_granted_nothing_is_shown(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a sitting ends in the very moment of a read."""
    monkeypatch.setattr(Watchers, "tell", lambda *_: None)
    house, practice = in_session()
    _grant(house.a[0], SCORES)
    reveal(practice)
    assert len(house.b[0].session_now().revealed) == 1
    other = Household(house.store, cost=CHEAP)
    _grant(other.seat_partner(other.accounts.sign_in(house.code, "Ada", WORDS["Ada"])), {})

    def ended(*_: object, **__: object) -> object:
        raise AccessError(problem("errors.access.ended"))

    monkeypatch.setattr(Office, "joined", ended)
    if broken == "owner too":
        monkeypatch.setattr(Caseload, "shown_by", ended)
    assert house.b[0].session_now().revealed == ()


def test_a_case_is_read_alike_on_two_servers_and_has_one_couple() -> None:
    house = begin()
    practice = practice_in(house)
    other = Household(house.store, cost=CHEAP)
    elsewhere: Any = other.seat(other.therapists.sign_in(practice.code, PASSPHRASE))
    agree(house.a[0])
    house.a[0].save_answers(answers(2))
    join(house.a[0], practice, SCORES)
    case_id = practice.case.case_id
    assert len(elsewhere.read_case(case_id).publications) == 1
    assert len(practice.service.read_case(case_id).publications) == 1
    stranger = other.accounts.create_couple("Cid", "cid has a third secret")
    with pytest.raises(SignInError):
        other.seat_partner(stranger.actor).join_case(practice.case.code)
