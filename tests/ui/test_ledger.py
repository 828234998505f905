"""Needs and agreements: what is open, due and running stands there, what is over nowhere."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.ui.test_question import labels, page_of
from workbook.content import say
from workbook.session import Session
from workbook.session.own_day import own_today
from workbook.ui.app import App


@pytest.fixture
def two(maya: Session, jonah: Session, take_part: Callable[[Session], Session]) -> tuple[App, App]:
    return App(take_part(maya)), App(take_part(jonah))


def lines(app: App) -> dict[str, list[str]]:
    """Return the titles of the page's lines, by heading."""
    app.session.refresh("table")
    app.go("home")
    app.go("ledger")
    return {part["title"]: [one["title"] for one in part["steps"]] for part in page_of(app).menu.parts}


def words(app: App) -> str:
    page = page_of(app)
    return str([getattr(page, part).blocks for part in ("words", "about", "rests") if hasattr(page, part)])


def propose(app: App, review: int, **other: str) -> str:
    terms = {"what": "Tea at nine", "who": "both", "when": "Evenings", "long": "Two weeks", "notice": "A pot"}
    rest = {"hard": "", "review": (own_today() + timedelta(review)).isoformat(), "need": "needs.heard"}
    return app.session.act("agreement.proposed", terms | rest | {"request": ""} | other).operation_id


def test_it_is_empty_at_first_and_says_what_one_can_do(two: tuple[App, App]) -> None:
    assert lines(two[0]) == {}
    assert say("ui.ledger.empty") in words(two[0])
    assert labels(two[0])[:3] == [say(f"ui.ledger.{way}") for way in ("say", "ask", "agree")]


def test_what_is_proposed_is_open_what_both_agreed_holds_and_on_its_day_it_is_due(
    two: tuple[App, App],
) -> None:
    maya, jonah = two
    later, today = propose(maya, 9), propose(maya, 0, what="A walk")
    for app in two:
        assert lines(app) == {say("ui.ledger.open"): ["Tea at nine", "A walk"]}
    for found in (later, today):
        jonah.session.act("agreement.answered", {"agreement": found, "answer": "yes"})
    for app in two:
        assert lines(app) == {say("ui.ledger.due"): ["A walk"], say("ui.ledger.running"): ["Tea at nine"]}
        steps = [step for part in page_of(app).menu.parts for step in part["steps"]]
        assert all(say("ui.ledger.serves", need="Heard") in step["note"] for step in steps)


def test_what_is_over_stands_nowhere_and_nothing_is_counted(two: tuple[App, App]) -> None:
    maya, jonah = two
    found = propose(maya, 0)
    jonah.session.act("agreement.answered", {"agreement": found, "answer": "yes"})
    maya.session.act("agreement.ended", {"agreement": found})
    request = maya.session.act("request.sent", {"text": "Tea?", "need": "", "is_intimate": False})
    said = {"request": request.operation_id, "answer": "yes", "proposal": "", "note": ""}
    jonah.session.act("request.answered", said)
    for app in two:
        assert lines(app) == {}
        assert say("ui.ledger.empty") in words(app)


def test_a_need_that_rests_is_told_to_whoever_asked_and_its_form_is_not_offered(two: tuple[App, App]) -> None:
    maya, jonah = two
    sent = {"text": "Tea?", "need": "needs.heard", "is_intimate": False}
    request = maya.session.act("request.sent", sent).operation_id
    said: dict[str, Any] = {"request": request, "answer": "no", "proposal": "", "note": "", "mark": "rest"}
    jonah.session.act("request.answered", said)
    lines(maya), lines(jonah)
    always = say("exercises.request.rests.always", need="Heard")
    assert always in words(maya) and always not in words(jonah)
    maya.go("exercise:request:about:needs.heard")
    assert always in words(maya) and not page_of(maya).fields.children


def test_once_the_table_is_closed_it_says_so_and_offers_nothing(two: tuple[App, App]) -> None:
    propose(two[0], 0)
    two[1].session.own.unpair("jonah's passphrase")
    assert lines(two[0]) == {}
    assert say("ui.exercises.closed") in words(two[0]) and labels(two[0]) == [say("ui.button.home")]
