"""A write that races with its author's erasure is destroyed with it, or refused."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.service.household import CHEAP, INSTRUMENT, OCCASION, WORDS, House, answers, begin, opened
from tests.service.practice import SCORES, practice_in
from tests.service.research_contract import AGREED, give, prepare
from workbook.errors import WorkbookError
from workbook.service.couple.drawers import drawer_log
from workbook.service.couple.waiting import pending_log
from workbook.service.desks.household import Household
from workbook.service.erasing.rights import blocks_log
from workbook.service.identity.accounts import Accounts
from workbook.service.identity.directory import account_log, couple_log
from workbook.service.studies.blob import research_log
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore

Write = Callable[[House], object]


def _grant(house: House) -> None:
    ada = house.local.seat_partner(house.actors[0])
    ada.grant_case(SCORES, until="", policy_hash=ada.join_case(house.invite).policy_hash)  # type: ignore[attr-defined]


WRITES: dict[str, Write] = {
    "give": lambda house: give(house.a),
    "answer": lambda house: house.local.seat(house.actors[0]).save_answers(
        answers(4, occasion="assessment-2")
    ),
    "event": lambda house: house.local.seat(house.actors[0]).add_event("consent", AGREED),
    "block": lambda house: house.local.seat(house.actors[0]).block_free_text(blocked=True),
    "private copy": lambda house: house.local.seat(house.actors[0]).private_copy(WORDS["Ada"], "ask"),
    "decide": lambda house: house.local.seat(house.actors[0]).decide(INSTRUMENT, OCCASION, Grain.SCORES),
    "withdraw": lambda house: house.local.seat(house.actors[0]).withdraw(INSTRUMENT, OCCASION),
    "grant": _grant,
    "leave": lambda house: house.local.seat(house.actors[0]).leave(WORDS["Ada"]),
}


class PausingStore(MemoryStore):
    """Calls ``at_touch`` at the n-th time that the store is asked for anything, and not again."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None
        self.at_touch: Callable[[], object] = lambda: None

    def _touch(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                self.at_touch()

    def write(self, entries: Any, **what: Any) -> Any:
        self._touch()
        return super().write(entries, **what)

    def read(self, log: str, after: int = 0) -> Any:
        self._touch()
        return super().read(log, after)

    def read_cell(self, name: str) -> Any:
        self._touch()
        return super().read_cell(name)


def furnished(store: MemoryStore | None = None) -> House:
    """Make a household where Ada has answered, and may give, block, grant and decide."""
    house = begin(store)
    prepare(house.a)
    house.local.seat_partner(house.actors[0]).decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    house.invite = practice_in(house).case.code  # type: ignore[attr-defined]
    return house


def left_of_ada(house: House) -> list[tuple[str, str]]:
    """Return every row of Ada's that is not destroyed, as (log, kind)."""
    actor = house.actors[0]
    logs = [drawer_log(actor.person_id), research_log(actor.person_id)]
    shared = [pending_log(actor.couple_id), blocks_log(actor.couple_id)]
    shared += [account_log(actor.person_id), couple_log(actor.couple_id), "directory"]
    rows = [row for log in logs for row in house.store.read(log)]
    rows += [
        row
        for log in shared
        for row in opened(house.store, log)
        if actor.person_id.encode() in (row.payload or b"")
    ]
    cells = [name for name in house.store.cells() if actor.person_id in name]
    living = [(row.log, row.kind) for row in rows if row.payload is not None and row.kind != "erased"]
    return living + [(name, "cell") for name in cells]


def erased_at_touch(write: Write, n: int) -> tuple[House, bool]:
    """Erase all of Ada's at the n-th store call of one of her acts; tell whether it made so many."""
    store = PausingStore()
    house = furnished(store)
    house.local.seat(house.actors[0]).read_events()  # the drawer is open
    assert left_of_ada(house)
    over: list[bool] = []

    def erase_if_still_in() -> None:
        over.append(house.local.sittings.find(house.actors[0].sitting_id) is None)
        if not over[-1]:
            _erase(house)

    store.left, store.at_touch = n, erase_if_still_in
    with suppress(WorkbookError):
        write(house)
    store.left = None
    return house, over == [False]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_an_erasure_at_any_moment_of_a_write_leaves_nothing(write: Write) -> None:
    n = 0
    while True:
        house, was_met = erased_at_touch(write, n)
        if not was_met:
            break
        assert left_of_ada(house) == [], n
        n += 1
    assert n, "the act never asked the store for anything"


def as_it_is(store: MemoryStore, what: dict[str, Any]) -> dict[str, bytes]:
    """Say of every cell that it was seen as it is now: so nothing is a conflict."""
    return {name: store._stamp_of(name) for name in what.get("cells", ())}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_the_test_above_fails_without_compare_and_append(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: writes that expect nothing, as before there was anything to expect."""
    plain = MemoryStore.write
    monkeypatch.setattr(
        MemoryStore,
        "write",
        lambda self, entries, **what: plain(
            self, entries, **(what | {"expect": {}, "seen": as_it_is(self, what)})
        ),
    )
    left, n = [], 0
    while not left:
        house, was_met = erased_at_touch(write, n)
        if not was_met:
            break
        left, n = left_of_ada(house), n + 1
    assert left


def test_an_erasure_at_any_moment_of_a_sittings_end_leaves_nothing() -> None:
    """What the end of every sitting writes is refused, once its person is erased from another one."""
    n = 0
    while (left := left_after_an_erasure_at_the_end(n)) is not None:
        assert left == [], n
        n += 1
    assert n > 2


def left_after_an_erasure_at_the_end(n: int) -> list[tuple[str, str]] | None:
    """Erase from another sitting at the n-th store call of a sitting's end; None if it made not so many."""
    store = PausingStore()
    house = furnished(store)
    house.local.seat_partner(house.actors[0]).read_table()
    other = Household(store, cost=CHEAP)
    again = other.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    erased: list[bool] = []
    store.at_touch = lambda: erased.append(other.seat_partner(again).erase(WORDS["Ada"]) is None)
    store.left = n
    house.local.sittings.end(house.actors[0].sitting_id)
    store.left = None
    return left_of_ada(house) if erased else None


def test_a_sitting_begun_during_an_erasure_opens_nothing() -> None:
    house = furnished()
    account = house.local._core.directory.account(house.actors[0].person_id)
    assert account is not None
    key = house.local.sittings.key_of(house.actors[0])
    _erase(house)
    with pytest.raises(WorkbookError):
        house.local.accounts._seat(account, key)
    assert house.local.sittings.end_where(lambda actor: actor.person_id == account.person_id) == 0
    assert left_of_ada(house) == []


def test_a_passphrase_change_during_an_erasure_restores_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    house, plain = furnished(), Accounts._relock

    def relock(*given: Any) -> Any:
        _erase(house)
        return plain(*given)

    monkeypatch.setattr(Accounts, "_relock", relock)
    with pytest.raises(WorkbookError):
        house.local.accounts.change_passphrase(house.actors[0], WORDS["Ada"], "nine other quiet words")
    assert left_of_ada(house) == []


def _erase(house: House) -> None:
    house.local.seat(house.actors[0]).erase(WORDS["Ada"])
