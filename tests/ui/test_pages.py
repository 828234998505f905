"""Every page in each of its states: its text, its links, and no accessibility violation."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as TooSlow

from tests import axe
from tests.ui.browser import show
from tests.ui.conftest import catch_up_until, pages_of
from workbook.address import at
from workbook.content import say
from workbook.content.document import documents
from workbook.service.demo import open_demo
from workbook.service.desks.household import Household
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App, open_workbook
from workbook.ui.components import Prose
from workbook.ui.guard import Guard

PAGES = [
    "home", "introduction", "limits", "consent", "chapter:background.about_you:1", "chapter:connection.talk:1",
    "chapter:safety.private:1", "review:connection.talk", "results", "own:profile", "own:waiting", "share:connection",
    "share:needs", "decided", "expectation", "together:now", "view:profile", "view:side_by_side", "view:differences", "view:perspectives", "view:moved",
    "view:waiting", "view:signs", "view:perception", "view:agreement", "view:guesses", "view:skills", "mood", "cooling", "take-along", "exercises",
    "exercise:gratitude_log", "exercise:needs_talk", "exercise:request", "exercise:request:kept", "exercise:the_question", "exercise:forgiving", "exercise:speaker_listener", "room",
    "exercise:agreement", "exercise:breakdown", "exercise:breakdown:alone", "exercise:breakdown:tell", "exercise:our_plan", "ledger", "this-week", "calendar", "progress", "progress-own",
    "weekly", "again", "just-for-me", "resources", "sharing", "therapist", "rights", "rights:erase", "rights:data",
]  # fmt: skip

IN_THE_DARK = [
    "home",
    "chapter:connection.talk:1",
    "share:connection",
    "together:now",
    "view:side_by_side",
    "rights:erase",
]


@pytest.fixture(scope="module")
def demo() -> Iterator[App]:
    household, service = open_demo()
    session = Session(service)
    session.mark_seen("introduction")
    session.agree("consent", "0" * 64, agreed=True)
    yield App(session)
    household.close()


def violations(page: Page, name: str) -> list[tuple[object, ...]]:
    """Return axe's findings on the page, and whether it is wider than the window."""
    found = [(name, one["id"], one["nodes"][0]["html"][:120]) for one in axe.violations(page)]
    with suppress(TooSlow):  # a drawing takes the window's new width a moment later
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=3_000)
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found += [(name, "too wide by", over)] if over > 0 else []
    return found + (
        [(name, "headings", page.locator("h1").count())] if page.locator("h1").count() != 1 else []
    )


def turn(app: App, page: Page, name: str) -> None:
    """Turn to a page, as the person would, and wait for it."""
    app.go(name)
    page.evaluate("() => { window.exchange({}); }")
    page.wait_for_timeout(250)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_an_accessibility_rule_or_overflows(
    demo: App, browser: Browser, address: str, scheme: str
) -> None:
    """Every page at 1280 and 360 pixels; in the dark those where a colour could fail."""
    found = []
    demo.go("home")
    page, _kernel = show(browser, address, demo.root, scheme=scheme)
    for name in PAGES if scheme == "light" else IN_THE_DARK:
        turn(demo, page, name)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            found += violations(page, f"{name} at {width}")
    page.close()
    assert found == []


def test_the_check_finds_a_broken_page(browser: Browser, address: str) -> None:
    """The control: grey on grey and a field without a name are found."""
    page, _kernel = show(
        browser, address, Prose(blocks=[{"kind": "heading", "level": 1, "text": "A page to break"}])
    )
    page.evaluate("""() => {
      document.querySelector("h1").style.color = "#ddd";
      document.body.append(document.createElement("input"));
    }""")
    assert {"color-contrast", "label"} <= {found[1] for found in violations(page, "broken")}
    page.close()


def test_a_page_that_is_locked_is_not_opened_and_says_so(maya: Session) -> None:
    app = App(maya)
    app.guard(app.go)("together")
    assert maya.page == at("home")
    assert "not open" in str(app.trouble.blocks)


def test_an_unexpected_error_becomes_a_sentence_without_values() -> None:
    seen: list[object] = []

    def fail() -> None:
        raise RuntimeError("the answer was 4")

    Guard(seen.append)(fail)()
    assert len(seen) == 1
    assert "answer was 4" not in str(seen)


def test_a_partners_publication_appears_on_the_open_page(
    household: Household,
    maya: Session,
    jonah: Session,
    take_part: Callable[[Session], Session],
    answer_all: Callable[..., None],
    browser: Browser,
    address: str,
) -> None:
    for session in (maya, jonah):
        take_part(session)
        answer_all(session)
    maya.decide("connection", Grain.SCORES)
    app = App(maya)
    app.go("home")
    page, _kernel = show(browser, address, app.root)
    expect(page.get_by_text("are not open yet")).to_be_visible()
    jonah.decide("connection", Grain.SCORES)
    catch_up_until(maya, lambda: maya.table.open_rounds)
    page.evaluate("window.exchange({})")
    expect(page.get_by_text("Your pages together are open")).to_be_visible()
    page.close()


def test_the_focus_goes_to_the_heading_when_the_page_is_turned(
    demo: App, browser: Browser, address: str
) -> None:
    demo.go("home")
    page, _kernel = show(browser, address, demo.root)
    page.get_by_role("button", name="Your rights").click()
    expect(page.locator("h1", has_text="Your rights")).to_be_visible()
    page.wait_for_function("document.activeElement?.textContent === 'Your rights'")
    page.close()


