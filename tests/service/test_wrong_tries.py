"""That an account was tried is told to its owner alone, for thirty days, and what was tried is kept nowhere."""

from datetime import date, timedelta

import pytest

from tests.service.household import WORDS, House, begin
from tests.service.test_doors import DOORS, FROM_OUTSIDE, SEATED, guess
from workbook.errors import StorageError
from workbook.service.formats.values import WrongTries
from workbook.service.identity.wrong_tries import KEPT_DAYS, TriedBefore, tries_log

GUESS = "a wrong passphrase"


@pytest.fixture
def house() -> House:
    house = begin()
    house.table = house.together()[1]  # type: ignore[attr-defined]
    return house


def tries(house: House, person: int = 0) -> WrongTries:
    return house.local.seat_partner(house.actors[person]).wrong_tries()


def test_none_is_told_as_none(house: House) -> None:
    assert tries(house) == WrongTries()


@pytest.mark.parametrize("door", DOORS)
def test_every_door_tells_the_owner_and_nobody_else(house: House, door: str) -> None:
    guess(house, door, 3, GUESS)
    for _ in range(2):  # noted, then kept
        found = tries(house)
        where = (found.outside, found.in_sitting)
        assert where == ((0, 3) if door in SEATED else (3, 0))
        assert tries(house, 1) == WrongTries()
        house.local.keep_tries()


@pytest.mark.parametrize("door", FROM_OUTSIDE)
def test_a_right_one_is_not_counted(house: House, door: str) -> None:
    guess(house, door, 1, WORDS["Ada"])
    assert tries(house) == WrongTries()


def test_a_restart_forgets_none(house: House) -> None:
    guess(house, "sign_in", 2, GUESS)
    house.local.keep_tries()
    guess(house, "sign_in", 1, GUESS)
    guess(house, "recover", 1, GUESS)
    house.local.keep_tries()
    store = house.local._core.store
    again = TriedBefore(store)
    assert again.of(house.actors[0].person_id).outside == 4
    rows = store.read(tries_log(house.actors[0].person_id))
    assert sum(row.payload is not None for row in rows) == 1, "one row at a time"


def test_a_guess_itself_is_kept_nowhere(house: House) -> None:
    guess(house, "sign_in", 2, GUESS)
    house.local.keep_tries()
    store = house.local._core.store
    kept = b"".join(row.payload or b"" for log in store.logs("") for row in store.read(log))
    assert GUESS.encode() not in kept and b"days" in kept


def test_after_thirty_days_it_is_forgotten(house: House) -> None:
    store, person_id = house.local._core.store, house.actors[0].person_id
    day = [date(2026, 12, 1)]
    tried = TriedBefore(store, lambda: day[0])
    tried.note(person_id, "outside")
    tried.keep()
    day[0] += timedelta(days=KEPT_DAYS)
    assert tried.of(person_id) == WrongTries(1, "2026-12-01")
    tried.note(person_id, "sitting")
    tried.keep()
    day[0] += timedelta(days=1)
    assert tried.of(person_id) == WrongTries(0, "", 1, "2026-12-31")


def test_what_could_not_be_written_is_written_the_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageError("no room")

    store = house.local._core.store
    guess(house, "sign_in", 2, GUESS)
    with monkeypatch.context() as patch:
        patch.setattr(store, "write", full)
        house.local.keep_tries()
    assert tries(house).outside == 2
    house.local.keep_tries()
    assert TriedBefore(store).of(house.actors[0].person_id).outside == 2


def test_erasing_destroys_it_and_nothing_is_written_afterwards(house: House) -> None:
    person_id, store = house.actors[0].person_id, house.local._core.store
    guess(house, "sign_in", 2, GUESS)
    house.local.keep_tries()
    guess(house, "sign_in", 1, GUESS)
    house.local.seat_partner(house.actors[0]).erase(WORDS["Ada"])
    house.local.keep_tries()
    assert all(row.payload is None for row in store.read(tries_log(person_id)))


def test_tries_at_nobody_are_kept_nowhere(house: House) -> None:
    before = set(house.local._core.store.logs(""))
    for name in ("Nobody", "Ada"):
        with pytest.raises(Exception, match="fit together"):
            house.local.accounts.sign_in("lusab-rodin-malov-zirum", name, GUESS)
    house.local.keep_tries()
    assert set(house.local._core.store.logs("")) == before
