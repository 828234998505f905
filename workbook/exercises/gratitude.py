"""Gratitude log: one specific line a day, shown to the partner, who may say it landed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, allow, find
from workbook.exercises.shapes import Day, Reference, Shape, Text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of thanks. ``landed`` once the partner said so."""

    id: str
    by: str
    text: str
    day: date
    landed: bool = False


Lines = Mapping[str, Line]


class GratitudeMachine(Machine[Lines]):
    """State: lines by id, in the order written."""

    id: ClassVar[str] = "gratitude_log"
    stem: ClassVar[str] = "gratitude"
    shapes: ClassVar[Mapping[str, Shape]] = {
        "gratitude.written": {"text": Text(280), "day": Day()},
        "gratitude.landed": {"line": Reference()},
        "gratitude.removed": {"line": Reference()},
    }
    takes_off: ClassVar[Mapping[str, str]] = {"gratitude.removed": "line"}

    def begin(self) -> Lines:
        return MappingProxyType({})

    def step(self, state: Lines, event: Happening) -> Lines:
        if event.kind == "gratitude.written":
            day = date.fromisoformat(event.payload["day"])
            line = Line(event.operation_id, event.person_id, event.payload["text"], day)
            return MappingProxyType({**state, line.id: line})
        line = find(state, event.payload["line"])
        if event.kind == "gratitude.landed":
            allow(line.by != event.person_id, "line_own")
            return MappingProxyType({**state, line.id: replace(line, landed=True)})
        allow(line.by == event.person_id, "line_not_yours")
        return MappingProxyType({key: kept for key, kept in state.items() if key != line.id})


def days_in_a_row(lines: Lines, person_id: str, today: date) -> int:
    """How many days up to today (or yesterday) this person wrote a line on, without a gap.

    >>> from datetime import date
    >>> lines = {"1": Line("1", "p", "tea", date(2026, 5, 1)), "2": Line("2", "p", "call", date(2026, 5, 2))}
    >>> days_in_a_row(lines, "p", date(2026, 5, 3))
    2
    """
    days = {line.day.toordinal() for line in lines.values() if line.by == person_id}
    day = today.toordinal()
    if day not in days:
        day -= 1
    n_days = 0
    while day in days:
        n_days, day = n_days + 1, day - 1
    return n_days
