"""Not a parent to my partner: one names what they do for the other; the other says how that is for them.

Each speaks of their own doing alone: nothing can be named that the other does or leaves undone. The word of
whoever it is done for counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, other, taken_off, to, told
from workbook.shapes import Choice, Text

HOW = ("welcome", "ask_first", "mine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Care(Exchange):
    """One thing that ``by`` does for the other, and how it is for them."""

    ENDS = DONE = frozenset({"settled"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"named"})
    FOR_MAKER: ClassVar[frozenset[str]] = frozenset({"answered"})

    what: str
    how: str = ""
    wish: str = ""
    receiver: str = ""

    @property
    def title(self) -> str:
        return self.what

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.named", self.what, self.by),
            *([Told(f"told.{self.how}", by=self.receiver)] if self.how else []),
            *told("told.wish", self.wish, self.receiver),
        ]


def _name(_cares: dict[str, Care], event: Happening) -> Care:
    return Care(id=event.operation_id, by=event.person_id, stage="named", what=event.payload["what"])


def _answer(care: Care, event: Happening) -> Care:
    given = event.payload
    return replace(care, stage="answered", how=given["how"], wish=given["wish"], receiver=event.person_id)


MACHINE: Machine[Care] = Machine(
    "not_a_parent",
    {
        "named": Opening({"what": Text(200)}, _name),
        "answered": Reply(
            "care", _answer, {"how": Choice(HOW), "wish": Text(200, may_be_empty=True)}, may=other("named")
        ),
        "heard": Reply("care", to("settled"), may=maker("answered")),
        "changed_mind": Reply("care", to("named"), may=other("answered", "settled"), way="back"),
        "removed": Reply("care", taken_off, may=maker("named", "answered", "settled"), way="off"),
    },
)
