"""Forgiving: whoever hurt the other owns it, says what they make good and what they do otherwise.

Nobody can ask to be forgiven here, and no move says that somebody was: the other can say that they
heard it, or that they are not there yet. What one works on alone stays on one's own
page (`workbook.ui.exercise_pages.own_page`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, other, taken_off, told
from workbook.shapes import Choice, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Amends(Exchange):
    """One thing that ``by`` did and owns. It waits for nobody: the other answers when they like, or never."""

    ENDS: ClassVar[frozenset[str]] = frozenset({"owned", "heard", "not_yet"})
    DONE: ClassVar[frozenset[str]] = frozenset({"heard"})

    what: str
    cost: str
    repair: str
    change: str

    @property
    def title(self) -> str:
        return self.what

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.what", self.what, self.by),
            *told("told.cost", self.cost, self.by),
            *told("told.repair", self.repair, self.by),
            *told("told.change", self.change, self.by),
        ]


def _own(_all: dict[str, Amends], event: Happening) -> Amends:
    given = event.payload
    return Amends(
        id=event.operation_id, by=event.person_id, stage="owned", what=given["what"], cost=given["cost"],
        repair=given["repair"], change=given["change"],
    )  # fmt: skip


MACHINE: Machine[Amends] = Machine(
    "forgiving",
    {
        "owned": Opening(
            {"what": Text(300), "cost": Text(300), "repair": Text(300), "change": Text(300)}, _own
        ),
        "answered": Reply(
            "amends",
            lambda amends, event: replace(amends, stage=event.payload["answer"]),
            {"answer": Choice(("heard", "not_yet"))},
            may=other("owned", "not_yet", "heard"),
        ),
        "removed": Reply("amends", taken_off, may=maker("owned", "heard", "not_yet"), way="off"),
    },
)
