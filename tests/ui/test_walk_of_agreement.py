"""From a need that is not met to an agreement that was looked back on: two browsers, twelve presses at most."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.ui.at_browser import AtBrowser, at_browser
from workbook.content import say
from workbook.session import Session
from workbook.session.own_day import own_today

pytestmark = pytest.mark.browser
MOST_PRESSES = 12


def request(key: str) -> str:
    return say(f"exercises.request.{key}")


def agreement(key: str, **values: object) -> str:
    return say(f"exercises.agreement.{key}", **values)


class Presses:
    """Counts what is pressed, by either of the two."""

    def __init__(self) -> None:
        self.n = 0

    def press(self, at: AtBrowser, label: str) -> str:
        self.n += 1
        return at.press(label)

    def open(self, at: AtBrowser, title: str) -> str:
        self.n += 1
        return at.open(title)


def propose(she: AtBrowser, review: str) -> None:
    she.choose("both")
    for field, text in (
        ("when", "Thursdays"),
        ("long", "Two weeks"),
        ("notice", "The pot is on the table"),
        ("review", review),
    ):
        she.write(agreement(f"proposed.{field}.label"), text)


def test_from_a_need_to_an_agreement_that_was_looked_back_on(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], browser: Browser, address: str
) -> None:
    take_part(maya), take_part(jonah)
    presses, today = Presses(), own_today()
    with at_browser(browser, address, maya, "exercise:request:about:needs.heard") as she:
        she.write(request("sent.text.label"), "Would you have tea with me?")
        she.choose("no")
        presses.press(she, request("sent.button"))
    (sent,) = maya.table.events
    with at_browser(browser, address, jonah, f"exercise:request:{sent.operation_id}") as he:
        assert request("answered.lead") in he.look() and say("exercises.request.guilt.title") in he.look()
        he.choose("yes")
        presses.press(he, request("answered.button"))
        presses.press(he, request("onward.agreement"))
        assert "tea with me" in he.page.get_by_label(agreement("proposed.what.label")).input_value()
        propose(he, today.isoformat())
        presses.press(he, agreement("proposed.button"))
    with at_browser(browser, address, maya, "ledger") as she:
        presses.open(she, "Would you have tea with me?")
        she.choose("yes")
        presses.press(she, agreement("answered.button"))
        presses.press(she, agreement("owned.open"))
        she.choose("partly")
        she.write(agreement("owned.good.label"), "Tea on Sunday")
        presses.press(she, agreement("owned.button"))
    with at_browser(browser, address, jonah, "ledger") as he:
        assert say("ui.ledger.due") in he.look()
        shown = presses.open(he, "Would you have tea with me?")
        assert "Tea on Sunday" in shown and agreement("told.partly", name="Maya") in shown
        he.choose("heard")
        presses.press(he, agreement("heard.button"))
    found = next(one for one in maya.table.events if one.kind == "agreement.proposed").operation_id
    with at_browser(browser, address, maya, f"exercise:agreement:{found}") as she:
        presses.press(she, agreement("gone_on.open"))
        she.write(agreement("gone_on.review.label"), (today + timedelta(14)).isoformat())
        shown = presses.press(she, agreement("gone_on.button"))
        assert (
            "Tea on Sunday" not in shown
            and agreement("told.partly", name=say("ui.activity.you")) not in shown
        )
        assert say("ui.ledger.running") in she.go("ledger")
    assert presses.n <= MOST_PRESSES
