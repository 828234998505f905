"""The wiring of a therapist's pages: one session, the pages, and the two rows that lead to them."""

import logging
import os

from ipywidgets import VBox

from workbook.address import Address, at
from workbook.content import say, speaking
from workbook.content.language import LANGUAGE, SOURCE
from workbook.errors import WorkbookError, problem
from workbook.service.desks.roles import TherapistService
from workbook.session.practice import CASES, PRESENTATION, VIEW, PracticeSession
from workbook.ui.buttons import Button
from workbook.ui.cockpit.account import Account
from workbook.ui.cockpit.base import CockpitPage
from workbook.ui.cockpit.case import CasePage
from workbook.ui.cockpit.cases import Cases
from workbook.ui.cockpit.homework import OverTime
from workbook.ui.cockpit.live import Live
from workbook.ui.cockpit.notes import Notes
from workbook.ui.cockpit.picture import Pictures
from workbook.ui.cockpit.policy import PolicyPage
from workbook.ui.cockpit.presentation import Presentation
from workbook.ui.cockpit.report import Report
from workbook.ui.components import is_served
from workbook.ui.frame import Frame
from workbook.ui.leaf import Row

PAGES: tuple[type[CockpitPage], ...] = (
    Cases,
    PolicyPage,
    Account,
    CasePage,
    Live,
    Pictures,
    Notes,
    OverTime,
    Report,
)
"""The pages, in the order of the rows. This is the only list of them."""


class Cockpit(Frame):
    """A therapist's desk. Pages are made when first opened, then filled again as things change."""

    def __init__(self, session: PracticeSession, kinds: tuple[type[CockpitPage], ...] = PAGES) -> None:
        super().__init__(session.language)
        self.session = session
        session.shield = self.guard
        self.root.add_class("cockpit")
        self.places, self.of_case = Row(self.guard_press), Row(self.guard_press)
        self._kinds = {kind.kind: kind for kind in kinds}
        self._made: dict[str, CockpitPage] = {}
        self._open: CockpitPage | None = None
        session.observe(self.guard(self._page_turned), "page")
        session.observe(self.guard(self._session_changed), "revision")
        self.guard(self._turn)()

    def go(self, page: Address | str) -> None:
        """Turn to a page of this practice; one that is not there is not opened."""
        with speaking(self.session.language):
            address = Address.read(page)
            if not self._is_there(address):
                raise WorkbookError(problem("ui.trouble.not_there"))
            self.hush()
            if self._open:
                self._open.leave()
            if address == self.session.page:
                self._turn()
            else:
                self.session.go(address)

    def _is_there(self, address: Address) -> bool:
        kind = self._kinds.get(address.kind)
        if kind is None:
            return False
        return not kind.is_of_case or self.session.has_case(address.name)

    def _page_turned(self, _change: object) -> None:
        self._turn()

    def _session_changed(self, _change: object) -> None:
        if self._open is None:
            return
        if not self._is_there(self._open.address):
            self.go(CASES)  # the case was closed while a page of it was open
            return
        self._open.fill()

    def _turn(self) -> None:
        address = self.session.page if self._is_there(self.session.page) else at(next(iter(self._kinds)))
        page = self._page(address.kind)
        is_first = self._open is None
        page.arrive(address)
        if is_first:
            page.words.arrivals = 0  # opening the notebook does not move the focus
        self._open = page
        self._show_rows(page)

    def _page(self, kind: str) -> CockpitPage:
        if kind not in self._made:
            self._made[kind] = self._kinds[kind](self)
        return self._made[kind]

    def _show_rows(self, page: CockpitPage) -> None:
        """Show the row of pages, and that of the case; a view on its own has neither."""
        if len(self._kinds) == 1:
            self.root.children = (self.trouble, page.root)
            return
        self.places.offer(
            *(self._leads(kind, at(name), page) for name, kind in self._kinds.items() if not kind.is_of_case),
            of="places",
        )
        rows = [self.places.widget]
        if page.is_of_case:
            of_case = [(name, kind) for name, kind in self._kinds.items() if kind.is_of_case]
            self.of_case.offer(
                *(self._leads(kind, at(name, page.case_id), page) for name, kind in of_case), of=page.case_id
            )
            rows.append(self.of_case.widget)
        self.root.children = (*rows, self.trouble, page.root)

    def _leads(self, kind: type[CockpitPage], address: Address, page: CockpitPage) -> Button:
        look = "secondary" if isinstance(page, kind) else "quiet"
        return Button(say(f"cockpit.{kind.kind}.short"), lambda: self.go(address), look)


def open_cockpit() -> VBox:
    """Open a therapist's practice: the signed-in one's under the server, else a made-up one in memory.

    Returns
    -------
    VBox
        The whole page; a notebook cell that ends with this call shows it.
    """
    with speaking(os.environ.get(LANGUAGE, SOURCE)):
        kinds = (Presentation,) if os.environ.get(VIEW) == PRESENTATION else PAGES
        cockpit = Cockpit(PracticeSession(_connect()), kinds)
    cockpit.root.cockpit = cockpit  # keeps the desk alive as long as the page
    return cockpit.root


def _connect() -> TherapistService:
    if is_served():
        from workbook.service.link.defects import KernelLog
        from workbook.service.link.remote import connect

        service, tell_defect = connect(TherapistService)  # type: ignore[type-abstract]  # it is read, never made
        logging.getLogger("workbook.ui").addHandler(KernelLog(tell_defect))
        return service
    from workbook.service.demo_practice import open_demo_practice

    return open_demo_practice()[1]
