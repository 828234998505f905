"""Our plan: a step with its moment by the reader's own clock, and what comes after it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from workbook.content.exercise import exercises
from workbook.content.formats import moment_in_words
from workbook.exercises.our_plan import Planned
from workbook.session.own_day import TYPED, own_clock
from workbook.ui.blocks import Block, note
from workbook.ui.exercise_pages.activity import Activity, Scene
from workbook.ui.exercise_pages.form import MoveForm

STEP = "plan:"  # before the id of an exercise, in place of a thing's id: a day for that exercise


class OurPlan(Activity[Planned]):
    """Steps of both, the newest first."""

    of: ClassVar[str] = "our_plan"
    apart: ClassVar[frozenset[str]] = frozenset({"moved"})

    def scene(self, thing_id: str) -> Scene | None:
        exercise = thing_id.removeprefix(STEP)
        if exercise == thing_id:
            return super().scene(thing_id)
        if exercise not in exercises():
            return None
        form = self.form("planned")
        form.fill("what", exercises()[exercise].title)
        form.know("exercise", exercise)
        return replace(self.opening("planned", form), key=f"begin {thing_id}")

    def form(self, move: str, thing: Planned | None = None) -> MoveForm:
        form = super().form(move, thing)
        if move == "moved" and thing:
            form.fill("at", own_clock(thing.at).strftime(TYPED))
        return form

    def beside(self, thing: Planned) -> str:
        when = self.say("list.when", when=moment_in_words(own_clock(thing.at))) if thing.is_open else ""
        return " ".join(filter(None, [when, self.stage(thing)]))

    def told(self, thing: Planned) -> list[Block]:
        when = note(self.say("list.when", when=moment_in_words(own_clock(thing.at))))
        return [*super().told(thing), *([when] if thing.is_open else [])]

    def replies(self, thing: Planned) -> list[str]:
        found = super().replies(thing)
        if thing.stage == "planned" and not thing.is_past(datetime.now(UTC)):
            return [move for move in found if move not in ("looked_back", "gone_on")]
        if "looked_back" in found:  # first each says how it was
            return [move for move in found if move != "gone_on"]
        return found

    def stage(self, thing: Planned) -> str:
        is_set = thing.stage == "planned" and not thing.looks and not self.session.is_parted
        if not is_set:
            return super().stage(thing)
        return self.say("stage.past" if thing.is_past(datetime.now(UTC)) else "stage.planned")

    def after(self, move: str, thing: Planned, given: Mapping[str, Any]) -> None:
        if given.get("next") == "again" and thing.exercise:
            self.turn(f"{STEP}{thing.exercise}")
        elif given.get("next") == "smaller" and thing.exercise:
            self.turn("", thing.exercise)
        elif given.get("next") in ("again", "other", "smaller"):
            self.turn("")
        else:
            super().after(move, thing, given)
