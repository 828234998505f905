"""Twenty minutes a day: a question a day that opens once both have answered.

A day on which one or nobody answered is passed over with the next one begun: nothing waits for it, nothing is
counted, and what one of the two wrote that day stays with them.
"""

from dataclasses import dataclass, replace
from datetime import date

from workbook.exercises.apart import Apart, written
from workbook.exercises.machine import Happening, Machine, Opening, allow, hide
from workbook.shapes import Day, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Evening(Apart):
    """One day's question. Its id is the day."""

    ENDS = frozenset({"both", "passed"})
    DONE = frozenset({"both"})


def _answer(evenings: dict[str, Evening], event: Happening) -> Evening:
    day = date.fromisoformat(event.payload["day"])
    name = day.isoformat()
    evening = evenings.get(name) or Evening(id=name, by=event.person_id, stage="apart", day=day)
    allow(evening.is_open, "step_done")
    allow(all(one.day is None or one.day <= day for one in evenings.values()), "step_done")
    for one in list(evenings.values()):
        if one.is_open and one.id != name:
            evenings[one.id] = replace(one, stage="passed")
    return replace(evening, **written(evening, event, event.payload["text"]))


MACHINE: Machine[Evening] = Machine(
    "twenty_minutes",
    {
        "answered": Opening(
            {"text": Text(400), "day": Day()}, _answer, hides=hide("text", until=Evening.shows)
        ),
    },
)
