"""Gratitude log: one specific line a day, shown to the partner, who may say it landed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.shapes import Day, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Thing):
    """One line of thanks."""

    ENDS = DONE = frozenset({"landed"})

    text: str

    @property
    def title(self) -> str:
        return self.text

    def waits_for(self, person_id: str) -> bool:
        return self.is_open and self.by != person_id

    def told(self, reader: str) -> Sequence[Told]:
        return (Told(text=self.text), Told("told.from", by=self.by, day=self.day))


def _write(_lines: dict[str, Line], event: Happening) -> Line:
    day = date.fromisoformat(event.payload["day"])
    return Line(
        id=event.operation_id, by=event.person_id, stage="written", day=day, text=event.payload["text"]
    )


def _may_land(line: Line, person_id: str) -> None:
    allow(line.by != person_id, "line_own")
    allow(line.is_open, "step_done")


def _land(line: Line, _event: Happening) -> Line:
    return replace(line, stage="landed")


def _may_remove(line: Line, person_id: str) -> None:
    allow(line.by == person_id, "line_not_yours")


MACHINE: Machine[Line] = Machine(
    "gratitude_log",
    {
        "written": Opening({"text": Text(280), "day": Day()}, _write),
        "landed": Reply("line", _land, may=_may_land),
        "removed": Reply("line", lambda _line, _event: None, may=_may_remove, way="off"),
    },
    kept_as="gratitude",
)
