"""The form in NiceGUI."""

import sys

from common import CHOICES, SHOW, STATEMENTS, echo, radar
from nicegui import ui


@ui.page("/")
def form() -> None:
    """Lay out the statements, what was heard, and the picture when asked for."""
    heard = ui.label("")
    for number, statement in enumerate(STATEMENTS):
        ui.label(statement)
        ui.radio(CHOICES, on_change=lambda event, n=number: heard.set_text(echo(n, event.value))).props(
            "inline"
        )
    ui.button(SHOW, on_click=lambda: ui.plotly(radar()))


ui.run(port=int(sys.argv[1]), host="127.0.0.1", show=False, reload=False)
