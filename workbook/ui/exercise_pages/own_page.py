"""Exercises that begin alone: a page in one's own drawer first, and only then what one chooses to tell.

What is written there is a draft that is never sent: it lies in the one cell that looks the same with drafts
and without any, is given to its person alone, and goes into no file that is taken along.
"""

from typing import ClassVar, TypeVar

from workbook.exercises.machine import Thing
from workbook.service.couple.drafts import OWN_PAGE
from workbook.shapes import Shape
from workbook.ui.blocks import note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.activity import Activity, Scene
from workbook.ui.exercise_pages.form import MoveForm

T = TypeVar("T", bound=Thing)
ALONE, TELL = "alone", "tell"  # in place of a thing's id


class WithOwnPage(Activity[T]):
    """``own`` is what one may write for oneself."""

    own: ClassVar[Shape]

    def begin(self) -> Scene:
        buttons = [
            Button(self.say("alone.open"), lambda: self.turn(ALONE), "primary"),
            Button(self.say("tell.open"), lambda: self.turn(TELL)),
        ]
        return Scene("begin", [note(self.say("alone.first"))], buttons=buttons)

    def scene(self, thing_id: str) -> Scene | None:
        if thing_id == ALONE:
            return self._alone()
        return super().begin() if thing_id == TELL else super().scene(thing_id)

    def _alone(self) -> Scene:
        form = MoveForm(f"exercises.{self.of}.{ALONE}", self.own, {})
        told = [paragraph(self.say("alone.lead")), note(self.say("alone.stays"))]
        onward = Button(self.say("tell.open"), lambda: self.turn(TELL))
        return Scene(ALONE, told, form.widgets, [onward], {f"{self.of}{OWN_PAGE}": form})
