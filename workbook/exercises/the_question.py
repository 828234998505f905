"""The question: "What is our relationship asking for?", at every review, kept over time.

Each writes in their own words. A review's answers stand side by side once both have
written, and until then the service keeps the one from the other; what was written earlier stays, so
that a couple can see how the answer moves. A step is theirs once the other one has said yes to it too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow, hide, refusal
from workbook.shapes import Day, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Thing):
    """One review: what each person wrote, by person id, and the step they chose together.

    Its id is its number, from 1. ``by`` is who wrote first. ``last`` names the event with each person's
    last wording: what they wrote before it and thought better of is nobody else's to read.
    """

    ENDS = frozenset({"both", "chosen"})
    DONE = frozenset({"chosen"})

    answers: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    step: str = ""
    step_by: str = ""

    @property
    def is_written(self) -> bool:
        """Whether both have written."""
        return self.stage != "open"

    def waits_for(self, person_id: str) -> bool:
        if self.stage == "proposed":
            return person_id != self.step_by
        return self.is_open and person_id not in self.answers

    def shows(self, event: Happening) -> bool:
        """Return whether an answer stands where both can read it."""
        return self.is_written and self.last.get(event.person_id) == event.operation_id

    def told(self, reader: str) -> Sequence[Told]:
        if not self.is_written:  # the other's stays hidden until both have written
            own = self.answers.get(reader)
            return (Told(text=own),) if own is not None else ()
        told = [Told(text=words, by=person_id) for person_id, words in self.answers.items()]
        key = "told.step" if self.stage == "chosen" else "told.step_proposed"
        return [*told, Told(key, self.step, self.step_by)] if self.step else told


def newest(reviews: dict[str, Review]) -> Review | None:
    """Return the last review begun, which may still wait for an answer."""
    return next(reversed(reviews.values()), None)


def _answer(reviews: dict[str, Review], event: Happening) -> Review:
    text, day = event.payload["text"], date.fromisoformat(event.payload["day"])
    current = newest(reviews)
    if current is None or (current.is_written and current.day != day):
        current = Review(id=str(len(reviews) + 1), by=event.person_id, stage="open", day=day)
    answers = MappingProxyType({**current.answers, event.person_id: text})
    last = MappingProxyType({**current.last, event.person_id: event.operation_id})
    stage = "both" if not current.is_written and len(answers) == 2 else current.stage
    return replace(current, answers=answers, last=last, stage=stage)


def _choose(reviews: dict[str, Review], event: Happening) -> Review:
    current = newest(reviews)
    if current is None or not current.is_written:
        raise refusal("question_not_both")
    return replace(current, step=event.payload["text"], step_by=event.person_id, stage="proposed")


def _may_agree(review: Review, person_id: str) -> None:
    allow(review.stage == "proposed", "step_done")
    allow(review.step_by != person_id, "partners_turn")


MACHINE: Machine[Review] = Machine(
    "the_question",
    {
        "answered": Opening(
            {"text": Text(600), "day": Day()}, _answer, hides=hide("text", until=Review.shows)
        ),
        "step_chosen": Opening({"text": Text(300)}, _choose),
        "step_agreed": Reply("review", lambda one, _: replace(one, stage="chosen"), may=_may_agree),
    },
    kept_as="question",
)
