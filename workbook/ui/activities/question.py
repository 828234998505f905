"""The question: what is our relationship asking for? Kept over time, side by side."""

from typing import ClassVar

from workbook.exercises.question import Review, Reviews
from workbook.ui.activities.base import KEPT, Activity, Line, Scene, day_in_words, is_filled, today
from workbook.ui.blocks import Block, note, paragraph, quote


class Question(Activity[Reviews]):
    """Reviews, the newest first. An answer stays hidden until both have written."""

    exercise_id: ClassVar[str] = "the_question"

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
        current = self.state[-1] if self.state else None
        is_mine = current is not None and not current.is_complete and self.me in current.answers
        return self._writing("begin", [], current.answers[self.me] if current and is_mine else "")

    def _writing(self, key: str, blocks: list[Block], written: str = "") -> Scene:
        text = self.text("answer", most=600)
        text.value = written

        def write() -> None:
            if is_filled(text):
                self.session.act(self.machine.kind("answered"), {"text": text.typed(), "day": today()})
                newest = self.state[-1]
                self.turn(str(newest.number) if newest.is_complete else KEPT)

        return Scene(key, blocks, [text], [self.button("write", write)])

    def scene(self, thing: str) -> Scene | None:
        reviews = self.state
        one = next((review for review in reviews if str(review.number) == thing), None)
        if one is None:
            return None
        if not one.is_complete:
            waiting = [paragraph(self.say("not_both"))]
            if self.me not in one.answers:
                return self._writing(f"{thing} mine", waiting)
            return Scene(f"{thing} open", [quote(one.answers[self.me]), *waiting])
        return self._complete(one, is_newest=one is reviews[-1])

    def _complete(self, one: Review, *, is_newest: bool) -> Scene:
        thing, blocks = str(one.number), self._answers(one)
        if one.step or not is_newest:
            chosen = [note(self.say("step.was")), quote(one.step)] if one.step else []
            return Scene(f"{thing} done", [*blocks, *chosen])
        step = self.text("step", most=300)

        def choose() -> None:
            if is_filled(step):
                self.act("step_chosen", then=thing, text=step.typed())

        return Scene(f"{thing} both", blocks, [step], [self.button("step", choose)])

    def _answers(self, one: Review) -> list[Block]:
        blocks: list[Block] = []
        for person_id, words in one.answers.items():
            blocks += [note([{"text": self.name(person_id), "partner": self.place(person_id)}]), quote(words)]
        return blocks
