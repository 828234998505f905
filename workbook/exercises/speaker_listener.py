"""Speaker and listener: what two keep of a room, where both asked to.

A talk lies on the table as soon as both have asked for it, each in an event of their own; one alone is
nothing. It says on which day they talked, who began and how many turns there were, and nothing that was said.
How the room itself goes is `workbook.exercises.room`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from workbook.exercises.machine import Happening, Machine, Opening, Thing, Told, allow
from workbook.exercises.room import MOST_TURNS
from workbook.shapes import Count, Day, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk(Thing):
    """One talk with a floor. ``asked`` are those who asked to keep it: until both have, nothing is told."""

    ENDS = DONE = frozenset({"kept"})

    first: str
    turns: int
    asked: frozenset[str] = frozenset()

    @property
    def title_by(self) -> str:
        return self.first

    def told(self, reader: str) -> Sequence[Told]:
        return () if self.is_open else (Told("told.first", by=self.first, day=self.day),)


def _keep(talks: dict[str, Talk], event: Happening) -> Talk:
    given = event.payload
    made = Talk(
        id=given["room"], by=event.person_id, stage="asked", day=date.fromisoformat(given["day"]),
        first=given["first"], turns=given["turns"],
    )  # fmt: skip
    talk = talks.get(made.id, made)
    same = (talk.day, talk.first, talk.turns) == (made.day, made.first, made.turns)
    allow(same and talk.is_open, "step_done")
    asked = talk.asked | {event.person_id}
    return replace(talk, asked=asked, stage="kept" if len(asked) == 2 else talk.stage)


MACHINE: Machine[Talk] = Machine(
    "speaker_listener",
    {
        "kept": Opening(
            {"room": Reference(), "first": Reference(), "turns": Count(1, MOST_TURNS), "day": Day()}, _keep
        )
    },
)
