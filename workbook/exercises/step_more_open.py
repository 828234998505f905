"""A step more open: each picks a step for oneself alone, and both share only where both are ready today.

The step somebody picked is given to nobody, and neither is who said "not today". The two steepest steps open
once two small ones went well by one's own account; after a time that did not, one begins small again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow, hide
from workbook.exercises.turns import either, to
from workbook.shapes import Choice, Rating, Text

STEPS, STEEP, SMALL, SMALLEST = 8, 7, 4, 2
"""How many steps there are, the first steep one, the last small one, and the last after a bad time."""
WELL_ENOUGH = 2  # small steps that went well


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Thing):
    """One time. ``by`` is whoever asked first; everything else is by person id."""

    ENDS = frozenset({"another_day", "shared", "enough"})
    DONE = frozenset({"shared"})

    today: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, int | None] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    touched: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    felt: Mapping[str, str] = field(default_factory=dict)

    @property
    def are_ready(self) -> bool:
        """Whether both said that today is a day for it."""
        return list(self.today.values()) == ["ready", "ready"]

    def waits_for(self, person_id: str) -> bool:
        if self.stage == "asked":
            return person_id not in self.today
        return self.stage == "ready" and (person_id not in self.words or self.may_receive(person_id))

    def may_receive(self, person_id: str) -> bool:
        """Return whether the other has shared something that this person has not answered yet."""
        return person_id not in self.touched and any(one != person_id for one in self.words)

    def told(self, reader: str) -> Sequence[Told]:
        shared = [Told("told.shared", words, one) for one, words in self.words.items() if words]
        touched = [Told("told.touched", words, one) for one, words in self.touched.items() if words]
        more = [Told(f"told.{more}", by=one) for one, more in self.more.items() if more]
        return [*shared, *touched, *more]


def _say_today(times: dict[str, Opened], event: Happening) -> Opened:
    given, by = event.payload, event.person_id
    current = next((one for one in times.values() if one.stage == "asked" and by not in one.today), None)
    allow(
        current is not None or not any(one.stage in ("asked", "ready") for one in times.values()), "step_done"
    )
    if given["today"] == "ready" and given["step"] is not None:  # without one it is something small
        _allow_step(times.values(), by, given["step"])
    made = current or Opened(id=event.operation_id, by=by, stage="asked")
    today = {**made.today, by: given["today"]}
    said = replace(made, today=today, steps={**made.steps, by: given["step"]})
    stage = made.stage if len(today) < 2 else "ready" if said.are_ready else "another_day"
    return replace(said, stage=stage)


def _allow_step(times: Iterable[Opened], by: str, step: int) -> None:
    past = [(one.steps.get(by), one.felt[by]) for one in times if by in one.felt]
    went_badly = bool(past) and past[-1][1] == "badly"
    well = [taken for taken, felt in past if felt == "well" and taken is not None and taken <= SMALL]
    allow(not went_badly or step <= SMALLEST, "open_small_again")
    allow(step < STEEP or len(well) >= WELL_ENOUGH, "open_not_yet")


def _hidden(time: Opened, _event: Happening) -> Sequence[str]:
    return ("step",) if time.are_ready else ("today", "step")


def _may_share(time: Opened, person_id: str) -> None:
    allow(time.stage == "ready" and person_id not in time.words, "step_done")


def _share(time: Opened, event: Happening) -> Opened:
    return _on(replace(time, words={**time.words, event.person_id: event.payload["words"]}))


def _may_receive(time: Opened, person_id: str) -> None:
    allow(time.stage == "ready" and time.may_receive(person_id), "step_done")


def _receive(time: Opened, event: Happening) -> Opened:
    given, by = event.payload, event.person_id
    touched, more = {**time.touched, by: given["touched"]}, {**time.more, by: given["more"]}
    return _on(replace(time, touched=touched, more=more))


def _on(time: Opened) -> Opened:
    return replace(time, stage="shared" if len(time.words) == len(time.touched) == 2 else time.stage)


def _may_feel(time: Opened, person_id: str) -> None:
    allow(time.stage in ("ready", "shared", "enough") and person_id in time.words, "step_done")


MACHINE: Machine[Opened] = Machine(
    "step_more_open",
    {
        "said_today": Opening(
            {"today": Choice(("ready", "not_today")), "step": Rating(1, STEPS, may_be_empty=True)},
            _say_today,
            hides=_hidden,
        ),
        "shared": Reply("time", _share, {"words": Text(600)}, may=_may_share),
        "received": Reply(
            "time",
            _receive,
            {"touched": Text(300), "more": Choice(("ask_more", "enough"))},
            may=_may_receive,
        ),
        "felt": Reply(
            "time",
            lambda time, event: replace(time, felt={**time.felt, event.person_id: event.payload["felt"]}),
            {"felt": Choice(("well", "so_so", "badly"))},
            may=_may_feel,
            hides=hide("felt", until=lambda _time, _event: False),
        ),
        "enough": Reply("time", to("enough"), may=either("asked", "ready"), way="back"),
    },
)
