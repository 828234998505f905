"""Room for me: what stays mine, told only if one wants to, and noted by the other with one tap.

It is worked out on one's own page (`workbook.ui.exercise_pages.own_page`). What is told asks for nothing:
the other has no yes or no to say to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, other, taken_off, to, told
from workbook.shapes import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(Exchange):
    """What ``by`` keeps for themselves, and how they may be reminded to be kind to themselves."""

    ENDS = DONE = frozenset({"noted"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"told"})

    mine: str
    when: str = ""
    remind: str = ""

    @property
    def title(self) -> str:
        return self.mine

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.mine", self.mine, self.by),
            *told("told.when", self.when, self.by),
            *told("told.remind", self.remind, self.by),
        ]


def _tell(_rooms: dict[str, Room], event: Happening) -> Room:
    given = event.payload
    return Room(
        id=event.operation_id, by=event.person_id, stage="told", mine=given["mine"], when=given["when"],
        remind=given["remind"],
    )  # fmt: skip


MACHINE: Machine[Room] = Machine(
    "room_for_me",
    {
        "shared": Opening(
            {"mine": Text(200), "when": Text(120, may_be_empty=True), "remind": Text(120, may_be_empty=True)},
            _tell,
        ),
        "noted": Reply("room", to("noted"), may=other("told")),
        "removed": Reply("room", taken_off, may=maker("told", "noted"), way="off"),
    },
)
