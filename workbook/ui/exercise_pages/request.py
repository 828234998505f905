"""A request: whoever answers reads first that a no costs nothing, and of touch what goes with it."""

from dataclasses import replace
from typing import ClassVar

from workbook.content.document import documents
from workbook.exercises.request import Request
from workbook.ui.blocks import Block, details, note, paragraph
from workbook.ui.exercise_pages.activity import Activity, Scene

ABOUT = "about:"  # before the id of a need, in place of a thing's id: a new request about that need


class RequestPage(Activity[Request]):
    """Requests of both, the newest first."""

    of: ClassVar[str] = "request"

    def scene(self, thing_id: str) -> Scene | None:
        need = thing_id.removeprefix(ABOUT)
        if need == thing_id:
            return super().scene(thing_id)
        if self.machine.moves["sent"].shape["need"].problem_of("need", need) is not None:
            return None
        form = self.form("sent")
        form.know("need", need)
        scene = self.opening("sent", form)
        told = paragraph(self.say("about", need=self.need_title(need, self.me)))
        return replace(scene, key=f"begin {thing_id}", blocks=[told, *scene.blocks])

    def beside(self, thing: Request) -> str:
        who = "proposed" if thing.n_rounds else "asked"
        return f"{self.say(f'list.{who}', name=self.name(thing.title_by))} {self.stage(thing)}"

    def told(self, thing: Request) -> list[Block]:
        about = [note(self.say("about", need=self.need_title(thing.need, thing.by)))] if thing.need else []
        return [*about, *super().told(thing)]

    def replies(self, thing: Request) -> list[str]:
        found = super().replies(thing)
        return [move for move in found if move == "answered"] or found  # a counter-proposal is answered first

    def about(self, move: str, thing: Request) -> list[Block]:
        touch = documents()["touch"]
        consent = details(touch.title, [paragraph(text) for text in touch.paragraphs])
        guilt = details(self.say("guilt.title"), [paragraph(self.say("guilt.text"))])
        return [*([consent] if thing.is_intimate else []), guilt]

    def standing(self, thing: Request) -> list[Block]:
        may_change = [note(self.say("may_change"))] if thing.stage == "agreed" else []
        return [*may_change, *super().standing(thing)]
