"""The question in a real browser, from the partner's side: what waits is opened where it can be written."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.at_browser import at_browser
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.session import Session

pytestmark = pytest.mark.browser
WORDS = "exercises.the_question"
FIELD, WRITE = say(f"{WORDS}.answered.text.label"), say(f"{WORDS}.answered.button")
AGREE = say(f"{WORDS}.step_agreed.button")
STEP, KEEP = say(f"{WORDS}.step_chosen.text.label"), say(f"{WORDS}.step_chosen.button")


def test_a_review_that_waits_is_opened_with_its_field_and_each_writing_is_confirmed(
    maya: Session,
    jonah: Session,
    take_part: Callable[[Session], Session],
    browser: Browser,
    address: str,
) -> None:
    """Whoever writes first reads that it is kept; the other, that it is open, and what comes next."""
    take_part(maya), take_part(jonah)
    with at_browser(browser, address, maya, "exercise:the_question") as she:
        she.write(FIELD, "Rest.")
        assert say("ui.exercises.apart_title") in she.press(WRITE)
        expect(she.page.get_by_label(FIELD)).to_have_count(0)
    with at_browser(browser, address, jonah) as he:
        he.press(say("ui.home.waits", title=exercises()["the_question"].title, n=1))
        assert he.place == "exercise:the_question:1"
        assert say(f"{WORDS}.not_both") in he.look() and "Rest." not in he.look()
        assert WRITE in he.buttons, "one does not have to look for where to write"
        he.write(FIELD, "Play.")
        shown = he.press(WRITE)
        assert "Rest." in shown and "Play." in shown and KEEP in he.buttons
        expect(he.page.get_by_label(FIELD)).to_have_count(0)
        he.write(STEP, "A Sunday without plans")
        assert "A Sunday without plans" in he.press(KEEP) and AGREE not in he.buttons, "the other says yes"
    maya.refresh()
    with at_browser(browser, address, maya, "exercise:the_question:1") as she:
        shown = she.look()
        assert "Play." in shown and "A Sunday without plans" in shown and WRITE not in she.buttons
        assert say(f"{WORDS}.stage.chosen") in she.press(AGREE)
        assert say(f"{WORDS}.told.step") in she.go("exercise:the_question:1") and AGREE not in she.buttons
