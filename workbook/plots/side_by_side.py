"""Every topic, exactly: both partners on one scale, family by family."""

import pandas as pd

from workbook import frames
from workbook.plots.canvas import WIDTHS, Canvas, Scale
from workbook.plots.names import all_or_number, axis_words
from workbook.plots.theme import MaybeFigure
from workbook.plots.topics import (
    Topic,
    by_family,
    compared,
    how_sure,
    names_of,
    prepare_topics,
    table_topics,
    topics_of,
)
from workbook.plots.tracks import n_lines, row_title, scale_for, titled, two_marks
from workbook.plots.view import Drawing, Said, View, has_topics

MARK = 13.0


def plot_side_by_side(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw a track for each topic: circle and diamond with their bands, joined where they differ.

    The bands lie above and below the track, so that neither hides the other.
    """
    topics = topics_of(prepared)
    if not topics:
        return None
    sheet = Canvas(width)
    steps = axis_words(topic.words for topic in topics)
    scale = scale_for(sheet, [t.title for t in topics], topics[0].lowest, steps)
    y = sheet.people(names_of(prepared), 12) + 14
    y += scale.name(sheet, y)
    y += 22
    for title, own in by_family(topics):
        y = titled(sheet, title, y) if title else y
        top = y
        for topic in own:
            y = _draw_topic(sheet, scale, topic, y, top)
            top = y
        y += 16
    return sheet.figure(y)


def _draw_topic(sheet: Canvas, scale: Scale, topic: Topic, y: float, top: float) -> float:
    weight = 600 if topic.is_claimed else 400
    if sheet.is_wide:
        high = max(31.0, n_lines(sheet, scale, topic.title, weight=weight) * 19 + 8)
        at = y + high / 2
        row_title(sheet, scale, topic.title, at, weight=weight)
        bottom = y + high
    else:
        at = y + row_title(sheet, scale, topic.title, y, weight=weight) + 14
        top, bottom = at - 12, at + 26
    scale.guides(sheet, top, bottom if sheet.is_wide else at + 12)
    for place, half in topic.halves.items():
        if half.low is not None and half.high is not None:
            shift = -4.5 if place == "a" else 4.5
            sheet.band(scale.at(half.low), scale.at(half.high), at + shift, place, radius=2, opacity=0.9)
    values = {place: half.value for place, half in topic.halves.items()}
    two_marks(sheet, scale, values, at, MARK, is_joined=topic.is_claimed)
    return bottom


def sentence_side_by_side(prepared: pd.DataFrame) -> Said:
    """Return what to see: which topics are different for the two, as far as that may be told."""
    topics = compared(prepared)
    if not topics:
        return []
    apart = [topic.title for topic in topics if topic.is_claimed]
    key = "some" if apart else "whole" if bool(prepared["is_whole_claimed"].any()) else "none"
    values = {"n_compared": len(topics), "subjects": all_or_number(apart, "n_topics")}
    return [(f"results.plots.side_by_side_{key}", values)]


def note_side_by_side(prepared: pd.DataFrame) -> Said:
    """Return what the pale lines and the dark one mean, and how sure they are."""
    topics = topics_of(prepared)
    said: Said = [("results.plots.side_by_side_how", {})] if topics else []
    if any(topic.is_claimed for topic in topics):
        said.append(("results.plots.joined", {}))
    return said + how_sure(prepared)


VIEW = View(
    "side_by_side",
    instrument="connection",
    source=lambda found: found.pairs,
    prepare=lambda rows, instrument, given: prepare_topics(
        rows, instrument, given.names, claims=given.found.claims
    ),
    contract=frames.PREPARED["topics"],
    drawing=Drawing(
        plot_side_by_side, sentence_side_by_side, table_topics, note=note_side_by_side, widths=WIDTHS
    ),
    fits=has_topics,
    needs_two=True,
    note="ui.telling.difference",
)
