"""Therapists' accounts: guessing is limited, and a grant that was taken back is in no backup either."""

from pathlib import Path

import pytest

from tests.service.household import CHEAP, WORDS, begin
from workbook.errors import AccessError, SignInError, TooManyTriesError
from workbook.service.desks.household import Household
from workbook.service.identity.rate_limit import MOST_TRIES
from workbook.storage.backup import back_up, restore
from workbook.storage.sqlcipher import SqlCipherStore

KEY = bytes(range(32))


def test_a_therapist_signs_in_with_code_and_passphrase():
    house = begin()
    _, code = house.local.therapists.create("Dr. Grey", "nine quiet rooms")
    assert house.local.therapists.sign_in(code.upper(), "nine quiet rooms").role == "therapist"
    for wrong in ((code, "another passphrase"), ("no-such-code", "nine quiet rooms")):
        with pytest.raises(SignInError):
            house.local.therapists.sign_in(*wrong)
    with pytest.raises(AccessError):
        house.local.therapists.create("Dr. Grey", "password1")


def test_guessing_a_code_or_a_passphrase_is_limited():
    house = begin()
    _, code = house.local.therapists.create("Dr. Grey", "nine quiet rooms")
    for _ in range(MOST_TRIES):
        with pytest.raises(SignInError):
            house.local.therapists.sign_in(code, "a guess")
        with pytest.raises(SignInError):
            house.local.seat(house.actors[0]).grant_therapist("lusab-rodin")
    with pytest.raises(TooManyTriesError):
        house.local.therapists.sign_in(code, "nine quiet rooms")
    with pytest.raises(TooManyTriesError):
        house.local.seat(house.actors[0]).grant_therapist(code)


def test_restoring_an_older_backup_does_not_restore_a_grant(tmp_path: Path):
    data, stick = tmp_path / "data", tmp_path / "stick"
    for folder in (data, stick):
        folder.mkdir(mode=0o700)
    house = begin(SqlCipherStore(data, KEY, tmp_path / "erased"))
    _, code = house.local.therapists.create("Dr. Grey", "nine quiet rooms")
    for actor in house.actors:
        house.local.seat(actor).grant_therapist(code)
    backup = back_up(data, KEY, stick)
    house.local.seat(house.actors[0]).end_therapist()
    house.local.close()
    restore(backup, data, KEY, tmp_path / "erased")
    again = Household(SqlCipherStore(data, KEY, tmp_path / "erased"), cost=CHEAP)
    ada = again.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    ben = again.accounts.sign_in(house.code, "Ben", WORDS["Ben"])
    assert (again.seat(ada).my_therapist(), again.seat(ben).my_therapist()) == (None, "Dr. Grey")
    assert again.seat(again.therapists.sign_in(code, "nine quiet rooms")).read_cases() == []
    again.close()


def test_leaving_and_erasing_end_the_grant():
    for how in ("leave", "erase"):
        house = begin()
        _, code = house.local.therapists.create("Dr. Grey", "nine quiet rooms")
        house.local.seat(house.actors[0]).grant_therapist(code)
        getattr(house.local.seat(house.actors[0]), how)(WORDS["Ada"])
        assert not any(row.payload for row in house.store.read("grants"))
