"""One topic in four views: each person's side, by their own word and by the other's."""

from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.plots.canvas import HEADING, LEADING, WIDTHS, Canvas, Scale
from workbook.plots.measure import text_width, wrap
from workbook.plots.names import word_for
from workbook.plots.theme import INK, INK_SOFT, PARTNER, SMALL, TEXT, MaybeFigure

MARK, MARK_OPEN = 16.0, 24.0  # an open mark is larger, so that a filled one at the same spot lies inside


def plot_four_views(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw a track for each person spoken of: filled is their own word, open the other's.

    The side on which the two are further apart stands on top, whoever's it is. ``None`` without rows.
    """
    if not len(prepared):
        return None
    sheet, first = Canvas(width), prepared.iloc[0]
    words = first["words"].split("\n")
    left = min(230.0, width * 0.3) if sheet.is_wide else 24.0
    scale = Scale(left, width - (64 if sheet.is_wide else 24), float(first["lowest"]), words)
    y = SMALL * LEADING / 2
    if first["question"]:
        asked = say("results.plots.asked", question=first["question"])
        y = sheet.paragraph(0, y, asked, width, size=TEXT, colour=INK_SOFT) + 20
    y += scale.name(sheet, y)
    y += 18
    sides: dict[str, list[Any]] = {}
    for row in sorted(frames.rows(prepared), key=lambda one: one.about):
        sides.setdefault(row.about, []).append(row)
    for about in sorted(sides, key=lambda place: -_gap(sides[place])):
        y = _draw_side(sheet, scale, sides[about], about, y)
    return sheet.figure(y)


def _gap(rows: list[Any]) -> float:
    values = [float(row.value) for row in rows]
    return round(max(values) - min(values), 6)


def _draw_side(sheet: Canvas, scale: Scale, rows: list[Any], about: str, y: float) -> float:
    says, sees = (
        max((_over(sheet, scale, row, key) for row in rows if (row.by == about) is is_own), default=0.0)
        for key, is_own in (("says", True), ("sees", False))
    )
    y += says
    heading = say("results.plots.side_of", name=rows[0].name_about)
    lines = wrap(heading, scale.left - 40, HEADING, weight=600, is_serif=True)
    if sheet.is_wide and (len(lines) == 1 or not _reach_left(sheet, scale, rows)):
        at = y + 58
        sheet.write(0, at, lines, size=HEADING, weight=600, is_serif=True, colour=PARTNER[about])
    else:
        style: dict[str, Any] = {"size": 17, "weight": 600, "is_serif": True, "colour": PARTNER[about]}
        at = sheet.paragraph(0, y + 8 - says, heading, sheet.width, **style) + 44 + says
    scale.guides(sheet, at - 16, at + 16)
    for row in rows:
        if row.by == about and pd.notna(row.low):
            sheet.band(scale.at(row.low), scale.at(row.high), at, about, radius=6, opacity=0.5)
    values = {row.by: float(row.value) for row in rows}
    if any(pd.notna(row.is_claimed) and row.is_claimed for row in rows):
        ends = sorted(scale.at(value) for value in values.values())
        sheet.line([(ends[0], at), (ends[-1], at)], INK, 2.5, layer=2)
    for row in rows:  # an open mark first: a filled one lies on it
        if row.by != about:
            sheet.mark(scale.at(row.value), at, row.by, MARK_OPEN, is_open=True)
            _label(sheet, scale, row, "sees", at + 31 + sees / 2)
    for row in rows:
        if row.by == about:
            sheet.mark(scale.at(row.value), at, row.by, MARK)
            _label(sheet, scale, row, "says", at - 27 - says / 2)
    return at + 58 + sees


def _label_size(sheet: Canvas) -> float:
    return TEXT if sheet.is_wide else SMALL


def _words(scale: Scale, row: Any, key: str) -> str:
    return say(f"results.plots.{key}", name=row.name_by, word=word_for(row.value, scale.lowest, scale.words))


def _reach_left(sheet: Canvas, scale: Scale, rows: list[Any]) -> bool:
    """Tell whether a label reaches to where a heading of several lines would stand beside the scale."""
    for row in rows:
        half = (
            text_width(
                _words(scale, row, "says" if row.by == row.about else "sees"), _label_size(sheet), weight=600
            )
            / 2
        )
        if min(scale.at(row.value), sheet.width - half) - half < scale.left - 30:
            return True
    return False


def _over(sheet: Canvas, scale: Scale, row: Any, key: str) -> float:
    """Return how much higher than one line a mark's label is."""
    size = _label_size(sheet)
    return (len(wrap(_words(scale, row, key), sheet.width, size, weight=600)) - 1) * size * LEADING


def _label(sheet: Canvas, scale: Scale, row: Any, key: str, y: float) -> None:
    words, size = _words(scale, row, key), _label_size(sheet)
    lines = wrap(words, sheet.width, size, weight=600)
    style: dict[str, Any] = {"size": size, "colour": PARTNER[row.by], "weight": 600}
    if len(lines) == 1:
        sheet.inside(scale.at(row.value), y, words, **style)
    else:
        sheet.write(0, y, lines, **style)
