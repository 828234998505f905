"""Little time: the ten-minute form of one exercise, at a time of day both can have.

Ten minutes that come to nothing leave the list like that, and nobody is asked why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, either, other, to
from workbook.shapes import Choice, Day

FORMS = (
    "twenty_minutes", "good_news", "gratitude_log", "question_jar", "here_for_you", "fun_list", "weekly_talk",
)  # fmt: skip
WHEN = ("morning", "nap", "after_bedtime", "between_shifts", "by_call")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ten(Exchange):
    """Ten minutes that one offers. ``form`` is the exercise whose short form it is."""

    ENDS = frozenset({"had"})
    DONE = frozenset({"had"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"offered"})

    form: str
    when: str

    @property
    def title(self) -> str:
        """The exercise's id: its title is known to the page."""
        return self.form

    def told(self, reader: str) -> Sequence[Told]:
        return [Told("told.offered", by=self.by, day=self.day), Told(f"offered.when.{self.when}")]


def _offer(_all: dict[str, Ten], event: Happening) -> Ten:
    given = event.payload
    return Ten(
        id=event.operation_id, by=event.person_id, stage="offered", form=given["form"], when=given["when"],
        day=date.fromisoformat(given["day"]),
    )  # fmt: skip


def _answer(ten: Ten, event: Happening) -> Ten:
    given = event.payload
    if given["answer"] == "yes":
        return replace(ten, stage="agreed")
    return replace(
        ten, by=event.person_id, stage="offered", when=given["when"] or ten.when,
        day=date.fromisoformat(given["day"]) if given["day"] else ten.day,
    )  # fmt: skip


MACHINE: Machine[Ten] = Machine(
    "little_time",
    {
        "offered": Opening({"form": Choice(FORMS), "when": Choice(WHEN), "day": Day(ahead=14)}, _offer),
        "answered": Reply(
            "ten",
            _answer,
            {
                "answer": Choice(("yes", "another")),
                "when": Choice(WHEN, may_be_empty=True),
                "day": Day(ahead=14, may_be_empty=True),
            },
            may=other("offered"),
        ),
        "had": Reply("ten", to("had"), may=either("agreed")),
        "let_go": Reply("ten", lambda _ten, _event: None, may=either("offered", "agreed"), way="back"),
    },
)
