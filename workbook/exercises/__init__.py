"""The exercises: what a couple does with what it saw. Each is a state machine over events."""

from collections.abc import Iterable, Mapping
from typing import Any

from workbook.exercises.gratitude import GratitudeMachine, Line, days_in_a_row
from workbook.exercises.machine import Happening, Machine, Step, refusal
from workbook.exercises.needs_talk import NeedsTalkMachine, Talk
from workbook.exercises.question import QuestionMachine, Review
from workbook.exercises.requests import Offer, Request, RequestMachine
from workbook.exercises.shapes import ExerciseError, Shape, check_payload

MACHINES: Mapping[str, Machine[Any]] = {
    machine.id: machine
    for machine in (GratitudeMachine(), NeedsTalkMachine(), RequestMachine(), QuestionMachine())
}
"""Every exercise that has rules of its own, by its content id."""

SHAPES: Mapping[str, Shape] = {
    kind: shape for machine in MACHINES.values() for kind, shape in machine.shapes.items()
}
"""Every kind of event the table may hold from an exercise."""

TAKES_OFF: Mapping[str, str] = {
    kind: field for machine in MACHINES.values() for kind, field in machine.takes_off.items()
}
"""The kinds that take one's own words off the table, and the field that names the event that held them."""


def machine_of(kind: str) -> Machine[Any]:
    """The machine that knows a kind of event.

    Raises
    ------
    ExerciseError
        When no exercise knows the kind.
    """
    for machine in MACHINES.values():
        if kind in machine.shapes:
            return machine
    raise refusal("unknown_step")


def check_step(events: Iterable[Happening], step: Happening) -> None:
    """Refuse a step that is malformed or untimely, given all that lies on the table."""
    machine_of(step.kind).check(events, step)


__all__ = [
    "MACHINES",
    "SHAPES",
    "TAKES_OFF",
    "ExerciseError",
    "GratitudeMachine",
    "Happening",
    "Line",
    "Machine",
    "NeedsTalkMachine",
    "Offer",
    "QuestionMachine",
    "Request",
    "RequestMachine",
    "Review",
    "Shape",
    "Step",
    "Talk",
    "check_payload",
    "check_step",
    "days_in_a_row",
    "machine_of",
]
