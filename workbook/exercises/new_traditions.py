"""New traditions, learning and people: the smallest version of something, looked back on after three times.

A custom lives as long as neither lets it go. To let it rest takes one of the two, to change it takes both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Rhythm, Told
from workbook.exercises.turns import Exchange, either, other, to, told
from workbook.shapes import Choice, Day, Text

BEFORE_LOOKING_BACK = 3  # times
KINDS = ("custom", "learning", "people")
RHYTHMS = ("day", "week", "month", "season", "year")
RHYTHMS_OF_A_CALENDAR: Mapping[str, Rhythm] = {"week": "weekly", "month": "monthly"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom(Exchange):
    """One custom. ``times`` is how often it took place since it was agreed or kept: told to nobody."""

    ENDS = frozenset({"declined", "let_go"})
    DATED = frozenset({"running"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"proposed"})

    what: str
    sort: str
    rhythm: str
    skipped_when: str = ""
    times: int = 0

    @property
    def title(self) -> str:
        return self.what

    @property
    def repeats(self) -> Rhythm:
        return RHYTHMS_OF_A_CALENDAR.get(self.rhythm, "")

    def waits_for(self, person_id: str) -> bool:
        return self.stage == "looking_back" or super(Custom, self).waits_for(person_id)

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.proposed", self.what, self.by, self.day),
            Told(f"told.{self.rhythm}"),
            *told("told.skipped_when", self.skipped_when, self.by),
        ]


def _propose(_customs: dict[str, Custom], event: Happening) -> Custom:
    given = event.payload
    return Custom(
        id=event.operation_id, by=event.person_id, stage="proposed", day=date.fromisoformat(given["day"]),
        what=given["what"], sort=given["sort"], rhythm=given["rhythm"], skipped_when=given["skipped_when"],
    )  # fmt: skip


def _answer(custom: Custom, event: Happening) -> Custom:
    return replace(custom, stage="running" if event.payload["answer"] == "yes" else "declined")


def _take_place(custom: Custom, _event: Happening) -> Custom:
    times = custom.times + 1
    return replace(custom, times=times, stage="looking_back" if times >= BEFORE_LOOKING_BACK else "running")


def _look_back(custom: Custom, event: Happening) -> Custom:
    given = event.payload
    if given["from_now"] == "change":
        return replace(custom, by=event.person_id, what=given["changed"], stage="proposed", times=0)
    return replace(custom, stage="running" if given["from_now"] == "keep" else "let_go", times=0)


MACHINE: Machine[Custom] = Machine(
    "new_traditions",
    {
        "proposed": Opening(
            {
                "sort": Choice(KINDS),
                "what": Text(200),
                "rhythm": Choice(RHYTHMS),
                "day": Day(ahead=370),
                "skipped_when": Text(200, may_be_empty=True),
            },
            _propose,
        ),
        "answered": Reply("custom", _answer, {"answer": Choice(("yes", "no"))}, may=other("proposed")),
        "took_place": Reply("custom", _take_place, may=either("running")),
        "looked_back": Reply(
            "custom",
            _look_back,
            {
                "from_now": Choice(("keep", "change", "let_go")),
                "changed": Text(200, needed_with=("from_now", "change")),
            },
            may=either("looking_back"),
        ),
        "let_go": Reply("custom", to("let_go"), may=either("proposed", "running"), way="back"),
    },
)
