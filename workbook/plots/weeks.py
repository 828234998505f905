"""Week by week: a line for each thing asked, on its scale's own words; a missing week is a gap."""

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.formats import day_in_words
from workbook.plots.canvas import HEADING, LEADING, WIDTHS, Canvas, Look
from workbook.plots.measure import text_width
from workbook.plots.theme import FILL, INK_SOFT, LINE, SMALL, WASH, MaybeFigure

PANEL = 132.0  # px, height of a panel
USUAL_FROM = 6  # weeks from which the middle half of them says something
MARK = 11.0
SESSIONS = 18.0  # px above a panel for the days of sessions


def plot_weeks(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw a panel per facet, week after week from left to right.

    What is pale is the middle half of one's own weeks, from six on: a usual range, and no claim. Dashed is a
    session with a therapist, between the times it lay between. ``None`` without rows.
    """
    if not len(prepared):
        return None
    sheet = Canvas(width)
    panels = [rows for _, rows in prepared.groupby("facet", sort=False)]
    labels = max(text_width(word, SMALL) for rows in panels for word in _words(rows))
    per_row = 2 if sheet.is_wide and len(panels) > 1 else 1
    gap = 48.0
    room = (width - gap * (per_row - 1)) / per_row
    y, bottom = 0.0, 0.0
    for n, rows in enumerate(panels):
        if n and n % per_row == 0:
            y = bottom + 22
        left = (n % per_row) * (room + gap)
        bottom = max(bottom, _draw_panel(sheet, rows, left, y, room, labels + 12))
    return sheet.figure(bottom)


def _words(rows: pd.DataFrame) -> Sequence[str]:
    words: str = rows["words"].iloc[0]
    return words.split("\n")


def _draw_panel(
    sheet: Canvas, rows: pd.DataFrame, left: float, top: float, room: float, labels: float
) -> float:
    title, words = str(rows["title"].iloc[0]), _words(rows)
    top = sheet.paragraph(left, top, title, room, size=HEADING, weight=600, is_serif=True) + 16
    top += SESSIONS if rows["sessions"].ne("").any() else 0
    lowest, start, end = float(rows["lowest"].iloc[0]), left + labels, left + room - 8
    first, last = int(rows["number"].min()), int(rows["number"].max())

    def x(week: float) -> float:
        return start + 10 + (week - first) / max(1, last - first) * (end - start - 20)

    def y(value: float) -> float:
        return top + PANEL - (value - lowest) / (len(words) - 1) * PANEL

    for n, word in enumerate(words):
        sheet.line([(start, y(lowest + n)), (end, y(lowest + n))], LINE)
        sheet.write(left, y(lowest + n), word, size=SMALL, colour=INK_SOFT)
    _draw_sessions(sheet, rows, x, (start, end), (top, top + PANEL))
    for place, own in rows.groupby("place", sort=True):
        _draw_usual(sheet, own, str(place), start, end, y)
        runs = _runs(list(zip((int(n) for n in own["number"]), own["value"], strict=True)))
        for run in runs:
            if len(run) > 1:
                sheet.line([(x(week), y(value)) for week, value in run], FILL[str(place)], 2.5, layer=2)
        for row in frames.rows(own):
            sheet.mark(x(row.number), y(row.value), str(place), MARK)
    foot = top + PANEL + 22
    is_week = str(rows["occasion"].iloc[0]).startswith("week")
    for number, anchor in ((first, "left"), (last, "right")):
        at = start if anchor == "left" else end
        words_of = say(f"results.plots.{'week' if is_week else 'time'}_n", n=number)
        sheet.write(at, foot, words_of, size=SMALL, colour=INK_SOFT, anchor=anchor)
    return foot + SMALL * LEADING / 2


def _draw_sessions(
    sheet: Canvas,
    rows: pd.DataFrame,
    x: Callable[[float], float],
    across: tuple[float, float],
    down: tuple[float, float],
) -> None:
    """Draw a dashed line for each session, with its day where that has room beside the one before."""
    days = {int(row.number): row.sessions.split() for row in frames.rows(rows) if row.sessions}
    free = across[0]
    for number, held in sorted(days.items()):
        for n, day in enumerate(held):
            at = min(x(number + (n + 1) / (len(held) + 1)), across[1])
            line = f"M{at:.1f},{down[0] - 6:.1f} L{at:.1f},{down[1]:.1f}"
            sheet.shape(line, Look(line=INK_SOFT, width=1.5, dash="4px,3px", layer=1))
            words = day_in_words(date.fromisoformat(day))
            half = text_width(words, SMALL) / 2
            middle = min(max(at, across[0] + half), across[1] - half)
            if middle - half >= free - 0.5:
                sheet.write(middle, down[0] - 16, words, size=SMALL, colour=INK_SOFT, anchor="center")
                free = middle + half + 8


def _draw_usual(
    sheet: Canvas, own: pd.DataFrame, place: str, start: float, end: float, y: Callable[[float], float]
) -> None:
    """Draw the middle half of one's own weeks."""
    if len(own) < USUAL_FROM:
        return
    low, high = (float(own["value"].quantile(share)) for share in (0.25, 0.75))
    corners = [(start, high), (end, high), (end, low), (start, low)]
    path = " L".join(f"{x:.1f},{y(value):.1f}" for x, value in corners)
    sheet.shape(f"M{path} Z", Look(WASH[place], 0.45))


def _runs(points: Sequence[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Return weeks in a row: a line is never drawn across a missing week.

    >>> _runs([(1, 2.0), (2, 3.0), (4, 1.0)])
    [[(1, 2.0), (2, 3.0)], [(4, 1.0)]]
    """
    runs: list[list[tuple[int, float]]] = []
    for week, value in points:
        if runs and week == runs[-1][-1][0] + 1:
            runs[-1].append((week, value))
        else:
            runs.append([(week, value)])
    return runs
