"""Exercises in whose list a thing stands under what was chosen for it, by the words of that choice."""

from typing import ClassVar, TypeVar

from workbook.content.exercise import exercises
from workbook.exercises.machine import Thing
from workbook.ui.exercise_pages.activity import Activity

T = TypeVar("T", bound=Thing)


class Titled(Activity[T]):
    """``chosen`` is the key of the options, under the exercise's words."""

    chosen: ClassVar[str]

    def title(self, thing: T) -> str:
        return self.say(f"{self.chosen}.{thing.title}")


class HowWeMet(Titled[Thing]):
    """Stories, by what they tell."""

    of = "how_we_met"
    chosen = "written.about"


class WhatWeExpect(Titled[Thing]):
    """Expectations, by their topic."""

    of = "what_we_expect"
    chosen = "written.topic"


class CuriosityUpdate(Titled[Thing]):
    """Updates, by the topic that was opened first."""

    of = "curiosity_update"
    chosen = "opened.topic"


class LittleTime(Activity[Thing]):
    """Ten minutes, by the exercise whose short form they are."""

    of = "little_time"

    def title(self, thing: Thing) -> str:
        return exercises()[thing.title].title


class StepMoreOpen(Activity[Thing]):
    """Times of both; what was said stands on their pages alone."""

    of = "step_more_open"

    def title(self, thing: Thing) -> str:
        return self.say("one")
