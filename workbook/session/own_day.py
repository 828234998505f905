"""The day it is for the person, wherever the server stands, and the weeks that have passed for them.

A browser tells its time zone with each page; the server starts the page's kernel with it. Where none is
told (no script, JupyterLab) it is this computer's own.
"""

import os
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

ZONE = "WORKBOOK_ZONE"
TYPED = "%Y-%m-%dT%H:%M"  # as a browser's field gives a day and a time
A_WEEK = 7
NEARLY_A_WEEK = timedelta(days=6, hours=12)  # Sunday morning to Saturday night is a week later too


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(name: str) -> str:
    """Return the name of a time zone if it is one, else an empty text: a browser may send anything.

    >>> known_zone("Pacific/Kiritimati"), known_zone("../../etc/passwd"), known_zone("")
    ('Pacific/Kiritimati', '', '')
    """
    return name if name in _known_zones() else ""


def zone_named(name: str) -> tzinfo | None:
    """Return a time zone by its name; None, which is this computer's own, where nobody knows it."""
    return ZoneInfo(name) if known_zone(name) else None


def own_now() -> datetime:
    """Return the moment, as the person's own computer shows it."""
    return datetime.now(UTC).astimezone(zone_named(os.environ.get(ZONE, "")))


def own_today() -> date:
    """Return the day, as the person's own computer has it."""
    return own_now().date()


def own_clock(moment: datetime) -> datetime:
    """Return a moment as the person's own clock shows it."""
    return moment.astimezone(zone_named(os.environ.get(ZONE, "")))


def moment_of(typed: str) -> str:
    """Return the moment, in UTC, that the person's own clock shows as typed; empty where it is none.

    >>> moment_of("no time")
    ''
    """
    try:
        local = datetime.strptime(typed, TYPED)  # noqa: DTZ007 - the person's own clock says no zone
    except ValueError:
        return ""
    zone = zone_named(os.environ.get(ZONE, ""))
    shown = local.replace(tzinfo=zone) if zone else local.astimezone()
    return shown.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def weeks_since(day: date, begun: datetime | None, now: datetime) -> int:
    """Return how many weeks have passed by the person's calendar; the nearest number, once one has.

    Parameters
    ----------
    day : date
        The calendar day on which the last week was begun.
    begun : datetime, optional
        The moment, where it is known: nearly seven days are enough.
    now : datetime
        The moment, in the person's time zone.

    Examples
    --------
    >>> sunday, zone = date(2026, 3, 22), ZoneInfo("Europe/Berlin")
    >>> [weeks_since(sunday, None, datetime(2026, 3, 22, 20, tzinfo=zone) + timedelta(n)) for n in (6, 7, 20)]
    [0, 1, 3]
    """
    n_days = (now.date() - day).days
    is_over = n_days >= A_WEEK or (begun is not None and now - begun >= NEARLY_A_WEEK)
    return max(1, round(n_days / A_WEEK)) if is_over else 0
