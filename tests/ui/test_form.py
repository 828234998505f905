"""The form in a real browser: what is logged, what is shown as saved, what survives."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.browser import Kernel, show
from workbook.address import at
from workbook.content import say
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.ui.app import App
from workbook.ui.components import Form

CHAPTER = "connection.talk"


@pytest.fixture
def opened(
    maya: Session, take_part: Callable[[Session], Session], browser: Browser, address: str
) -> Iterator[tuple[Page, Kernel, Session]]:
    """The first screen of a chapter, on a phone."""
    take_part(maya)
    maya.go(at("chapter", CHAPTER, 1))
    page, kernel = show(browser, address, App(maya).root, width=360)
    yield page, kernel, maya
    page.close()


def answers_sent(page: Page) -> int:
    """How often the page handed answers over."""
    return int(page.evaluate("window.sent.filter((one) => one.traits?.answers_out).length"))


def test_nothing_is_selected_and_nothing_is_sent_at_load(opened: tuple[Page, Kernel, Session]) -> None:
    page, _kernel, _session = opened
    page.wait_for_timeout(900)
    assert page.locator("input:checked").count() == 0
    assert page.evaluate("window.sent.length") == 0


def test_a_tap_is_sent_at_once_and_marked_saved_after_acknowledgement(
    opened: tuple[Page, Kernel, Session],
) -> None:
    page, _kernel, session = opened
    first = page.locator(".question").first
    first.locator(".option").nth(3).click()
    expect(first.locator(".state")).to_have_attribute("data-state", "saved")
    expect(first.locator(".state")).to_have_text("Saved")
    assert session.answers(session.items(CHAPTER)) == {
        session.screens(CHAPTER)[0][0].id: {"value": 3, "declined": False, "not_arisen": False}
    }


def test_arrow_keys_record_only_the_final_choice(opened: tuple[Page, Kernel, Session]) -> None:
    page, _kernel, session = opened
    first = page.locator(".question").first
    first.locator("input").first.focus()
    page.keyboard.press("Space")
    expect(first.locator(".state")).to_have_attribute("data-state", "saved")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(first.locator(".state")).to_have_attribute("data-state", "unsaved")
    expect(first.locator(".state")).to_have_attribute("data-state", "saved")
    given = [
        event for event in session.own._core.drawer_of(session.actor).records() if event.kind == "answer"
    ]
    assert [event.payload["value"] for event in given] == [0, 3]


def test_leaving_a_question_saves_it_at_once(opened: tuple[Page, Kernel, Session]) -> None:
    page, _kernel, _session = opened
    page.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator(".question").first.locator(".state")).to_have_attribute(
        "data-state", "saved", timeout=500
    )


def test_prefer_not_to_say_is_an_answer(opened: tuple[Page, Kernel, Session]) -> None:
    page, _kernel, session = opened
    page.locator(".question").first.locator(".option-quiet", has_text=say("ui.form.declined")).click()
    expect(page.locator(".question").first.locator(".state")).to_have_attribute("data-state", "saved")
    given = list(session.answers(session.items(CHAPTER)).values())
    assert given == [{"value": None, "declined": True, "not_arisen": False}]


def test_answers_are_there_again_after_a_reload(opened: tuple[Page, Kernel, Session]) -> None:
    page, _kernel, _session = opened
    page.locator(".question").nth(1).locator(".option").nth(2).click()
    expect(page.locator(".question").nth(1).locator(".state")).to_have_attribute("data-state", "saved")
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    expect(page.locator(".question").nth(1).locator("input").nth(2)).to_be_checked()
    expect(page.locator(".question").nth(1).locator(".state")).to_have_text("Saved")


def test_offline_is_shown_as_unsaved_until_the_answer_arrives(opened: tuple[Page, Kernel, Session]) -> None:
    """While offline the page never says saved; once online, the same answer is kept."""
    page, _kernel, session = opened
    first = page.locator(".question").first
    page.evaluate(
        "() => { window.workbook.saveAnswers = () => new Promise((done) => { window.backOnline = done; }); }"
    )
    first.locator(".option").nth(1).click()
    expect(first.locator(".state")).to_have_attribute("data-state", "saving")
    expect(first.locator(".state")).to_have_attribute("data-state", "unsaved", timeout=4000)
    expect(first.locator(".state")).to_have_text("Not saved yet. We keep trying.")
    assert session.n_answered(CHAPTER) == 0
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.locator(".question").first.locator("input").nth(1)).to_be_checked()
    expect(page.locator(".question").first.locator(".state")).to_have_attribute("data-state", "unsaved")
    page.evaluate("() => window.backOnline()")
    expect(page.locator(".question").first.locator(".state")).to_have_attribute("data-state", "saved")


def test_a_refused_answer_says_why(opened: tuple[Page, Kernel, Session]) -> None:
    page, _kernel, _session = opened
    page.evaluate(
        "() => { window.workbook.saveAnswers = () => Promise.reject(new Error('There is no room left.')); }"
    )
    page.locator(".question").first.locator(".option").first.click()
    expect(page.locator(".question").first.locator(".state")).to_have_text("There is no room left.")


def test_every_target_is_at_least_44_pixels_high(opened: tuple[Page, Kernel, Session]) -> None:
    page, _kernel, _session = opened
    heights = page.locator(".option, .button").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44


def test_a_stale_kernel_update_does_not_undo_a_saved_answer(browser: Browser, address: str) -> None:
    """The service has the answer, the kernel does not know yet: it stays ticked and saved."""
    choices = [[value, str(value)] for value in range(5)]
    form = Form(
        items=[{"id": name, "text": name, "choices": choices} for name in "xy"], occasion="assessment-1"
    )
    times = itertools.count()

    def acknowledge(change: dict[str, Any]) -> None:
        form.acknowledged = [one["operation_id"] for one in change["new"]]
        form.answers = {"z": {"value": next(times), "declined": False}}  # read before x and y were kept

    form.observe(acknowledge, "answers_out")
    page, _kernel = show(browser, address, form)
    questions = page.locator(".question")
    for n in range(2):
        questions.nth(n).locator("input").nth(3).check(force=True)
        expect(questions.nth(n).locator(".state")).to_have_attribute("data-state", "saved")
    assert page.locator("input:checked").count() == 2
    page.close()


def test_what_another_tab_answered_meanwhile_is_shown_once_the_wait_is_over(
    opened: tuple[Page, Kernel, Session],
) -> None:
    """The newest counts: what the kernel sends just after an answer is held back, not forgotten."""
    page, _kernel, maya = opened
    page.evaluate("window.catchUpMs = 1500")
    question = page.locator(".question").first
    question.locator("input").nth(3).check(force=True)
    expect(question.locator(".state")).to_have_attribute("data-state", "saved")
    item = maya.screens(CHAPTER)[0][0]
    maya.save([Answer("from-another-tab", maya.occasion, item.id, item.scale.choices[0].value)])
    page.evaluate("window.exchange({})")
    page.evaluate("window.settled()")
    assert question.locator("input").nth(3).is_checked(), "held back at first"
    expect(question.locator("input").nth(0)).to_be_checked(timeout=5_000)


def test_text_that_looks_like_markup_stays_text(browser: Browser, address: str) -> None:
    """Foreign text in a question or choice cannot become an element or run a script."""
    payload = "<img src=x onerror='window.fired=1'><script>window.fired=1</script>"
    form = Form(items=[{"id": "x", "text": payload, "choices": [[0, payload]]}], occasion="assessment-1")
    page, _kernel = show(browser, address, form)
    assert page.locator(".question img, .question script").count() == 0
    assert page.locator("legend").inner_text() == payload
    assert page.evaluate("window.fired") is None
    page.evaluate("document.querySelector('legend').innerHTML = document.querySelector('legend').textContent")
    page.wait_for_function("window.fired === 1")  # the control: as markup it would have fired
    page.close()
