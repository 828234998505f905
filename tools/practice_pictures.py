"""Picture a practice: a therapist's pages, and a session as all three see it, on a server with its demo."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from workbook.content import say
from workbook.content.session_guide import session_guide
from workbook.instruments import catalogue

PATIENCE = 60_000
TOPIC = "connection.appreciation"
STEP = "strengths"
OF_CASE = ("case", "picture", "notes", "over-time", "report")
Take = Callable[[Page, str], None]


class PracticeVisit:
    """One session of the demo's first case.

    Parameters
    ----------
    browser : Browser
    address : str
        Of a server that shows the demo.
    viewport : dict
    take : callable
        Takes a picture of a page, under a name.
    """

    def __init__(self, browser: Browser, address: str, viewport: dict[str, int], take: Take) -> None:
        self.browser, self.address, self.viewport, self._picture = browser, address, viewport, take
        self.problems: list[str] = []
        self.partners: list[Page] = []

    def go(self) -> list[str]:
        """Go through it; return what went wrong on the way."""
        therapist = self._sit_down("therapist")
        self.take(therapist, "therapist-cases")
        self._press(therapist, "cockpit.practice.short")
        self.take(therapist, "therapist-rule")
        self._press(therapist, "cockpit.cases.short")
        therapist.locator("button.step").first.click()
        for name in OF_CASE:
            self._press(therapist, f"cockpit.{name}.short")
            self._title(therapist, say(f"cockpit.{name}.title"))
            self.take(therapist, f"therapist-{name}")
        self._session(therapist)
        for page in (therapist, *self.partners):
            page.context.close()
        return self.problems

    def take(self, page: Page, name: str) -> None:
        """Picture a page from its top: a header that stays in sight would stand in the middle."""
        page.evaluate("window.scrollTo(0, 0)")
        self._picture(page, name)

    def _session(self, therapist: Page) -> None:
        self._press(therapist, "cockpit.live.short")
        self._title(therapist, say("cockpit.live.title"))
        self.take(therapist, "therapist-session-before")
        self._press(therapist, "cockpit.live.open")
        self.partners = [self._sit_down(place) for place in ("a", "b")]
        for page in self.partners:
            self._press(page, "ui.home.in_session")
            self._press(page, "ui.in-session.come")
        step = next(one for one in session_guide().agenda if one.id == STEP)
        therapist.get_by_role("combobox", name=say("cockpit.live.step"), exact=True).select_option(STEP)
        self._title(therapist, step.title)
        therapist.get_by_role("combobox", name=say("cockpit.live.timer"), exact=True).select_option("10")
        topic = therapist.get_by_role("combobox", name=say("cockpit.showing.topic"), exact=True)
        topic.select_option(TOPIC)
        self._press(therapist, "cockpit.showing.show")
        shared = therapist.context.new_page()
        shared.goto(f"{self.address}/presentation")
        title = next(one.topic for one in catalogue()["connection"].subscales if one.id == TOPIC)
        for page, name in (
            (therapist, "therapist-session"),
            (self.partners[0], "partner-session"),
            (shared, "shared-screen"),
        ):
            page.get_by_role("heading", name=title).first.wait_for(timeout=PATIENCE)
            self.take(page, name)
        partner = self.partners[0]
        self._press(partner, "ui.button.home")
        partner.locator("button.step", has_text=say("ui.steps.therapist")).click()
        self._title(partner, say("ui.therapist.title"))
        self.take(partner, "partner-therapist")

    def _sit_down(self, place: str) -> Page:
        context = self.browser.new_context(viewport=self.viewport, reduced_motion="reduce", locale="en-GB")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"{place}: {error}"))
        page.goto(self.address)
        page.click(f"form[action='/demo']:has(input[value='{place}']) button")
        page.wait_for_url("**/workbook")
        page.locator("main h1").first.wait_for()
        return page

    def _press(self, page: Page, key: str) -> None:
        page.get_by_role("button", name=say(key), exact=True).first.click()

    def _title(self, page: Page, title: str) -> None:
        expect(page.locator("main h1").first).to_have_text(title, timeout=PATIENCE)
