"""The days of one's own rounds and weeks, as one's own drawer has them."""

from collections.abc import Mapping, Sequence
from datetime import date

from workbook.service.couple.weeks import week_days
from workbook.service.formats.values import Event

FIRST_ROUND = "assessment-1"


def own_days(events: Sequence[Event]) -> Mapping[str, date]:
    """Return on which day each round and each week of one's own was begun, as far as it is known.

    The first round begins with the choice to take part.
    """
    found: dict[str, date] = {}
    for event in events:
        if event.kind == "consent" and event.at is not None:
            found.setdefault(FIRST_ROUND, event.at.date())
        if event.kind == "setting" and event.payload["name"] == "occasion" and event.at is not None:
            found[str(event.payload["value"])] = event.at.date()
    return found | week_days(events)
