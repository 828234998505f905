"""On a full disk people can still open what is theirs, read it and erase it; a real disk of a few megabytes."""

import contextlib
import dataclasses
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.service.household import CHEAP, INSTRUMENT, OCCASION, STUDY, WORDS, answers
from tests.service.plain import table_as_json
from tests.service.test_sealing import signed_in, with_all_there_is, without_keys
from workbook.address import at
from workbook.errors import StorageError, problem
from workbook.server.preflight.base import Setup
from workbook.server.preflight.folders import check_disks
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService
from workbook.service.identity.directory import Directory, account_entry
from workbook.service.studies.study import Study
from workbook.session import Session
from workbook.sharing import Grain
from workbook.storage.spare import FILE_NAME, Spare, is_full
from workbook.storage.sqlcipher import SqlCipherStore

KEY = bytes(range(32))
SPARE = 2 * 2**20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m,mode=0700", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> None:
    """Leave no block free."""
    with (disk / "letters").open("wb", buffering=0) as letters, contextlib.suppress(OSError):
        while letters.write(bytes(4096)):
            pass
    assert shutil.disk_usage(disk).free == 0


def opened(disk: Path, spare: Spare | None) -> Household:
    return Household(SqlCipherStore(disk, KEY), cost=CHEAP, spare=spare)


def lived_in(disk: Path, *, spare: bool) -> tuple[Household, str]:
    """Return a household on a disk that has since become full, opened anew, and its code."""
    kept = Spare(disk, SPARE) if spare else None
    household = opened(disk, kept)
    code = household.accounts.create_couple("Ada", WORDS["Ada"]).code
    actor = household.accounts.sign_in(code, "Ada", WORDS["Ada"])
    for round_ in range(10):
        household.seat_partner(actor).save_answers(answers(2, occasion=f"assessment-{round_ + 1}"))
    assert (disk / FILE_NAME).exists() == spare
    fill(disk)
    return household, code


def test_somebody_signs_in_reads_exports_and_erases_on_a_full_disk(disk: Path) -> None:
    household, code = lived_in(disk, spare=True)
    actor = household.accounts.sign_in(code, "Ada", WORDS["Ada"])
    service = household.seat_partner(actor)
    with pytest.raises(StorageError) as refused:
        service.save_answers(answers(1, occasion="assessment-99"))
    assert is_full(refused.value)
    assert len(service.read_responses(INSTRUMENT)) > 0
    assert service.my_data()["answers"]
    session = Session(service)
    for page in ("limits", "sharing", "rights", "own:connection"):
        session.go(at(*page.split(":")))
        assert str(session.page) == page
    service.erase(WORDS["Ada"])
    assert not (disk / FILE_NAME).exists(), "it took the room that was kept aside"
    household.close()
    store = SqlCipherStore(disk, KEY)
    assert not any(row.payload for row in store.read(f"drawer/{actor.person_id}"))
    store.close()


@pytest.mark.parametrize("study", [None, STUDY], ids=["alone", "where a study is run"])
def test_an_account_from_before_there_were_keys_is_read_and_erased_on_a_full_disk(
    disk: Path, study: Study | None
) -> None:
    """Its sign-in would make a key pair, for which there is no room: it is made once there is."""
    household = Household(SqlCipherStore(disk, KEY), cost=CHEAP, spare=Spare(disk, SPARE), study=study)
    welcome = household.accounts.create_couple("Ada", WORDS["Ada"])
    household.seat_partner(welcome.actor).save_answers(answers(2))
    account = Directory(household._core.store).account(welcome.actor.person_id)
    assert account is not None
    bare = dataclasses.replace(account, keys=None, version=account.version + 1)
    household._core.store.write([account_entry(bare)])
    fill(disk)

    service = household.seat_partner(household.accounts.sign_in(welcome.code, "Ada", WORDS["Ada"]))
    assert len(service.read_responses(INSTRUMENT)) > 0
    assert service.read_table().publications == () and service.my_data()["answers"]
    if study is not None:
        assert service.my_research() is None
    (disk / "letters").unlink()
    household.accounts.sign_in(welcome.code, "Ada", WORDS["Ada"])
    kept = Directory(household._core.store).account(welcome.actor.person_id)
    assert kept is not None and kept.keys is not None, "once there is room"
    household._core.store.write(
        [account_entry(dataclasses.replace(kept, keys=None, version=kept.version + 1))]
    )
    fill(disk)
    again = household.seat_partner(household.accounts.sign_in(welcome.code, "Ada", WORDS["Ada"]))
    again.erase(WORDS["Ada"])
    assert not any(row.payload for row in household._core.store.read(f"drawer/{welcome.actor.person_id}"))
    household.close()


def on_the_table(service: PartnerService) -> dict[str, Any]:
    """Return what lies on the table, without the days on which it was laid there."""
    told = table_as_json(service.read_table())
    return told | {"events": [event["payload"] for event in told["events"]]}


@pytest.mark.parametrize("is_older", [False, True], ids=["of today", "from before there were keys"])
def test_what_two_have_together_is_read_on_a_full_disk(is_older: bool) -> None:
    house = with_all_there_is()
    before = on_the_table(house.a[0])
    house = without_keys(house) if is_older else house
    full = StorageError(problem("errors.storage.full_disk"))
    with mock.patch.object(house.store, "write", side_effect=full):
        for name in WORDS:
            service = signed_in(house, name)
            assert on_the_table(service) == before
            assert service.my_data()["published"] and service.read_audit() is not None
            with pytest.raises(StorageError):
                service.decide("skills", OCCASION, Grain.NOTHING)
        assert on_the_table(signed_in(house, "Ada")) == before
    ada = signed_in(house, "Ada")
    ada.save_answers(answers(2, instrument="needs"))
    ada.decide("needs", OCCASION, Grain.ANSWERS)
    assert ada._core.account_of(ada.actor).keys is not None
    assert ada.my_decision("needs", OCCASION) is Grain.ANSWERS


