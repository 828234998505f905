"""A session's timer as every page of it shows it: by the service's clock, right after a reload."""

from workbook.content import say
from workbook.service.formats.case_values import SessionSeen
from workbook.ui.components import Floor


def show_timer(floor: Floor, seen: SessionSeen | None) -> None:
    """Set the clock, or take it off where no timer runs."""
    runs = seen is not None and seen.timer_until is not None and not seen.is_over
    with floor.hold_sync():
        floor.words = say("ui.in-session.timer") if runs else ""
        floor.over = say("ui.in-session.timer_over")
        floor.seconds = float(60 * seen.timer_minutes) if seen is not None and runs else 0.0
        until = seen.timer_until if seen is not None else None
        floor.ends = until.timestamp() * 1000 if runs and until is not None else 0.0
