"""The browser's own Back, in a whole Chromium that keeps pages for it as it does for people."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.walk.person import PASSPHRASE
from tests.walk.seeded import in_folder
from tools.chromium import find_whole_chromium, launch_flags
from workbook.content import say
from workbook.content.document import consent_hash
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household

pytestmark = pytest.mark.browser
HOME, PRIVATE, FOR_ME = (
    say("ui.home.title"),
    say("ui.just-for-me.private_button"),
    say("ui.steps.just-for-me"),
)
PLAIN = say("server.neutral.title")
LIMITS, EXERCISES = say("ui.steps.limits"), say("ui.steps.exercises")


def seat_ana(household: Household) -> str:
    begun = household.accounts.create_couple("Ana", PASSPHRASE)
    household.seat_partner(begun.actor).add_event("consent", {"text": "consent", "text_hash": consent_hash()})
    return begun.code


@pytest.fixture(scope="module")
def code_and_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, RunningServer]]:
    folder: Path = tmp_path_factory.mktemp("back")
    code = in_folder(folder, seat_ana)
    with running_server(folder) as running:
        yield code, running


@pytest.fixture(scope="module")
def whole() -> Iterator[Browser]:
    """Return a browser that keeps whole pages for Back, which Playwright turns off."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=find_whole_chromium(),
            args=launch_flags(),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield running
        running.close()


@pytest.fixture
def page(whole: Browser, code_and_server: tuple[str, RunningServer]) -> Iterator[Page]:
    """Return Ana's page at home, come to by the first page and the form."""
    code, server = code_and_server
    context = whole.new_context(base_url=server.url)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.add_init_script("window.doubleTapMs = 0")
    page.goto("/")
    page.get_by_role("link", name=say("server.landing.sign_in"), exact=True).click()
    for field, text in (("code", code), ("name", "Ana"), ("passphrase", PASSPHRASE)):
        page.fill(f"#{field}", text)
    page.click("main form button[type=submit]")
    at_heading(page, HOME)
    yield page
    context.close()


def at_heading(page: Page, heading: str) -> None:
    expect(page.locator("#workbook h1")).to_have_text(heading, timeout=30_000)


def open_step(page: Page, title: str) -> None:
    page.locator("button.step").filter(has=page.get_by_text(title, exact=True)).click()


def entries(page: Page) -> list[tuple[str, str]]:
    """Return the address and title of every entry that the list for Back and Forward shows."""
    tool = page.context.new_cdp_session(page)
    found = tool.send("Page.getNavigationHistory")["entries"]
    tool.detach()
    return [(one["url"], one["title"]) for one in found if one["url"] != "about:blank"]


def go_back(page: Page) -> None:
    page.evaluate("history.back()")


def test_back_leads_through_the_pages_and_its_list_names_none(page: Page) -> None:
    """Private questions, "Just for me" and help make no entry; Back never leads out to look signed out."""
    outside = len(entries(page))
    open_step(page, LIMITS)
    page.get_by_role("button", name=say("ui.button.home")).wait_for()
    limits = page.locator("#workbook h1").inner_text()
    page.get_by_role("button", name=say("ui.button.home")).click()
    at_heading(page, HOME)
    open_step(page, EXERCISES)
    at_heading(page, say("ui.exercises.title"))
    assert len(entries(page)) == outside + 3
    inside = entries(page)[outside - 1 :]
    assert len(set(inside)) == 1, "one address and one title for all"
    assert isinstance(page.evaluate("history.state"), int)
    assert page.evaluate("window.sessionStorage.length + window.localStorage.length") == 0

    go_back(page)
    at_heading(page, HOME)
    before = len(entries(page))
    open_step(page, FOR_ME)
    at_heading(page, say("ui.just-for-me.title"))
    page.get_by_role("button", name=PRIVATE).click()
    page.locator("fieldset.question").first.wait_for()
    assert len(entries(page)) == before, "none for what is for her alone"
    go_back(page)
    at_heading(page, HOME)  # the page she came from, not the one before it
    go_back(page)
    at_heading(page, limits)
    go_back(page)
    at_heading(page, HOME)
    with page.expect_response(lambda answer: answer.url.endswith("/workbook") and answer.ok):
        go_back(page)  # out of the workbook, to the form of the door: it leads in again
    page.wait_for_load_state()
    at_heading(page, HOME)
    page.reload()
    at_heading(page, HOME)
    open_step(page, LIMITS)
    at_heading(page, limits)
    go_back(page)
    at_heading(page, HOME)


def test_after_the_quick_exit_back_and_its_list_show_the_plain_page_alone(page: Page) -> None:
    other = page.context.new_page()
    other.goto("/hand-over")
    other.goto("/passphrase")
    for title in (LIMITS, EXERCISES):
        open_step(page, title)
        page.get_by_role("button", name=say("ui.button.home")).first.click()
        at_heading(page, HOME)
    assert len(entries(page)) > 4
    page.locator(".exit-button").click()
    for left in (page, other):
        left.wait_for_url("**/leave")
        left.wait_for_load_state()
        expect(left.locator("h1")).to_have_text(PLAIN)
        left.wait_for_function("window.navigation.entries().every((one) => one.url.endsWith('/leave'))")
        assert {(url.rpartition("/")[2], title) for url, title in entries(left)} == {("leave", PLAIN)}
    ways: list[Callable[[], object]] = [
        partial(page.go_back, wait_until="commit"),
        partial(page.go_forward, wait_until="commit"),
        page.reload,
        partial(page.goto, "/workbook"),
        partial(page.go_back, wait_until="commit"),
    ]
    for way in ways:
        way()
        if page.url != "about:blank":
            expect(page.locator("h1")).to_have_text(PLAIN)


def test_an_error_page_has_the_quick_exit_and_a_way_on(page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/recovery-code")
    at_heading(page, HOME)  # there is none to show any more: it leads on by itself
    page.goto("/no-such-page")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("server.errors.heading"))
    page.get_by_role("link", name=say("server.signed_in.go_on")).click()
    at_heading(page, HOME)
    page.goto("/no-such-page")
    page.locator(".exit-button").click()
    page.wait_for_url("**/leave")
    expect(page.locator("h1")).to_have_text(PLAIN)
    assert complaints == []


def test_handing_over_before_the_partner_joined_leads_to_joining(page: Page) -> None:
    page.get_by_role("link", name=say("server.links.hand_over")).click()
    expect(page.locator("main")).to_contain_text(say("server.hand_over.text_join"))
    page.get_by_role("button", name=say("server.hand_over.button")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("server.forms.join.heading"))
    assert page.locator("#code").input_value(), "the code is filled in"
    page.fill("#name", "Ben")
    page.fill("#passphrase", f"{PASSPHRASE} of Ben")
    page.click("main form button[type=submit]")
    page.wait_for_selector("#recovery-code")
    page.click("main form button[type=submit]")
    at_heading(page, HOME)
    page.get_by_role("link", name=say("server.links.hand_over")).click()
    page.get_by_role("button", name=say("server.hand_over.button")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(say("server.forms.sign_in.heading"))
