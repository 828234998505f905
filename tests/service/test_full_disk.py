"""On a full disk people can still open what is theirs, read it and erase it; a real disk of a few megabytes."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.household import CHEAP, INSTRUMENT, WORDS, answers
from workbook.address import at
from workbook.errors import StorageError
from workbook.server.preflight.base import Setup
from workbook.server.preflight.folders import check_disks
from workbook.service.desks.household import Household
from workbook.session import Session
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
