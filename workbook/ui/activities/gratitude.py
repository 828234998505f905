"""Gratitude log: one line a day, shown to the partner, who may say that it landed."""

from typing import ClassVar

from workbook.exercises.gratitude import Lines
from workbook.ui.activities.base import KEPT, Activity, Line, Scene, day_in_words, is_filled, today
from workbook.ui.blocks import note, quote
from workbook.ui.components import TextField


class Gratitude(Activity[Lines]):
    """Lines of both, the newest first."""

    exercise_id: ClassVar[str] = "gratitude_log"

    def lines(self) -> list[Line]:
        found = []
        for line in reversed(list(self.state.values())):
            is_new = line.by != self.me and not line.landed
            key = "landed" if line.landed else "new" if is_new else "waits"
            words = self.say(f"state.{key}")
            found.append(
                Line(
                    line.id,
                    line.text,
                    f"{self.name(line.by)}, {day_in_words(line.day)}. {words}",
                    is_new,
                    line.landed,
                )
            )
        return found

    def begin(self) -> Scene:
        text = self.text("line", most=280)
        return Scene("begin", [], [text], [self.button("write", lambda: self._write(text))])

    def _write(self, text: TextField) -> None:
        if is_filled(text):
            self.act("written", then=KEPT, text=text.typed(), day=today())

    def scene(self, thing: str) -> Scene | None:
        line = self.state.get(thing)
        if line is None:
            return None
        blocks = [quote(line.text), note(f"{self.name(line.by)}, {day_in_words(line.day)}")]
        if line.by == self.me:
            buttons = [self.button("remove", lambda: self.act("removed", line=line.id), "danger")]
        else:
            buttons = [] if line.landed else [self.button("landed", lambda: self.act("landed", line=line.id))]
        return Scene(f"{thing} {line.landed}", blocks, [], buttons)
