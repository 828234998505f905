"""From a need that is not met to an agreement that was looked back on: two browsers, twelve presses at most."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.ui.at_browser import AtBrowser, at_browser
from tests.ui.test_question import page_of
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.instruments.facets import facets
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.session.own_day import own_today
from workbook.ui.app import App

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


def propose(she: AtBrowser, review: str, who: str = "both") -> None:
    she.choose(who)
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


def answer_as_if_nobody_listened(session: Session) -> None:
    """Let all be well for somebody but one topic, which is low."""
    items = [one for one in session.instruments["connection"].items if one.about == "self"]
    levels = {one.id: 0 if one.id.startswith("connection.listening.") else 3 for one in items}
    session.save(
        [
            Answer(
                f"{session.actor.person_id}-{one.id}",
                session.occasion,
                one.id,
                one.scale.highest - levels[one.id] if one.reverse else levels[one.id],
            )
            for one in items
        ]
    )


def test_from_a_weak_topic_in_the_picture_to_an_agreement_that_was_looked_back_on(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], browser: Browser, address: str
) -> None:
    """Every step is a press that somebody new finds on the page: nobody is taken anywhere by its address."""
    answer_as_if_nobody_listened(take_part(maya)), take_part(jonah)
    calm_is_well(maya)
    presses, today = Presses(), own_today()
    facet = facet_title(maya, "connection.listening")
    with at_browser(browser, address, maya, "own:profile") as she:
        assert facet in she.page.inner_text("#workbook") or facet in she.page.content()
        about = presses.press(she, say("ui.results.ask", topic=facet))
        assert say("exercises.request.about", need=need_title(maya, "needs.heard")) in about
        she.write(request("sent.text.label"), "Would you put the phone away at tea?")
        she.choose("no")
        presses.press(she, request("sent.button"))
    with at_browser(browser, address, jonah) as he:
        presses.press(he, say("ui.home.waits", n=1, title=exercises()["request"].title))
        he.choose("yes")
        presses.press(he, request("answered.button"))
        presses.press(he, request("onward.agreement"))
        propose(he, today.isoformat(), who="me")
        presses.press(he, agreement("proposed.button"))
    waits = say("ui.home.waits", n=1, title=exercises()["agreement"].title)
    with at_browser(browser, address, maya) as she:
        presses.press(she, waits)
        she.choose("yes")
        presses.press(she, agreement("answered.button"))
    with at_browser(browser, address, jonah) as he:
        shown = presses.press(he, say("ui.home.due", n=1))
        assert agreement("due") in shown
        he.choose("kept")
        presses.press(he, agreement("owned.button"))
        assert say("ui.home.due", n=1) not in he.go("home")
    with at_browser(browser, address, maya) as she:
        assert say("ui.home.due", n=1) not in she.buttons
        shown = presses.press(she, waits)
        assert agreement("told.kept", name="Jonah") in shown
        she.choose("heard")
        presses.press(she, agreement("heard.button"))
    assert presses.n <= MOST_PRESSES


def test_where_trust_is_low_no_picture_leads_to_a_request(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    answer_as_if_nobody_listened(take_part(maya))
    facet = facet_title(maya, "connection.listening")
    calm_is_well(maya)
    ask = say("ui.results.ask", topic=facet)

    def offered() -> set[str]:
        app, found = App(maya), set()
        for page in ("results", "own:profile"):
            app.go(page)
            found |= {page for button in page_of(app).actions.buttons if button["label"] == ask}
        return found

    assert offered() == {"results", "own:profile"}
    for one in maya.instruments["connection"].items:
        if one.id.startswith("connection.trust.") and one.about == "self":
            value = one.scale.highest if one.reverse else 0
            maya.save([Answer(f"low-{one.id}", maya.occasion, one.id, value)])
    assert offered() == set()


def calm_is_well(session: Session) -> None:
    """Let somebody see none of the signs."""
    items = [one for one in session.instruments["warning_signs"].items if one.about == "self"]
    session.save(
        [
            Answer(f"s-{one.id}", session.occasion, one.id, one.scale.highest if one.reverse else 0)
            for one in items
        ]
    )


def facet_title(session: Session, name: str) -> str:
    return next(one.title for one in facets(session.instruments["connection"]) if one.id == name)


def need_title(session: Session, name: str) -> str:
    return next(one.title for one in facets(session.instruments["needs"]) if one.id == name)
