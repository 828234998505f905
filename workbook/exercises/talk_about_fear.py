"""Talk about fear: one sentence about a fear of one's own, said back, and nothing promised.

The listener has one thing to do: say back what they heard. There is no field for a promise, a proof or a
defence. Whoever said it may take it off the table at any time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, other, taken_off, told
from workbook.shapes import Choice, Text

FEARS = ("losing_myself", "losing_you", "trust")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fear(Exchange):
    """One fear that was said. ``by`` says it; the other one listens."""

    ENDS = frozenset({"closed"})
    DONE = frozenset({"closed"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"said"})
    FOR_MAKER: ClassVar[frozenset[str]] = frozenset({"heard"})

    which: str
    words: str
    heard: str = ""
    listener: str = ""
    missing: str = ""
    helps: str = ""
    good: str = ""

    @property
    def title(self) -> str:
        return self.words

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told(f"told.{self.which}", self.words, self.by),
            *told("told.missing", self.missing, self.by),
            *told("told.heard", self.heard, self.listener),
            *told("told.helps", self.helps, self.by),
            *told("told.good", self.good, self.by),
        ]


def _say(_fears: dict[str, Fear], event: Happening) -> Fear:
    given = event.payload
    return Fear(
        id=event.operation_id, by=event.person_id, stage="said", which=given["which"], words=given["words"]
    )


def _say_back(fear: Fear, event: Happening) -> Fear:
    return replace(fear, stage="heard", heard=event.payload["heard"], listener=event.person_id)


def _check(fear: Fear, event: Happening) -> Fear:
    given = event.payload
    if given["understood"] == "not_yet":
        return replace(fear, stage="said", missing=given["missing"], heard="")
    return replace(fear, stage="closed", helps=given["helps"], good=given["good"])


MACHINE: Machine[Fear] = Machine(
    "talk_about_fear",
    {
        "said": Opening({"which": Choice(FEARS), "words": Text(300)}, _say),
        "heard": Reply("fear", _say_back, {"heard": Text(300)}, may=other("said")),
        "checked": Reply(
            "fear",
            _check,
            {
                "understood": Choice(("yes", "not_yet")),
                "missing": Text(300, may_be_empty=True),
                "helps": Text(300, may_be_empty=True),
                "good": Text(200, may_be_empty=True),
            },
            may=maker("heard"),
        ),
        "removed": Reply("fear", taken_off, may=maker("said", "heard", "closed"), way="off"),
    },
)
