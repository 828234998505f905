"""Needs talk: a talk is called by its need, as far as whoever reads knows it.

Whoever said the need may turn it into a request, whose form then knows the need.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from workbook.content import say
from workbook.content.document import documents
from workbook.exercises.needs_talk import OF_TOUCH, Talk
from workbook.plots.names import in_words
from workbook.ui.blocks import Block, details, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.activity import Activity
from workbook.ui.exercise_pages.request import ABOUT, RequestPage


class NeedsTalk(Activity[Talk]):
    """Talks of both, the newest first."""

    of: ClassVar[str] = "needs_talk"

    def title(self, thing: Talk) -> str:
        return self.need_title(thing.need, thing.by)

    def before(self, move: str) -> list[Block]:
        if move != "said":
            return super().before(move)
        return [*super().before(move), note(self.say("safe")), *self._own()]

    def about(self, move: str, thing: Talk) -> list[Block]:
        touch = documents()["touch"]
        words = [paragraph(text) for text in touch.paragraphs]
        return [
            *super().about(move, thing),
            *([details(touch.title, words)] if thing.need in OF_TOUCH else []),
        ]

    def _own(self) -> list[Block]:
        """Say where a need is picked, to whoever has needs of their own, what the partner reads of them."""
        own, shown = self.session.own_needs, self.session.shown_needs(self.me)
        hidden = [words for need, words in own.items() if shown.get(need) != words]
        told = [note(say("ui.activity.own_need_shown"))] if len(hidden) < len(own) else []
        if told and hidden:
            return [*told, note(say("ui.activity.own_need_not_yet", needs=in_words(hidden)))]
        return told or ([note(say("ui.activity.own_need_hidden"))] if own else [])

    def onward(self, thing: Talk) -> list[Button]:
        if thing.way != "request" or thing.by != self.me:
            return []
        return [Button(self.say("onward.request"), lambda: self._request(thing), "primary")]

    def after(self, move: str, thing: Talk, given: Mapping[str, Any]) -> None:
        if given.get("way") == "request":  # where it rests, the page of requests says until when
            self._request(thing)
        else:
            super().after(move, thing, given)

    def _request(self, thing: Talk) -> None:
        self.turn(f"{ABOUT}{thing.need}", RequestPage.of)
