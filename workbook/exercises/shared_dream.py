"""Shared dream: both tell a dream, then one sentence both would sign, and a first step within a week.

Nothing is proposed before both were heard, what one proposes is nothing until the other says yes, and a
project has a limit and a way out from the start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.exercises.turns import either, to, told
from workbook.shapes import Choice, Day, Text

DAYS_TO_THE_FIRST_STEP = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Dream(Thing):
    """Two dreams and what came of them. ``by`` is whoever wrote the sentence, or the first dream."""

    ENDS = frozenset({"let_go", "each_own"})
    DATED = frozenset({"agreed"})

    dreams: Mapping[str, str]
    gives: Mapping[str, str] = field(default_factory=dict)
    project: str = ""
    step: str = ""
    limit: str = ""
    way_out: str = ""

    @property
    def title(self) -> str:
        return self.project or self.dreams.get(self.by, "")

    def waits_for(self, person_id: str) -> bool:
        if self.stage == "one_told":
            return person_id not in self.dreams
        return self.stage in ("both_told", "stepped") or (self.stage == "proposed" and person_id != self.by)

    def told(self, reader: str) -> Sequence[Told]:
        parts = [
            one
            for person_id, words in self.dreams.items()
            for one in (
                *told("told.dream", words, person_id),
                *told("told.gives", self.gives.get(person_id, ""), person_id),
            )
        ]
        if not self.project:
            return parts
        return [
            *parts,
            Told("told.project", self.project, self.by),
            Told("told.step", self.step, self.by, self.day),
            *told("told.limit", self.limit, self.by),
            *told("told.way_out", self.way_out, self.by),
        ]


def _tell(_dreams: dict[str, Dream], event: Happening) -> Dream:
    given, by = event.payload, event.person_id
    return Dream(
        id=event.operation_id,
        by=by,
        stage="one_told",
        dreams={by: given["dream"]},
        gives={by: given["gives"]},
    )


def _may_tell_too(dream: Dream, person_id: str) -> None:
    allow(dream.stage == "one_told", "step_done")
    allow(person_id not in dream.dreams, "partners_turn")


def _tell_too(dream: Dream, event: Happening) -> Dream:
    given, by = event.payload, event.person_id
    return replace(
        dream,
        stage="both_told",
        dreams={**dream.dreams, by: given["dream"]},
        gives={**dream.gives, by: given["gives"]},
    )


def _propose(dream: Dream, event: Happening) -> Dream:
    given = event.payload
    return replace(
        dream, by=event.person_id, stage="proposed", project=given["project"], step=given["step"],
        day=date.fromisoformat(given["day"]), limit=given["limit"], way_out=given["way_out"],
    )  # fmt: skip


def _may_answer(dream: Dream, person_id: str) -> None:
    allow(dream.stage == "proposed", "step_done")
    allow(dream.by != person_id, "partners_turn")


def _answer(dream: Dream, event: Happening) -> Dream:
    if event.payload["answer"] == "yes":
        return replace(dream, stage="agreed")
    return replace(dream, stage="both_told", project="", step="", limit="", way_out="", day=None)


def _next_step(dream: Dream, event: Happening) -> Dream:
    given = event.payload
    day = date.fromisoformat(given["day"])
    return replace(dream, by=event.person_id, stage="proposed", step=given["step"], day=day)


MACHINE: Machine[Dream] = Machine(
    "shared_dream",
    {
        "began": Opening({"dream": Text(300), "gives": Text(300, may_be_empty=True)}, _tell),
        "joined": Reply(
            "dreams",
            _tell_too,
            {"dream": Text(300), "gives": Text(300, may_be_empty=True)},
            may=_may_tell_too,
        ),
        "proposed": Reply(
            "dreams",
            _propose,
            {
                "project": Text(200),
                "step": Text(200),
                "day": Day(ahead=DAYS_TO_THE_FIRST_STEP),
                "limit": Text(200, may_be_empty=True),
                "way_out": Text(200, may_be_empty=True),
            },
            may=either("both_told"),
        ),
        "answered": Reply("dreams", _answer, {"answer": Choice(("yes", "another"))}, may=_may_answer),
        "step_taken": Reply("dreams", to("stepped"), may=either("agreed")),
        "went_on": Reply(
            "dreams",
            _next_step,
            {"step": Text(200), "day": Day(ahead=DAYS_TO_THE_FIRST_STEP)},
            may=either("stepped"),
        ),
        "each_own": Reply("dreams", to("each_own"), may=either("both_told"), way="back"),
        "let_go": Reply("dreams", to("let_go"), may=either("proposed", "agreed", "stepped"), way="back"),
    },
)
