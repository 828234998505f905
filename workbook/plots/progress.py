"""How closeness and each facet went over the rounds, on an axis of days; beside it what two began and did.

One topic is drawn at a time, closeness first. Below it, on the same days, stand the weeks (one's own where
the page is one's own, those of both where both opened their line), the agreements that were begun and the
exercises that were done. Lines join only what was
asked in the same words, on the same scale; only what may be told is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.formats import day_in_words
from workbook.instruments.model import Instrument
from workbook.plots.canvas import HEADING, LEADING, WIDTHS, Canvas, Look
from workbook.plots.measure import text_width
from workbook.plots.names import word_for
from workbook.plots.theme import FILL, INK_SOFT, LINE, LINE_STRONG, SMALL, TEXT, WASH, MaybeFigure, number
from workbook.plots.trend import (
    note_moved,
    only_risen,
    prepare_trend,
    sentence_risen,
    sentence_trend,
    table_risen,
    table_trend,
)
from workbook.plots.view import Drawing, Said

CONTRACT = frames.PREPARED["progress"]
MARKS = frames.PREPARED["marks"]
PANEL = 150.0  # px, height of a panel
NEAR = 22.0  # px: two rounds nearer than that would cover each other
MARK, TICK = 12.0, 9.0
ASIDE = 8.0  # px between two people's marks of one day: alike in value, neither covers the other
SORTS = ("agreement", "exercise")


@dataclass(frozen=True)
class Beside:
    """What stands on the same days: marks (``frames.PREPARED["marks"]``), and weeks, if any."""

    marks: pd.DataFrame = field(default_factory=lambda: frames.empty(MARKS))
    weeks: pd.DataFrame = field(default_factory=lambda: frames.empty(CONTRACT))

    @property
    def days(self) -> list[date]:
        return [date.fromisoformat(day) for part in (self.marks, self.weeks) for day in part["day"]]


def prepare_progress(trend: pd.DataFrame, days: Mapping[str, date]) -> pd.DataFrame:
    """Return a trend with the day of each time; a time whose day is not known is left out.

    Parameters
    ----------
    trend : DataFrame
        ``frames.PREPARED["trend"]``.
    days : mapping of occasion to day

    Returns
    -------
    DataFrame
        ``frames.PREPARED["progress"]``.
    """
    known = {occasion: day.isoformat() for occasion, day in days.items()}
    rows = trend.assign(day=trend["occasion"].map(known))
    rows = rows[rows["day"].notna()].reset_index(drop=True)
    return frames.check(rows[list(CONTRACT.columns)], CONTRACT) if len(rows) else frames.empty(CONTRACT)


def prepare_lines(
    scores: pd.DataFrame,
    days: Mapping[str, date],
    instrument: Instrument,
    known: Mapping[str, str],
    names: Mapping[str, str],
) -> pd.DataFrame:
    """Return the weekly lines of two, by the day; what changed in them is told to nobody.

    Parameters
    ----------
    scores : DataFrame
        `workbook.frames.SCORES`.
    days : mapping of occasion to day
    known : mapping of person id to 'a' or 'b'
    names : mapping of place to name

    Returns
    -------
    DataFrame
        ``frames.PREPARED["progress"]``: none of somebody of whom there is a single week.
    """
    first, parts = min(days.values(), default=date.min), []
    for _, own in scores.groupby("person_id", sort=True):
        numbers = _numbered(sorted(days[name] for name in own["occasion"].unique()), first)
        weeks = own.assign(occasion=[f"week-{numbers[days[name]]}" for name in own["occasion"]])
        trend = prepare_trend(weeks, instrument, known, names)
        parts.append(prepare_progress(trend, {f"week-{n}": day for day, n in numbers.items()}))
    rows = [part for part in parts if len(part)]
    return frames.check(pd.concat(rows, ignore_index=True), CONTRACT) if rows else frames.empty(CONTRACT)


def _numbered(days: Sequence[date], first: date) -> dict[date, int]:
    """Return the number of each week, by its day: the nearest, and one more at least than that before it.

    >>> [*_numbered([date(2026, 3, day) for day in (2, 8, 14, 28)], date(2026, 3, 1)).values()]
    [1, 2, 3, 5]
    """
    numbers: dict[date, int] = {}
    for day in days:
        last = max(numbers.values(), default=0)
        numbers[day] = max(1 + round((day - first).days / 7), last + 1)
    return numbers


class Days:
    """Where a day stands: by the calendar, or evenly, round by round, where rounds lie too near for that.

    Parameters
    ----------
    rounds : mapping of number to day
        The times that were scored, in their order.
    others : sequence of date
        What else stands on the axis.
    left, right : float
        Its ends, px.
    """

    def __init__(self, rounds: Mapping[int, date], others: Sequence[date], left: float, right: float) -> None:
        self._numbers = sorted(rounds)
        days = np.maximum.accumulate([rounds[one].toordinal() for one in self._numbers]).astype(float)
        every = [*days, *(one.toordinal() for one in others)]
        first, last = min(every), max(every)
        by_calendar = left + (days - first) / max(1.0, last - first) * (right - left)
        self.is_even = any(b - a < NEAR for a, b in pairwise(by_calendar))
        if self.is_even:
            self._days = days + np.arange(len(days)) * 1e-6
            self._places = np.linspace(left, right, len(days))
        else:
            self._days, self._places = np.array([first, max(last, first + 1)]), np.array([left, right])
        self._of_round = self._places if self.is_even else by_calendar

    def of_round(self, number: int) -> float:
        """Return where a round stands, px."""
        return float(self._of_round[self._numbers.index(number)])

    def of_day(self, day: date) -> float:
        """Return where a day stands, px; one beyond both ends stands at the end."""
        return float(np.interp(day.toordinal(), self._days, self._places))


def plot_progress(
    prepared: pd.DataFrame, width: float = WIDTHS[-1], *, beside: Beside | None = None
) -> MaybeFigure:
    """Draw one topic over the rounds, and beside it what else there is; ``None`` without rows."""
    if not len(prepared):
        return None
    beside = beside or Beside()
    sheet, is_two = Canvas(width), len(set(prepared["place"])) > 1
    words = [
        word
        for part in (prepared, beside.weeks)
        for line in part["words"].unique()
        for word in line.split("\n")
    ]
    left = max(text_width(word, SMALL) for word in words) + 22
    rounds = {int(row.number): date.fromisoformat(row.day) for row in frames.rows(prepared)}
    days = Days(rounds, beside.days, left + 10, width - 18)
    y = sheet.paragraph(0, 0, str(prepared["title"].iloc[0]), width, size=HEADING, weight=600, is_serif=True)
    if is_two:
        names = dict(sorted(zip(prepared["place"], prepared["name"], strict=True)))
        y = sheet.people(names, y + 18)
    y = _panel(sheet, prepared, y + 16, left, lambda row: days.of_round(int(row.number)), is_two=is_two)
    y = _name_days(sheet, [(days.of_round(one), day) for one, day in sorted(rounds.items())], y + 20)
    if len(beside.weeks):
        y = sheet.paragraph(0, y + 18, say("results.plots.progress_week"), width, size=TEXT, weight=600)
        y = 8 + _panel(
            sheet, beside.weeks, y + 16, left, lambda row: days.of_day(date.fromisoformat(row.day))
        )
    for sort in SORTS:
        y = _strip(
            sheet, beside.marks[(beside.marks["sort"] == sort).to_numpy(dtype=bool)], sort, y, days, left
        )
    return sheet.figure(y + 8)


def plot_lines(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw the weekly lines of two by themselves, on an axis of days; ``None`` without rows."""
    if not len(prepared):
        return None
    sheet = Canvas(width)
    words = str(prepared["words"].iloc[0]).split("\n")
    left = max(text_width(word, SMALL) for word in words) + 22
    days = [date.fromisoformat(day) for day in prepared["day"]]
    axis = Days({1: min(days)}, days, left + 10, width - 18)
    y = sheet.paragraph(0, 0, str(prepared["title"].iloc[0]), width, size=HEADING, weight=600, is_serif=True)
    y = sheet.people(dict(sorted(zip(prepared["place"], prepared["name"], strict=True))), y + 18)
    y = _panel(sheet, prepared, y + 16, left, lambda row: axis.of_day(date.fromisoformat(row.day)))
    y = _name_days(sheet, [(axis.of_day(day), day) for day in (min(days), max(days))], y + 20)
    return sheet.figure(y + 8)


