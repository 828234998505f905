"""Patience, and getting help: one small sign each by which six weeks from now would be noticed.

Looking back has three words, none of which is a mark: each says it of their own sign alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, taken_off, told
from workbook.shapes import Choice, Day, Text

DAYS_AHEAD = 49
SEEN = ("seen", "a_little", "not_yet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Exchange):
    """One sign that somebody would notice, and the day to look back."""

    ENDS = DONE = frozenset({"looked_back"})

    sign: str
    how: str = ""
    next: str = ""

    @property
    def title(self) -> str:
        return self.sign

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.sign", self.sign, self.by, self.day),
            *([Told(f"told.{self.how}", by=self.by)] if self.how else []),
            *told("told.next", self.next, self.by),
        ]


def _picture(_signs: dict[str, Sign], event: Happening) -> Sign:
    given = event.payload
    day = date.fromisoformat(given["day"])
    return Sign(id=event.operation_id, by=event.person_id, stage="pictured", sign=given["sign"], day=day)


def _look_back(sign: Sign, event: Happening) -> Sign:
    given = event.payload
    return replace(sign, stage="looked_back", how=given["how"], next=given["next"])


MACHINE: Machine[Sign] = Machine(
    "patience_and_help",
    {
        "pictured": Opening({"sign": Text(200), "day": Day(ahead=DAYS_AHEAD)}, _picture),
        "looked_back": Reply(
            "sign",
            _look_back,
            {"how": Choice(SEEN), "next": Text(200, may_be_empty=True)},
            may=maker("pictured"),
        ),
        "removed": Reply("sign", taken_off, may=maker("pictured", "looked_back"), way="off"),
    },
)
