"""A request: whoever answers reads first that a no costs nothing, and of touch what goes with it."""

from typing import ClassVar

from workbook.content.document import documents
from workbook.exercises.request import Request
from workbook.ui.blocks import Block, details, note, paragraph
from workbook.ui.exercise_pages.activity import Activity


class RequestPage(Activity[Request]):
    """Requests of both, the newest first."""

    of: ClassVar[str] = "request"

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
