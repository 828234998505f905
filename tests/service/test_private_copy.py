"""A copy of one's private answers: passphrase, wait, passphrase, file; observable nowhere else."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.service.household import WORDS, House, answers, begin
from workbook.errors import AccessError, SignInError, TooManyTriesError
from workbook.instruments import catalogue
from workbook.service.couple.private_copy import KEPT, WAIT, standing_copy
from workbook.service.couple.records import ANSWER, AUDIT, PRIVATE_COPY, Record
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


def come_back(house: House) -> None:
    """Have both sign in anew."""
    again = (house.local.accounts.sign_in(house.code, name, WORDS[name]) for name in ("Ada", "Ben"))
    house.actors = tuple(again)
    for actor in house.actors:
        house.local.seat(actor).read_events()


def test_the_copy_is_available_only_after_the_wait(house, later):
    assert wish(house, "ask").status == "waiting"
    later(WAIT - timedelta(minutes=1))
    assert wish(house, "fetch").content is None
    come_back(house)
    later(WAIT + timedelta(minutes=1))
    given = wish(house, "fetch")
    questions = {item.id: item.text for item in catalogue()["safety"].items}
    assert {row["item"]: row["question"] for row in given.content["answers"]} == questions
    assert all(row["answer"] for row in given.content["answers"])


def test_a_day_within_one_sitting_is_not_enough(house, later):
    """A clock set forward makes a day in a moment; nobody sits in one sitting for a day."""
    wish(house, "ask")
    later(WAIT + timedelta(minutes=1))
    assert wish(house, "fetch").content is None
    come_back(house)
    assert wish(house, "fetch").content is not None


def test_a_sitting_that_was_there_already_is_no_later_one(house, later):
    """Such as the open page on the other's device."""
    first = house.actors
    come_back(house)
    second = house.actors
    house.actors = first
    wish(house, "ask")
    later(WAIT + timedelta(minutes=1))
    for house.actors in (first, second):
        assert wish(house, "fetch").content is None


DAY, T = timedelta(days=1), datetime(2026, 12, 1, 12, tzinfo=UTC)


def standing(*rows: tuple[str, timedelta], now: timedelta):
    """Return what stands now, given rows of a drawer by kind and moment."""

    class Rows:
        def records(self):
            payloads = {"opened": (AUDIT, {"what": "opened"}), "answer": (ANSWER, {})}
            kinds = {"ask": (PRIVATE_COPY, {"state": "asked"})} | payloads
            return [
                Record(kinds[kind][0], f"{kind}/{n}", kinds[kind][1], n, T + at)
                for n, (kind, at) in enumerate(rows)
            ]

    last = max(n for n, (kind, _) in enumerate(rows) if kind == "opened")
    return standing_copy(Rows(), opened=f"opened/{last}", now=T + now).status


def test_a_clock_set_back_while_asking_starts_the_wait_anew():
    """Put right afterwards, it looks as if two days had passed."""
    asked = (("opened", 0 * DAY), ("answer", 0 * DAY), ("ask", -2 * DAY), ("opened", 0 * DAY))
    assert standing(*asked, now=timedelta(minutes=1)) == "waiting"
    assert standing(*asked, ("opened", 1.1 * DAY), now=1.1 * DAY) == "ready"


@pytest.mark.parametrize("kind", ["answer", "opened"])
def test_a_clock_set_back_after_asking_starts_the_wait_anew(kind):
    asked = (
        ("opened", 0 * DAY),
        ("ask", 0 * DAY),
        ("opened", 2 * DAY),
        (kind, 0.1 * DAY),
        ("opened", 1.5 * DAY),
    )
    assert standing(*asked, now=1.5 * DAY) == "waiting"
    assert standing(*asked, ("opened", 2.6 * DAY), now=2.6 * DAY) == "ready"


def test_a_clock_behind_the_newest_row_gives_nothing_out():
    asked = (("opened", 0 * DAY), ("ask", 0 * DAY), ("opened", 3 * DAY))
    assert standing(*asked, now=3 * DAY) == "ready"
    assert standing(*asked, now=1.5 * DAY) == "waiting"


def test_rows_of_a_clock_that_was_once_years_ahead_only_cost_a_sitting():
    """Whoever's clock was wrong once must not wait for that year to come."""
    rows = (("answer", 400 * DAY), ("opened", 0 * DAY), ("ask", 0 * DAY), ("opened", 1.1 * DAY))
    assert standing(*rows, now=1.1 * DAY) == "ready"


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
    come_back(house)
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
