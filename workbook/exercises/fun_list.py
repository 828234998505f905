"""Fun list: both add, both rate alone; what both like is there to draw from, and a no is told to nobody.

How somebody rated an idea is given to the other only where neither said no: so an idea that one of the two
does not want looks like one that is not rated yet.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.exercises.turns import either, maker, taken_off
from workbook.shapes import Choice, Day, Flag, Text

COSTS = ("nothing", "a_little", "more")
LENGTHS = ("quarter_hour", "evening", "day")
RATINGS = ("yes", "maybe", "no")
LIKED = ("both_yes", "both_maybe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea(Thing):
    """One idea. ``ratings`` is what each says of it, and ``last`` the event that holds it.

    ``shown`` are the ratings of the times when both liked it, and ``since`` those that came after the first
    such time: that somebody rates what both liked anew is no secret, how they do is.
    """

    ENDS = frozenset({"done"})
    DONE = frozenset({"done"})

    text: str
    cost: str
    takes: str
    is_new: bool
    ratings: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    since: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        return self.text

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.added", self.text, self.by),
            Told(f"added.takes.{self.takes}"),
            Told(f"added.cost.{self.cost}"),
            *([Told("told.new")] if self.is_new else []),
            *([Told("told.dated", day=self.day)] if self.day else []),
        ]


def _add(_ideas: dict[str, Idea], event: Happening) -> Idea:
    given = event.payload
    return Idea(
        id=event.operation_id, by=event.person_id, stage="rating", text=given["text"], cost=given["cost"],
        takes=given["takes"], is_new=given["is_new"],
    )  # fmt: skip


def _rate(idea: Idea, event: Happening) -> Idea:
    ratings = {**idea.ratings, event.person_id: event.payload["how"]}
    last = {**idea.last, event.person_id: event.operation_id}
    stage = _stage_of(ratings)
    return replace(
        idea,
        ratings=MappingProxyType(ratings),
        last=MappingProxyType(last),
        stage=stage,
        shown=idea.shown | (set(last.values()) if stage in LIKED else set()),
        since=idea.since | ({event.operation_id} if idea.shown else set()),
    )


def _stage_of(ratings: Mapping[str, str]) -> str:
    said = set(ratings.values())
    if len(ratings) < 2 or not said <= {"yes", "maybe"}:
        return "rating"
    return "both_yes" if said == {"yes"} else "both_maybe"


def _not_liked(idea: Idea, event: Happening) -> Collection[str]:
    """Hide which idea somebody rated, and how, unless it is one that both like, or liked."""
    if event.operation_id in idea.shown:
        return ()
    return ("how",) if event.operation_id in idea.since else ("idea", "how")


MACHINE: Machine[Idea] = Machine(
    "fun_list",
    {
        "added": Opening(
            {"text": Text(120), "takes": Choice(LENGTHS), "cost": Choice(COSTS), "is_new": Flag()}, _add
        ),
        "rated": Reply(
            "idea",
            _rate,
            {"how": Choice(RATINGS)},
            may=lambda idea, _person_id: allow(idea.stage in ("rating", *LIKED), "step_done"),
            hides=_not_liked,
        ),
        "dated": Reply(
            "idea",
            lambda idea, event: replace(idea, stage="dated", day=date.fromisoformat(event.payload["day"])),
            {"day": Day(ahead=90)},
            may=either(*LIKED),
        ),
        "done": Reply("idea", lambda idea, _event: replace(idea, stage="done"), may=either("dated")),
        "put_back": Reply(
            "idea",
            lambda idea, _event: replace(idea, stage=_stage_of(idea.ratings), day=None),
            may=either("dated", "done"),
            way="back",
        ),
        "removed": Reply("idea", taken_off, may=maker("rating", *LIKED), way="off"),
    },
)
