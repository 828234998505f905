"""Our plan: one step gets a day, both say how it was, and the next comes from that.

One names what and when, the other joins, or names another time, or lets it be. Afterwards each says whether
it was done and how it was; that stands open to the other once both have said it. Whatever they choose next
ends it, and what was said of how it was is destroyed: nobody can count what was planned and not done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow, hide
from workbook.shapes import Choice, Moment, Reference, Text, as_moment

AHEAD = 60  # days that a step may be away
OVER = frozenset({"again", "smaller", "other", "enough"})
"""What may come next; with it a step is over."""


@dataclass(frozen=True, slots=True)
class Look:
    """Whether one finds it done, and how it was for them."""

    went: str
    felt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Thing):
    """One planned step. ``at`` is its moment, ``by_time`` who named that, ``exercise`` what it is one of."""

    ENDS = OVER | {"dropped"}
    DONE = OVER

    what: str
    exercise: str
    at: datetime
    by_time: str
    looks: Mapping[str, Look] = field(default_factory=dict)
    said: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        return self.what

    @property
    def moment(self) -> datetime | None:
        return self.at if self.stage == "planned" else None

    def is_past(self, now: datetime) -> bool:
        """Return whether its moment is over, so that the two can say how it was."""
        return self.stage == "planned" and self.at <= now

    def waits_for(self, person_id: str) -> bool:
        if self.stage == "proposed":
            return self.by_time != person_id
        return self.stage == "planned" and bool(self.looks) and person_id not in self.looks

    def told(self, reader: str) -> Sequence[Told]:
        told = [Told("told.planned", self.what, self.by)]
        if self.stage != "looked":
            return told
        return [*told, *(Told(f"told.{look.went}_{look.felt}", by=name) for name, look in self.looks.items())]


def _plan(_steps: dict[str, Planned], event: Happening) -> Planned:
    given = event.payload
    return Planned(
        id=event.operation_id,
        by=event.person_id,
        stage="proposed",
        what=given["what"],
        exercise=given["exercise"],
        at=as_moment(given["at"]),
        by_time=event.person_id,
    )


def _may_join(step: Planned, person_id: str) -> None:
    allow(step.stage == "proposed", "step_done")
    allow(step.waits_for(person_id), "plan_not_yours")


def _join(step: Planned, _event: Happening) -> Planned:
    return replace(step, stage="planned")


def _may_move(step: Planned, _person_id: str) -> None:
    allow(step.stage in ("proposed", "planned") and not step.looks, "step_done")


def _move(step: Planned, event: Happening) -> Planned:
    return replace(step, stage="proposed", at=as_moment(event.payload["at"]), by_time=event.person_id)


def _may_look_back(step: Planned, person_id: str) -> None:
    allow(step.stage == "planned", "plan_not_joined")
    allow(person_id not in step.looks, "step_done")


def _look_back(step: Planned, event: Happening) -> Planned:
    # Too early is known by the service's clock alone; what is kept was in time.
    allow(event.at is None or step.at - timedelta(days=1) <= event.at, "plan_too_early")
    looks = {**step.looks, event.person_id: Look(event.payload["went"], event.payload["felt"])}
    stage = "looked" if len(looks) == 2 else step.stage
    return replace(step, looks=looks, stage=stage, said=step.said | {event.operation_id})


def _may_go_on(step: Planned, _person_id: str) -> None:
    allow(step.is_open, "step_done")
    allow(step.stage in ("planned", "looked"), "plan_not_joined")


def _go_on(step: Planned, event: Happening) -> Planned:
    return replace(step, stage=event.payload["next"], looks={}, over=step.said)


def _may_drop(step: Planned, _person_id: str) -> None:
    allow(step.is_open, "step_done")


def _drop(step: Planned, _event: Happening) -> Planned:
    return replace(step, stage="dropped", looks={}, over=step.said)


MACHINE: Machine[Planned] = Machine(
    "our_plan",
    {
        "planned": Opening(
            {
                "what": Text(120),
                "at": Moment(ahead=AHEAD),
                "exercise": Reference(may_be_empty=True, may_be_missing=True),
            },
            _plan,
        ),
        "joined": Reply("step", _join, may=_may_join),
        "moved": Reply("step", _move, {"at": Moment(ahead=AHEAD)}, may=_may_move),
        "looked_back": Reply(
            "step",
            _look_back,
            {"went": Choice(("done", "not_done")), "felt": Choice(("good", "mixed", "hard"))},
            may=_may_look_back,
            hides=hide("went", "felt", until=lambda step, _event: len(step.looks) == 2),
            passes=True,
        ),
        "gone_on": Reply("step", _go_on, {"next": Choice(tuple(sorted(OVER)))}, may=_may_go_on),
        "dropped": Reply("step", _drop, may=_may_drop, way="back"),
    },
)
