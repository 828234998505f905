"""What two began and did, by the day: marks on an axis of time, and nothing of how it went.

Nothing here names a person, counts, or says how something ended: an agreement leaves a mark on the day both
said yes to it, whatever became of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from workbook.exercises.machine import Happening, Machine, Thing

AGREEMENT = "agreement"
LEAVES_NONE = frozenset(
    {
        "request",  # its end may be a no
        "our_plan",  # its end may be that it was not done
        "breakdown",
        "forgiving",  # nobody is to be held to a day on which they forgave,
        "letting_go",  # let something go,
        "talk_about_fear",  # or said what they fear
    }
)
"""Exercises whose end is nobody's to point to later."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A day on which an agreement was begun, or something of an exercise was done."""

    day: date
    sort: Literal["agreement", "exercise"]
    exercise: str


def marks_of(machines: Iterable[Machine[Any]], events: Iterable[Happening]) -> list[Mark]:
    """Return the marks of all that is still there, the earliest first; of one exercise one for a day.

    What was taken off the table, or erased by whoever wrote it, leaves no mark.
    """
    readers = {machine.id: machine for machine in machines if machine.id not in LEAVES_NONE}
    by_kind = {kind: machine for machine in readers.values() for kind in machine.kinds}
    things: dict[str, dict[str, Thing]] = {name: {} for name in readers}
    days: dict[tuple[str, str], date] = {}
    for event in events:
        machine = by_kind.get(event.kind)
        if machine is None or event.at is None:
            continue
        own = things[machine.id]
        thing = own.get(machine.read(own, event))
        if thing is not None and _is_marked(machine.id, thing):
            days.setdefault((machine.id, thing.id), event.at.date())
    return sorted({_mark(name, day) for (name, thing), day in days.items() if _is_there(things, name, thing)})


def _is_marked(exercise: str, thing: Thing) -> bool:
    return thing.stage == "running" if exercise == AGREEMENT else thing.is_done


def _is_there(things: Mapping[str, Mapping[str, Thing]], exercise: str, thing: str) -> bool:
    found = things[exercise].get(thing)
    return found is not None and (exercise == AGREEMENT or found.is_done)


def _mark(exercise: str, day: date) -> Mark:
    return Mark(day, "agreement" if exercise == AGREEMENT else "exercise", exercise)
