"""The wiring: one session, one desk, the pages. Only this module observes the session."""

import logging
import os
from collections.abc import Sequence

from ipywidgets import VBox

from workbook.address import Address
from workbook.content import say, speaking
from workbook.content.language import LANGUAGE, SOURCE
from workbook.errors import WorkbookError, problem
from workbook.service.couple.trail import is_place
from workbook.service.desks.roles import CoupleService
from workbook.session import Session
from workbook.ui.back import HOME, BackEntries
from workbook.ui.components import Actions, is_served
from workbook.ui.frame import Frame
from workbook.ui.pages import PAGES
from workbook.ui.pages.base import Page
from workbook.ui.path import Pages


class App(Frame):
    """The desk that pages work at. ``root`` is what the notebook shows.

    Pages are made when first opened, then filled again. A change of the session fills only
    the page that is open.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session.language)
        self.session = session
        self.pages = Pages(session, PAGES)
        session.shield = self.guard
        self.back = BackEntries(self._go_back, lambda page: is_place(page, session.instruments))
        self.back.widget.on_back(self.guard_press(self.back.went))
        self.root.children = (self.back.widget, self.trouble)
        self._kinds = {kind.kind: kind for kind in PAGES}
        self._made: dict[str, Page] = {}
        self._open: Page | None = None
        session.observe(self.guard(self._page_turned), "page")
        session.observe(self.guard(self._session_changed), "revision")
        self.guard(self._turn)()

    def go(self, page: Address | str) -> None:
        """Turn to a page, as a menu's line or a button names it; a page that is locked is not opened."""
        with speaking(self.session.language):
            self._go(self.pages.settled(Address.read(page)))

    def _go(self, address: Address) -> None:
        if self.pages.status(address) == "locked":
            raise WorkbookError(problem("ui.trouble.not_there"))
        self.hush()
        if self._open:
            self._open.leave()
        if address == self.session.page:
            self._turn()
        else:
            self.session.go(address)

    def show_trouble(self, sentences: Sequence[str]) -> None:
        """Say what went wrong, above the page; where there is no page yet, offer to try again."""
        super().show_trouble(sentences)
        if self._open is None:
            again = Actions(buttons=[{"id": "again", "label": say("ui.button.try_again"), "kind": "primary"}])
            again.on_press(self.guard_press(lambda _: self._turn()))
            self.root.children = (self.back.widget, self.trouble, again)

    def _go_back(self, page: Address) -> None:
        if self.pages.status(self.pages.settled(page)) == "locked":
            page = HOME
            self.back.redirected(page)
        self.go(page)

    def _page_turned(self, _change: object) -> None:
        self._turn()

    def _session_changed(self, _change: object) -> None:
        if self._open is None:
            return
        if self.session.is_parted and self.pages.status(self.session.page) == "locked":
            self.go(HOME)  # the table was closed while a page of it was open
        else:
            self._open.fill()

    def _turn(self) -> None:
        asked = self.session.page
        address = HOME if self.pages.status(asked) == "locked" else asked
        page = self._page(address.kind)
        is_first = self._open is None
        try:
            page.arrive(address)
        except WorkbookError:
            if not is_first or address == HOME:
                raise
            self.session.go(HOME)  # the place to go on from is gone, such as a view that another replaced
            return
        if self.session.page != asked:
            return  # it redirected to another page, which is already open
        if is_first:
            page.words.arrivals = 0  # opening the notebook does not move the focus
        if is_first:
            self.hush()
        self._open = page
        self.root.children = (self.back.widget, self.trouble, page.root)
        self.back.turned(page.address)

    def _page(self, kind: str) -> Page:
        if kind not in self._made:
            self._made[kind] = self._kinds[kind](self)
        return self._made[kind]


def open_workbook() -> VBox:
    """Open the workbook: the signed-in person's under the server, else a simulated couple's.

    Returns
    -------
    VBox
        The whole workbook; a notebook cell that ends with this call shows it.
    """
    language = os.environ.get(LANGUAGE, SOURCE)
    with speaking(language):
        app = App(Session(_connect()))
    app.root.app = app  # keeps the desk alive as long as the page
    return app.root


def _connect() -> CoupleService:
    if is_served():
        from workbook.service.link.defects import KernelLog
        from workbook.service.link.remote import connect

        service, tell_defect = connect(CoupleService)  # type: ignore[type-abstract]  # it is asked for, not made
        logging.getLogger("workbook.ui").addHandler(KernelLog(tell_defect))
        return service
    from workbook.service.demo import open_demo

    return open_demo()[1]
