"""What has moved since the first time: only what may be claimed, and how far chance alone would reach."""

from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.plots.canvas import WIDTHS, Canvas, Look, Scale
from workbook.plots.names import axis_words, word_for
from workbook.plots.theme import FILL, LINE, PARTNER, SIGN, SMALL, TEXT, MaybeFigure
from workbook.plots.tracks import row_title, scale_for, titled

THEN, NOW = 13.0, 18.0
FIRST = 32.0  # px: where the first group stands


def plot_moved(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw a row per score that moved: open is the first time, filled is now.

    More than before stands first, then less; in each the widest first. ``None`` where nothing moved.
    """
    moved = _moved(prepared)
    if not moved:
        return None
    sheet, first = Canvas(width), prepared.iloc[0]
    steps = axis_words(row.words.split("\n") for row in moved)
    scale = scale_for(sheet, [row.title for row in moved], float(first["lowest"]), steps)
    y, is_two = FIRST + scale.name(sheet, 10), len(set(prepared["place"])) > 1
    for key, rows in (
        ("more", [row for row in moved if row.value > row.first]),
        ("less", [row for row in moved if row.value < row.first]),
    ):
        if rows:
            y += 14 if y > FIRST else 0
            y = titled(sheet, say(f"results.plots.moved_{key}"), y)
        for row in sorted(rows, key=lambda one: -abs(round(one.value - one.first, 6))):
            y = _draw_row(sheet, scale, row, y, is_two=is_two)
    return sheet.figure(y)


def _moved(prepared: pd.DataFrame) -> list[Any]:
    """Rows of the last time whose change may be told, each with the score of the first time."""
    firsts = prepared.groupby(["facet", "place"], sort=False)["value"].transform("first")
    told = prepared["change"].isin(["better", "worse"]).to_numpy(dtype=bool)
    return frames.rows(prepared.assign(first=firsts)[told])


def _draw_row(sheet: Canvas, scale: Scale, row: Any, y: float, *, is_two: bool) -> float:
    words = _in_words(row, is_two=is_two)
    style: dict[str, Any] = {
        "size": TEXT if sheet.is_wide else SMALL,
        "colour": PARTNER[row.place],
        "weight": 600,
    }
    if sheet.is_wide:
        at = y + 34
        row_title(sheet, scale, row.title, at)
        sheet.inside((scale.at(row.first) + scale.at(row.value)) / 2, at - 23, words, **style)
        bottom = at + 26
    else:
        end = y + row_title(sheet, scale, row.title, y)
        end = sheet.paragraph(0, end + 1, words, sheet.width, **style)
        at, bottom = end + 16, end + 44
    scale.guides(sheet, at - 13, at + 13)
    if pd.notna(row.low):
        sheet.capsule(scale.at(row.low), scale.at(row.high), at, 7, Look(LINE, 0.75, layer=1))
    sheet.line([(scale.at(row.first), at), (scale.at(row.value), at)], FILL[row.place], 3, layer=2)
    sheet.mark(scale.at(row.first), at, row.place, THEN, is_open=True)
    sheet.mark(scale.at(row.value), at, row.place, NOW)
    return bottom


def _in_words(row: Any, *, is_two: bool) -> str:
    then, now = (word_for(value, row.lowest, row.words.split("\n")) for value in (row.first, row.value))
    key = "moved_same" if then == now else "moved_from_to"
    whose = "_of" if is_two else ""
    return say(f"results.plots.{key}{whose}", mark=SIGN[row.place], name=row.name, then=then, now=now)
