"""Every page on which two do something: at 320 pixels, by keyboard alone, by the rules of accessibility, from here.

One browser stays open and turns from page to page; nothing is fetched from anywhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from tests.axe import violations
from tests.ui.browser import show
from workbook.content import say
from workbook.exercises import MACHINES
from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.ui.app import App

pytestmark = pytest.mark.browser
PAGES = [
    *(f"exercise:{name}" for name in MACHINES),
    "exercises",
    "ledger",
    "this-week",
    "progress",
    "progress-own",
]
NARROW = 320
REACHABLE = """() => {
  const shown = (one) => one.checkVisibility() && !one.disabled && !one.closest("details:not([open]) > :not(summary)");
  const found = [...document.querySelectorAll("#workbook :is(button, a[href], input, select, textarea, summary)")];
  const groups = new Set();
  return found.filter(shown).filter((one) => {
    if (one.type !== "radio") return true;
    if (groups.has(one.name)) return false;
    return groups.add(one.name);
  }).length;
}"""
START = """() => {
  window.reached = new Set();
  document.activeElement?.blur();
  document.addEventListener("focusin", (event) => {
    const one = event.target;
    if (!one.closest("#workbook") || !one.matches("button, a[href], input, select, textarea, summary")) return;
    if (one.matches(":focus-visible")) window.reached.add(one.type === "radio" ? one.name : one);
  });
}"""


@dataclass
class Desk:
    """A workbook in a browser, and what the browser asked for elsewhere."""

    app: App
    page: Page
    elsewhere: list[str] = field(default_factory=list)

    def turn(self, name: str) -> None:
        self.app.go(name)
        self.page.evaluate("window.settled()")
        self.page.evaluate("window.exchange({})")
        self.page.evaluate("window.settled()")

    def too_wide(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def out_of_reach(self) -> int:
        """Return how many things that can be pressed or filled in the key Tab does not come to."""
        there = int(self.page.evaluate(REACHABLE))
        self.page.evaluate(START)
        for _ in range(there + 8):  # what stands around the page takes a few
            self.page.keyboard.press("Tab")
            reached = int(self.page.evaluate("window.reached.size"))
            if reached >= there:
                break
        return there - reached


@pytest.fixture(scope="module")
def desk(browser: Browser, address: str) -> Iterator[Desk]:
    household, service = open_demo()
    app = App(Session(service))
    page, _kernel = show(browser, address, app.root, width=NARROW)
    found = Desk(app, page)
    page.on("request", lambda one: found.elsewhere.append(one.url))
    yield found
    page.close()
    household.close()


def foreign(urls: list[str], address: str) -> list[str]:
    """Return the addresses that are not of the workbook itself."""
    return [one for one in urls if not one.startswith((address, "data:", "blob:"))]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_narrow_reached_by_keyboard_accessible_and_asks_nobody_else(
    desk: Desk, address: str, name: str
) -> None:
    desk.turn(name)
    assert str(desk.app.session.page).startswith(name)
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in violations(desk.page)] == []
    assert desk.too_wide() <= 0
    assert desk.out_of_reach() == 0
    assert foreign(desk.elsewhere, address) == []


def test_a_page_is_gone_through_by_keyboard_alone(desk: Desk) -> None:
    """From the list of exercises to one of them, and from there to the week's check-in."""
    desk.turn("exercises")
    press_by_keyboard(desk, "Weekly talk-time")
    assert str(desk.app.session.page) == "exercise:weekly_talk"
    press_by_keyboard(desk, say("ui.exercises.to_weekly"))
    assert str(desk.app.session.page) == "weekly"


def press_by_keyboard(desk: Desk, words: str) -> None:
    """Go on with Tab until something with these words has the focus, and press Enter."""
    for _ in range(120):
        desk.page.keyboard.press("Tab")
        if words in str(desk.page.evaluate("document.activeElement?.innerText ?? ''")):
            desk.page.keyboard.press("Enter")
            desk.page.evaluate("window.settled()")
            desk.page.evaluate("window.exchange({})")
            desk.page.evaluate("window.settled()")
            return
    raise AssertionError(f"Tab does not come to {words!r}")


def test_the_checks_above_fail_for_a_page_that_is_none_of_it(desk: Desk, address: str) -> None:
    """The control: too wide, a button that no key comes to, a picture from elsewhere, a button without a name."""
    desk.turn("ledger")
    desk.page.evaluate("""() => {
      const wide = document.createElement("div");
      wide.style.width = "500px";
      wide.textContent = "wide";
      const shut = Object.assign(document.createElement("button"), { tabIndex: -1, textContent: "shut" });
      const far = Object.assign(document.createElement("img"), { src: "http://127.0.0.2:9/far.png" });
      document.querySelector("#workbook").append(wide, shut, far);
      document.querySelector("#workbook .actions button").replaceChildren();
    }""")
    desk.page.wait_for_timeout(300)
    assert desk.too_wide() > 0 and desk.out_of_reach() > 0
    assert foreign(desk.elsewhere, address) == ["http://127.0.0.2:9/far.png"]
    assert "button-name" in {one["id"] for one in violations(desk.page)}
