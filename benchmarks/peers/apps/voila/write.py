"""Write the notebook that stock Voila serves: ipywidgets as they come."""

import json
import sys
from pathlib import Path

CODE = """
import sys
sys.path.insert(0, {folder!r})
import ipywidgets as widgets
from common import CHOICES, SHOW, STATEMENTS, echo, radar

heard = widgets.Label("")
rows = [heard]
for number, statement in enumerate(STATEMENTS):
    choice = widgets.RadioButtons(options=CHOICES, value=None, layout={{"width": "100%"}})
    choice.observe(lambda change, n=number: setattr(heard, "value", echo(n, change["new"])), "value")
    rows += [widgets.Label(statement), choice]
picture = widgets.VBox()


def draw(_button):
    import plotly.graph_objects as go

    picture.children = [go.FigureWidget(radar())]


show = widgets.Button(description=SHOW, layout={{"width": "auto"}})
show.on_click(draw)
widgets.VBox([*rows, show, picture])
"""


def main(path: str) -> None:
    """Write it to a path."""
    code = CODE.format(folder=str(Path(__file__).parent.parent))
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "form",
        "metadata": {},
        "outputs": [],
        "source": code,
    }
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    Path(path).write_text(json.dumps(notebook), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
