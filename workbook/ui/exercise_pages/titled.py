"""Exercises in whose list a thing stands under what was chosen for it, by the words of that choice."""

from typing import ClassVar, TypeVar

from workbook.exercises.machine import Thing
from workbook.ui.exercise_pages.activity import Activity

T = TypeVar("T", bound=Thing)


class Titled(Activity[T]):
    """``chosen`` is the key of the options, under the exercise's words."""

    chosen: ClassVar[str]

    def title(self, thing: T) -> str:
        return self.say(f"{self.chosen}.{thing.title}")
