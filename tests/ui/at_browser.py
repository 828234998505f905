"""One partner's real workbook in a browser of their own: what they press, and what they read."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.ui.browser import show
from workbook.session import Session
from workbook.ui.app import App


class AtBrowser:
    """Somebody at a phone of 360 pixels, whose own guard against double taps is off."""

    def __init__(self, app: App, page: Page) -> None:
        self.app, self.page = app, page

    def go(self, there: str) -> str:
        """Turn to a page by its address; return its words."""
        self.app.go(there)
        return self.look()

    def press(self, label: str) -> str:
        """Press a button by its label; return the words of the page after it."""
        self.page.get_by_role("button", name=label, exact=True).click()
        return self.look()

    def open(self, title: str) -> str:
        """Open one line of a list by its title; return the words of the page after it."""
        step = self.page.locator("button.step").filter(has=self.page.get_by_text(title, exact=True))
        fold = self.page.locator("details.path-fold:not([open])").filter(has=step)
        if fold.count():
            fold.locator("summary").click()
        step.click()
        return self.look()

    def choose(self, value: str) -> None:
        """Choose a radio by its value."""
        self.page.locator(f"input[type=radio][value={value}]").check(force=True)

    def write(self, label: str, text: str) -> None:
        """Fill in a field by its label, and leave it."""
        field = self.page.get_by_label(label)
        field.fill(text)
        field.blur()
        self.page.evaluate("window.settled()")

    def look(self) -> str:
        """Draw what has come meanwhile; return the page's words."""
        self.page.evaluate("window.settled()")
        self.page.evaluate("window.exchange({})")
        self.page.evaluate("window.settled()")
        return self.page.inner_text("#workbook")

    @property
    def place(self) -> str:
        """The address of the page that is open."""
        return str(self.app.session.page)

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons that are shown."""
        return [one.strip() for one in self.page.locator(".actions button:visible").all_inner_texts()]


@contextmanager
def at_browser(browser: Browser, address: str, session: Session, there: str = "home") -> Iterator[AtBrowser]:
    """Open one person's workbook at a page."""
    session.refresh()
    app = App(session)
    app.go(there)
    page, _kernel = show(browser, address, app.root, width=360)
    page.evaluate("window.doubleTapMs = 0")
    try:
        yield AtBrowser(app, page)
    finally:
        page.close()
