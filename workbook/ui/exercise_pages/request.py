"""A request: whoever answers reads first that a no costs nothing; the words on touch are always there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from workbook.content.document import documents
from workbook.content.formats import day_in_words
from workbook.exercises.request import Request, is_let_rest, resting_until
from workbook.shapes import Choice, Shape
from workbook.ui.blocks import Block, callout, details, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.activity import Activity, Scene
from workbook.ui.exercise_pages.agreement import FROM, AgreementPage

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
        if resting := self.rests(need):
            return Scene(f"rests {thing_id}", [paragraph(resting)])
        form = self.form("sent")
        form.know("need", need)
        scene = self.opening("sent", form)
        told = paragraph(self.say("about", need=self.need_title(need, self.me)))
        return replace(scene, key=f"begin {thing_id}", blocks=[told, *scene.blocks])

    def rests(self, need: str) -> str:
        """Say that a need of one's own rests, and until when; nothing where it does not."""
        requests, title = self.things.values(), self.need_title(need, self.me)
        if is_let_rest(requests, need, self.me):
            return self.say("rests.always", need=title)
        until = resting_until(requests, need, self.me, datetime.now(UTC))
        return self.say("rests.until", need=title, day=day_in_words(until.date())) if until else ""

    def fields(self, move: str, thing: Request | None) -> Shape:
        asked = super().fields(move, thing)
        if move != "answered" or thing is None or thing.may_negotiate:
            return asked
        ways = Choice(("yes", "no", "rest"))  # three rounds are enough for now
        return {name: field for name, field in asked.items() if name != "proposal"} | {"answer": ways}

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
        words = [paragraph(text) for text in touch.paragraphs]
        consent = callout(touch.title, words) if thing.is_intimate else details(touch.title, words)
        guilt = details(self.say("guilt.title"), [paragraph(self.say("guilt.text"))])
        enough = [] if thing.may_negotiate else [note(self.say("enough"))]
        return [*self.before(move), *enough, consent, guilt]

    def onward(self, thing: Request) -> list[Button]:
        if thing.stage != "agreed":
            return []
        there = f"{FROM}{thing.id}"
        return [Button(self.say("onward.agreement"), lambda: self.turn(there, AgreementPage.of), "primary")]

    def standing(self, thing: Request) -> list[Block]:
        may_change = [note(self.say("may_change"))] if thing.stage == "agreed" else []
        return [*may_change, *super().standing(thing)]
