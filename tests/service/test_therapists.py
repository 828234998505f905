"""Therapists' accounts: guesses are limited, digits count once, and nothing granted comes back by a backup."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from tests.service.household import CHEAP, WORDS, House, begin, tries_later
from tests.service.practice import PASSPHRASE, SCORES, Practice, agree, join, practice_in
from workbook.errors import AccessError, SignInError, TooManyTriesError
from workbook.service.cases import notes
from workbook.service.cases.notes import notes_log
from workbook.service.cases.place import place_cell
from workbook.service.desks.household import Household
from workbook.service.formats.values import Actor
from workbook.service.identity.rate_limit import MOST_TRIES
from workbook.storage.backup import back_up, restore
from workbook.storage.base import Entry
from workbook.storage.memory import MemoryStore
from workbook.storage.sqlcipher import SqlCipherStore

KEY = bytes(range(32))


@pytest.fixture
def house() -> House:
    return begin()


@pytest.fixture
def practice(house: House) -> Practice:
    return practice_in(house)


class _Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(house: House) -> _Clock:
    made = _Clock()
    house.local.therapists._clock = made
    return made


def digits(secret: str, clock: _Clock) -> str:
    return pyotp.TOTP(secret).at(int(clock.now))


def with_factor(house: House, practice: Practice, clock: _Clock) -> str:
    secret, address = house.local.therapists.offer_factor(practice.actor)
    assert secret in address
    house.local.therapists.set_factor(practice.actor, PASSPHRASE, secret, digits(secret, clock))
    clock.now += 30
    return secret


def _refused(house: House, *given: str) -> str:
    with pytest.raises(SignInError) as refused:
        house.local.therapists.sign_in(*given)
    return str(refused.value)


# -- signing in -------------------------------------------------------------------------
def test_a_therapist_signs_in_with_code_and_passphrase(house: House, practice: Practice) -> None:
    assert house.local.therapists.sign_in(practice.code.upper(), PASSPHRASE).role == "therapist"
    for wrong in ((practice.code, "another passphrase"), ("no-such-code", PASSPHRASE)):
        _refused(house, *wrong)
    with pytest.raises(AccessError):
        house.local.therapists.create("Dr. Grey", "password1")


def test_guessing_a_code_or_a_passphrase_is_limited(house: House, practice: Practice) -> None:
    for _ in range(MOST_TRIES):
        _refused(house, practice.code, "a guess")
        with pytest.raises(SignInError):
            house.local.seat_partner(house.actors[0]).join_case("lusab-rodin")
    with pytest.raises(TooManyTriesError):
        house.local.therapists.sign_in(practice.code, PASSPHRASE)
    with pytest.raises(TooManyTriesError):
        house.local.seat_partner(house.actors[0]).join_case(practice.case.code)
    house.local.seat_partner(house.actors[1]).join_case(practice.case.code)
    with tries_later(16 * 60):
        house.local.therapists.sign_in(practice.code, PASSPHRASE)


def test_the_recovery_code_sets_a_new_passphrase_and_takes_the_second_factor_off(
    house: House, practice: Practice, clock: _Clock
) -> None:
    with_factor(house, practice, clock)
    with pytest.raises(SignInError):
        house.local.therapists.recover(practice.code, "K7M2Q", "seven quiet lanterns")
    welcome = house.local.therapists.recover(practice.code, practice.recovery_code, "seven quiet lanterns")
    assert welcome.recovery_code != practice.recovery_code
    assert [one.label for one in _seat(house, welcome.actor).cases()] == [practice.case.label]
    with pytest.raises(AccessError):
        practice.service.cases()
    house.local.therapists.sign_in(practice.code, "seven quiet lanterns")
    with pytest.raises(SignInError):
        house.local.therapists.recover(practice.code, practice.recovery_code, "eight quiet lanterns")


def test_a_changed_passphrase_ends_the_other_sittings_also_on_another_server(house: House) -> None:
    practice = practice_in(house)
    other = Household(house.store, cost=CHEAP)
    elsewhere = other.seat(other.therapists.sign_in(practice.code, PASSPHRASE))
    here = _seat(house, house.local.therapists.sign_in(practice.code, PASSPHRASE))
    assert elsewhere.cases() and here.cases()  # type: ignore[attr-defined]
    house.local.therapists.change_passphrase(practice.actor, PASSPHRASE, "seven quiet lanterns")
    for ended in (elsewhere, here):
        with pytest.raises(AccessError):
            ended.cases()  # type: ignore[attr-defined]
    assert practice.service.cases()


# -- the second factor ------------------------------------------------------------------
def test_digits_are_asked_for_once_set_and_count_once(
    house: House, practice: Practice, clock: _Clock
) -> None:
    secret = with_factor(house, practice, clock)
    used = digits(secret, clock)
    house.local.therapists.sign_in(practice.code, PASSPHRASE, used)
    said = {
        _refused(house, practice.code, PASSPHRASE, used),
        _refused(house, practice.code, PASSPHRASE),
        _refused(house, practice.code, "another passphrase", digits(secret, clock)),
        _refused(house, "no-such-code", PASSPHRASE),
    }
    assert len(said) == 1, "what was wrong is told to nobody"
    clock.now += 30
    house.local.therapists.sign_in(practice.code, PASSPHRASE, digits(secret, clock))
    assert practice.service.practice().has_second_factor
    house.local.therapists.end_factor(practice.actor, PASSPHRASE, None)
    house.local.therapists.sign_in(practice.code, PASSPHRASE)


def test_a_therapist_sets_and_takes_off_a_second_step_on_their_own_page(
    house: House, practice: Practice, clock: _Clock
) -> None:
    """It takes the passphrase and digits that were not used, both ways; a wrong one changes nothing."""
    desk, offered = practice.service, practice.service.offer_second_step()
    assert offered.secret in offered.address and offered.address.startswith("otpauth://totp/")
    assert not desk.practice().has_second_factor, "what is offered does not count yet"
    for wrong in ((PASSPHRASE, "000000"), ("a guess", digits(offered.secret, clock))):
        with pytest.raises(SignInError):
            desk.set_second_step(wrong[0], offered.secret, wrong[1])
    first = digits(offered.secret, clock)
    assert desk.set_second_step(PASSPHRASE, offered.secret, first).has_second_factor
    for wrong in ((PASSPHRASE, first), (PASSPHRASE, ""), ("a guess", digits(offered.secret, clock))):
        with pytest.raises(SignInError):
            desk.end_second_step(*wrong)
    assert desk.practice().has_second_factor
    clock.now += 30
    assert not desk.end_second_step(PASSPHRASE, digits(offered.secret, clock)).has_second_factor
    house.local.therapists.sign_in(practice.code, PASSPHRASE)


def test_digits_are_guessed_ten_times_and_no_more(house: House, practice: Practice, clock: _Clock) -> None:
    secret = with_factor(house, practice, clock)
    for _ in range(MOST_TRIES):
        with pytest.raises(SignInError):
            practice.service.end_second_step(PASSPHRASE, "000000")
    with pytest.raises(TooManyTriesError):
        practice.service.end_second_step(PASSPHRASE, digits(secret, clock))


def test_digits_of_long_ago_or_of_the_setting_itself_do_not_count(
    house: House, practice: Practice, clock: _Clock
) -> None:
    secret, _ = house.local.therapists.offer_factor(practice.actor)
    first = digits(secret, clock)
    house.local.therapists.set_factor(practice.actor, PASSPHRASE, secret, first)
    _refused(house, practice.code, PASSPHRASE, first)
    clock.now += 300
    _refused(house, practice.code, PASSPHRASE, pyotp.TOTP(secret).at(int(clock.now) - 90))


@pytest.mark.parametrize("wrong", [("", "000000"), ("not a secret!", "000000")])
def test_no_secret_without_its_digits_is_kept(
    house: House, practice: Practice, wrong: tuple[str, str]
) -> None:
    with pytest.raises(SignInError):
        house.local.therapists.set_factor(practice.actor, PASSPHRASE, *wrong)
    assert not practice.service.practice().has_second_factor


def test_at_rest_nothing_tells_whether_there_is_a_second_factor(
    house: House, practice: Practice, clock: _Clock
) -> None:
    practice_in(house, "Dr. Moss")
    with_factor(house, practice, clock)
    rows = [row.payload for row in house.store.read("therapists") if row.payload is not None]
    assert len(rows) == 2 and len({len(row or b"") for row in rows}) == 1


# -- what ends, ends for good -----------------------------------------------------------
def test_restoring_an_older_backup_does_not_restore_what_was_granted(tmp_path: Path) -> None:
    data, stick = tmp_path / "data", tmp_path / "stick"
    for folder in (data, stick):
        folder.mkdir(mode=0o700)
    house = begin(SqlCipherStore(data, KEY, tmp_path / "erased"))
    practice = practice_in(house)
    for actor in house.actors:
        one = house.local.seat_partner(actor)
        agree(one)
        join(one, practice, SCORES)
    backup = back_up(data, KEY, stick)
    house.local.seat_partner(house.actors[0]).leave_case()
    house.local.close()
    restore(backup, data, KEY, tmp_path / "erased")
    again = Household(SqlCipherStore(data, KEY, tmp_path / "erased"), cost=CHEAP)
    seated: Any = again.seat(again.therapists.sign_in(practice.code, PASSPHRASE))
    assert [member.name for member in seated.cases()[0].members] == ["Ben"]
    ada = again.seat_partner(again.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))
    assert ada.my_case() is None
    again.close()


def test_an_erased_person_has_no_place_and_a_parted_couples_is_emptied(house: House) -> None:
    practice = practice_in(house)
    for actor in house.actors:
        one = house.local.seat_partner(actor)
        agree(one)
        join(one, practice, SCORES)
    house.local.seat_partner(house.actors[0]).erase(WORDS["Ada"])
    assert house.store.read_cell(place_cell(house.actors[0].person_id)).content is None
    assert practice.service.cases()[0].members == ()
    ben = house.local.seat_partner(house.local.accounts.sign_in(house.code, "Ben", WORDS["Ben"]))
    ben.read_events()
    assert ben.my_case() is None


def test_notes_are_destroyed_on_their_day_without_anybodys_key(house: House, practice: Practice) -> None:
    note = practice.service.write_note(practice.case.case_id, "free", "They laughed.")
    assert date.fromisoformat(note.until) - date.fromisoformat(note.written) == timedelta(days=365)
    practice.service.set_policy("no_secrets", "", 90)
    (kept,) = practice.service.notes(practice.case.case_id)
    assert date.fromisoformat(kept.until) - date.fromisoformat(kept.written) == timedelta(days=90)
    for day, n_left in ((date.fromisoformat(kept.until) - timedelta(days=1), 1), (None, 0)):
        notes.tidy(house.store, today=day or date.fromisoformat(kept.until))
        log = house.store.read(notes_log(practice.actor.person_id))
        assert sum(row.payload is not None for row in log) == n_left


def test_a_therapist_erases_their_practice_alone(house: House, practice: Practice) -> None:
    ada = house.local.seat_partner(house.actors[0])
    agree(ada)
    join(ada, practice, SCORES)
    practice.service.write_note(practice.case.case_id, "free", "They laughed.")
    moss = practice_in(house, "Dr. Moss")
    with pytest.raises(SignInError):
        practice.service.erase_practice("another passphrase")
    practice.service.erase_practice(PASSPHRASE)
    for log in (f"drawer/{practice.actor.person_id}", notes_log(practice.actor.person_id)):
        assert not any(row.payload for row in house.store.read(log)), log
    assert f"private/{practice.actor.person_id}" not in house.store.cells()
    assert len(house.store.cells("case/")) == 1, "Dr. Moss has a case still"
    assert ada.my_case() is None
    _refused(house, practice.code, PASSPHRASE)
    with pytest.raises(AccessError):
        practice.service.cases()
    assert len(moss.service.cases()) == 1


def test_grants_of_an_earlier_version_are_destroyed_at_the_start() -> None:
    store = MemoryStore()
    store.write([Entry("grants", "old", "sealed", b"keys")])
    Household(store, cost=CHEAP)
    assert not any(row.payload for row in store.read("grants"))


def _seat(house: House, actor: Actor) -> Any:
    return house.local.seat(actor)
