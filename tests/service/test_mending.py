"""Starting reads no couple's log, unless the rules have changed or a backup was restored."""

from pathlib import Path

import pytest

from tests.service.counting import CountingStore
from tests.service.earlier import old_house, one_waits
from tests.service.household import CHEAP, STUDY, WORDS, begin
from workbook.service.desks.household import Household
from workbook.service.erasing import mending
from workbook.sharing import Grain
from workbook.storage.backup import back_up, restore
from workbook.storage.location import RESTORED
from workbook.storage.sqlcipher import SqlCipherStore

KEY = bytes(range(32))


def asked_at_start(n_couples: int) -> dict[str, int]:
    store = CountingStore()
    household = begin(store).local
    for number in range(n_couples):
        household.accounts.create_couple(f"Person {number}", "nine quiet lanterns")
    store.asked.clear()
    Household(store, cost=CHEAP, study=STUDY)
    return dict(store.asked)


def test_store_reads_at_start_do_not_grow_with_the_couples() -> None:
    assert asked_at_start(40) == asked_at_start(1)
    assert sum(asked_at_start(1).values()) <= 8


def test_a_new_held_back_rule_reads_everything_once() -> None:
    house = old_house(one_waits(Grain.ANSWERS))
    before = len(house.store.read(mending.LOG))
    for _ in range(2):
        Household(house.store, cost=CHEAP, study=STUDY)
        assert len(house.store.read(mending.LOG)) == before + 1


def test_a_restored_backup_is_read_completely_once(tmp_path: Path) -> None:
    (data := tmp_path / "data").mkdir(mode=0o700)
    (stick := tmp_path / "stick").mkdir()
    house = begin(SqlCipherStore(data, KEY))
    made = back_up(data, KEY, stick)
    house.local.close()
    restore(made, data, KEY)
    for _ in range(2):
        store = SqlCipherStore(data, KEY)
        assert store.heads([RESTORED]) == {RESTORED: 1}
        Household(store, cost=CHEAP).close()
    store = SqlCipherStore(data, KEY)
    assert len(store.read(mending.LOG)) == 2
    store.close()


@pytest.mark.parametrize("is_noted", [True, False])
def test_parted_couples_stay_parted_after_files_are_copied_back_by_hand(is_noted: bool) -> None:
    """No row records the restore; the list kept outside the store does."""
    house = begin()
    logs, by_operation = dict(house.store._logs), dict(house.store._by_operation)  # type: ignore[attr-defined]
    logs = {log: list(rows) for log, rows in logs.items()}
    house.local.seat_partner(house.actors[0]).unpair(WORDS["Ada"])
    house.store._logs, house.store._by_operation = logs, by_operation  # type: ignore[attr-defined]
    if not is_noted:
        house.store._ended.clear()  # type: ignore[attr-defined]
    again = Household(house.store, cost=CHEAP)
    ada = again.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    assert again.seat_couple(ada).couple().is_unpaired is is_noted


def test_an_unrecorded_parting_is_recorded_at_the_next_start() -> None:
    house = begin()
    house.local.seat_partner(house.actors[0]).unpair(WORDS["Ada"])
    house.store._ended.clear()  # type: ignore[attr-defined]
    Household(house.store, cost=CHEAP)
    assert house.store._ended == {f"pair {house.actors[0].couple_id}"}  # type: ignore[attr-defined]
