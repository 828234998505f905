"""Letting go: one habit of one's own, for a week, and praise with nothing after it.

What can be let go is a habit of one's own. The other has no move here: nobody lets go on demand, and how it
was, lighter or swallowed, is given to nobody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, hide
from workbook.exercises.turns import maker, taken_off, told
from workbook.shapes import Choice, Text

HABITS = ("being_right", "being_in_charge", "pointing_out", "keeping_score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit(Thing):
    """One habit that somebody lets rest for a week. ``how`` is for them alone."""

    ENDS = frozenset({"looked_back"})
    DONE = frozenset({"looked_back"})

    habit: str
    what: str
    praise: str = ""
    how: str = ""

    @property
    def title(self) -> str:
        return self.what

    def told(self, reader: str) -> Sequence[Told]:
        how = [Told(f"looked_back.how.{self.how}")] if self.how and reader == self.by else []
        return [
            Told(f"told.{self.habit}", self.what, self.by),
            *told("told.praise", self.praise, self.by),
            *how,
        ]


def _choose(_habits: dict[str, Habit], event: Happening) -> Habit:
    given = event.payload
    return Habit(
        id=event.operation_id, by=event.person_id, stage="chosen", habit=given["habit"], what=given["what"]
    )


MACHINE: Machine[Habit] = Machine(
    "letting_go",
    {
        "chosen": Opening({"habit": Choice(HABITS), "what": Text(120)}, _choose),
        "praised": Reply(
            "habit_id",
            lambda habit, event: replace(habit, praise=event.payload["praise"]),
            {"praise": Text(200)},
            may=maker("chosen"),
        ),
        "looked_back": Reply(
            "habit_id",
            lambda habit, event: replace(habit, stage="looked_back", how=event.payload["how"]),
            {"how": Choice(("lighter", "swallowed"))},
            may=maker("chosen"),
            hides=hide("how", until=lambda _habit, _event: False),
        ),
        "removed": Reply("habit_id", taken_off, may=maker("chosen", "looked_back"), way="off"),
    },
)
