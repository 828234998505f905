"""What the exercises with rules of their own share: a list of things, and one thing's next step.

Every rule lives in the exercise's machine. An activity only asks it for the state and shows
what the person whose turn it is can do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from ipywidgets import Widget

from workbook.content import say
from workbook.exercises import MACHINES, Machine
from workbook.session import Session
from workbook.ui.blocks import Block
from workbook.ui.buttons import Button
from workbook.ui.components import TextField

State = TypeVar("State")


@dataclass(frozen=True)
class Line:
    """One thing in the list. ``is_mine_to_do`` marks what waits for the person."""

    id: str
    title: str
    note: str
    is_mine_to_do: bool = False
    is_done: bool = False


@dataclass(frozen=True)
class Scene:
    """What is shown of one thing, or of beginning a new one.

    ``key`` stays the same while the fields on it should keep what is being typed.
    """

    key: str
    blocks: Sequence[Block]
    fields: Sequence[Widget] = ()
    buttons: Sequence[Button] = field(default=())


KEPT = "kept"  # stands where a thing's id would: what was just begun lies on the table


class Activity(Generic[State]):
    """One exercise's own page parts. Subclasses give `lines`, `begin` and `scene`."""

    exercise_id: ClassVar[str]

    def __init__(self, session: Session, turn: Callable[[str], None]) -> None:
        self.session = session
        self.turn = turn  # to a thing by its id, or to the list with ""

    @property
    def machine(self) -> Machine[State]:
        return MACHINES[self.exercise_id]

    @property
    def state(self) -> State:
        """What lies on the table now."""
        return self.machine.fold(self.session.table.events)

    @property
    def me(self) -> str:
        return self.session.actor.person_id

    def lines(self) -> list[Line]:
        """Everything so far, the newest first."""
        raise NotImplementedError

    @property
    def n_waiting(self) -> int:
        """How many things wait for the person."""
        return sum(line.is_mine_to_do for line in self.lines())

    def begin(self) -> Scene:
        """Begin something new."""
        raise NotImplementedError

    def scene(self, thing: str) -> Scene | None:
        """One thing and what can be done with it; None when it is gone."""
        raise NotImplementedError

    # -- for the subclasses ------------------------------------------------------------
    def say(self, key: str, **values: object) -> str:
        return say(f"ui.activity.{self.exercise_id}.{key}", **values)

    def name(self, person_id: str) -> str:
        """What a person is called here: "you" or the name they chose."""
        if person_id == self.me:
            return say("ui.activity.you")
        return next(
            (one.name for one in self.session.couple.members if one.person_id == person_id),
            say("ui.activity.partner"),
        )

    def place(self, person_id: str) -> str:
        return next((one.place for one in self.session.couple.members if one.person_id == person_id), "a")

    def text(self, key: str, *, most: int, kind: str = "long") -> TextField:
        """A field whose label and hint stand under the activity's words."""
        return TextField(
            label=self.say(f"{key}.label"), hint=self.say(f"{key}.hint"), kind=kind, max_length=most
        )

    def button(self, key: str, react: Callable[[], None], kind: str = "primary") -> Button:
        return Button(self.say(f"button.{key}"), react, kind)

    def act(self, kind: str, then: str = "", **payload: Any) -> None:
        """Put a step on the table, and turn to what comes next: a thing, `KEPT`, or the list."""
        self.session.act(self.machine.kind(kind), payload)
        self.turn(then)


def is_filled(text: TextField) -> bool:
    """True when something is typed; otherwise the field says what is missing."""
    text.error = "" if text.typed() else say("ui.activity.empty")
    return bool(text.typed())


def today() -> str:
    """The day, as the person's own computer has it."""
    return date.today().isoformat()  # noqa: DTZ011 - a calendar day, not a moment


def day_in_words(day: date) -> str:
    """A day as people write it: 3 May 2026.

    >>> day_in_words(date(2026, 5, 3))
    '3 May 2026'
    """
    return f"{day.day} {day:%B %Y}"
