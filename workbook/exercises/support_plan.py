"""Support plan: each writes what helps oneself on a hard day, and the other says what they can keep to.

A plan belongs to whoever it is about: they alone write it, write it anew once it was used, or take it away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, other, taken_off, told
from workbook.shapes import Shape, Text

CARDS: Shape = {
    "signs": Text(300),
    "helps": Text(300),
    "helps_not": Text(300, may_be_empty=True),
    "in_a_crisis": Text(300, may_be_empty=True),
    "others": Text(200, may_be_empty=True),
    "sign_word": Text(60, may_be_empty=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Exchange):
    """One person's plan. ``cards`` is what they wrote, by the name of its field."""

    ENDS = DONE = frozenset({"answered"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"written"})

    cards: dict[str, str]
    can: str = ""
    can_by: str = ""

    @property
    def title(self) -> str:
        return self.cards["helps"]

    def told(self, reader: str) -> Sequence[Told]:
        cards = [one for name in CARDS for one in told(f"told.{name}", self.cards[name], self.by)]
        return [*cards, *told("told.can", self.can, self.can_by)]


def _cards(event: Happening) -> dict[str, str]:
    return {name: event.payload[name] for name in CARDS}


def _write(_plans: dict[str, Plan], event: Happening) -> Plan:
    return Plan(id=event.operation_id, by=event.person_id, stage="written", cards=_cards(event))


def _write_anew(plan: Plan, event: Happening) -> Plan:
    # What the other could keep to was said of the plan before: it is asked again.
    return replace(plan, stage="written", cards=_cards(event), can="", can_by="")


def _say_what_can_be(plan: Plan, event: Happening) -> Plan:
    return replace(plan, stage="answered", can=event.payload["can"], can_by=event.person_id)


MACHINE: Machine[Plan] = Machine(
    "support_plan",
    {
        "written": Opening(CARDS, _write),
        "answered": Reply("plan", _say_what_can_be, {"can": Text(300)}, may=other("written")),
        "renewed": Reply("plan", _write_anew, CARDS, may=maker("answered")),
        "removed": Reply("plan", taken_off, may=maker("written", "answered"), way="off"),
    },
)
