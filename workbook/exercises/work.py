"""All that the two have begun in any exercise, and whom it waits for: one fold over their events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.exercises.machine import Happening, Machine, Thing

Things = Mapping[str, Thing]


@dataclass(frozen=True, slots=True)
class OpenThing:
    """Something that waits: which thing, and of which exercise."""

    exercise: str
    thing: str


@dataclass(frozen=True, slots=True)
class Work:
    """What lies on a couple's table from all their exercises: things by id, by exercise."""

    things: Mapping[str, Things]

    def of(self, exercise: str) -> Things:
        """Return the things of one exercise, in the order they were begun."""
        return self.things.get(exercise, {})

    def waiting_for(self, person_id: str, exercise: str | None = None) -> list[OpenThing]:
        """List what waits for a person: in one exercise, or in all of them."""
        return [
            OpenThing(name, thing.id)
            for name, things in self.things.items()
            if exercise in (None, name)
            for thing in things.values()
            if thing.waits_for(person_id)
        ]


def fold_work(machines: Iterable[Machine[Any]], events: Iterable[Happening]) -> Work:
    """Fold a table's events once, for every machine there is.

    Each event is looked at by the one machine that knows its kind, so the time it takes grows with the
    number of events, however many exercises there are.
    """
    things: dict[str, dict[str, Thing]] = {}
    knows: dict[str, Machine[Any]] = {}
    for machine in machines:
        things[machine.id] = {}
        knows |= dict.fromkeys(machine.kinds, machine)
    for event in events:
        if (machine_of := knows.get(event.kind)) is not None:
            machine_of.read(things[machine_of.id], event)
    return Work(things)
