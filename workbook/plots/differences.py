"""Where the two halves differ: the few topics, large, the widest apart first."""

from typing import Any, NamedTuple

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.plots.canvas import HEADING, LEADING, WIDTHS, Canvas, Scale
from workbook.plots.discs import draw_disc
from workbook.plots.measure import text_width, wrap
from workbook.plots.names import axis_words
from workbook.plots.theme import PARTNER, SMALL, TEXT, MaybeFigure
from workbook.plots.topics import Topic, compared, how_sure, prepare_topics, table_topics, topics_of
from workbook.plots.view import Drawing, Said, View, has_topics

MOST = 5  # more are in the table, and their number in the sentence
MARK = 21.0


class _Label(NamedTuple):
    """What stands above a mark: whose it is, its lines, where their middle is, and their size."""

    place: str
    lines: list[str]
    x: float
    size: float


def plot_differences(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw a row for each of the widest differences: the disc, and both marks with name and word.

    ``None`` where no topic differs.
    """
    apart = _apart(prepared)[:MOST]
    if not apart:
        return None
    sheet = Canvas(width)
    left = min(330.0, width * 0.36) if sheet.is_wide else 24.0
    steps = axis_words(topic.words for topic in apart)
    scale = Scale(left, width - (56 if sheet.is_wide else 24), apart[0].lowest, steps)
    y = 12.0
    y += scale.name(sheet, y)
    y += 24
    for topic in apart:
        y = (_draw_wide if sheet.is_wide else _draw_narrow)(sheet, scale, topic, y)
    return sheet.figure(y)


def _apart(prepared: pd.DataFrame) -> list[Topic]:
    """Topics that are claimed to differ, the widest apart first."""
    return sorted((t for t in topics_of(prepared) if t.is_claimed), key=lambda t: -round(t.gap, 6))


def _draw_wide(sheet: Canvas, scale: Scale, topic: Topic, y: float) -> float:
    labels = _labels(sheet, scale, topic, scale.left - 44)
    full = 33.0
    room = scale.left - 2 * full - 66
    lines = wrap(topic.title, room, HEADING, weight=600, is_serif=True)
    half = len(lines) * HEADING * LEADING / 2
    at = y + max(52, _height(labels) + 30, half + 8)
    draw_disc(sheet, full + 2, at, full, topic)
    sheet.write(2 * full + 22, at, lines, size=HEADING, weight=600, is_serif=True)
    below = max(42, half + 8)
    _draw_track(sheet, scale, topic, labels, at, at + below)
    return at + below


def _draw_narrow(sheet: Canvas, scale: Scale, topic: Topic, y: float) -> float:
    labels = _labels(sheet, scale, topic, 0)
    full = 18.0
    lines = wrap(topic.title, sheet.width - 50, 17, weight=600, is_serif=True)
    high = max(2 * full, len(lines) * 17 * LEADING)
    draw_disc(sheet, full + 1, y + high / 2, full, topic)
    sheet.write(48, y + high / 2, lines, size=17, weight=600, is_serif=True)
    at = y + high + 30 + _height(labels)
    _draw_track(sheet, scale, topic, labels, at, at + 14)
    return at + 38


def _draw_track(
    sheet: Canvas, scale: Scale, topic: Topic, labels: list[_Label], at: float, bottom: float
) -> None:
    scale.guides(sheet, at - 16, bottom)
    for place, half in topic.halves.items():
        if half.low is not None and half.high is not None:
            sheet.band(scale.at(half.low), scale.at(half.high), at, place, radius=6, opacity=0.5)
    for place, half in topic.halves.items():
        sheet.mark(scale.at(half.value), at, place, MARK)
    for label in labels:
        style: dict[str, Any] = {"size": label.size, "colour": PARTNER[label.place], "weight": 600}
        sheet.write(label.x, at - 18, label.lines, anchor="center", baseline="bottom", **style)


def _labels(sheet: Canvas, scale: Scale, topic: Topic, left: float) -> list[_Label]:
    """Place each one's name and word above their mark.

    Each stays on its own side of the middle between the two, so that long names wrap and never meet.
    """
    low, high = sorted(topic.halves.values(), key=lambda half: half.value)
    middle = (scale.at(low.value) + scale.at(high.value)) / 2
    size = TEXT if sheet.is_wide else SMALL
    found = []
    for half, start, end in ((low, left, middle - 5), (high, middle + 5, sheet.width)):
        words = say("results.plots.says", name=half.name, word=half.word)
        lines = wrap(words, end - start, size, weight=600)
        wide = max(text_width(line, size, weight=600) for line in lines)
        x = min(max(scale.at(half.value), start + wide / 2), end - wide / 2)
        found.append(_Label(half.place, lines, x, size))
    return found


def _height(labels: list[_Label]) -> float:
    return max(len(label.lines) * label.size * LEADING for label in labels)


def sentence_differences(prepared: pd.DataFrame) -> Said:
    """Return what to see: on how many topics the two differ, and how many of them are drawn."""
    topics = compared(prepared)
    if not topics:
        return []
    n = sum(topic.is_claimed for topic in topics)
    if not n:
        is_whole = bool(prepared["is_whole_claimed"].any())
        return [(f"results.plots.differences_{'whole' if is_whole else 'none'}", {"of": len(topics)})]
    said: Said = [(f"results.plots.differences_{'one' if n == 1 else 'some'}", {"n": n, "of": len(topics)})]
    if n > MOST:
        said.append(("results.plots.differences_more", {"drawn": MOST, "more": n - MOST}))
    return [*said, ("results.plots.differences_ask", {})]


VIEW = View(
    "differences",
    instrument="connection",
    source=lambda found: found.pairs,
    prepare=lambda rows, instrument, given: prepare_topics(
        rows, instrument, given.names, claims=given.found.claims
    ),
    contract=frames.PREPARED["topics"],
    drawing=Drawing(plot_differences, sentence_differences, table_topics, note=how_sure, widths=WIDTHS),
    fits=has_topics,
    needs_two=True,
)
