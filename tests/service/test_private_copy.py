"""A copy of one's private answers: passphrase, wait, passphrase, file; observable nowhere else."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.service.household import WORDS, House, answers, begin
from workbook.errors import AccessError, SignInError, TooManyTriesError
from workbook.instruments import catalogue
from workbook.service.couple.private_copy import KEPT, WAIT
from workbook.service.desks import partner
from workbook.service.identity.rate_limit import MOST_TRIES


@pytest.fixture
def house() -> House:
    house = begin()
    service, _actor = house.a
    service.save_answers(answers(1, instrument="safety"))
    return house


@pytest.fixture
def later(monkeypatch):
    """Turn the service's clock forward."""

    def turn(by: timedelta) -> None:
        class Later(datetime):
            @classmethod
            def now(cls, tz=None):  # noqa: ARG003
                return datetime.now(UTC) + by

        monkeypatch.setattr(partner, "datetime", Later)

    return turn


def wish(house: House, what: str, name: str = "Ada"):
    actor = house.actors[0 if name == "Ada" else 1]
    return house.local.seat(actor).private_copy(WORDS[name], what)


def test_the_copy_is_available_only_after_the_wait(house, later):
    assert wish(house, "ask").status == "waiting"
    later(WAIT - timedelta(minutes=1))
    assert wish(house, "fetch").content is None
    later(WAIT + timedelta(minutes=1))
    given = wish(house, "fetch")
    questions = {item.id: item.text for item in catalogue()["safety"].items}
    assert {row["item"]: row["question"] for row in given.content["answers"]} == questions
    assert all(row["answer"] for row in given.content["answers"])


def test_asking_again_does_not_change_the_wait(house, later):
    first = wish(house, "ask")
    later(WAIT / 2)
    assert wish(house, "ask") == first


def test_a_cancelled_copy_is_not_available(house, later):
    wish(house, "ask")
    assert wish(house, "cancel").status == "none"
    later(WAIT + timedelta(minutes=1))
    given = wish(house, "fetch")
    assert (given.status, given.content) == ("none", None)


def test_an_unfetched_copy_expires(house, later):
    wish(house, "ask")
    later(WAIT + KEPT + timedelta(minutes=1))
    assert wish(house, "fetch").status == "none"


def test_fetching_without_a_request_returns_nothing(house):
    assert wish(house, "fetch").status == "none"
    assert wish(house, "cancel").status == "none"


@pytest.mark.parametrize("what", ["ask", "fetch", "cancel"])
def test_each_action_needs_the_persons_own_passphrase(house, what):
    for wrong in ("", "not the passphrase", WORDS["Ben"]):
        with pytest.raises(SignInError):
            house.local.seat(house.actors[0]).private_copy(wrong, what)


def test_guessing_the_passphrase_is_rate_limited(house):
    for _ in range(MOST_TRIES):
        with pytest.raises(SignInError):
            house.local.seat(house.actors[0]).private_copy("a guess", "fetch")
    with pytest.raises(TooManyTriesError):
        wish(house, "fetch")


def test_joint_sittings_and_unknown_actions_are_refused(house):
    _, both = house.together()
    assert not hasattr(house.local.seat(both), "private_copy")
    with pytest.raises(AccessError):
        wish(house, "show me")


def test_each_partners_copy_holds_only_their_own_answers(house, later):
    service, _actor = house.a
    service.save_answers(answers(2))
    wish(house, "ask", "Ben")
    wish(house, "ask")
    later(WAIT + timedelta(minutes=1))
    assert {row["instrument"] for row in wish(house, "fetch").content["answers"]} == {"safety"}
    assert wish(house, "fetch", "Ben").content == {"answers": []}


def test_a_copy_request_is_observable_nowhere_else(house):
    """Not one's own export, events or record, and nothing of the partner's."""

    def told(position: int) -> list[str]:
        service, _actor = (house.a, house.b)[position]
        asked = (service.my_data, service.read_events, service.read_audit, service.read_table, service.couple)
        return [json.dumps(ask(), default=str) for ask in asked]

    before = told(0), told(1)
    wish(house, "ask")
    wish(house, "cancel")
    wish(house, "ask")
    assert (told(0), told(1)) == before
