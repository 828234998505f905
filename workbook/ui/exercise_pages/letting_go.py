"""Letting go: sorted alone first, since what hurts or frightens is not for letting go."""

from typing import ClassVar

from workbook.exercises.letting_go import Habit
from workbook.shapes import Shape, Text
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.needs_talk import NeedsTalk
from workbook.ui.exercise_pages.own_page import WithOwnPage


class LettingGo(WithOwnPage[Habit]):
    """Habits of both, for a week each. Swallowed is a need: from there a needs talk can be begun."""

    of = "letting_go"
    own: ClassVar[Shape] = {
        name: Text(400, may_be_empty=True) for name in ("small_and_mine", "hurts_or_frightens")
    }

    def onward(self, thing: Habit) -> list[Button]:
        if thing.how != "swallowed" or thing.by != self.me:
            return []
        return [Button(self.say("onward.needs_talk"), lambda: self.turn("", NeedsTalk.of), "primary")]
