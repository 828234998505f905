"""Splitting the old single log of accounts into one each: interrupted anywhere, all can still sign in."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.service.household import CHEAP
from tests.service.keyed import PRIVATE
from tests.service.test_privacy import CrashingStore
from tests.service.test_rows import ASKED, EXPECTED, KEY, PEOPLE, WRITTEN
from workbook.errors import SignInError
from workbook.service.desks.household import Household
from workbook.service.identity import moving
from workbook.service.studies.dataset import read_consented
from workbook.storage.backup import back_up, restore
from workbook.storage.base import Store
from workbook.storage.read_only import ReadOnlyStore
from workbook.storage.sqlcipher import SqlCipherStore

ACCOUNTS = ("account/", "couple/", "code/", "parted/")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The store of step 4, which has one log of all accounts."""
    folder = tmp_path / "data"
    shutil.copytree(WRITTEN, folder, ignore=shutil.ignore_patterns("*.json", "*.txt"))
    folder.chmod(0o700)
    for file in folder.iterdir():
        file.chmod(0o600)
    return folder


@pytest.fixture
def stored(folder: Path) -> Callable[[], CrashingStore]:
    """Return a function that makes the same rows each time, in a store that can be stopped at a write."""
    written = SqlCipherStore(folder, KEY)
    logs = {log: written.read(log) for log in written.logs()}
    written.close()

    def store() -> CrashingStore:
        made: Any = CrashingStore()
        made._logs = {log: list(rows) for log, rows in logs.items()}
        made._by_operation = {
            (row.log, row.operation_id): row.sequence for rows in logs.values() for row in rows
        }
        return made

    return store


def get_in(household: Household) -> dict[str, int]:
    """Sign everybody in; return how many answers each finds in their drawer."""
    found = {}
    for name, code in PEOPLE["codes"].items():
        actor = household.accounts.sign_in(code, name, PEOPLE["passphrases"][name])
        found[name] = len(household.seat_partner(actor).read_responses())
    return found


def accounts_in(store: Store) -> dict[str, list[tuple[str, bytes | None]]]:
    return {
        log: [(row.operation_id, row.payload) for row in store.read(log)]
        for prefix in ACCOUNTS
        for log in store.logs(prefix)
    }


def test_after_moving_everybody_has_their_own_log_and_the_old_one_is_empty(folder: Path) -> None:
    store = SqlCipherStore(folder, KEY)
    assert any(row.payload for row in store.read(moving.LOG))
    household = Household(store, cost=CHEAP)
    assert not any(row.payload for row in store.read(moving.LOG))
    assert len(store.logs("account/")) == 5 and len(store.logs("couple/")) == 3
    assert len(store.logs("parted/")) == 1
    found = get_in(household)
    assert {name: found[name] for name in EXPECTED["n_responses"]} == EXPECTED["n_responses"]
    household.close()


def test_no_log_name_contains_a_code(folder: Path) -> None:
    store = SqlCipherStore(folder, KEY)
    household = Household(store, cost=CHEAP)
    names = "\n".join(store.logs())
    assert not any(code in names or code.replace("-", "") in names for code in PEOPLE["codes"].values())
    household.close()


def test_a_move_killed_at_any_write_is_completed_at_the_next_start(
    stored: Callable[[], CrashingStore],
) -> None:
    whole = stored()
    Household(whole, cost=CHEAP)
    n_writes = 0
    while True:
        store = stored()
        store.left = n_writes
        try:
            Household(store, cost=CHEAP)
        except KeyboardInterrupt:
            store.left = None
        else:
            break
        Household(store, cost=CHEAP)
        assert accounts_in(store) == accounts_in(whole), n_writes
        n_writes += 1
    assert n_writes > 2


def test_moving_is_idempotent(stored: Callable[[], CrashingStore]) -> None:
    store = stored()
    rows = store.read(moving.LOG)
    Household(store, cost=CHEAP)
    before = accounts_in(store)
    store.write(moving.moved_entries(rows))  # as another server does that began at the same time
    moving.move(store)
    assert accounts_in(store) == before


def test_a_study_is_read_from_a_store_not_yet_moved(folder: Path) -> None:
    looking = ReadOnlyStore(folder, KEY)
    early = read_consented(looking, ASKED, PRIVATE)
    looking.close()
    store = SqlCipherStore(folder, KEY)
    household = Household(store, cost=CHEAP, study=ASKED)
    assert early.n_persons == read_consented(store, ASKED, PRIVATE).n_persons == 2
    household.close()


@pytest.mark.parametrize("n_changes", [0, 1])
def test_restoring_an_older_backup_restores_nobody_erased_since(
    folder: Path, tmp_path: Path, n_changes: int
) -> None:
    """Also not by a version of the account that a newer one had taken the place of."""
    (tmp_path / "stick").mkdir()
    made = back_up(folder, KEY, tmp_path / "stick")
    household = Household(SqlCipherStore(folder, KEY, tmp_path / "erased"), cost=CHEAP)
    code, passphrase = PEOPLE["codes"]["Ben"], PEOPLE["passphrases"]["Ben"]
    ben = household.accounts.sign_in(code, "Ben", passphrase)
    if n_changes:
        household.accounts.change_passphrase(ben, passphrase, "nine other quiet words")
        passphrase = "nine other quiet words"
    household.seat_partner(ben).erase(passphrase)
    household.close()
    restore(made, folder, KEY, tmp_path / "erased")

    household = Household(SqlCipherStore(folder, KEY, tmp_path / "erased"), cost=CHEAP)

    for words in (PEOPLE["passphrases"]["Ben"], passphrase):
        with pytest.raises(SignInError):
            household.accounts.sign_in(code, "Ben", words)
    ada = household.accounts.sign_in(code, "Ada", PEOPLE["passphrases"]["Ada"])
    assert household.seat_couple(ada).couple().is_unpaired
    assert household.seat_couple(ada).read_table().publications == ()
    household.close()
