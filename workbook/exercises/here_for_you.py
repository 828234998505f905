"""I am here for you: one tells, the other receives, and only then is asked what would help.

Whoever receives has no place for advice until the other has asked for ideas. A hug is asked for, and the
answer may be "not now".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told, allow
from workbook.exercises.turns import Exchange, maker, other, taken_off, told
from workbook.shapes import Choice, Text

HELPS = ("ear", "hug", "ideas", "quiet", "enough")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling(Exchange):
    """What one carries, and how the other received it. ``by`` tells."""

    ENDS = frozenset({"here", "not_now", "enough"})
    DONE = frozenset({"here", "enough"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"told", "asked"})
    FOR_MAKER: ClassVar[frozenset[str]] = frozenset({"received"})

    words: str
    feeling: str = ""
    makes_sense: str = ""
    ideas: str = ""
    helps: str = ""
    receiver: str = ""

    @property
    def title(self) -> str:
        return self.words

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.carries", self.words, self.by),
            *told("told.feeling", self.feeling, self.receiver),
            *told("told.makes_sense", self.makes_sense, self.receiver),
            *([Told(f"told.{self.helps}", by=self.by)] if self.helps else []),
            *told("told.idea", self.ideas, self.receiver),
        ]


def _tell(_tellings: dict[str, Telling], event: Happening) -> Telling:
    return Telling(id=event.operation_id, by=event.person_id, stage="told", words=event.payload["words"])


def _receive(telling: Telling, event: Happening) -> Telling:
    given = event.payload
    return replace(
        telling, stage="received", receiver=event.person_id, feeling=given["feeling"],
        makes_sense=given["makes_sense"],
    )  # fmt: skip


def _ask(telling: Telling, event: Happening) -> Telling:
    helps = event.payload["helps"]
    return replace(telling, stage="enough" if helps == "enough" else "asked", helps=helps)


def _be_here(telling: Telling, event: Happening) -> Telling:
    given = event.payload
    allow(telling.helps == "ideas" or not given["ideas"], "here_no_ideas")
    return replace(telling, stage=given["answer"], ideas=given["ideas"])


MACHINE: Machine[Telling] = Machine(
    "here_for_you",
    {
        "said": Opening({"words": Text(600)}, _tell),
        "received": Reply(
            "telling", _receive, {"feeling": Text(200), "makes_sense": Text(400)}, may=other("told")
        ),
        "asked": Reply("telling", _ask, {"helps": Choice(HELPS)}, may=maker("received")),
        "answered": Reply(
            "telling",
            _be_here,
            {"answer": Choice(("here", "not_now")), "ideas": Text(400, may_be_empty=True)},
            may=other("asked"),
        ),
        "removed": Reply(
            "telling",
            taken_off,
            may=maker("told", "received", "asked", "here", "not_now", "enough"),
            way="off",
        ),
    },
)
