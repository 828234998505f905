"""The question: "What is our relationship asking for?", at every review, kept over time.

Each writes in their own words. A review's answers stand side by side once both have
written; what was written earlier stays, so that a couple can see how the answer moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, refusal
from workbook.exercises.shapes import Day, Shape, Text


@dataclass(frozen=True, slots=True)
class Review:
    """One review: what each person wrote, by person id, and the step they chose together."""

    number: int
    day: date
    answers: Mapping[str, str] = field(default_factory=dict)
    step: str = ""

    @property
    def is_complete(self) -> bool:
        return len(self.answers) >= 2


Reviews = tuple[Review, ...]


class QuestionMachine(Machine[Reviews]):
    """State: reviews, oldest first; the last one may still wait for an answer."""

    id: ClassVar[str] = "the_question"
    stem: ClassVar[str] = "question"
    shapes: ClassVar[Mapping[str, Shape]] = {
        "question.answered": {"text": Text(600), "day": Day()},
        "question.step_chosen": {"text": Text(300)},
    }

    def begin(self) -> Reviews:
        return ()

    def step(self, state: Reviews, event: Happening) -> Reviews:
        current = state[-1] if state else None
        if event.kind == "question.step_chosen":
            if current is None or not current.is_complete:
                raise refusal("question_not_both")
            return (*state[:-1], replace(current, step=event.payload["text"]))
        text, day = event.payload["text"], date.fromisoformat(event.payload["day"])
        if current is None or (current.is_complete and current.day != day):
            current = Review(len(state) + 1, day)
            state = (*state, current)
        answers = MappingProxyType({**current.answers, event.person_id: text})
        return (*state[:-1], replace(current, answers=answers))