def test_the_focus_waits_until_the_heading_is_in_the_document(
    demo: App, browser: Browser, address: str
) -> None:
    """A busy machine draws a frame before the heading's box is shown; the focus must not be lost then."""
    demo.go("home")
    page, _kernel = show(browser, address, demo.root)
    page.evaluate(
        "() => { let early = true; window.requestAnimationFrame = (then) => {"
        " if (!early) return setTimeout(then); early = false; then(); }; }"
    )
    page.get_by_role("button", name="Your rights").click()
    page.wait_for_function("document.activeElement?.textContent === 'Your rights'", timeout=5_000)
    page.close()


def test_a_partners_words_stay_text(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], browser: Browser, address: str
) -> None:
    payload = "<img src=x onerror='window.fired=1'>thanks"
    take_part(maya)
    take_part(jonah)
    maya.act("gratitude.written", {"text": payload, "day": "2026-05-01"})
    jonah.refresh()
    app = App(jonah)
    app.go("exercise:gratitude_log")
    page, _kernel = show(browser, address, app.root)
    expect(page.locator(".step-title", has_text=payload)).to_be_visible()
    page.locator(".step", has_text="thanks").click()
    expect(page.locator(".quote")).to_have_text(payload)
    assert page.evaluate("window.fired") is None
    page.close()


def test_a_request_goes_from_sent_to_agreed_and_may_be_taken_back(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], browser: Browser, address: str
) -> None:
    take_part(maya)
    take_part(jonah)
    app = App(maya)
    app.go("exercise:request")
    page, _kernel = show(browser, address, app.root, width=360)
    page.get_by_label("What would you like to ask for?").fill("A walk on Sunday")
    page.locator(".option", has_text="No").click()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text(say("ui.exercises.kept_title"))).to_be_visible()
    expect(page.locator(".step-title", has_text="A walk on Sunday")).to_be_visible()
    page.close()
    jonah.refresh()
    his = App(jonah)
    his.go("home")
    page, _kernel = show(browser, address, his.root, width=360)
    page.get_by_role("button", name="Request: something waits for you").click()
    page.locator(".option", has_text="I want to do this").click()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_text("You two agreed on this.")).to_be_visible()
    page.get_by_role("button", name="Take the yes back").click()
    expect(page.locator(".step-note", has_text="The yes was taken back")).to_be_visible()
    page.close()


def test_waiting_items_appear_above_the_form_but_never_move_an_open_form(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session]
) -> None:
    take_part(maya)
    take_part(jonah)
    app = App(jonah)
    app.go("exercise:request")
    page = app._open
    assert page is not None
    before = page.root.children
    maya.act("request.sent", {"text": "A walk", "need": "", "is_intimate": False})
    jonah.refresh()
    assert page.root.children == before
    app.go("exercises")
    app.go("exercise:request")
    order = [page.root.children.index(part) for part in (page.menu, page.fields)]
    assert order == sorted(order)


def test_once_the_joint_pages_are_open_they_are_the_next_step(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> None:
    """Also where questions of a part were left unanswered."""
    for session in (maya, jonah):
        take_part(session)
        answer_all(session)
        session.decide("connection", Grain.SCORES)
    maya.refresh()
    step = pages_of(maya).next_step()
    assert step is not None
    assert step.address == at("together")


def test_own_results_come_before_the_sharing_decision(
    maya: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> None:
    take_part(maya)
    answer_all(maya)
    app = App(maya)
    way = []
    for _ in range(2):
        step = pages_of(maya).next_step()
        assert step is not None
        way.append(str(step.address))
        app.go(step.address)
    assert way == ["results", "share"]


def test_the_words_about_the_exit_name_the_button_that_is_there() -> None:
    told = " ".join(
        text for section in documents()["purpose_and_limits"].sections for text in section.paragraphs
    )
    assert f"“{say('server.exit.button')}”" in told


def test_the_sharing_decision_previews_exactly_what_is_shared(
    maya: Session,
    take_part: Callable[[Session], Session],
    answer_all: Callable[..., None],
    browser: Browser,
    address: str,
) -> None:
    take_part(maya)
    answer_all(maya)
    app = App(maya)
    app.go("share:connection")
    page, _kernel = show(browser, address, app.root, width=360)
    page.get_by_role("button", name="Save my decision").click()
    expect(page.get_by_role("alert")).to_have_text("Choose one first, then go on.")
    page.locator(".option", has_text="The summary").first.click()
    expect(page.locator("caption").first).to_have_text("Preview: How we connect")
    page.wait_for_timeout(600)  # sooner, the second press would count as a double tap
    page.get_by_role("button", name="Save my decision").click()
    expect(page.locator("h1")).to_have_text("Your decision is saved")
    assert maya.decisions == {("connection", "assessment-1"): Grain.SCORES}
    page.close()


def test_the_private_questions_open_blank_and_show_nothing_afterwards(
    maya: Session, browser: Browser, address: str
) -> None:
    app = App(maya)
    app.go("chapter:safety.private:1")
    page, _kernel = show(browser, address, app.root)
    page.locator(".option").first.click()
    expect(page.locator(".state").first).to_have_attribute("data-state", "saved")
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("input:checked").count() == 0
    assert page.locator(".progress").count() == 0
    page.close()


def test_outside_the_server_the_simulated_couple_opens() -> None:
    root = open_workbook()
    words = [widget for widget in root.children[2].children if isinstance(widget, Prose)]
    assert {"kind": "heading", "level": 1, "text": "Your workbook"} in words[0].blocks


def test_a_joint_sitting_on_one_device_sees_only_the_table() -> None:
    household, service = open_demo("together")
    session = Session(service)
    app = App(session)
    assert session.page == at("expectation")  # results can sting: a moment first
    assert len(session.responses) == 0
    app.go("together:now")
    assert "What is strong between you" in str(app._open.words.blocks) if app._open else False
    household.close()
