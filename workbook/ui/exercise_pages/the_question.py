"""The question: kept over time, side by side; the newest review leads to a step both choose."""

from typing import ClassVar

from workbook.content.formats import day_in_words
from workbook.exercises.the_question import Review, newest
from workbook.ui.blocks import Block, paragraph
from workbook.ui.exercise_pages.activity import APART, Activity, Scene


class TheQuestion(Activity[Review]):
    """Reviews, the newest first. An answer stays hidden until both have written."""

    of: ClassVar[str] = "the_question"

    def title(self, thing: Review) -> str:
        return day_in_words(thing.day) if thing.day else ""

    def beside(self, thing: Review) -> str:
        return self.stage(thing)

    def standing(self, thing: Review) -> list[Block]:
        return [] if thing.is_written else [paragraph(self.say("not_both"))]

    @property
    def _newest(self) -> Review | None:
        return newest(dict(self.things))

    def begin(self) -> Scene:
        current = self._newest
        written = current.answers.get(self.me, "") if current and not current.is_written else ""
        return self._writing("begin", [], written)

    def scene(self, thing_id: str) -> Scene | None:
        one = self.things.get(thing_id)
        if one is None:
            return None
        if not one.is_written and one.waits_for(self.me):
            return self._writing(f"{one.id} mine", self.standing(one))
        if one.is_written and one.stage != "chosen" and one == self._newest:
            return self._choosing(one)
        return super().scene(thing_id)

    def _writing(self, key: str, blocks: list[Block], written: str = "") -> Scene:
        form = self.form("answered")
        form.fill("text", written)

        def write() -> None:
            if (given := form.read()) is not None:
                self.act("answered", given)
                current = self._newest
                self.turn(APART if current is None or not current.is_written else current.id)

        forms = {self.place("answered"): form}
        return Scene(key, blocks, form.widgets, [self.button("answered", write)], forms)

    def _choosing(self, one: Review) -> Scene:
        form = self.form("step_chosen")

        def choose() -> None:
            if (given := form.read()) is not None:
                self.act("step_chosen", given)
                self.turn(one.id)

        agree = (
            [self.button("step_agreed", self._sender("step_agreed", one))] if one.waits_for(self.me) else []
        )
        buttons = [*agree, self.button("step_chosen", choose)]
        key = f"{one.id} {one.stage} {one.step_by} {one.step}"
        return Scene(key, self.told(one), form.widgets, buttons, {self.place("step_chosen"): form})
