"""Home in a real browser: it notices what happens, and leads to the very thing that is to be done."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.at_browser import at_browser
from tests.ui.conftest import catch_up_until
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.sharing import Grain

pytestmark = pytest.mark.browser
TakePart, AnswerAll = Callable[[Session], Session], Callable[..., None]


def decline_all(session: Session) -> None:
    """Prefer not to say, in every question of the main part."""
    items = session.instruments["connection"].items
    session.save([Answer(f"no-{one.id}", session.occasion, one.id, None, declined=True) for one in items])


def test_home_notices_that_the_partner_joined(
    household: Household, take_part: TakePart, browser: Browser, address: str
) -> None:
    first = household.accounts.create_couple("Maya", "maya's passphrase")
    maya = take_part(Session(household.seat_partner(first.actor)))
    with at_browser(browser, address, maya) as she:
        assert first.code in she.look()
        household.accounts.join(first.code, "Jonah", "jonah's passphrase")
        catch_up_until(maya, lambda: maya.partner)
        words = she.look()
        assert first.code not in words and "Jonah" in words


def test_what_waits_is_named_and_opened_itself(
    maya: Session, jonah: Session, take_part: TakePart, browser: Browser, address: str
) -> None:
    take_part(maya), take_part(jonah)
    line = jonah.act("gratitude.written", {"text": "Thank you for the soup", "day": "2026-05-01"})
    for text in ("A walk?", "A film?"):
        jonah.act("request.sent", {"text": text, "need": "", "is_intimate": False})
    with at_browser(browser, address, maya) as she:
        she.press(say("ui.home.waits", title=exercises()["gratitude_log"].title, n=1))
        assert she.place == f"exercise:gratitude_log:{line.operation_id}"
        assert "Thank you for the soup" in she.look()
        she.go("home")
        she.press(say("ui.home.waits", title=exercises()["request"].title, n=2))
        assert she.place == "exercise:request"


def test_a_decision_made_second_leads_straight_to_what_it_opened(
    maya: Session, jonah: Session, take_part: TakePart, answer_all: AnswerAll, browser: Browser, address: str
) -> None:
    for session in (maya, jonah):
        answer_all(take_part(session), "connection")
    with at_browser(browser, address, maya, "share:connection") as she:
        she.choose("answers")
        assert say("ui.share.saved_title") in she.press(say("ui.share.button"))
    with at_browser(browser, address, jonah, "share:connection") as he:
        he.choose("answers")
        he.press(say("ui.share.button"))
        assert he.place == "expectation"
        assert say("ui.together.title") in he.press(say("ui.expectation.button"))


def test_everything_declined_comes_to_an_honest_end_with_two_ways_on(
    maya: Session, jonah: Session, take_part: TakePart, browser: Browser, address: str
) -> None:
    decline_all(take_part(maya))
    last = maya.instruments["connection"].chapters[-1]
    n_items = len(maya.items(last.id))
    with at_browser(browser, address, maya, f"review:{last.id}") as she:
        assert say("ui.review.declined", of=n_items) in she.look()
        assert say("ui.review.all", of=n_items) not in she.look()
        words = she.go("home")
        assert say("ui.home.declined") in words and say("ui.home.see") not in words
        assert she.press(say("ui.review.look_again")) and she.place.startswith("chapter:connection")
        she.go("home")
        assert say("ui.exercises.title") in she.press(say("ui.steps.exercises"))


def test_done_says_how_many_are_open_and_minutes_are_the_same_on_both_pages(
    maya: Session, jonah: Session, take_part: TakePart, answer_all: AnswerAll, browser: Browser, address: str
) -> None:
    """A need added after a chapter's end is asked about, in a sentence, in each chapter of the needs."""
    answer_all(take_part(maya), "needs")
    chapter = maya.instruments["connection"].chapters[0]
    asked = maya.items(chapter.id)
    maya.save([Answer(f"some-{one.id}", maya.occasion, one.id, 1) for one in asked[:3]])
    for one in (chapter.id, "needs.importance", "needs.met"):
        maya.mark_seen(f"end.{one}.{maya.occasion}")
    with at_browser(browser, address, maya) as she:
        line = she.page.locator(".step").filter(has=she.page.get_by_text(chapter.title, exact=True))
        expect(line).to_contain_text(say("ui.status.complete_open", n=len(asked) - 3))
        week = she.page.locator(".step").filter(has_text=say("ui.steps.weekly")).first
        minutes = round(maya.instruments["weekly"].minutes)
        expect(week).to_contain_text(say("ui.status.minutes", n=minutes))
        assert say("ui.weekly.kicker", n=minutes) in she.go("weekly")
        she.go("own-needs")
        she.write(say("ui.own-needs.label"), "an hour of quiet")
        she.press(say("ui.own-needs.add"))
        for name in ("importance", "met"):
            assert maya.chapter_status(f"needs.{name}") == "under-way", "there is a question open again"
        she.press(say("ui.own-needs.answer"))
        assert she.place.startswith("chapter:needs.importance")
        assert say("instruments.own_need.importance", need="an hour of quiet") in she.look()


def test_two_at_one_device_can_open_what_is_suggested(
    maya: Session,
    jonah: Session,
    take_part: TakePart,
    answer_all: AnswerAll,
    household: Household,
    browser: Browser,
    address: str,
) -> None:
    for session, value in ((maya, 1), (jonah, 2)):
        answer_all(take_part(session), "connection", value)
        session.decide("connection", Grain.ANSWERS)
    both = household.accounts.sign_in_together(
        maya.couple.code, [("Maya", "maya's passphrase"), ("Jonah", "jonah's passphrase")]
    )
    with at_browser(browser, address, Session(household.seat(both)), "together:now") as they:
        start, _second = [
            label for label in they.buttons if label.startswith(say("ui.together.start_step", title=""))
        ]
        they.press(start)
        assert they.place.startswith("exercise:")
        assert say("ui.exercises.how") in they.look()
        they.go("home")
        assert say("ui.exercises.title") in they.open(say("ui.steps.exercises"))
        they.go("exercise:request")
        assert say("exercises.request.sent.button") not in they.buttons, "nobody's words are written here"
