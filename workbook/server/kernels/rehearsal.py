"""Do once what each page would do for the first time, so that kernels are forked with it done.

Whatever a kernel loads or works out after the fork is memory and time of its page alone: it was 8 MB and a
quarter of its work until the first page stood.
"""

from contextlib import suppress

import pandas as pd
from ipywidgets import Widget

from workbook.content import messages, speaking
from workbook.content.language import SOURCE
from workbook.errors import WorkbookError
from workbook.frames import FRAMES, PREPARED, RESPONSES, empty
from workbook.instruments import catalogue
from workbook.plots.canvas import WIDTHS, Canvas
from workbook.service.demo import forever_household
from workbook.service.desks.roles import INTERFACES
from workbook.service.link.calls import decode, encode, verbs_of
from workbook.service.link.remote import reach
from workbook.session import Session
from workbook.ui.app import App


def rehearse() -> None:
    """Read what is read, check what is checked, and open the first page of somebody made up."""
    for schema in (*FRAMES.values(), *PREPARED.values()):
        empty(schema)
    catalogue()
    for area in ("errors", "ui", "cockpit", "results"):
        messages(area)
    for role in INTERFACES.values():
        verbs_of(role)
    decode(encode(empty(RESPONSES)), pd.DataFrame)
    _draw()
    with suppress(WorkbookError):
        reach("/nowhere", "no ticket")
    _open_a_page()


def _draw() -> None:
    """Draw a name and a mark: what plotly loads, it loads with the first of them."""
    sheet = Canvas(WIDTHS[0])
    sheet.write(0, 0, "a")
    sheet.mark(9, 9, "a", 9)
    sheet.figure(18).to_plotly_json()


def _open_a_page() -> None:
    """Open the workbook of a newcomer who was made up, in memory, and put everything away again."""
    household = forever_household()
    with speaking(SOURCE):
        nobody = household.accounts.create_couple("Robin", "a simulated passphrase").actor
        page = App(Session(household.seat_partner(nobody)))
    page.session.close()
    Widget.close_all()
    household.close()
