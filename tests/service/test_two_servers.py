"""Two services over one store, as with two servers: an act at one ends sittings at the other."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.service.counting import CountingStore
from tests.service.household import CHEAP, INSTRUMENT, OCCASION, STUDY, WORDS, House, answers, begin
from workbook.errors import AccessError, SignInError, WorkbookError
from workbook.service.couple.drawers import Drawer
from workbook.service.desks.household import Household
from workbook.service.formats.values import Actor, Answer
from workbook.sharing import Grain
from workbook.storage.base import Writing
from workbook.storage.memory import MemoryStore

NEW = "nine other quiet words"


class SilentStore(MemoryStore):
    """A store that notifies no watcher: as before a server has received the change."""

    def watch(self, log: str, notify: Callable[[Any], None]) -> Callable[[], None]:
        return lambda: None


def second(house: House) -> tuple[Household, Actor]:
    """Another service over the same store, with a sitting of Ada's; her drawer is open there."""
    other = Household(house.store, cost=CHEAP, study=STUDY)
    actor = other.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    other.seat_partner(actor).save_answers(answers(2))
    return other, actor


def change(house: House) -> None:
    house.local.accounts.change_passphrase(house.actors[0], WORDS["Ada"], NEW)


def recover(house: House) -> None:
    house.local.accounts.recover(house.code, "Ada", house.recovery["Ada"], NEW)


def erase(house: House) -> None:
    house.local.seat_partner(house.actors[0]).erase(WORDS["Ada"])


def leave(house: House) -> None:
    house.local.seat_partner(house.actors[0]).leave(WORDS["Ada"])


ENDING = [change, recover, erase, leave]


def has_ended(household: Household, actor: Actor, seconds: float = 5.0) -> bool:
    latest = time.monotonic() + seconds
    while household.sittings.find(actor.sitting_id) is not None:
        if time.monotonic() > latest:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize("act", ENDING)
def test_ending_sittings_at_one_server_ends_them_at_the_other(act: Callable[[House], None]) -> None:
    house = begin()
    other, actor = second(house)
    act(house)
    assert has_ended(other, actor)


@pytest.mark.parametrize("act", ENDING)
def test_without_notification_the_sitting_continues_but_its_writes_are_refused(
    act: Callable[[House], None],
) -> None:
    """The control of the test above; the store refuses the writes meanwhile."""
    house = begin(SilentStore())
    other, actor = second(house)
    act(house)
    assert not has_ended(other, actor, seconds=0.1)
    key = other.sittings.key_of(actor)
    before = Drawer(house.store, actor.person_id, key).records()
    with pytest.raises(AccessError):
        other.seat_partner(actor).save_answers(answers(4))
    assert Drawer(house.store, actor.person_id, key).records() == before
    assert has_ended(other, actor, seconds=0)


def test_changing_the_passphrase_keeps_that_sitting_signed_in() -> None:
    house = begin()
    change(house)
    assert not has_ended(house.local, house.actors[0], seconds=0.2)
    house.local.seat_partner(house.actors[0]).save_answers(answers(3))


@pytest.mark.parametrize("part", ["unpair", "leave", "erase"])
def test_a_joint_sitting_ends_once_one_partner_parts_at_another_server(part: str) -> None:
    house = begin()
    other = Household(house.store, cost=CHEAP)
    together = other.accounts.sign_in_together(house.code, list(WORDS.items()))
    getattr(house.local.seat_partner(house.actors[1]), part)(WORDS["Ben"])
    assert has_ended(other, together)


def test_of_two_joining_at_two_servers_at_once_exactly_one_is_admitted() -> None:
    class Meeting(MemoryStore):
        meet: Callable[[], object] | None = None

        def write(self, entries: Any, **what: Any) -> Any:
            if (meet := self.meet) is not None:
                self.meet = None
                meet()
            return super().write(entries, **what)

    store = Meeting()
    one, two = (Household(store, cost=CHEAP) for _ in range(2))
    code = one.accounts.create_couple("Ada", WORDS["Ada"]).code
    store.meet = lambda: two.accounts.join(code, "Cleo", "a lamp for cleo")
    with pytest.raises(SignInError):
        one.accounts.join(code, "Ben", WORDS["Ben"])
    ada = one.accounts.sign_in(code, "Ada", WORDS["Ada"])
    assert [member.name for member in one.seat_couple(ada).couple().members] == ["Ada", "Cleo"]


def test_the_old_passphrase_is_refused_after_a_change_at_another_server() -> None:
    house = begin(SilentStore())
    other, actor = second(house)
    change(house)
    with pytest.raises(WorkbookError):
        other.accounts.change_passphrase(actor, WORDS["Ada"], "ten further quiet words")
    house.local.accounts.sign_in(house.code, "Ada", NEW)


def test_an_answer_is_one_round_trip_to_the_store() -> None:
    store = CountingStore()
    house = begin(store)
    service = house.local.seat_partner(house.actors[0])
    service.save_answers(answers(2))
    store.asked.clear()
    service.save_answers(answers(3, most=1))
    assert store.asked == {"write": 1}


def test_an_own_need_named_in_another_sitting_can_be_answered() -> None:
    house = begin()
    other, actor = second(house)
    house.local.seat_partner(house.actors[0]).add_event(
        "own_need", {"id": "needs.own.ab12cd34", "text": "An evening a week"}
    )
    given = Answer("own-1", OCCASION, "needs.own.ab12cd34.importance", 4)
    assert other.seat_partner(actor).save_answers([given]) == ["own-1"]


def test_decisions_at_two_servers_open_one_round_for_both() -> None:
    house = begin()
    other, actor = second(house)
    ben = house.local.seat_partner(house.actors[1])
    ben.save_answers(answers(3))
    ben.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    other.seat_partner(actor).decide(INSTRUMENT, OCCASION, Grain.SCORES)
    assert ben.read_table().open_rounds == ((INSTRUMENT, OCCASION),)
    assert len(ben.read_table().publications) == 2


def test_a_write_in_progress_when_its_sitting_ends_is_refused() -> None:
    """What a sitting relied on is forgotten with it, and an unknown sitting may not write."""
    house = begin()
    house.local.seat_partner(house.actors[0]).save_answers(answers(2))
    core = house.local._core
    house.local.sittings.end(house.actors[0].sitting_id)
    for do in (
        lambda: core.write(house.actors[0], Writing()),
        lambda: core.decide(house.actors[0], [], _nothing),
    ):
        with pytest.raises(AccessError):
            do()
    assert core.standing._seen.keys() == {house.actors[1].sitting_id}


def _nothing(_seen: object) -> Writing:
    return Writing()
