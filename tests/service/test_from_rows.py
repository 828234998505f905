"""A store from before there were cells, written by the code of that day: what is private moves, and nothing is lost.

`tests/proofs/schema_3` holds a couple who answered, opened, took back and thanked; then the first answered the
safety questions, blocked the other's words, left a draft, and decided twice more; the second decided once.
"""

import shutil
from pathlib import Path

import pytest

from tests.proofs import _partners
from workbook.instruments import FIRST_EDITION
from workbook.service.couple.drawers import BLOCK_OF_ROWS, Drawer, drawer_log
from workbook.service.couple.records import ANSWER
from workbook.service.couple.waiting import pending_log
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.erasing.tending import count_to_move, count_unsealed
from workbook.sharing import Grain
from workbook.storage.base import Store
from workbook.storage.sqlcipher import SqlCipherStore

OLD = Path(_partners.__file__).with_name("schema_3")
OCCASION = _partners.OCCASION


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "data"
    place.mkdir(mode=0o700)
    for name in ("workbook.db", "workbook.heads"):
        shutil.copyfile(OLD / name, place / name)
        (place / name).chmod(0o600)
    return place


def code() -> str:
    return (OLD / "code").read_text(encoding="utf-8").strip()


def signed_in(household: Household, person: int) -> LocalPartner:
    actor = household.accounts.sign_in(code(), _partners.NAMES[person], _partners.PASSPHRASES[person])
    return household.seat_partner(actor)


def living(store: Store, log: str) -> int:
    return sum(row.payload is not None for row in store.read(log))


def test_whoever_comes_first_finds_all_of_theirs_and_both_decisions_move(folder: Path) -> None:
    household = _partners.open_household(folder)
    store = household._core.store
    assert (count_to_move(store), living(store, pending_log(couple_of(store)))) == (2, 5)

    ada = signed_in(household, 0)
    assert ada.is_blocking()
    assert [event.payload["drafts"] for event in ada.read_events(["draft"])] == [
        '{"request.sent:": {"text": "Tea?"}}'
    ]
    assert [event.payload["page"] for event in ada.read_events(["bookmark"])] == ["results"]
    assert _partners.state_of(ada) == _partners.state_after(0, 20, FIRST_EDITION)
    assert ada.my_decision("needs", OCCASION) is Grain.ANSWERS
    assert ada.my_decision("skills", OCCASION) is Grain.NOTHING

    drawer = Drawer(store, ada.actor.person_id, household.sittings.key_of(ada.actor))
    rows = [record.kind for record in drawer.records() if record.after is None]
    assert set(rows) == {ANSWER}, "all else is private, and has moved"
    hidden = [one for one in drawer.records() if one.after is not None and one.kind == ANSWER]
    assert {one.payload["instrument"] for one in hidden} == {"safety"} and len(hidden) == 10
    assert store.heads([drawer.log])[drawer.log] % BLOCK_OF_ROWS == 0

    assert count_to_move(store) == 1, "the other has not come since"
    assert living(store, pending_log(couple_of(store))) == count_unsealed(store) == 0
    household.close()


def test_a_decision_of_the_one_who_has_not_come_since_opens_with_the_others(folder: Path) -> None:
    household = _partners.open_household(folder)
    ada = signed_in(household, 0)
    ada.decide("skills", OCCASION, Grain.ANSWERS)
    (opened,) = {one.grain for one in ada.read_table().publications if one.instrument == "skills"}
    assert opened is Grain.SCORES, "the other granted no more"
    household.close()


def test_once_both_have_come_nothing_is_left_to_move_and_what_waited_opens(folder: Path) -> None:
    household = _partners.open_household(folder)
    ada, bo = (signed_in(household, person) for person in (0, 1))
    before = ada.read_table()
    assert count_to_move(household._core.store) == 1
    assert _partners.state_of(bo) == _partners.state_after(1, 20, FIRST_EDITION)
    assert _partners.state_of(ada) == _partners.state_after(0, 20, FIRST_EDITION)
    assert count_to_move(household._core.store) == 0
    bo.decide("needs", OCCASION, Grain.ANSWERS)
    assert set(ada.read_table().open_rounds) == {*before.open_rounds, ("needs", OCCASION)}
    household.close()


def test_a_second_sitting_moves_nothing_more(folder: Path) -> None:
    household = _partners.open_household(folder)
    ada = signed_in(household, 0)
    ada.read_table()
    household.sittings.end(ada.actor.sitting_id)
    store = household._core.store
    log = drawer_log(ada.actor.person_id)
    before = store.read(log)
    again = signed_in(household, 0)
    assert again.is_blocking() and _partners.state_of(again) == _partners.state_after(0, 20, FIRST_EDITION)
    household.sittings.end(again.actor.sitting_id)
    assert store.read(log) == before
    household.close()


def test_a_move_that_is_cut_short_is_completed_at_the_next_sitting(folder: Path) -> None:
    """It is one write: what was not done is still as it lay."""
    household = _partners.open_household(folder)
    store = household._core.store
    assert isinstance(store, SqlCipherStore)
    write, n = store.write, [0]

    def cut(*given: object, **what: object) -> object:
        if what.get("cells"):
            n[0] += 1
            raise KeyboardInterrupt
        return write(*given, **what)  # type: ignore[arg-type]

    store.write = cut  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        signed_in(household, 0).is_blocking()
    store.write = write  # type: ignore[method-assign]
    assert n == [1]
    assert signed_in(household, 0).is_blocking()
    household.close()


def couple_of(store: Store) -> str:
    return store.logs("couple/")[0].removeprefix("couple/")
