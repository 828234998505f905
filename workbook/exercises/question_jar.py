"""Question jar: each drops in questions unseen, one is drawn, both answer apart.

A question lies hidden until it is drawn, and whose it was is told to nobody. Either may put a drawn question
aside, and no reason is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.apart import Apart, written
from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told, allow, find, hide
from workbook.exercises.turns import maker, taken_off
from workbook.shapes import Filled, Reference, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip(Apart):
    """A question in the jar, or one that was drawn and what both answered.

    A slip in the jar has a text and nobody's answers; ``is_drawn`` tells a drawn question, whose words
    are nobody's.
    """

    ENDS: ClassVar[frozenset[str]] = frozenset({"in_the_jar", "taken", "both", "put_aside"})

    text: str = ""
    is_drawn: bool = False

    @property
    def title(self) -> str:
        return self.text

    @property
    def title_by(self) -> str:
        """Nobody, of a question that was drawn."""
        return "" if self.is_drawn else self.by

    def waits_for(self, person_id: str) -> bool:
        return self.stage == "drawn" and person_id not in self.answers

    def told(self, reader: str) -> Sequence[Told]:
        if not self.is_drawn:
            return [Told("told.dropped", self.text, self.by)] if self.by == reader else []
        return [Told("told.question", self.text), *Apart.told(self, reader)]


def _drop(_slips: dict[str, Slip], event: Happening) -> Slip:
    return Slip(id=event.operation_id, by=event.person_id, stage="in_the_jar", text=event.payload["text"])


def _draw(slips: dict[str, Slip], event: Happening) -> Slip:
    slip = find(slips, event.payload["slip"])
    allow(slip.stage == "in_the_jar", "step_done")
    allow(not any(one.stage == "drawn" for one in slips.values()), "jar_one_at_a_time")
    slips[slip.id] = replace(slip, stage="taken")
    text = event.payload["question"] or slip.text  # the service fills in what a page is not given of the slip
    return Slip(id=event.operation_id, by=event.person_id, stage="drawn", text=text, is_drawn=True)


def _may_answer(slip: Slip, person_id: str) -> None:
    allow(slip.stage == "drawn" and person_id not in slip.answers, "step_done")


def _may_put_aside(slip: Slip, _person_id: str) -> None:
    allow(slip.stage == "drawn", "step_done")


MACHINE: Machine[Slip] = Machine(
    "question_jar",
    {
        "dropped": Opening({"text": Text(200)}, _drop, hides=hide("text", until=lambda _slip, _event: False)),
        "drawn": Opening(
            {"slip": Reference(), "question": Filled()}, _draw, fills=lambda slip: {"question": slip.text}
        ),
        "answered": Reply(
            "drawn",
            lambda slip, event: replace(slip, **written(slip, event, event.payload["text"])),
            {"text": Text(600)},
            may=_may_answer,
            hides=hide("text", until=Slip.shows),
        ),
        "put_aside": Reply(
            "drawn",
            lambda slip, _event: replace(slip, stage="put_aside", answers={}),
            may=_may_put_aside,
            way="back",
        ),
        "removed": Reply("slip", taken_off, may=maker("in_the_jar"), way="off"),
    },
)
