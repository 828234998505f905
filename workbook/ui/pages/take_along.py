"""What two see, to take along: as a page, and as PDF where the computer can make one."""

import base64
from collections.abc import Sequence

from ipywidgets import Widget

from workbook.address import at
from workbook.content import say
from workbook.reports import Sheet, may_make_pdf, to_html, to_pdf
from workbook.ui.blocks import callout, note, opening, paragraph
from workbook.ui.buttons import Button
from workbook.ui.components import Download
from workbook.ui.locks import once_both_opened
from workbook.ui.pages.base import Page
from workbook.ui.pages.view import together_source
from workbook.ui.path import PARTNER, TOGETHER
from workbook.ui.taken_along import sheet_for_two


class TakeAlong(Page):
    """Says first that a file is outside the workbook's protection. It is made anew at each press."""

    kind = "take-along"
    part = ""  # offered on the page it is made of
    needs_table = True
    roles = PARTNER | TOGETHER
    lock = staticmethod(once_both_opened)

    def parts(self) -> Sequence[Widget]:
        self.page_file = Download(
            label=say("ui.take-along.page"), file=say("ui.take-along.page_file"), media="text/html"
        )
        self.page_file.on_fetch(self._page, self.desk.guard_press)
        self.pdf_file = Download(
            label=say("ui.take-along.pdf"),
            file=say("ui.take-along.pdf_file"),
            media="application/pdf",
            look="secondary",
        )
        self.pdf_file.on_fetch(self._pdf, self.desk.guard_press)
        return (self.page_file, self.pdf_file) if may_make_pdf() else (self.page_file,)

    def fill(self) -> None:
        key = "print_or_pdf" if may_make_pdf() else "print"
        warning = [paragraph(say("ui.take-along.warning")), paragraph(say("ui.take-along.who"))]
        self.say_words(
            [
                *opening(self.kind),
                callout("", warning, tone="care"),
                note(say(f"ui.take-along.{key}")),
            ]
        )
        self.offer(Button(say("ui.take-along.back"), self.to(at("together", "now")), "quiet"), self.home())

    def _sheet(self) -> Sheet:
        return sheet_for_two(self.session, together_source(self.session))

    def _page(self) -> str:
        return to_html(self._sheet())

    def _pdf(self) -> str:
        made = to_pdf(to_html(self._sheet(), is_for_pdf=True))
        return base64.b64encode(made).decode()
