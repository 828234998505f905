"""The frame every exercise shares: a state machine over the couple's table.

A state is a fold of events, so it needs no store of its own and two open pages always agree.
Every rule about whose turn it is lives in `Machine.step`; the service runs it before an
event is kept, and the page runs the same code to know which buttons to show.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from workbook.errors import problem
from workbook.exercises.shapes import ExerciseError, Shape, check_payload

State = TypeVar("State")


class Happening(Protocol):
    """What a machine needs to know of a table event."""

    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def operation_id(self) -> str: ...
    @property
    def person_id(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A step about to be taken; the shape of `Happening` before it has happened."""

    kind: str
    payload: Mapping[str, Any]
    operation_id: str
    person_id: str
    at: datetime | None = None


class Machine(ABC, Generic[State]):
    """One exercise's rules. ``shapes`` names every kind of event it knows.

    ``id`` is that of its content. Kinds begin with it, or with ``stem`` where events of another name
    lie on tables already: those are for ever.

    ``takes_off`` names the kinds by which somebody takes words of their own off the table, and the
    field that says which event held them: that event is then destroyed, not only passed over.
    """

    id: ClassVar[str]
    stem: ClassVar[str] = ""
    shapes: ClassVar[Mapping[str, Shape]]
    takes_off: ClassVar[Mapping[str, str]] = {}

    def kind(self, step: str) -> str:
        """Name the kind of event that a step is kept as."""
        return f"{self.stem or self.id}.{step}"

    @abstractmethod
    def begin(self) -> State:
        """The state of a table on which nothing has happened."""

    @abstractmethod
    def step(self, state: State, event: Happening) -> State:
        """The state after one event.

        Raises
        ------
        ExerciseError
            When the step is not this person's to take, or not now.
        """

    def fold(self, events: Iterable[Happening]) -> State:
        """The state after all of this exercise's events; other kinds are passed over.

        An event that the rules no longer allow (its other half was erased by the one who
        wrote it) is passed over too: a right to erase must never break a page.
        """
        state = self.begin()
        for event in events:
            if event.kind in self.shapes:
                try:
                    state = self.step(state, event)
                except ExerciseError:
                    continue
        return state

    def check(self, events: Iterable[Happening], step: Happening) -> State:
        """The state a new step would lead to; refuses malformed and untimely steps."""
        check_payload(self.shapes[step.kind], step.payload)
        return self.step(self.fold(events), step)


def refusal(reason: str, **values: object) -> ExerciseError:
    """The refusal people read, by its key under ``exercises.refusals``."""
    return ExerciseError(problem(f"exercises.refusals.{reason}", **values))


def find(things: Mapping[str, Any], reference: str) -> Any:
    """The thing an event refers to, or a refusal that says it is gone."""
    try:
        return things[reference]
    except KeyError:
        raise refusal("gone") from None


def allow(condition: bool, otherwise: str) -> None:
    """Refuse a step, by the refusal's key, unless the condition holds."""
    if not condition:
        raise refusal(otherwise)
