"""The dates two have agreed on, from whatever exercise: for the page of this week, and for a calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from workbook.content import say
from workbook.exercises import MACHINES, Thing
from workbook.reports import Dated, to_calendar
from workbook.reports.calendar_file import EVERY
from workbook.session import Session
from workbook.session.own_day import own_clock, own_today
from workbook.ui.exercise_pages.activity import work

LOOKS_BACK = ("agreement", "tech_off")  # whose dates are for looking back


@dataclass(frozen=True, slots=True)
class JointDate:
    """A thing with a day or a moment that both agreed on."""

    exercise: str
    thing: Thing
    at: date | datetime

    @property
    def day(self) -> date:
        """The day by the clock of whoever reads."""
        return own_clock(self.at).date() if isinstance(self.at, datetime) else self.at

    @property
    def has_come(self) -> bool:
        """Whether the day is here, or the moment over."""
        return self.at <= datetime.now(UTC) if isinstance(self.at, datetime) else self.at <= own_today()


def joint_dates(session: Session) -> list[JointDate]:
    """Return all that is agreed and not over, the earliest first."""
    found = work(session)
    dates = [
        JointDate(name, thing, _next(thing, thing.moment))
        for name in MACHINES
        for thing in found.of(name).values()
        if thing.is_open and thing.moment is not None
    ]
    return sorted(dates, key=lambda one: (one.day, one.at.isoformat(), one.thing.id))


def _next(thing: Thing, at: date | datetime) -> date | datetime:
    """Return the moment, or of what repeats the next one that is not over."""
    every, day = EVERY.get(thing.repeats), at.date() if isinstance(at, datetime) else at
    gone = (own_today() - day).days
    return at + timedelta(days=-(-gone // every) * every) if every and gone > 0 else at


def calendar_of(session: Session, *, cancels: bool = False) -> str:
    """Return a calendar file of all joint dates, or one that takes them off a calendar again."""
    return to_calendar(_dated(session), now=datetime.now(UTC), cancels=cancels)


def _dated(session: Session) -> Iterator[Dated]:
    for one in joint_dates(session):
        title = say("ui.calendar.look_back" if one.exercise in LOOKS_BACK else "ui.calendar.time")
        yield Dated(one.thing.id, title, one.at, one.thing.repeats)
