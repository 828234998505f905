"""Weekly talk-time: the talk under its deck's name, a card to draw, and the two decks that ask first."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from workbook.content.exercise import exercises
from workbook.exercises.weekly_talk import ASKED_FIRST, CHOICES, DECKS, Talk
from workbook.session import Session
from workbook.shapes import Choice, Shape
from workbook.ui.blocks import Block, note
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.activity import Scene, work
from workbook.ui.exercise_pages.decks import Drawing
from workbook.ui.exercise_pages.titled import Titled

WANTED = "new:wanted"  # in place of a thing's id: choosing about the decks that ask first


class WeeklyTalk(Titled[Talk]):
    """Talks of both, the newest first. What somebody chose about a deck stands in no list."""

    of = "weekly_talk"
    chosen = "planned.deck"

    @property
    def things(self) -> Mapping[str, Talk]:
        return {name: one for name, one in super().things.items() if name != CHOICES}

    def begin(self) -> Scene:
        scene = super().begin()
        open_now = open_decks(self.session)
        told = [
            note([{"text": self.deck_name(deck), "strong": True}, " ", self.say(f"decks.{state}")])
            for deck in ASKED_FIRST
            for state in ("open" if deck in open_now else "closed",)
        ]
        choose = Button(self.say("decks.choose"), partial(self.turn, WANTED), "quiet")
        return replace(scene, blocks=[*told, *scene.blocks], buttons=[*scene.buttons, choose])

    def scene(self, thing_id: str) -> Scene | None:
        if thing_id == WANTED:
            return replace(self.opening("wanted"), key=WANTED)
        scene = super().scene(thing_id)
        talk = self.things.get(thing_id)
        if scene is None or talk is None or talk.stage not in ("agreed", "looking_back"):
            return scene
        decks = {deck.id: deck for deck in exercises()[self.of].decks}
        drawing = Drawing(decks[talk.deck])
        return replace(
            scene, fields=[drawing.prose, *scene.fields], buttons=[drawing.button(), *scene.buttons]
        )

    def told(self, thing: Talk) -> list[Block]:
        return [note([{"text": self.title(thing), "strong": True}]), *super().told(thing)]

    def fields(self, move: str, thing: Talk | None) -> Shape:
        asked = super().fields(move, thing)
        if move != "planned":
            return asked
        shut = set(ASKED_FIRST) - open_decks(self.session)
        return {**asked, "deck": Choice(tuple(deck for deck in DECKS if deck not in shut))}

    def deck_name(self, deck: str) -> str:
        """Return what a deck is called."""
        return self.say(f"{self.chosen}.{deck}")


def open_decks(session: Session) -> frozenset[str]:
    """Return which of the decks that ask first both want, as far as the table tells whoever reads."""
    choices = work(session).of("weekly_talk").get(CHOICES)
    return choices.open_decks if isinstance(choices, Talk) else frozenset()