def _panel(
    sheet: Canvas,
    rows: pd.DataFrame,
    top: float,
    left: float,
    x: Callable[[Any], float],
    *,
    is_two: bool = False,
) -> float:
    """Draw the scores of one topic from a place downward; return where they end.

    On a page of two the band reaches only upward: that a score lies below it is told to nobody else.
    """
    words, lowest = str(rows["words"].iloc[0]).split("\n"), float(rows["lowest"].iloc[0])
    right, is_rounds = sheet.width - 8, not str(rows["occasion"].iloc[0]).startswith("week")

    def y(value: float) -> float:
        return top + PANEL - (value - lowest) / (len(words) - 1) * PANEL

    for n, word in enumerate(words):
        sheet.line([(left, y(lowest + n)), (right, y(lowest + n))], LINE)
        sheet.write(0, y(lowest + n), word, size=SMALL, colour=INK_SOFT)
    several = sorted(set(rows["place"]))
    shift = {str(place): (n - (len(several) - 1) / 2) * ASIDE for n, place in enumerate(several)}
    for place, own in rows.groupby("place", sort=True):
        if is_rounds:
            first = own.iloc[0]
            low, high = first["value"] if is_two else first["low"], first["high"]
            if pd.notna(low) and pd.notna(high):
                _band(sheet, str(place), (left, right), (y(low), y(high)), is_assumed=bool(first["assumed"]))
        beside = shift[str(place)]
        points = [(int(row.number), x(row) + beside, y(row.value)) for row in frames.rows(own)]
        for (before, *start), (after, *end) in pairwise(points):
            if is_rounds or after == before + 1:  # a line is never drawn across a missing week
                sheet.line([(start[0], start[1]), (end[0], end[1])], FILL[str(place)], 2.5, layer=2)
        for _number, across, down in points:
            sheet.mark(across, down, str(place), MARK if is_rounds else TICK)
    return top + PANEL


