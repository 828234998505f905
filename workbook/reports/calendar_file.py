"""Dates of two as a calendar file (RFC 5545), which tells nobody who looks what they are for.

No description, place, organiser or address stands in it, and neither title, product nor id names the
workbook. A moment is written in UTC, so that it is right wherever it is read. What repeats is written as so
many dates, each at the hour it has by the clock of one time zone: programs differ in what they make of a rule
that outlives a change of clocks, and none can err about a moment.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

PRODUCT = "-//Calendar//Calendar 1.0//EN"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = {"weekly": 7, "monthly": 28}  # days; a month is four weeks, so that it stays on its weekday
N_TIMES = 12


@dataclass(frozen=True, slots=True)
class Dated:
    """One date: a whole day, or a moment that an hour follows.

    Parameters
    ----------
    id : str
        What it is a date of; the same date gets the same id in every file.
    title : str
    at : date or datetime
        A datetime has a zone.
    repeats : {"", "weekly", "monthly"}
    zone : str
        The zone by whose clock it repeats; UTC where none is named.
    """

    id: str
    title: str
    at: date | datetime
    repeats: Literal["", "weekly", "monthly"] = ""
    zone: str = ""


def to_calendar(dates: Iterable[Dated], *, now: datetime, cancels: bool = False) -> str:
    """Return a calendar file with these dates; or one that takes them off a calendar they were put on."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for dated in dates:
        for number, at in enumerate(times_of(dated)):
            calendar.add_component(_event(dated, number, at, now, cancels=cancels))
    return str(calendar.to_ical(), "utf-8")


def times_of(dated: Dated) -> Iterator[date | datetime]:
    """Yield the day or moment of a date, or of each of its times where it repeats; moments in UTC.

    >>> berlin = datetime(2026, 10, 22, 20, tzinfo=ZoneInfo("Europe/Berlin"))
    >>> found = times_of(Dated("walk", "Time for two", berlin, "weekly", "Europe/Berlin"))
    >>> [f"{one:%d %H:%M}" for one, _ in zip(found, range(2))]
    ['22 18:00', '29 19:00']
    """
    zone = ZoneInfo(dated.zone) if dated.zone else UTC
    for number in range(N_TIMES if dated.repeats else 1):
        later = timedelta(days=number * EVERY[dated.repeats]) if dated.repeats else timedelta(0)
        if isinstance(dated.at, datetime):
            # Within one zone a sum is one of the clock, not of the time that passes.
            yield (dated.at.astimezone(zone) + later).astimezone(UTC)
        else:
            yield dated.at + later


def _event(dated: Dated, number: int, at: date | datetime, now: datetime, *, cancels: bool) -> Event:
    event = Event()
    event.add("uid", hashlib.sha256(f"{dated.id} {number}".encode()).hexdigest()[:32])
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", dated.title)
    # A date that was moved takes its own place in a calendar: a later file counts more than an earlier.
    event.add("sequence", int(now.timestamp()) // 60)
    if cancels:
        event.add("status", "CANCELLED")
    event.add("dtstart", at)
    if isinstance(at, datetime):
        event.add("duration", HOUR)
    else:
        event.add("dtend", at + DAY)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE" if isinstance(at, datetime) else "TRANSPARENT")
    return event
