"""The place of one view on a page: what to see in a sentence, the drawing, and the same as a table.

A view that cannot be shown says in one sentence why, and keeps its place.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
from ipywidgets import VBox

from workbook.content import say
from workbook.content.formats import decimal
from workbook.plots import COLOURS, Sheets
from workbook.ui.blocks import Block, details, heading, lead, note, table
from workbook.ui.components import Chart, Prose, TextField
from workbook.ui.guard import Guard

Said = Sequence[tuple[str, dict[str, Any]]]
ROOM = 960.0  # px that a page is taken to have before it has told


@dataclass(frozen=True)
class Picture:
    """What a figure comes with.

    Attributes
    ----------
    sheets : Sheets
        The figure, drawn at the widths that are looked at.
    said : sequence of (key, values)
        What to see. Without a ``note`` the first leads, and the others stand small below.
    rows : DataFrame
        The same as a table.
    note : sequence of (key, values), optional
        How to take it, and how sure it is.
    choices : sequence of (key, title)
        What can be shown, where that is one thing at a time; the first is shown first.
    chosen : function from key to sheets
        What was chosen.
    """

    sheets: Sheets
    said: Said
    rows: pd.DataFrame
    note: Said | None = None
    choices: Sequence[tuple[str, str]] = ()
    chosen: Callable[[str], Sheets] | None = None


def one_figure(figure: dict[str, Any]) -> Sheets:
    """Return one figure that takes whatever room there is."""
    return Sheets((), lambda _width: figure)


class Panel:
    """A place on a page for one view.

    A figure is drawn at the width that a page of this kernel asked for last; a page that wants another asks
    for it. ``room`` is that width.
    """

    room: ClassVar[float] = ROOM

    def __init__(self, guard: Guard) -> None:
        self.title = Prose()
        self.choice = TextField(kind="select", label=say("ui.view.choice"))
        self.choice.observe(guard(self._choose), "value")
        self.chart = Chart(colours=COLOURS)
        self.chart.on_width(guard(self._draw_at))
        self.below = Prose()
        self.root = VBox([])
        self._chosen: Callable[[str], Sheets] | None = None
        self._sheets = Sheets((), lambda _width: None)
        self.shows: tuple[object, object] | None = None  # the data it was last filled with

    def show(self, title: str, picture: Picture, *, is_alone: bool = False) -> None:
        """Draw a picture; what to see leads, how to take it stands small below.

        A panel that is ``is_alone`` on its page needs no heading beside the page's own.
        """
        said = [say(key, **values) for key, values in picture.said]
        n_leading = 1 if picture.note is None else len(said)
        note = [*said[n_leading:], *(say(key, **values) for key, values in picture.note or ())]
        leading = " ".join(said[:n_leading])
        choice = (self.choice,) if len(picture.choices) > 1 else ()
        # What holds for all that can be chosen stands above the choice.
        above = [lead(leading)] if choice and leading else []
        self.title.blocks = above if is_alone else [heading(2, title), *above]
        self._offer(picture)
        with self.chart.hold_sync():
            self.chart.label = say("ui.view.label", title=title, n=len(picture.rows))
            self.chart.sentence = "" if choice else leading
            self.chart.note = " ".join(note)
            self._draw(picture.sheets)
        self.below.blocks = [details(say("ui.view.table"), [as_table(title, picture.rows)])]
        self.root.children = (self.title, *choice, self.chart, self.below)
        self._widen(is_wide=is_alone)

    @staticmethod
    def learn_room(width: float, *, is_now: bool) -> None:
        """Take in the width that a page has room for; what it wants for paper is no sign of that."""
        if is_now:
            Panel.room = width

    def _offer(self, picture: Picture) -> None:
        """Offer what can be shown one at a time."""
        self._chosen = None  # what is set here is no choice of anybody's
        self.choice.options = [list(one) for one in picture.choices]
        self.choice.value = picture.choices[0][0] if picture.choices else ""
        self._chosen = picture.chosen

    def _choose(self, _change: object) -> None:
        offered = {str(key) for key, _title in self.choice.options}
        if self._chosen is not None and self.choice.value in offered:  # a browser may send anything
            with self.chart.hold_sync():
                self._draw(self._chosen(self.choice.value))

    def _draw(self, sheets: Sheets) -> None:
        first = sheets.at(sheets.fitting(Panel.room))
        self._sheets = sheets
        self.chart.widths = list(sheets.widths) if first is not None else []
        self.chart.figures = [] if first is None else [first]

    def _draw_at(self, width: float, *, is_now: bool) -> None:
        """Draw it at another of its widths, once; ``is_now`` of the one that the page has room for."""
        Panel.learn_room(width, is_now=is_now)
        if width not in {one["layout"].get("width") for one in self.chart.figures}:
            drawn = self._sheets.at(width)
            self.chart.figures = [*self.chart.figures, *([] if drawn is None else [drawn])]

    def _widen(self, *, is_wide: bool) -> None:
        """Let the page use a wide screen, as long as the picture is what it is for."""
        (self.root.add_class if is_wide else self.root.remove_class)("wide-view")

    def read(self, blocks: Sequence[Block]) -> None:
        """Show a view that is told in words and a table, without a drawing."""
        self.title.blocks = list(blocks)
        self.root.children = (self.title,)
        self._widen(is_wide=False)

    def explain(self, title: str, reason: str, *, is_alone: bool = False) -> None:
        """Say why there is nothing to see here."""
        self.title.blocks = [lead(reason)] if is_alone else [heading(2, title), note(reason)]
        self.root.children = (self.title,)
        self._widen(is_wide=False)

    def hide(self) -> None:
        """Take the panel off the page."""
        self.shows = None
        self.root.children = ()
        self._widen(is_wide=False)


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