def test_two_together_get_in_and_read_on_a_full_disk() -> None:
    house = with_all_there_is()
    before = table_as_json(house.together()[0].read_table())
    full = StorageError(problem("errors.storage.full_disk"))
    with mock.patch.object(house.store, "write", side_effect=full):
        service, _actor = house.together()
        assert table_as_json(service.read_table()) == before and before["publications"]
        with pytest.raises(StorageError):
            service.choose_exercise("tech_off", "done", stands=True)


@pytest.mark.parametrize("is_kept", [True, False], ids=["in the room kept aside", "the control"])
def test_two_from_before_there_were_keys_get_in_together_in_the_room_kept_aside(
    tmp_path: Path, is_kept: bool
) -> None:
    """They read nothing without a key together, so it can't wait; without the room it has to."""
    house = with_all_there_is()
    before = table_as_json(house.a[0].read_table())["publications"]
    store, spare = without_keys(house).store, Spare(tmp_path, SPARE)
    local = Household(store, cost=CHEAP, spare=spare if is_kept else None)
    writing = store.write

    def written(*given: Any, **named: Any) -> Any:
        if spare._file.exists() or not is_kept:
            raise StorageError(problem("errors.storage.full_disk"))
        return writing(*given, **named)

    with mock.patch.object(store, "write", side_effect=written):
        if is_kept:
            service = local.seat(local.accounts.sign_in_together(house.code, list(WORDS.items())))
            assert len(table_as_json(service.read_table())["publications"]) == len(before) > 0
            assert spare._file.exists(), "the rest of the room is kept"
        else:
            with pytest.raises(StorageError):
                local.accounts.sign_in_together(house.code, list(WORDS.items()))


def test_the_recovery_code_and_a_new_passphrase_work_on_a_full_disk_again_and_again(disk: Path) -> None:
    """In the room kept aside, of which the most stays: so there is enough to erase, too."""
    household, code = lived_in(disk, spare=True)
    recovery = household.accounts.change_passphrase(
        household.accounts.sign_in(code, "Ada", WORDS["Ada"]), WORDS["Ada"], "some quite new words"
    )
    for n in range(5):
        welcome = household.accounts.recover(code, "Ada", recovery, f"words of day {n} by the sea")
        recovery = welcome.recovery_code
        assert len(household.seat_partner(welcome.actor).read_responses(INSTRUMENT)) > 0
        assert (disk / FILE_NAME).stat().st_size > SPARE / 2
    household.close()
    household = opened(disk, Spare(disk, SPARE))
    actor = household.accounts.sign_in(code, "Ada", "words of day 4 by the sea")
    household.seat_partner(actor).erase("words of day 4 by the sea")
    assert household._core.directory.account(actor.person_id) is None
    household.close()


def test_without_the_room_kept_aside_the_recovery_code_is_refused_and_stays_good(disk: Path) -> None:
    """The control; nothing was changed, so it works once there is room."""
    household = opened(disk, None)
    welcome = household.accounts.create_couple("Ada", WORDS["Ada"])
    fill(disk)
    with pytest.raises(StorageError) as refused:
        household.accounts.recover(welcome.code, "Ada", welcome.recovery_code, "some quite new words")
    assert is_full(refused.value)
    (disk / "letters").unlink()
    household.accounts.recover(welcome.code, "Ada", welcome.recovery_code, "some quite new words")
    household.close()


def test_what_is_left_of_the_room_after_lending_is_made_whole_at_a_start_with_room(disk: Path) -> None:
    spare = Spare(disk, SPARE)
    (disk / FILE_NAME).write_bytes(bytes(1000))
    spare.hold()
    assert (disk / FILE_NAME).stat().st_size >= SPARE


def test_another_fault_of_the_disk_is_told_at_signing_in() -> None:
    """The control: room that is wanting is the one thing that is overlooked."""
    old = without_keys(with_all_there_is())
    broken = StorageError(problem("errors.storage.newer"))
    with mock.patch.object(old.store, "write", side_effect=broken), pytest.raises(StorageError):
        signed_in(old, "Ada")


def test_without_the_room_kept_aside_erasing_is_refused(disk: Path) -> None:
    """The control: what erasing needs is not there."""
    household, code = lived_in(disk, spare=False)
    actor = household.accounts.sign_in(code, "Ada", WORDS["Ada"])
    with pytest.raises(StorageError):
        household.seat_partner(actor).erase(WORDS["Ada"])


def test_an_opening_is_noted_once_there_is_room_again(disk: Path) -> None:
    household, code = lived_in(disk, spare=True)
    actor = household.accounts.sign_in(code, "Ada", WORDS["Ada"])
    service = household.seat_partner(actor)
    service.read_events()
    (disk / "letters").unlink()
    service.read_events()
    rows = [one for one in household._core.drawer_of(actor).records() if one.payload.get("what") == "opened"]
    assert len(rows) == 2
    household.close()


def test_a_start_with_a_workbook_on_a_full_disk_is_not_refused(disk: Path) -> None:
    setup = Setup(data=disk, keys=disk.parent / "keys")
    codes = lambda: {found.code for found in check_disks(setup)}  # noqa: E731
    assert "no_room" in codes()
    household, _code = lived_in(disk, spare=True)
    household.close()
    assert "no_room" not in codes()


def test_no_room_is_put_aside_where_there_is_little(disk: Path) -> None:
    Spare(disk, 4 * 2**20).hold()
    assert not (disk / FILE_NAME).exists()