def _band(
    sheet: Canvas, place: str, ends: tuple[float, float], levels: tuple[float, float], *, is_assumed: bool
) -> None:
    """Draw how far chance reaches from a first score: pale, with dashed edges where that is assumed."""
    (left, right), (low, high) = ends, levels
    corners = [(left, high), (right, high), (right, low), (left, low)]
    path = " L".join(f"{across:.1f},{down:.1f}" for across, down in corners)
    sheet.shape(f"M{path} Z", Look(WASH[place], 0.4))
    edge = Look(line=FILL[place], width=1.2, dash="5px,5px" if is_assumed else "solid", layer=1)
    for level in levels:
        sheet.shape(f"M{left:.1f},{level:.1f} L{right:.1f},{level:.1f}", edge)


def _name_days(sheet: Canvas, places: Sequence[tuple[float, date]], y: float) -> float:
    """Write the day of each round that has room; the first and the last always have a line to stand on."""
    style: dict[str, Any] = {"size": SMALL, "colour": INK_SOFT}
    spans: list[tuple[float, float]] = []
    first, last = places[0], places[-1]
    for across, day in dict.fromkeys([first, last, *places]):
        words = day_in_words(day)
        half = text_width(words, SMALL) / 2
        middle = min(max(across, half), sheet.width - half)
        if all(middle + half + 8 < start or middle - half - 8 > end for start, end in spans):
            spans.append((middle - half, middle + half))
            sheet.write(middle, y, words, anchor="center", **style)
    return y + SMALL * LEADING / 2


def _strip(sheet: Canvas, marks: pd.DataFrame, sort: str, y: float, days: Days, left: float) -> float:
    """Draw the marks of one sort on a line of days; nothing where there are none."""
    if not len(marks):
        return y
    y = sheet.paragraph(0, y + 16, say(f"results.plots.marks_{sort}"), sheet.width, size=SMALL, weight=600)
    at = y + 14
    sheet.line([(left, at), (sheet.width - 8, at)], LINE_STRONG)
    for day in sorted(set(marks["day"])):
        _tick(sheet, days.of_day(date.fromisoformat(day)), at, sort)
    return at + 10


