"""The place of one view on a page: what to see in a sentence, the drawing, and the same as a table.

A view that cannot be shown says in one sentence why, and keeps its place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from ipywidgets import VBox

from workbook.content import say
from workbook.content.formats import decimal
from workbook.plots import COLOURS
from workbook.ui.blocks import Block, details, heading, lead, note, table
from workbook.ui.components import Chart, Prose

Said = Sequence[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Picture:
    """What a figure comes with: its JSON, its sentences (keys with values), its table."""

    figure: dict[str, Any]
    said: Said
    rows: pd.DataFrame


class Panel:
    """A place on a page for one view."""

    def __init__(self) -> None:
        self.title = Prose()
        self.chart = Chart(colours=COLOURS)
        self.below = Prose()
        self.root = VBox([])
        self.shows: tuple[object, object] | None = None  # the data it was last filled with

    def show(self, title: str, picture: Picture, *, is_alone: bool = False) -> None:
        """Draw a picture; the first sentence leads, the others stand small below it.

        A panel that is ``is_alone`` on its page needs no heading beside the page's own.
        """
        sentences = [say(key, **values) for key, values in picture.said]
        self.title.blocks = [] if is_alone else [heading(2, title)]
        with self.chart.hold_sync():
            self.chart.label = say("ui.view.label", title=title, n=len(picture.rows))
            self.chart.sentence = sentences[0] if sentences else ""
            self.chart.note = " ".join(sentences[1:])
            self.chart.figure = picture.figure
        self.below.blocks = [details(say("ui.view.table"), [as_table(title, picture.rows)])]
        self.root.children = (self.title, self.chart, self.below)

    def read(self, blocks: Sequence[Block]) -> None:
        """Show a view that is told in words and a table, without a drawing."""
        self.title.blocks = list(blocks)
        self.root.children = (self.title,)

    def explain(self, title: str, reason: str, *, is_alone: bool = False) -> None:
        """Say why there is nothing to see here."""
        self.title.blocks = [lead(reason)] if is_alone else [heading(2, title), note(reason)]
        self.root.children = (self.title,)

    def hide(self) -> None:
        """Take the panel off the page."""
        self.shows = None
        self.root.children = ()


def as_table(caption: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Return a frame of words and numbers as a table block."""
    columns = [str(column) for column in rows.columns]
    cells = [[_cell(value) for value in row] for row in rows.itertuples(index=False)]
    numbers = [k for k in range(1, len(columns)) if _is_number(row[k] for row in cells)]
    return table(caption, columns, cells, numbers)


def _cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    return decimal(value, 0 if value.is_integer() else 1) if isinstance(value, float) else str(value)


def _is_number(cells: Iterable[str]) -> bool:
    found = [cell for cell in cells if cell]
    return bool(found) and all(
        cell.replace(".", "", 1).replace(",", "", 1).lstrip("−-+").isdigit() for cell in found
    )
