"""A sitting ends by itself, and its key with it."""

import pytest

from tests.service.household import Clock, begin
from workbook.errors import AccessError
from workbook.service.formats.values import Actor
from workbook.service.identity.sittings import Sittings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sittings(clock: Clock) -> Sittings:
    return Sittings(clock=clock)


def test_five_minutes_without_a_heartbeat_end_it(sittings: Sittings, clock: Clock) -> None:
    actor = sittings.begin(Actor("partner", "c", "p"), b"key")
    clock.now += 299
    assert sittings.find(actor.sitting_id) == actor and sittings.beat(actor.sitting_id)
    clock.now += 301
    assert not sittings.beat(actor.sitting_id)
    with pytest.raises(AccessError, match="signed out"):
        sittings.key_of(actor)


def test_thirty_minutes_without_an_action_end_it_however_often_the_page_beats(
    sittings: Sittings, clock: Clock
) -> None:
    actor = sittings.begin(Actor("partner", "c", "p"), b"key")
    for _ in range(29):
        clock.now += 60
        assert sittings.beat(actor.sitting_id)
    assert sittings.idle_seconds_left(actor.sitting_id) == 60
    assert sittings.act(actor.sitting_id)
    assert sittings.idle_seconds_left(actor.sitting_id) == 1800
    for _ in range(30):
        clock.now += 60
        sittings.beat(actor.sitting_id)
    assert sittings.find(actor.sitting_id) is None


def test_sweeping_ends_expired_sittings_and_notifies(sittings: Sittings, clock: Clock) -> None:
    ended: list[Actor] = []
    sittings.on_end(lambda _: 1 / 0)
    sittings.on_end(ended.append)
    actor = sittings.begin(Actor("partner", "c", "p"), b"key")
    clock.now += 301
    assert sittings.sweep() == 1 and ended == [actor]
    sittings.end(actor.sitting_id)
    assert ended == [actor]


def test_a_sitting_key_is_bound_to_person_role_and_id(sittings: Sittings) -> None:
    actor = sittings.begin(Actor("partner", "c", "p"), b"key")
    for other in (
        Actor("partner", "c", "q", actor.sitting_id),
        Actor("together", "c", "", actor.sitting_id),
        Actor("partner", "c", "p"),
    ):
        with pytest.raises(AccessError):
            sittings.key_of(other)


def test_each_sitting_has_an_id_of_its_own(sittings: Sittings) -> None:
    ids = {sittings.begin(Actor("partner", "c", "p"), b"key").sitting_id for _ in range(50)}
    assert len(ids) == 50 and all(len(sitting_id) >= 43 for sitting_id in ids)


def test_when_a_sitting_ends_the_service_drops_the_opened_drawer() -> None:
    house = begin()
    service, _actor = house.a
    service.read_responses()
    assert house.local._core._drawers
    house.clock.now += 301
    house.local.sittings.sweep()
    assert not house.local._core._drawers and not house.local._core._stops
    house.local.close()


def test_a_page_that_stops_watching_leaves_nothing_behind() -> None:
    house = begin()
    service, actor = house.a
    for _ in range(50):
        service.watch(lambda _: None)()
    assert not house.local._core._stops[actor.sitting_id]
    watched = house.store._watchers._by_log  # type: ignore[attr-defined]
    assert set(watched) == {f"account/{one.person_id}" for one in house.actors}, "each sitting's own account"
    house.local.close()
    assert not watched
