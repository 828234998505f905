"""Single answers, each person's own beside the other's view of them: skills, and guesses of what matters."""

from itertools import groupby
from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.plots.canvas import LEADING, WIDTHS, Canvas, Look, Scale
from workbook.plots.measure import text_width, wrap
from workbook.plots.names import word_for
from workbook.plots.theme import INK, PARTNER, SIGN, SMALL, SUNKEN, TEXT, MaybeFigure

MARK, MARK_OPEN = 9.0, 15.5  # an open mark is larger, so that a filled one at the same spot lies inside
GAP = 44.0  # px between the two columns
SEEN = 17.0  # px below the track: what the other has seen, where that has a scale of its own


def plot_steps(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw a row per facet with a track for each person spoken of.

    Filled is their own word, open the other's.

    On a wide sheet the two are columns; on a narrow one they lie below each other. A dark line joins two
    that may be claimed to differ. ``None`` without rows.
    """
    if not len(prepared):
        return None
    sheet = Canvas(width)
    called = dict(sorted(dict(zip(prepared["about"], prepared["name_about"], strict=True)).items()))
    draw = _draw_columns if sheet.is_wide else _draw_stacked
    return sheet.figure(draw(sheet, prepared, called))


def _draw_columns(sheet: Canvas, prepared: pd.DataFrame, called: dict[str, str]) -> float:
    room = min(max(text_width(title, TEXT) for title in prepared["title"]) + 8, sheet.width * 0.28)
    column = (sheet.width - room - 28 - GAP * (len(called) - 1)) / len(called)
    scales: dict[str, Scale] = {}
    bounds, head = {}, 0.0
    for n, (about, name) in enumerate(called.items()):
        left = room + 28 + n * (column + GAP)
        scales[about] = _scale(prepared, left + 20, left + column - 24)
        bounds[about] = (left - 8, min(left + column + 8, sheet.width))
        lines = wrap(_heading(about, name), column, TEXT, weight=600)
        sheet.write(left, 0, lines, colour=PARTNER[about], weight=600, baseline="top")
        head = max(head, len(lines) * TEXT * LEADING)
    head += 14
    y = head + 16 + max(scale.name(sheet, head, bounds[about]) for about, scale in scales.items())
    for rows in _by_facet(prepared):
        lines = wrap(rows[0].title, room, TEXT)
        over = max(_over(row, scales[row.about], bounds[row.about][1]) for row in rows)
        high = max(34.0 if is_on_one_axis(prepared) else 58.0, len(lines) * TEXT * LEADING + 12)
        at = y + high / 2
        ends = (y, y + high) if is_on_one_axis(prepared) else (at - 10, at + 8)  # none runs through words
        sheet.write(0, at, lines)
        for about, scale in scales.items():  # a track is there whether or not it has a mark
            scale.guides(sheet, *ends)
            own = [row for row in rows if row.about == about]
            _draw_marks(sheet, scale, own, at, bounds[about][1])
        y += high + over
    return y + 4


def _draw_stacked(sheet: Canvas, prepared: pd.DataFrame, called: dict[str, str]) -> float:
    y = 0.0
    for about, name in called.items():
        y = sheet.paragraph(
            0, y, _heading(about, name), sheet.width, size=TEXT, weight=600, colour=PARTNER[about]
        )
    scale = _scale(prepared, 46, sheet.width - 22)
    y += 36 + scale.name(sheet, y + 16)
    for rows in _by_facet(prepared):
        y = sheet.paragraph(0, y, rows[0].title, sheet.width, size=TEXT) + 15
        for about in called:
            sheet.capsule(0, 26, y, 10, Look(SUNKEN))  # a label, or it would look like an answer
            sheet.write(13, y, SIGN[about], colour=PARTNER[about], size=SMALL, anchor="center")
            scale.guides(sheet, y - 12, y + (12 if is_on_one_axis(prepared) else 8))
            own = [row for row in rows if row.about == about]
            _draw_marks(sheet, scale, own, y, sheet.width)
            over = max((_over(row, scale, sheet.width) for row in own), default=0.0)
            y += 26 if is_on_one_axis(prepared) else 40 + over
        y += 4
    return y


def is_on_one_axis(prepared: pd.DataFrame) -> bool:
    """Tell whether own words and views of the other are answered on one scale."""
    return len(set(prepared["words"])) == 1


def _by_facet(prepared: pd.DataFrame) -> list[list[Any]]:
    return [list(rows) for _, rows in groupby(frames.rows(prepared), key=lambda row: row.facet)]


def _scale(prepared: pd.DataFrame, left: float, right: float) -> Scale:
    own = prepared[(prepared["by"] == prepared["about"]).to_numpy(dtype=bool)]
    first = (own if len(own) else prepared).iloc[0]
    return Scale(left, right, float(first["lowest"]), first["words"].split("\n"))


def _heading(about: str, name: str) -> str:
    return say("results.plots.column_about", mark=SIGN[about], name=name)


def _draw_marks(sheet: Canvas, scale: Scale, both: list[Any], y: float, end: float) -> None:
    if any(pd.notna(row.is_claimed) and row.is_claimed for row in both):
        ends = sorted(scale.at(row.value) for row in both)
        sheet.line([(ends[0], y), (ends[-1], y)], INK, 2.5, layer=2)
    for row in sorted(
        both, key=lambda one: one.by == one.about
    ):  # an open mark first: a filled one lies on it
        is_open = row.by != row.about
        if lines := _seen(row, scale, end):
            at = y + SEEN + _over(row, scale, end) / 2
            sheet.write(_start(scale), at, lines, size=SMALL, colour=PARTNER[row.by])
            continue
        sheet.mark(scale.at(row.value), y, row.by, MARK_OPEN if is_open else MARK, is_open=is_open)


def _start(scale: Scale) -> float:
    return scale.at(scale.lowest) - MARK


def _seen(row: Any, scale: Scale, end: float) -> list[str]:
    """Return what the other has seen where that has a scale of its own: said in its word, below the track.

    In as many lines as it needs up to an ``end``.
    """
    steps = row.words.split("\n")
    if steps == list(scale.words):
        return []
    said = say("results.plots.sees", name=row.name_by, word=word_for(row.value, row.lowest, steps))
    return wrap(said, end - _start(scale), SMALL)


def _over(row: Any, scale: Scale, end: float) -> float:
    """Return how much higher than one line that is, px."""
    return max(0, len(_seen(row, scale, end)) - 1) * SMALL * LEADING
