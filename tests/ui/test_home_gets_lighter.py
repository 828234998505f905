"""Home gets shorter as one goes: what is done folds, what waits and this week stand first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.axe import violations
from tests.ui.at_browser import at_browser
from workbook.content import say
from workbook.session import Session
from workbook.ui.app import App

pytestmark = pytest.mark.browser
TakePart, AnswerAll = Callable[[Session], Session], Callable[..., None]
STEP = "A slow breakfast on Sunday"


def parts_of(session: Session) -> dict[str, tuple[list[str], list[str]]]:
    """Return each part by its title: the titles of its steps that are seen, and of those that are folded."""
    session.refresh()
    app = App(session)
    app.go("home")
    return {
        part["title"]: tuple([one["title"] for one in part.get(key, ())] for key in ("steps", "folded"))
        for part in app._open.menu.parts
    }


def test_what_is_done_folds_and_what_is_left_stays(
    maya: Session, take_part: TakePart, answer_all: AnswerAll
) -> None:
    before = parts_of(maya)
    assert before[say("ui.parts.begin")][1] == [] and say("ui.home.week") not in before
    take_part(maya)
    begun = parts_of(maya)
    assert begun[say("ui.parts.begin")][0] == [], "all of it is done"
    assert len(begun[say("ui.parts.begin")][1]) == 3
    assert begun[say("ui.home.week")] == ([say("ui.steps.this-week"), say("ui.steps.weekly")], [])
    assert next(iter(begun)) == say("ui.home.week")
    first = maya.instruments["connection"].chapters[0]
    assert first.title in begun[say("ui.parts.answer")][0]
    answer_all(maya, "connection")
    left, folded = parts_of(maya)[say("ui.parts.answer")]
    assert first.title in folded and first.title not in left and left != []


def test_no_step_is_lost_and_none_stands_twice(
    maya: Session, take_part: TakePart, answer_all: AnswerAll
) -> None:
    answer_all(take_part(maya), "needs")
    shown = [title for steps in parts_of(maya).values() for some in steps for title in some]
    there = [step.title for step in App(maya).pages.steps()]
    assert sorted(shown) == sorted(there)


def test_a_part_that_is_done_opens_again_and_leads_on(
    maya: Session, take_part: TakePart, browser: Browser, address: str
) -> None:
    take_part(maya)
    with at_browser(browser, address, maya) as she:
        line = she.page.get_by_text(say("ui.steps.limits"), exact=True)
        expect(line).to_be_hidden()
        assert violations(she.page) == []
        she.page.locator("summary").filter(has_text=say("ui.parts.begin")).click()
        expect(line).to_be_visible()
        assert violations(she.page) == []
        she.look()
        expect(line).to_be_visible()
        line.click()
        she.look()
        assert she.place == "limits"


def test_the_step_that_two_chose_stands_first_in_their_own_words(
    maya: Session, jonah: Session, take_part: TakePart
) -> None:
    for one in (maya, jonah):
        take_part(one).act("question.answered", {"text": "rest", "day": "2026-05-01"})
    app = App(maya)
    app.go("home")
    assert STEP not in str(app._open.words.blocks) and say("ui.home.chosen") not in str(
        app._open.words.blocks
    )
    jonah.act("question.step_chosen", {"text": STEP})
    maya.refresh()
    app.go("limits")
    app.go("home")
    assert STEP in str(app._open.words.blocks)
