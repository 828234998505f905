"""The form in Shiny for Python."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from common import CHOICES, SHOW, STATEMENTS, echo, radar
from shiny import App, Inputs, Outputs, Session, reactive, render, ui
from shinywidgets import output_widget, render_widget

app_ui = ui.page_fluid(
    ui.output_text("heard"),
    *(
        ui.input_radio_buttons(f"q{number}", statement, CHOICES, selected=[], inline=True)
        for number, statement in enumerate(STATEMENTS)
    ),
    ui.input_action_button("show", SHOW),
    ui.panel_conditional("input.show > 0", output_widget("picture")),
)


def server(input: Inputs, output: Outputs, session: Session) -> None:  # noqa: A002, ARG001 - as Shiny calls it
    """Say what was heard last; draw when asked."""
    last = reactive.value("")

    def listen(number: int) -> None:
        @reactive.effect
        @reactive.event(input[f"q{number}"])
        def _() -> None:
            last.set(echo(number, str(input[f"q{number}"]())))

    for number in range(len(STATEMENTS)):
        listen(number)

    @render.text
    def heard() -> str:
        return last()

    @render_widget
    @reactive.event(input.show)
    def picture() -> object:
        return radar()


app = App(app_ui, server)
