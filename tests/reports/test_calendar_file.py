"""A calendar file as a second reader reads it: right over time zones and changed clocks, and telling nothing."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject

from workbook.reports import Dated, to_calendar

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
TELLING = ("DESCRIPTION", "LOCATION", "ORGANIZER", "ATTENDEE", "URL", "CONTACT", "COMMENT", "CATEGORIES")


def events(text: str) -> list[vobject.base.Component]:
    """Read a file with another library than the one that wrote it."""
    return list(vobject.readOne(text).vevent_list)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_a_moment_is_the_same_moment_wherever_it_is_read(zone: str) -> None:
    at = datetime(2026, 10, 8, 20, 30, tzinfo=ZoneInfo(zone))
    (event,) = events(to_calendar([Dated("one", "Time for two", at)], now=NOW))
    assert event.dtstart.value == at
    assert event.dtstart.value.utcoffset() == timedelta(0), "it does not say where it was written"
    assert event.duration.value == timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", "2026-10-22T20:00"),  # clocks go back on 25 October
        ("America/New_York", "2026-10-29T20:00"),  # and there on 1 November
        ("Europe/London", "2027-03-25T20:00"),  # and forward on 28 March
        ("Australia/Lord_Howe", "2027-04-01T20:00"),  # and there by half an hour
    ],
)
def test_what_repeats_stays_at_its_hour_when_clocks_change(zone: str, first: str) -> None:
    at = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
    text = to_calendar([Dated("one", "Time for two", at.astimezone(UTC), "weekly", zone)], now=NOW)
    times = [event.dtstart.value.astimezone(ZoneInfo(zone)) for event in events(text)]
    assert len(times) == 12 and len({event.uid.value for event in events(text)}) == 12
    assert {one.strftime("%a %H:%M") for one in times} == {"Thu 20:00"}
    assert len({one.utcoffset() for one in times}) == 2, "clocks do change meanwhile"
    assert "TZID" not in text, "nor does it say where it was written"


def test_a_day_is_a_whole_day() -> None:
    (event,) = events(to_calendar([Dated("one", "Look back", date(2026, 10, 8))], now=NOW))
    assert (event.dtstart.value, event.dtend.value) == (date(2026, 10, 8), date(2026, 10, 9))


def test_it_tells_nothing_of_what_it_is_for_and_nothing_of_the_workbook() -> None:
    text = to_calendar([Dated("agreement-of-ana", "Look back", date(2026, 10, 8))], now=NOW)
    assert not any(name in text for name in TELLING)
    assert not any(
        word in text.lower() for word in ("workbook", "intimacy", "couple", "agreement", "ana", "@")
    )
    assert "PRODID:-//Calendar//Calendar 1.0//EN\r\n" in text


def test_a_later_file_moves_a_date_and_a_cancelling_one_takes_it_off() -> None:
    first, later = (
        events(to_calendar([Dated("one", "Time for two", date(2026, 10, day))], now=NOW + timedelta(days=n)))[
            0
        ]
        for n, day in ((0, 8), (1, 15))
    )
    off = to_calendar(
        [Dated("one", "Time for two", date(2026, 10, 15))], now=NOW + timedelta(2), cancels=True
    )
    (gone,) = events(off)
    assert first.uid.value == later.uid.value == gone.uid.value
    assert int(first.sequence.value) < int(later.sequence.value) < int(gone.sequence.value)
    assert gone.status.value == "CANCELLED" and not hasattr(later, "status")


def test_ids_do_not_say_what_they_are_made_of() -> None:
    (event,) = events(to_calendar([Dated("p_ana-17", "Look back", date(2026, 10, 8))], now=NOW))
    assert "ana" not in event.uid.value and len(event.uid.value) == 32
