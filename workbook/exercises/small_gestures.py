"""Small gestures: each lists what reaches them, the other picks from it, and a tap says it was noticed.

Nothing is counted, and who does what unseen stays unseen. What is about touch takes a yes of its own
each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told, allow
from workbook.exercises.turns import Exchange, maker, other, taken_off, to
from workbook.shapes import Choice, Day, Flag, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture(Exchange):
    """One thing that reaches whoever listed it. ``day`` is the last on which they noticed it."""

    ENDS = frozenset({"listed", "noticed"})  # nobody is owed one
    DONE = frozenset({"noticed"})
    FOR_MAKER: ClassVar[frozenset[str]] = frozenset({"asked"})

    text: str
    is_touch: bool

    @property
    def title(self) -> str:
        return self.text

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.reaches", self.text, self.by),
            *([Told("told.touch")] if self.is_touch else []),
            *([Told("told.noticed", by=self.by, day=self.day)] if self.day else []),
        ]


def _list(_gestures: dict[str, Gesture], event: Happening) -> Gesture:
    given = event.payload
    return Gesture(
        id=event.operation_id,
        by=event.person_id,
        stage="listed",
        text=given["text"],
        is_touch=given["is_touch"],
    )


def _notice(gesture: Gesture, event: Happening) -> Gesture:
    return replace(gesture, stage="noticed", day=date.fromisoformat(event.payload["day"]))


def _may_ask(gesture: Gesture, person_id: str) -> None:
    other("listed", "noticed")(gesture, person_id)
    allow(gesture.is_touch, "gesture_needs_no_yes")


def _answer(gesture: Gesture, event: Happening) -> Gesture:
    # A yes is for this once; a no, or nothing more, leaves the list as it was.
    return replace(gesture, stage="welcome" if event.payload["answer"] == "yes" else "listed")


MACHINE: Machine[Gesture] = Machine(
    "small_gestures",
    {
        "listed": Opening({"text": Text(120), "is_touch": Flag()}, _list),
        "noticed": Reply("gesture", _notice, {"day": Day()}, may=maker("listed", "noticed", "welcome")),
        "asked": Reply("gesture", to("asked"), may=_may_ask),
        "answered": Reply("gesture", _answer, {"answer": Choice(("yes", "no"))}, may=maker("asked")),
        "put_back": Reply("gesture", to("listed"), may=other("asked", "welcome"), way="back"),
        "removed": Reply("gesture", taken_off, may=maker("listed", "noticed", "asked", "welcome"), way="off"),
    },
)
