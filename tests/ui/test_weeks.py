"""Weeks are counted by the person's own calendar, and an old week's answers are never replaced unasked."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workbook.address import at
from workbook.errors import AccessError
from workbook.service.desks.household import Household
from workbook.service.formats.values import Actor, Answer
from workbook.session import Session, drawer, sitting
from workbook.session.own_day import ZONE, own_now, own_today
from workbook.shapes import Day
from workbook.ui.app import App
from workbook.ui.exercise_pages.form import MoveForm

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 3, 22, 20, 0, tzinfo=BERLIN)
At = Callable[[datetime], None]


@pytest.fixture
def at_time(monkeypatch: pytest.MonkeyPatch) -> At:
    """Let it be another moment for the person."""

    def be(moment: datetime) -> None:
        monkeypatch.setattr(drawer, "own_now", lambda: moment)
        monkeypatch.setattr(sitting, "own_today", moment.date)

    return be


def week_after(maya: Session, at_time: At, begun: datetime, now: datetime) -> str:
    """Return the week at a moment, where week 1 was begun at an earlier one."""
    at_time(begun)
    maya.begin_week()
    (event,) = (one for one in maya.events if one.kind == "setting" and one.payload["name"] == "week")
    object.__setattr__(event, "at", begun.astimezone(UTC))
    at_time(now)
    return maya.week


@pytest.mark.parametrize(
    ("begun", "now", "week"),
    [
        (SUNDAY, datetime(2026, 3, 29, 20, 0, tzinfo=BERLIN), "week-2"),  # 167 hours: the clock went forward
        (SUNDAY, datetime(2026, 3, 29, 19, 55, tzinfo=BERLIN), "week-2"),
        (SUNDAY, datetime(2026, 3, 29, 8, 0, tzinfo=BERLIN), "week-2"),
        (SUNDAY, datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN), "week-1"),
        (SUNDAY.replace(hour=9), datetime(2026, 3, 28, 22, 30, tzinfo=BERLIN), "week-2"),  # 6½ days
        (SUNDAY, SUNDAY + timedelta(days=10), "week-2"),
        (SUNDAY, SUNDAY + timedelta(days=20), "week-4"),  # two were left out
        (SUNDAY, SUNDAY + timedelta(days=365), "week-53"),
        (SUNDAY, SUNDAY - timedelta(days=3), "week-1"),  # a clock that was set back
    ],
)
def test_a_week_later_by_the_calendar_is_a_new_week(
    maya: Session, at_time: At, begun: datetime, now: datetime, week: str
) -> None:
    assert week_after(maya, at_time, begun, now) == week


def test_last_weeks_answers_stand_beside_this_weeks(
    household: Household, actors: tuple[Actor, Actor], at_time: At, take_part: Callable[[Session], Session]
) -> None:
    """Also where somebody goes on from the page that they left, without asking for a new week."""
    chapter = at("chapter", "weekly.check_in", 1)

    def answer(moment: datetime, value: int) -> Session:
        at_time(moment)
        app = App(Session(household.seat_partner(actors[0])))
        app.session.go(chapter)
        items = app.session.items(chapter.name)
        week = app.session.occasion_of(app.session.instruments["weekly"])
        app.session.save([Answer(f"{week}.{n}", week, item.id, value) for n, item in enumerate(items)])
        return app.session

    take_part(Session(household.seat_partner(actors[0])))
    for days, value in ((0, 0), (7, 1), (14, 2), (35, 3)):
        session = answer(SUNDAY + timedelta(days=days), value)
    own = session.responses
    given = own[own["instrument"] == "weekly"].groupby("occasion")["value"].unique()
    assert {week: list(values) for week, values in given.items()} == {
        "week-1": [0],
        "week-2": [1],
        "week-3": [2],
        "week-6": [3],
    }


def test_no_week_before_the_last_one_answered_is_gone_back_to(maya: Session, at_time: At) -> None:
    """Such as where a backup brought an older beginning back."""
    at_time(SUNDAY)
    item = maya.items("weekly.check_in")[0]
    maya.save([Answer("op", "week-5", item.id, 2)])
    assert maya.week == "week-5"
    maya.note("setting", name="week", value=1, day="2026-03-22")
    assert maya.week == "week-5"


def test_a_beginning_of_earlier_versions_counts_by_its_own_moment(maya: Session, at_time: At) -> None:
    maya.note("setting", name="week", value=3)
    at_time(own_now() + timedelta(days=7))
    assert maya.week == "week-4"


def test_only_a_week_may_name_its_day(maya: Session) -> None:
    """A dated visit to any other page would be a trail."""
    with pytest.raises(AccessError):
        maya.own.add_event("setting", {"name": "seen.limits", "value": True, "day": "2026-03-22"})


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
def test_a_line_is_dated_by_the_day_of_its_writers_own_browser(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv(ZONE, zone)
    expected = datetime.now(UTC).astimezone(ZoneInfo(zone)).date().isoformat()
    assert own_today().isoformat() == expected
    assert MoveForm("made.up", {"day": Day()}, {}).read() == {"day": expected}


def test_an_unknown_zone_is_this_computers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone in ("", "Nowhere/At_All", "/etc/localtime", "../UTC"):
        monkeypatch.setenv(ZONE, zone)
        assert own_today() == date.today()  # noqa: DTZ011
