"""The picture of how it has gone: days stand where they are, nothing runs over the sheet, a wide gap is no line."""

from datetime import date, timedelta

import pandas as pd
import pytest

from tests.insights.couples import ASKED, FACETS, A, B, answers
from tests.plots.test_sheets import LONG, beyond, cut, too_high_or_low
from workbook import frames, plots
from workbook.dyads import find_changes
from workbook.plots.canvas import WIDTHS
from workbook.plots.progress import Days
from workbook.scoring import score_all

FIRST = date(2026, 1, 10)
DAYS = {f"assessment-{n + 1}": FIRST + timedelta(60 * n) for n in range(4)}
MARKS = frames.check(
    pd.DataFrame(
        [
            {"day": "2026-02-01", "sort": "agreement", "title": "Agreement"},
            {"day": "2026-06-01", "sort": "exercise", "title": "Gratitude log"},
        ]
    ),
    frames.PREPARED["marks"],
)


def prepared(days=DAYS, who=(A, B), levels=((0, 2, 3, 4), (4, 3, 2, 0))):
    rounds = [
        answers(person, dict.fromkeys(FACETS, level)).assign(occasion=f"assessment-{n + 1}")
        for person, own in zip(who, levels, strict=False)
        for n, level in enumerate(own)
    ]
    scores = score_all(pd.concat(rounds, ignore_index=True), ASKED)
    places = {person: place for person, place in {A: "a", B: "b"}.items() if person in who}
    trend = plots.prepare_trend(
        scores, ASKED["connection"], places, LONG, changes=find_changes(scores, ASKED)
    )
    return plots.prepare_progress(trend, days)


def of_first(rows):
    return rows[(rows["facet"] == rows["facet"].iloc[0]).to_numpy(dtype=bool)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", [(A,), (A, B)])
def test_names_are_whole_and_every_word_stands_inside_the_sheet(width, who):
    figure = plots.plot_progress(of_first(prepared(who=who)), width, beside=plots.Beside(MARKS))
    assert beyond(figure, width) == [] and too_high_or_low(figure) == [] and cut(figure) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_rounds_of_one_day_are_drawn_apart_and_inside_the_sheet(width):
    rows = prepared(dict.fromkeys(DAYS, FIRST))
    figure = plots.plot_progress(of_first(rows), width, beside=plots.Beside(MARKS))
    assert beyond(figure, width) == []


def test_days_stand_by_the_calendar_where_rounds_keep_apart():
    rounds = {1: FIRST, 2: FIRST + timedelta(50), 3: FIRST + timedelta(200)}
    days = Days(rounds, [], 100, 300)
    assert [days.of_round(n) for n in (1, 2, 3)] == [100, 150, 300]
    assert days.of_day(FIRST + timedelta(100)) == 200 and not days.is_even


def test_what_came_before_the_first_round_or_after_the_last_has_its_place_too():
    days = Days({1: FIRST, 2: FIRST + timedelta(50)}, [FIRST - timedelta(50), FIRST + timedelta(100)], 0, 300)
    assert [days.of_day(FIRST + timedelta(n)) for n in (-50, 0, 50, 100)] == [0, 100, 200, 300]


def test_rounds_too_near_stand_evenly_and_what_lies_between_stays_between():
    rounds = {1: FIRST, 2: FIRST + timedelta(2), 3: FIRST + timedelta(300)}
    days = Days(rounds, [], 0, 100)
    assert days.is_even and [days.of_round(n) for n in (1, 2, 3)] == [0, 50, 100]
    assert 0 < days.of_day(FIRST + timedelta(1)) < 50 < days.of_day(FIRST + timedelta(150)) < 100


def test_a_time_whose_day_is_not_known_is_left_out():
    days = {key: day for key, day in DAYS.items() if key != "assessment-2"}
    assert sorted(set(prepared(days)["number"])) == [1, 3, 4]
    assert plots.plot_progress(prepared({})) is None


def test_what_rests_on_an_assumption_is_dashed_and_the_page_says_so():
    rows = of_first(prepared(who=(A,)))
    drawn = [shape.line.dash for shape in plots.plot_progress(rows).layout.shapes]
    sourced = [shape.line.dash for shape in plots.plot_progress(rows.assign(assumed=False)).layout.shapes]
    assert "5px,5px" in drawn and "5px,5px" not in sourced
    note = plots.progress_of_one(plots.Beside()).note
    assert ("results.plots.progress_assumed", {}) in note(rows)
    assert ("results.plots.progress_assumed", {}) not in note(rows.assign(assumed=False))


def test_nothing_is_drawn_where_nothing_was_begun_or_done():
    words = [
        str(plots.plot_progress(of_first(prepared()), beside=one)) for one in (None, plots.Beside(MARKS))
    ]
    assert ["Agreements begun" in one for one in words] == [False, True]


def test_one_who_fell_is_told_of_no_rise_as_a_headline_and_two_of_no_fall():
    rows = prepared(who=(B,), levels=((4, 3, 2, 0),))
    assert plots.progress_of_one(plots.Beside()).sentence(rows) == []
    two = plots.progress_of_two(plots.Beside())
    assert two.sentence(rows) == [("results.plots.risen_none", {})]
    assert set(two.table(rows).iloc[:, -1]) == {""}


def test_what_was_asked_in_other_words_before_is_said_not_to_be_joined():
    rows = of_first(prepared())
    for made in (plots.progress_of_one, plots.progress_of_two):
        note = made(plots.Beside()).note
        assert ("results.plots.parted", {"n": 2}) in note(rows.assign(n_parted=2))
        assert "results.plots.parted" not in [key for key, _values in note(rows)]
