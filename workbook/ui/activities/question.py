"""The question: what is our relationship asking for? Kept over time, side by side."""

from typing import ClassVar

from workbook.exercises.question import Review, Reviews
from workbook.ui.activities.base import Activity, Line, Scene, day_in_words, is_filled, today
from workbook.ui.blocks import Block, note, paragraph, quote


class Question(Activity[Reviews]):
    """Reviews, the newest first. An answer stays hidden until both have written."""

    machine_id: ClassVar[str] = "question"

    def lines(self) -> list[Line]:
        return [
            Line(
                str(one.number),
                day_in_words(one.day),
                self._state(one),
                not one.is_complete and self.me not in one.answers,
                bool(one.step),
            )
            for one in reversed(self.state)
        ]

    def _state(self, one: Review) -> str:
        return self.say(
            "state.both" if one.is_complete else "state.mine" if self.me in one.answers else "state.open"
        )

    def begin(self) -> Scene:
        text = self.text("answer", most=600)
        current = self.state[-1] if self.state else None
        if current is not None and not current.is_complete and self.me in current.answers:
            text.value = current.answers[self.me]

        def write() -> None:
            if is_filled(text):
                self.act("answered", text=text.typed(), day=today())

        return Scene("begin", [], [text], [self.button("write", write)])

    def scene(self, thing: str) -> Scene | None:
        one = next((review for review in self.state if str(review.number) == thing), None)
        if one is None:
            return None
        if not one.is_complete:
            own = [quote(one.answers[self.me])] if self.me in one.answers else []
            return Scene(f"{thing} open", [*own, paragraph(self.say("not_both"))])
        blocks: list[Block] = []
        for person_id, words in one.answers.items():
            blocks += [note([{"text": self.name(person_id), "partner": self.place(person_id)}]), quote(words)]
        if one.step or one is not self.state[-1]:
            return Scene(
                f"{thing} done",
                [*blocks, *([note(self.say("step.was")), quote(one.step)] if one.step else [])],
            )
        step = self.text("step", most=300)

        def choose() -> None:
            if is_filled(step):
                self.act("step_chosen", then=thing, text=step.typed())

        return Scene(f"{thing} both", blocks, [step], [self.button("step", choose)])