def _tick(sheet: Canvas, x: float, y: float, sort: str) -> None:
    r, look = TICK / 2, Look(INK_SOFT, layer=6)
    corners = (
        [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
        if sort == "agreement"
        else [(x, y - r - 1), (x + r + 1, y + r), (x - r - 1, y + r)]
    )
    sheet.shape("M" + " L".join(f"{across:.1f},{down:.1f}" for across, down in corners) + " Z", look)


# -- in words ------------------------------------------------------------------------------------
def sentence_of_one(prepared: pd.DataFrame) -> Said:
    """Return what rose, on one's own page. What fell the page tells, with care, and not as a headline."""
    if prepared["change"].isin(["worse"]).any():
        risen = only_risen(prepared)
        return sentence_trend(risen) if risen["change"].isin(["better"]).any() else []
    return sentence_trend(prepared)


def _note(prepared: pd.DataFrame, how: str = "how") -> Said:
    said: Said = [(f"results.plots.progress_{how}", {})]
    if prepared["assumed"].any():
        said.append(("results.plots.progress_assumed", {}))
    return [*said, *(one for one in note_moved(prepared) if one[0] not in _TOLD_OTHERWISE)]


_TOLD_OTHERWISE = ("results.plots.moved_how", "results.plots.trend_assumed")


def _note_of_two(prepared: pd.DataFrame) -> Said:
    return [("results.plots.risen_only", {}), *_note(prepared, "how_two")]


def _topics(prepared: pd.DataFrame) -> list[tuple[str, str]]:
    return list(dict(zip(prepared["facet"], prepared["title"], strict=True)).items())


def _dated(table: pd.DataFrame, prepared: pd.DataFrame) -> pd.DataFrame:
    """Return a table of a trend with the day of each time in place of its number."""
    days = [day_in_words(date.fromisoformat(day)) for day in prepared["day"]]
    return table.assign(**{say("results.plots.column_time"): days})


def _table_of_one(prepared: pd.DataFrame) -> pd.DataFrame:
    return _dated(table_trend(prepared), prepared)


def _table_of_two(prepared: pd.DataFrame) -> pd.DataFrame:
    return _dated(table_risen(prepared), prepared)


def progress_of_one(beside: Beside) -> Drawing:
    """Return how one person's own progress is shown."""
    plot = partial(plot_progress, beside=beside)
    return Drawing(plot, sentence_of_one, _table_of_one, note=_note, widths=WIDTHS, choose=_topics)


def progress_of_two(beside: Beside) -> Drawing:
    """Return how the progress of two is shown, from what both opened: see `only_risen`."""
    plot = partial(plot_progress, beside=beside)
    return Drawing(plot, sentence_risen, _table_of_two, note=_note_of_two, widths=WIDTHS, choose=_topics)


def _note_of_lines(prepared: pd.DataFrame) -> Said:
    return [("results.plots.lines_how", {})] if len(prepared) else []


def table_weeks(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return weeks as a table, in the order of days: who, and the scale's own word with the number."""
    rows = list(frames.rows(prepared.sort_values(["day", "place"])))
    return pd.DataFrame(
        {
            say("results.plots.column_day"): [day_in_words(date.fromisoformat(row.day)) for row in rows],
            say("results.plots.column_person"): [row.name for row in rows],
            say("results.plots.column_score"): [
                say(
                    "results.plots.word_and_score",
                    word=word_for(row.value, row.lowest, row.words.split("\n")),
                    score=number(row.value),
                )
                for row in rows
            ],
        }
    )


LINES = Drawing(
    plot_lines,
    lambda _prepared: [("results.plots.lines", {})],
    table_weeks,
    note=_note_of_lines,
    widths=WIDTHS,
)
"""How the weekly lines of two are shown by themselves. Of a change it tells nothing."""


def table_marks(marks: pd.DataFrame) -> pd.DataFrame:
    """Return what was begun and done as a table: a day and what it was, in the order of days."""
    return pd.DataFrame(
        {
            say("results.plots.column_day"): [day_in_words(date.fromisoformat(day)) for day in marks["day"]],
            say("results.plots.column_what"): [
                say(f"results.plots.mark_{row.sort}", title=row.title) for row in frames.rows(marks)
            ],
        }
    )
