"""After a breakdown: whose need was not met, by what means it could be, and when two talk about how it goes.

Each begins alone, in their own drawer: what happened as a camera saw it, what I felt, what I needed, my part.
None of that comes here. On the table comes what one chooses to say of the need beneath it, and a day to talk;
the other agrees to the day, names another, or says not now, which needs no reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.exercises.needs_talk import SAFE
from workbook.shapes import Choice, Day, Need, Text

AHEAD = 30  # days that a talk may be away


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown(Thing):
    """One breakdown, from the need beneath it to the talk on ``day``, which ``by_day`` named."""

    ENDS = frozenset({"mended", "rests", "withdrawn"})
    DONE = frozenset({"mended"})

    whose: str
    need: str
    means: str
    by_day: str
    way: str = ""

    @property
    def title(self) -> str:
        """The need's id: its title is known to the page."""
        return self.need

    @property
    def moment(self) -> date | None:
        return self.day if self.stage == "planned" else None

    def waits_for(self, person_id: str) -> bool:
        return self.stage == "named" and self.by_day != person_id

    def told(self, reader: str) -> Sequence[Told]:
        told = [Told(f"told.whose_{self.whose}", by=self.by), Told("told.means", self.means, self.by)]
        told += [Told("told.day", by=self.by_day, day=self.day)] if self.is_open else []
        return [*told, Told(f"told.{self.way}")] if self.way else told


def _name(_found: dict[str, Breakdown], event: Happening) -> Breakdown:
    given = event.payload
    return Breakdown(
        id=event.operation_id,
        by=event.person_id,
        stage="named",
        day=date.fromisoformat(given["talk_on"]),
        whose=given["whose"],
        need=given["need"],
        means=given["means"],
        by_day=event.person_id,
    )


def _may_answer(found: Breakdown, person_id: str) -> None:
    allow(found.stage == "named", "step_done")
    allow(found.waits_for(person_id), "breakdown_not_yours")


def _agree(found: Breakdown, _event: Happening) -> Breakdown:
    return replace(found, stage="planned")


def _rest(found: Breakdown, _event: Happening) -> Breakdown:
    return replace(found, stage="rests")


def _may_name_day(found: Breakdown, _person_id: str) -> None:
    allow(found.is_open, "step_done")


def _name_day(found: Breakdown, event: Happening) -> Breakdown:
    day = date.fromisoformat(event.payload["talk_on"])
    return replace(found, stage="named", day=day, by_day=event.person_id)


def _may_mend(found: Breakdown, _person_id: str) -> None:
    allow(found.stage == "planned", "breakdown_not_planned")


def _mend(found: Breakdown, event: Happening) -> Breakdown:
    return replace(found, stage="mended", way=event.payload["way"])


def _may_withdraw(found: Breakdown, person_id: str) -> None:
    allow(found.by == person_id, "breakdown_not_speaker")
    allow(found.is_open, "step_done")


MACHINE: Machine[Breakdown] = Machine(
    "breakdown",
    {
        "named": Opening(
            {
                "whose": Choice(("mine", "yours", "ours")),
                "need": Need(but=frozenset({SAFE})),
                "means": Text(400),
                "talk_on": Day(ahead=AHEAD),
            },
            _name,
        ),
        "agreed": Reply("breakdown", _agree, may=_may_answer),
        "not_now": Reply("breakdown", _rest, may=_may_answer, way="back"),
        "other_day": Reply("breakdown", _name_day, {"talk_on": Day(ahead=AHEAD)}, may=_may_name_day),
        "talked": Reply(
            "breakdown", _mend, {"way": Choice(("request", "agreement", "enough"))}, may=_may_mend
        ),
        "withdrawn": Reply(
            "breakdown",
            lambda found, _event: replace(found, stage="withdrawn"),
            may=_may_withdraw,
            way="back",
        ),
    },
)
