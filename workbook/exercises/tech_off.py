"""Tech-off time: each names what pulls oneself first; then one time and one place without screens.

Nothing here is about the other's phone: what somebody may look at stays their own affair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.exercises.turns import either, to, told
from workbook.shapes import Choice, Day, Text

DAYS_OF_TRIAL = 14
AGREED = ("running", "looking_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Time(Thing):
    """A time without screens. ``pulls`` is what each says of oneself; ``by`` who proposed last."""

    ENDS = frozenset({"let_go"})
    DATED = frozenset({"running"})

    pulls: Mapping[str, str]
    when: str = ""
    rest: str = ""
    exceptions: str = ""
    noticed: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.when or self.pulls.get(self.by, "")

    def waits_for(self, person_id: str) -> bool:
        if self.stage == "begun":
            return person_id not in self.pulls
        if self.stage == "running":
            return person_id not in self.noticed
        return self.stage == "both_named" or (self.stage == "proposed" and person_id != self.by)

    def told(self, reader: str) -> Sequence[Told]:
        return [
            *(Told("told.pull", words, person_id) for person_id, words in self.pulls.items() if words),
            *([Told("told.when", self.when, self.by, self.day)] if self.when else []),
            *told("told.rest", self.rest),
            *told("told.exceptions", self.exceptions),
            *(Told("told.noticed", words, person_id) for person_id, words in self.noticed.items() if words),
        ]


def _begin(_times: dict[str, Time], event: Happening) -> Time:
    pulls = {event.person_id: event.payload["pull"]}
    return Time(id=event.operation_id, by=event.person_id, stage="begun", pulls=pulls)


def _may_join(time: Time, person_id: str) -> None:
    allow(time.stage == "begun", "step_done")
    allow(person_id not in time.pulls, "partners_turn")


def _join(time: Time, event: Happening) -> Time:
    pulls = {**time.pulls, event.person_id: event.payload["pull"]}
    return replace(time, pulls=pulls, stage="both_named")


def _propose(time: Time, event: Happening) -> Time:
    given = event.payload
    return replace(
        time, by=event.person_id, stage="proposed", when=given["when"], rest=given["rest"],
        exceptions=given["exceptions"], day=date.fromisoformat(given["day"]), noticed={},
    )  # fmt: skip


def _may_answer(time: Time, person_id: str) -> None:
    allow(time.stage == "proposed", "step_done")
    allow(time.by != person_id, "partners_turn")


def _answer(time: Time, event: Happening) -> Time:
    # What was not wanted goes from the table: both look for another time, and it is not said who did not.
    if event.payload["answer"] == "yes":
        return replace(time, stage="running")
    return replace(time, stage="both_named", when="", rest="", exceptions="", day=None)


def _may_notice(time: Time, person_id: str) -> None:
    allow(time.stage == "running" and person_id not in time.noticed, "step_done")


def _notice(time: Time, event: Happening) -> Time:
    noticed = {**time.noticed, event.person_id: event.payload["noticed"]}
    return replace(time, noticed=noticed, stage="looking_back" if len(noticed) == 2 else "running")


MACHINE: Machine[Time] = Machine(
    "tech_off",
    {
        "begun": Opening({"pull": Text(200)}, _begin),
        "joined": Reply("time", _join, {"pull": Text(200)}, may=_may_join),
        "proposed": Reply(
            "time",
            _propose,
            {
                "when": Text(120),
                "rest": Text(120),
                "exceptions": Text(200, may_be_empty=True),
                "day": Day(ahead=DAYS_OF_TRIAL),
            },
            may=either("both_named", "looking_back"),
        ),
        "answered": Reply("time", _answer, {"answer": Choice(("yes", "another"))}, may=_may_answer),
        "noticed": Reply("time", _notice, {"noticed": Text(300)}, may=_may_notice),
        "kept_on": Reply(
            "time", lambda time, _: replace(time, stage="running", noticed={}), may=either("looking_back")
        ),
        "let_go": Reply("time", to("let_go"), may=either("both_named", "proposed", *AGREED), way="back"),
    },
)
