"""The weekly lines of two: both alike, by the day, inside the sheet, and no line across a missing week."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from unittest import mock

import pandas as pd
import pytest

from tests.insights.couples import A, B
from tests.plots.test_sheets import LONG, beyond, cut, too_high_or_low
from workbook import frames, plots
from workbook.content import say
from workbook.instruments import catalogue
from workbook.plots.canvas import WIDTHS, Canvas
from workbook.plots.progress import LINES, prepare_lines, table_weeks

WEEKLY = catalogue()["weekly"]
FIRST = date(2026, 1, 5)
PLACES, NAMES = {A: "a", B: "b"}, {"a": "Mira", "b": "Jonas"}


def lines(weeks: Mapping[str, Mapping[int, float]], names: Mapping[str, str] = NAMES) -> pd.DataFrame:
    """Return the frame of two lines: by person, the score of each day after the first."""
    days = {f"day-{n}": FIRST + timedelta(n) for own in weeks.values() for n in own}
    rows = [
        {
            "couple_id": "c",
            "person_id": person,
            "occasion": f"day-{n}",
            "instrument": "weekly",
            "subscale": "weekly.week",
            "score": value,
            "n_answered": 5,
            "n_items": 5,
            "sem": 0.45,
            "low": value - 0.88,
            "high": value + 0.88,
            "assumed": True,
            "version": WEEKLY.version,
            "about": "self",
        }
        for person, own in weeks.items()
        for n, value in own.items()
    ]
    scores = frames.SCORES.coerce_dtype(pd.DataFrame(rows)) if rows else frames.empty(frames.SCORES)
    return prepare_lines(scores, days, WEEKLY, PLACES, names)


def marks_of(prepared: pd.DataFrame, width: float) -> list[tuple[float, float, str]]:
    """Return where each mark is drawn, and whose it is."""
    found: list[tuple[float, float, str]] = []
    with mock.patch.object(Canvas, "mark", lambda _self, x, y, place, _size: found.append((x, y, place))):
        LINES.plot(prepared, width)
    return found


def drawn_lines(prepared: pd.DataFrame) -> list[Sequence[tuple[float, float]]]:
    found: list[Sequence[tuple[float, float]]] = []
    line = Canvas.line

    def noted(
        self: Canvas, points: Sequence[tuple[float, float]], colour: str, *more: object, **how: object
    ) -> None:
        if len(more) > 0:  # the lines of the scale are thin
            found.append(points)
        line(self, points, colour, *more, **how)  # type: ignore[arg-type]

    with mock.patch.object(Canvas, "line", noted):
        LINES.plot(prepared, WIDTHS[-1])
    return found


YEAR = {7 * n: n % 5 for n in range(53)}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("weeks", [{0: 1, 7: 2}, YEAR])
def test_names_are_whole_and_every_word_stands_inside_the_sheet(
    width: float, weeks: Mapping[int, float]
) -> None:
    figure = LINES.plot(lines({A: weeks, B: {n + 2: 4 - value for n, value in weeks.items()}}, LONG), width)
    assert beyond(figure, width) == [] and too_high_or_low(figure) == [] and cut(figure) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_two_who_had_the_same_weeks_are_both_seen(width: float) -> None:
    weeks = {0: 3.0, 7: 3.0, 14: 1.0}
    marks = marks_of(lines({A: weeks, B: weeks}), width)
    assert len(marks) == 6
    for x, y, _ in (one for one in marks if one[2] == "a"):
        (other,) = [one for one in marks if one[2] == "b" and abs(one[0] - x) < 20]
        assert other[1] == y and abs(other[0] - x) >= 6


def test_the_picture_is_the_same_whoever_is_called_first() -> None:
    one, other = {0: 1.0, 7: 2.0}, {0: 4.0, 7: 3.0}
    mine, turned = (marks_of(lines(weeks), WIDTHS[0]) for weeks in ({A: one, B: other}, {B: one, A: other}))
    assert {y for _, y, place in mine if place == "a"} == {y for _, y, place in turned if place == "b"}


def test_no_line_is_drawn_across_a_missing_week() -> None:
    weeks = {0: 1.0, 7: 2.0, 28: 3.0, 35: 2.0}
    assert len(drawn_lines(lines({A: weeks, B: weeks}))) == 4
    whole = {7 * n: 2.0 for n in range(4)}
    assert len(drawn_lines(lines({A: whole, B: whole}))) == 6


@pytest.mark.parametrize("step", [6, 7, 8])
def test_weeks_of_six_to_eight_days_follow_each_other(step: int) -> None:
    weeks = {step * n: 2.0 for n in range(20)}
    prepared = lines({A: weeks, B: weeks})
    numbers = prepared.loc[(prepared["place"] == "a").to_numpy(dtype=bool), "number"].tolist()
    assert len(set(numbers)) == 20 and numbers == sorted(numbers)


def test_it_tells_of_no_change_and_all_of_it_stands_in_the_table() -> None:
    prepared = lines({A: {0: 4.0, 7: 4.0, 14: 0.0}, B: {1: 2.0, 8: 2.0, 15: 2.0}})
    assert set(prepared["change"].dropna()) == set()
    said = [say(key, **values) for key, values in (*LINES.sentence(prepared), *LINES.note(prepared))]
    assert said == [say("results.plots.lines"), say("results.plots.lines_how")]
    table = table_weeks(prepared)
    assert len(table) == 6 and say("results.plots.column_change") not in table.columns
    assert table.iloc[:, 0].tolist()[:2] == ["5 January 2026", "6 January 2026"]
    assert set(table[say("results.plots.column_person")]) == {"Mira", "Jonas"}


def test_of_a_single_week_there_is_no_line() -> None:
    assert len(lines({A: {0: 2.0}, B: {0: 2.0}})) == 0 and plots.LINES.plot(lines({}), WIDTHS[0]) is None
