"""What the dashboard's sections have in common: opening words, lists to choose from, figures as words."""

from collections.abc import Callable
from typing import Any, ClassVar

import pandas as pd
from ipywidgets import Box, VBox, Widget

from workbook.content import say
from workbook.research.plots.axes import two
from workbook.ui.blocks import Block, heading, lead, table
from workbook.ui.components import Prose, TextField
from workbook.ui.dashboard.sample import Sample
from workbook.ui.guard import Guard


class DashboardSection:
    """One part of the page. ``fill`` works it out; it is called when the part is opened.

    What a widget calls back goes through ``guard``, so that what goes wrong is told above the section.
    """

    name: ClassVar[str] = ""

    def __init__(self, sample: Sample, guard: Guard) -> None:
        self.sample = sample
        self.guard = guard
        self.words = Prose()
        self.root = VBox([self.words])
        self.root.add_class("page")

    def fill(self) -> None:
        """Work it out from the sample, as it is chosen now."""

    def chooser(
        self, label: str, options: dict[str, str], react: Callable[[], None], value: str = ""
    ) -> TextField:
        """Make a list to choose one from; ``react`` is called when another is chosen."""
        field = TextField(
            kind="select",
            label=label,
            options=[[key, title] for key, title in options.items()],
            value=value or next(iter(options), ""),
        )
        field.observe(self.guard(lambda _: react() if field.value in options else None), "value")
        return field

    def opening(self) -> list[Block]:
        return [heading(2, say(f"dashboard.{self.name}.title")), lead(say(f"dashboard.{self.name}.lead"))]


def occasion_words(occasion: str) -> str:
    """Return an occasion's name as people say it."""
    kind, _, number = occasion.rpartition("-")
    return say(f"dashboard.occasions.{'week' if kind == 'week' else 'assessment'}", n=number)


def words(rows: pd.DataFrame, of: str) -> pd.DataFrame:
    """Return a frame with its columns named for people, numbers to two places."""
    shown = rows.copy()
    for name in shown.columns:
        if pd.api.types.is_float_dtype(shown[name]):
            shown[name] = shown[name].map(two)
    keys = say(f"dashboard.columns.{of}").split(" | ")
    return shown.set_axis(keys, axis=1)


def number_table(caption: str, rows: pd.DataFrame) -> Block:
    """Return a table whose first two columns are words and the others numbers."""
    cells = [[str(value) for value in row] for row in rows.itertuples(index=False)]
    return table(caption, [str(name) for name in rows.columns], cells, range(2, rows.shape[1]))


def percent(value: Any) -> str:
    """Return a share as a percentage.

    >>> percent(0.125)
    '12.5 %'
    """
    return f"{100 * float(value):.1f} %"


def p_words(value: float) -> str:
    """Return a p value as journals print it.

    >>> p_words(0.0321), p_words(1e-9)
    ('.032', '< .001')
    """
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def side_by_side(*fields: Widget) -> Box:
    """Fields in a row where there is room, below each other where there is not."""
    row = Box(list(fields))
    row.add_class("choosers")
    return row


def occasions_of(sample: Sample) -> dict[str, str]:
    """Return every occasion on which some questionnaire was answered, with its name."""
    found = {occasion for one in sample.questionnaires for occasion in sample.occasions(one)}
    return {occasion: occasion_words(occasion) for occasion in sorted(found)}
