"""The order of "Just for me" tells nothing to whoever has all but the drawer's key."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from unittest import mock

from tests.service.household import House, answers, begin
from workbook.service.couple import drawer_contents
from workbook.service.couple.drawers import Drawer
from workbook.service.erasing import rights
from workbook.service.formats import crypto

SECTIONS = ["rest", "friends", "talk", "help", "care"]
WEEKS = [datetime(2031, 1, 6, tzinfo=UTC) + timedelta(weeks=n) for n in range(120)]


def shown(house: House) -> list[list[str]]:
    """Return what one sees week by week, after private answers that call for help."""
    service, _actor = house.a
    service.save_answers(answers(9, instrument="safety", most=1))
    orders = []
    for week in WEEKS:
        with mock.patch.object(drawer_contents, "this_monday", lambda week=week: week):
            orders.append(service.order_for_me(SECTIONS, ["help"]))
    return orders


def guessed(draw: Callable[[str], bytes], first: Sequence[str]) -> list[list[str]]:
    """Return the orders as whoever knows how they are drawn would compute them beforehand."""
    found = []
    for week in WEEKS:
        period = week.date().isoformat()
        order = sorted(SECTIONS, key=lambda one, period=period: draw(f"{period}\nplace of {one}"))
        if first and draw(f"{period}\nwho leads")[0] < rights.LED_OF_256:
            order = [*first, *(one for one in order if one not in first)]
        found.append(order)
    return found


def n_right(orders: list[list[str]], person_id: str) -> int:
    """Return in how many of the weeks some computation from the person's id gives the order that was shown."""
    draws: list[Callable[[str], bytes]] = [
        lambda what: hashlib.sha256(f"{person_id}\n{what}".encode()).digest(),
        lambda what: hmac.digest(person_id.encode(), what.encode(), "sha256"),
        lambda what: hmac.digest(person_id.encode(), f"secret:order for me{what}".encode(), "sha256"),
    ]
    by_draw = (
        [
            order in pair
            for order, *pair in zip(orders, guessed(draw, []), guessed(draw, ["help"]), strict=True)
        ]
        for draw in draws
    )
    return max(sum(right) for right in by_draw)


def test_knowing_the_person_id_predicts_no_order() -> None:
    house = begin()
    orders = shown(house)
    assert n_right(orders, house.actors[0].person_id) < len(WEEKS) // 8, "two of 120 orders fit by chance"
    assert sum(order[0] == "help" for order in orders) > len(WEEKS) // 2


def test_the_test_above_fails_for_an_order_keyed_by_the_person_id() -> None:
    """The positive control: anybody who knows the id computes the order of every week."""
    order = rights.order_sections

    def by_id(_secret: bytes, *what: object) -> list[str]:
        return order(house.actors[0].person_id.encode(), *what)  # type: ignore[arg-type]

    house = begin()
    with mock.patch.object(rights, "order_sections", by_id):
        assert n_right(shown(house), house.actors[0].person_id) == len(WEEKS)


def test_the_same_person_id_with_another_drawer_key_has_another_order() -> None:
    secrets = [Drawer(begin().store, "p_1", crypto.new_key()).secret("order for me") for _ in range(2)]
    weeks = [[rights.order_sections(one, SECTIONS, [], str(week)) for week in WEEKS] for one in secrets]
    assert sum(one == other for one, other in zip(*weeks, strict=True)) < 10


def test_a_changed_passphrase_changes_no_order() -> None:
    """Nor does signing in anew: a change would tell when it was."""
    house = begin()
    before, _actor = house.a
    order = before.order_for_me(SECTIONS, ["help"])
    house.local.accounts.change_passphrase(house.actors[0], "ada has a secret", "ada has another secret")
    again = house.local.seat(house.local.accounts.sign_in(house.code, "Ada", "ada has another secret"))
    assert again.order_for_me(SECTIONS, ["help"]) == order
