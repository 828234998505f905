"""What we expect of each other: each writes what they quietly count on, then both say what it calls for.

An expectation is said as a wish of one's own. Different is an answer like any other; what calls for a talk
is talked about, and nothing is settled here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbook.exercises.apart import Apart, written
from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told, allow, hide
from workbook.shapes import Choice, Text

TOPICS = (
    "home", "money", "family", "work", "children", "free_time", "closeness", "getting_older", "hard_times",
    "celebrations",
)  # fmt: skip
MARKS = ("alike", "different_and_fine", "talk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Apart):
    """One topic. ``marks`` is what each found once both were read."""

    ENDS = frozenset({"marked"})
    DONE = frozenset({"marked"})

    topic: str
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The topic's id: its title is known to the page."""
        return self.topic

    def waits_for(self, person_id: str) -> bool:
        return self.is_open and person_id not in (self.marks if self.is_written else self.answers)

    def are_marks_shown(self, _event: Happening) -> bool:
        """Return whether both have said what they found."""
        return len(self.marks) == 2

    def told(self, reader: str) -> Sequence[Told]:
        marks = [
            Told(f"told.{mark}", by=one)
            for one, mark in self.marks.items()
            if mark and (len(self.marks) == 2 or one == reader)
        ]
        return [*Apart.told(self, reader), *marks]


def _write(expectations: dict[str, Expectation], event: Happening) -> Expectation:
    topic = event.payload["topic"]
    apart = (one for one in expectations.values() if one.topic == topic and not one.is_written)
    one = next(apart, None) or Expectation(
        id=event.operation_id, by=event.person_id, stage="apart", topic=topic
    )
    return replace(one, **written(one, event, event.payload["text"]))


def _may_mark(one: Expectation, person_id: str) -> None:
    allow(one.stage == "both" and person_id not in one.marks, "step_done")


def _mark(one: Expectation, event: Happening) -> Expectation:
    marks = {**one.marks, event.person_id: event.payload["mark"]}
    return replace(one, marks=marks, stage="marked" if len(marks) == 2 else one.stage)


MACHINE: Machine[Expectation] = Machine(
    "what_we_expect",
    {
        "written": Opening(
            {"topic": Choice(TOPICS), "text": Text(500)}, _write, hides=hide("text", until=Expectation.shows)
        ),
        "marked": Reply(
            "expectation",
            _mark,
            {"mark": Choice(MARKS)},
            may=_may_mark,
            hides=hide("mark", until=Expectation.are_marks_shown),
        ),
    },
)
