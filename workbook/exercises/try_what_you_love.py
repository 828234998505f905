"""Try what you love: a taste of half an hour; the guest may say no, and afterwards speaks of the host.

Nobody is graded: the guest says what they saw light up in the host, and the host has no word about the guest
but thanks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, either, maker, other, to, told
from workbook.shapes import Choice, Day, Text

MINUTES = ("10", "20", "30")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste(Exchange):
    """One invitation. ``by`` is the host, whose thing it is; the other one is the guest."""

    ENDS = frozenset({"declined", "thanked", "called_off"})
    DONE = frozenset({"thanked"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"invited", "agreed"})
    FOR_MAKER: ClassVar[frozenset[str]] = frozenset({"another_asked", "tasted"})

    what: str
    minutes: str
    lit_up: str = ""
    for_me: str = ""
    guest: str = ""

    @property
    def title(self) -> str:
        return self.what

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.invited", self.what, self.by, self.day),
            Told(f"told.minutes_{self.minutes}"),
            *told("told.lit_up", self.lit_up, self.guest),
            *told("told.for_me", self.for_me, self.guest),
        ]


def _invite(_tastes: dict[str, Taste], event: Happening) -> Taste:
    given = event.payload
    return Taste(
        id=event.operation_id, by=event.person_id, stage="invited", what=given["what"],
        minutes=given["minutes"], day=date.fromisoformat(given["day"]),
    )  # fmt: skip


def _answer(taste: Taste, event: Happening) -> Taste:
    stages = {"yes": "agreed", "another": "another_asked", "no": "declined"}
    return replace(taste, stage=stages[event.payload["answer"]])


def _invite_anew(taste: Taste, event: Happening) -> Taste:
    given = event.payload
    return replace(
        taste, stage="invited", what=given["what"], minutes=given["minutes"],
        day=date.fromisoformat(given["day"]),
    )  # fmt: skip


def _say_what_was_seen(taste: Taste, event: Happening) -> Taste:
    given = event.payload
    return replace(
        taste, stage="tasted", guest=event.person_id, lit_up=given["lit_up"], for_me=given["for_me"]
    )


_INVITATION = {"what": Text(200), "minutes": Choice(MINUTES), "day": Day(ahead=60)}

MACHINE: Machine[Taste] = Machine(
    "try_what_you_love",
    {
        "invited": Opening(_INVITATION, _invite),
        "answered": Reply(
            "taste", _answer, {"answer": Choice(("yes", "another", "no"))}, may=other("invited")
        ),
        "invited_anew": Reply("taste", _invite_anew, _INVITATION, may=maker("another_asked")),
        "tasted": Reply(
            "taste",
            _say_what_was_seen,
            {"lit_up": Text(300), "for_me": Text(300, may_be_empty=True)},
            may=other("agreed"),
        ),
        "thanked": Reply("taste", to("thanked"), may=maker("tasted")),
        "called_off": Reply(
            "taste", to("called_off"), may=either("invited", "another_asked", "agreed"), way="back"
        ),
    },
)
