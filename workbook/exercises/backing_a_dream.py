"""Backing a dream that stays yours: one tells a dream, the other asks, then offers, and says what they need.

The dream stays its owner's: they alone tell it, take an offer or leave it, and take it off the table. Nobody
is asked whether it is wise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, other, taken_off, told
from workbook.shapes import Choice, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Backed(Exchange):
    """One person's dream, and how the other backs it. ``by`` is whose dream it is."""

    ENDS = frozenset({"taken"})
    DONE = frozenset({"taken"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"told", "answered"})
    FOR_MAKER: ClassVar[frozenset[str]] = frozenset({"asked", "offered"})

    dream: str
    question: str = ""
    more: str = ""
    offer: str = ""
    need: str = ""
    backer: str = ""

    @property
    def title(self) -> str:
        return self.dream

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.dream", self.dream, self.by),
            *told("told.question", self.question, self.backer),
            *told("told.more", self.more, self.by),
            *told("told.offer", self.offer, self.backer),
            *told("told.in_return", self.need, self.backer),
        ]


def _tell(_all: dict[str, Backed], event: Happening) -> Backed:
    return Backed(id=event.operation_id, by=event.person_id, stage="told", dream=event.payload["dream"])


def _ask(backed: Backed, event: Happening) -> Backed:
    return replace(backed, stage="asked", backer=event.person_id, question=event.payload["question"])


def _offer(backed: Backed, event: Happening) -> Backed:
    given = event.payload
    return replace(backed, stage="offered", offer=given["offer"], need=given["in_return"])


def _choose(backed: Backed, event: Happening) -> Backed:
    if event.payload["answer"] == "yes":
        return replace(backed, stage="taken")
    return replace(backed, stage="answered", offer="", need="")


MACHINE: Machine[Backed] = Machine(
    "backing_a_dream",
    {
        "shared": Opening({"dream": Text(300)}, _tell),
        "asked": Reply("dream_id", _ask, {"question": Text(200)}, may=other("told")),
        "answered": Reply(
            "dream_id",
            lambda backed, event: replace(backed, stage="answered", more=event.payload["more"]),
            {"more": Text(400)},
            may=maker("asked"),
        ),
        "offered": Reply(
            "dream_id",
            _offer,
            {"offer": Text(300), "in_return": Text(300, may_be_empty=True)},
            may=other("answered"),
        ),
        "chosen": Reply("dream_id", _choose, {"answer": Choice(("yes", "another"))}, may=maker("offered")),
        "removed": Reply(
            "dream_id", taken_off, may=maker("told", "asked", "answered", "offered", "taken"), way="off"
        ),
    },
)
