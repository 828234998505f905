"""An agreement: its terms, the look back on the day of review, and a change in time.

How it went is shown as long as it is talked of, and nowhere after that.
"""

from dataclasses import replace
from typing import ClassVar

from workbook.content.formats import day_in_words
from workbook.exercises.agreement import Agreement
from workbook.exercises.request import Request
from workbook.session.own_day import own_today
from workbook.ui.blocks import Block, note, paragraph
from workbook.ui.exercise_pages.activity import Activity, Scene, work
from workbook.ui.exercise_pages.form import MoveForm

FROM = "from:"  # before the id of a request, in place of a thing's id: an agreement on what was asked
_FILLED = ("what", "who", "when", "long", "notice", "hard")


class AgreementPage(Activity[Agreement]):
    """Agreements of both, the newest first."""

    of: ClassVar[str] = "agreement"
    apart: ClassVar[frozenset[str]] = frozenset({"owned", "changed", "gone_on"})

    def scene(self, thing_id: str) -> Scene | None:
        request_id = thing_id.removeprefix(FROM)
        return super().scene(thing_id) if request_id == thing_id else self._from(request_id)

    def _from(self, request_id: str) -> Scene | None:
        asked = work(self.session).of("request").get(request_id)
        if not isinstance(asked, Request) or asked.stage != "agreed":
            return None
        form = self.form("proposed")
        form.fill("what", asked.title)
        form.fill("when", asked.when)
        form.know("request", asked.id)
        form.know("need", asked.need)
        return replace(self.opening("proposed", form), key=f"begin {FROM}{request_id}")

    def form(self, move: str, thing: Agreement | None = None) -> MoveForm:
        form = super().form(move, thing)
        if move == "changed" and thing:
            for name in _FILLED:
                form.fill(name, getattr(thing.terms, name) if name != "who" else self._who(thing))
        return form

    def _who(self, thing: Agreement) -> str:
        """Return who does it, as seen by whoever says it now."""
        is_mine = thing.terms.falls_to(self.me)
        return "both" if thing.terms.who == "both" else "me" if is_mine else "you"

    def replies(self, thing: Agreement) -> list[str]:
        found = super().replies(thing)
        if thing.stage == "changing":  # first the change is answered, or taken back
            return [move for move in found if move not in ("changed", "gone_on")]
        return found

    def is_apart(self, move: str, thing: Agreement) -> bool:
        """Let whoever comes on the day to look back find the form there."""
        return super().is_apart(move, thing) and not (move == "owned" and waits_for_look(thing, self.me))

    def about(self, move: str, thing: Agreement) -> list[Block]:
        is_day = move == "owned" and waits_for_look(thing, self.me)
        return [
            *([paragraph(self.say("due"))] if is_day else []),
            *super().about(move, thing),
            *([note(self.say("gone"))] if move in ("owned", "heard") else []),
        ]

    def beside(self, thing: Agreement) -> str:
        if thing.stage == "running" and thing.review and not thing.waits_for(self.me):
            return self.say("list.holds", day=day_in_words(thing.review))
        proposed = self.say("list.proposed", name=self.name(thing.title_by)) if thing.proposed else ""
        return " ".join(filter(None, [proposed, self.stage(thing)]))

    def stage(self, thing: Agreement) -> str:
        holds = thing.stage == "running" and not thing.waits_for(self.me) and not self.session.is_parted
        return self.say("stage.holds") if holds else super().stage(thing)

    def standing(self, thing: Agreement) -> list[Block]:
        key = "due" if thing.is_due(own_today()) else ""
        free = [note(self.say("may_end"))] if thing.agreed and thing.is_open else []
        return [*([paragraph(self.say(key))] if key else super().standing(thing)), *free]


def waits_for_look(thing: Agreement, person_id: str) -> bool:
    """Return whether the day to look back is there, and somebody has a part of it to say."""
    return thing.is_due(own_today()) and thing.terms.falls_to(person_id) and person_id not in thing.looks
