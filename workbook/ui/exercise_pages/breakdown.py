"""After a breakdown: first alone, in one's own drawer; then what one chooses to say of the need."""

from collections.abc import Mapping
from typing import Any, ClassVar

from workbook.exercises.agreement import MACHINE as AGREEMENT
from workbook.exercises.breakdown import Breakdown
from workbook.shapes import Shape, Text
from workbook.ui.blocks import Block, callout, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.activity import Activity, Scene
from workbook.ui.exercise_pages.form import MoveForm
from workbook.ui.exercise_pages.request import ABOUT, RequestPage

ALONE, TELL = "alone", "tell"  # in place of a thing's id: what is written for oneself, and what is told
_FOR_ONESELF: Shape = {name: Text(500, may_be_empty=True) for name in ("facts", "feeling", "need", "part")}


class BreakdownPage(Activity[Breakdown]):
    """Breakdowns of both, the newest first. What is written alone stays a draft, and is never sent."""

    of: ClassVar[str] = "breakdown"
    apart: ClassVar[frozenset[str]] = frozenset({"other_day"})

    def title(self, thing: Breakdown) -> str:
        return self.need_title(thing.need, thing.by)

    def begin(self) -> Scene:
        buttons = [
            Button(self.say("alone.open"), lambda: self.turn(ALONE), "primary"),
            Button(self.say("tell.open"), lambda: self.turn(TELL), "secondary"),
        ]
        return Scene("begin", self._harm(), buttons=buttons)

    def scene(self, thing_id: str) -> Scene | None:
        if thing_id == ALONE:
            return self._alone()
        return super().begin() if thing_id == TELL else super().scene(thing_id)

    def _alone(self) -> Scene:
        form = MoveForm(f"exercises.{self.of}.{ALONE}", _FOR_ONESELF, {})
        told = [*self._harm(), paragraph(self.say("alone.lead")), note(self.say("alone.stays"))]
        onward = Button(self.say("tell.open"), lambda: self.turn(TELL), "primary")
        return Scene(ALONE, told, form.widgets, [onward], {f"{self.of}.{ALONE}:": form})

    def _harm(self) -> list[Block]:
        return [callout(self.say("harm.title"), [paragraph(self.say("harm.text"))], tone="care")]

    def after(self, move: str, thing: Breakdown, given: Mapping[str, Any]) -> None:
        match given.get("way"):
            case "request":
                self.turn(f"{ABOUT}{thing.need}", RequestPage.of)
            case "agreement":
                self.turn("", AGREEMENT.id)
            case _:
                super().after(move, thing, given)
