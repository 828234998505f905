"""Exercises in a real browser: whose words are whose, and where one thing leads to the next."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.at_browser import at_browser
from workbook.content import say
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.sharing import Grain

pytestmark = pytest.mark.browser
OWN_WORDS = "an evening a week without the children"


@pytest.fixture
def two(maya: Session, jonah: Session, take_part: Callable[[Session], Session]) -> tuple[Session, Session]:
    return take_part(maya), take_part(jonah)


def talk(key: str, **values: object) -> str:
    return say(f"exercises.needs_talk.{key}", **values)


def asked(key: str, **values: object) -> str:
    return say(f"exercises.request.{key}", **values)


def test_a_talk_turned_into_a_request_opens_its_form_with_the_need(
    two: tuple[Session, Session], browser: Browser, address: str
) -> None:
    """The speaker comes straight to the request and can come back to it; the partner reads whose choice it was."""
    maya, jonah = two
    said = maya.act("needs_talk.said", {"need": "needs.heard", "words": "I miss being listened to."})
    jonah.act("needs_talk.heard", {"talk": said.operation_id, "words": "You miss being listened to."})
    maya.act("needs_talk.checked", {"talk": said.operation_id, "understood": "yes", "missing": ""})
    with at_browser(browser, address, maya, f"exercise:needs_talk:{said.operation_id}") as she:
        she.page.locator("input[type=radio][value=request]").check(force=True)
        she.press(talk("settled.button"))
        about = asked("about", need="Heard")
        assert she.place == "exercise:request:about:needs.heard"
        expect(she.page.get_by_text(about)).to_be_visible()
        she.go(f"exercise:needs_talk:{said.operation_id}")
        assert talk("told.request", name=say("ui.activity.you")) in she.look()
        she.press(talk("onward.request"))
        she.page.get_by_label(asked("sent.text.label")).fill("Would you listen for ten minutes on Friday?")
        she.page.locator("input[type=radio][value=no]").check(force=True)
        she.press(asked("sent.button"))
        assert say("ui.exercises.kept_title") in she.look()
    (request,) = [one for one in maya.table.events if one.kind == "request.sent"]
    assert request.payload["need"] == "needs.heard"
    with at_browser(browser, address, jonah, f"exercise:needs_talk:{said.operation_id}") as she:
        assert talk("told.request", name="Maya") in she.look()
        assert talk("settled.way.request") not in she.look()
        assert talk("onward.request") not in she.look()
        she.go(f"exercise:request:{request.operation_id}")
        expect(she.page.get_by_text(about)).to_be_visible()


def test_a_counter_offer_stands_under_the_name_of_whoever_made_it(
    two: tuple[Session, Session], browser: Browser, address: str
) -> None:
    maya, jonah = two
    sent = maya.act("request.sent", {"text": "Friday at eight?", "need": "", "is_intimate": False})
    answer = {
        "request": sent.operation_id,
        "answer": "negotiate",
        "proposal": "Saturday at four?",
        "note": "",
    }
    jonah.act("request.answered", answer)
    for session, name in ((maya, "Jonah"), (jonah, say("ui.activity.you"))):
        with at_browser(browser, address, session, "exercise:request") as she:
            line = she.page.locator(".step").filter(has_text="Saturday at four?")
            expect(line).to_contain_text(asked("list.proposed", name=name))


def test_the_words_of_an_own_need_stay_with_its_writer_who_is_told_so(
    two: tuple[Session, Session], browser: Browser, address: str, answer_all: Callable[..., None]
) -> None:
    """Never an id, on any page of either; the writer reads their own words, and where those do not go."""
    maya, jonah = two
    maya.add_need(OWN_WORDS)
    ((need, _),) = maya.own_needs.items()
    for session in (maya, jonah):
        answer_all(session, "connection")
        answer_all(session, "needs")
    own = maya.items("needs.importance")[-1].id
    answers = [(own, 4), (own.replace("importance", "met"), 0)]
    maya.save([Answer(f"own-{n}", maya.occasion, item, value) for n, (item, value) in enumerate(answers)])
    for session in (maya, jonah):
        session.decide("needs", Grain.ANSWERS)
    hidden = say("ui.activity.own_need_hidden")
    with at_browser(browser, address, maya, "own-needs") as she:
        assert say("ui.own-needs.words", part=maya.instruments["needs"].title) in she.look()
        she.go("own:waiting")
        assert OWN_WORDS in she.look() and "needs.own." not in she.look()
        she.go("exercise:needs_talk")
        assert hidden in she.look()
        she.page.get_by_label(talk("said.need.label")).select_option(need)
        she.page.get_by_label(talk("said.words.label")).fill("I would feel rested.")
        she.press(talk("said.button"))
        assert OWN_WORDS in she.look()
    (said,) = [one for one in maya.table.events if one.kind == "needs_talk.said"]
    with at_browser(browser, address, jonah, f"exercise:needs_talk:{said.operation_id}") as she:
        for there in (
            f"exercise:needs_talk:{said.operation_id}",
            "exercise:needs_talk",
            "together:now",
            "view:waiting",
        ):
            she.go(there)
            assert OWN_WORDS not in she.look() and "needs.own." not in she.look()
            assert hidden not in she.look()
        she.go("exercise:needs_talk")
        assert say("ui.activity.own_need") in she.look()
