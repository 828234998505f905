"""Scores on tracks: a scale named by its own words, marks on it, and how sure each is.

Shared by the views that show where something stands exactly. On a wide sheet a title stands left of its
track, on a narrow one above it.
"""

from collections.abc import Sequence

from workbook.plots.canvas import HEADING, LEADING, Canvas, Scale
from workbook.plots.measure import text_width, wrap
from workbook.plots.theme import INK, TEXT


def scale_for(
    sheet: Canvas, titles: Sequence[str], lowest: float, words: Sequence[str], *, right: float = 64
) -> Scale:
    """Return a scale with the room its titles leave: a column for them on a wide sheet."""
    if not sheet.is_wide:
        return Scale(20, sheet.width - 20, lowest, words)
    widest = max((text_width(title, TEXT, weight=600) for title in titles), default=0)
    left = min(max(widest, 150), sheet.width * 0.34)
    return Scale(left + 56, sheet.width - right, lowest, words)


def titled(sheet: Canvas, title: str, y: float) -> float:
    """Write the heading of a group over the whole width; return where its rows begin."""
    return sheet.paragraph(0, y, title, sheet.width, size=HEADING, weight=600, is_serif=True) + 8


def row_title(
    sheet: Canvas, scale: Scale, title: str, y: float, *, weight: int = 400, size: float = TEXT
) -> float:
    """Write a row's title where it belongs; return how far below ``y`` its track may begin.

    On a wide sheet it stands beside the track, around ``y``; on a narrow one above it, from ``y`` down.
    """
    if sheet.is_wide:
        room = scale.left - 40
        sheet.write(0, y, wrap(title, room, size, weight=weight), size=size, weight=weight)
        return 0
    lines = wrap(title, sheet.width, size, weight=weight)
    sheet.write(0, y, lines, size=size, weight=weight, baseline="top")
    return len(lines) * size * LEADING


def n_lines(sheet: Canvas, scale: Scale, title: str, *, weight: int = 400, size: float = TEXT) -> int:
    """Return how many lines a row's title takes."""
    return len(wrap(title, scale.left - 40 if sheet.is_wide else sheet.width, size, weight=weight))


def two_marks(
    sheet: Canvas, scale: Scale, values: dict[str, float], y: float, size: float, *, is_joined: bool
) -> None:
    """Draw both partners' marks on one track, joined in ink where they differ.

    Where they would cover each other they move up and down, never sideways: that would be another score.
    """
    places = list(values)
    is_near = len(places) == 2 and abs(scale.at(values["a"]) - scale.at(values["b"])) < size + 1
    if is_joined and len(places) == 2:
        sheet.line([(scale.at(values["a"]), y), (scale.at(values["b"]), y)], INK, 2.5, layer=2)
    for place in places:
        shift = 0.0 if not is_near else -size / 2 if place == "a" else size / 2
        sheet.mark(scale.at(values[place]), y + shift, place, size)
