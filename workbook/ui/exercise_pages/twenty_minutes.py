"""Twenty minutes a day: the question of the day, a clock of two halves, and the days that both answered."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from workbook.content.exercise import exercises
from workbook.content.formats import day_in_words
from workbook.exercises.twenty_minutes import Evening
from workbook.session.own_day import own_today
from workbook.ui.blocks import Block, note, quote
from workbook.ui.buttons import Button
from workbook.ui.components import Floor
from workbook.ui.exercise_pages.activity import Activity, Scene

HALF = 600  # seconds


class TwentyMinutes(Activity[Evening]):
    """Evenings of both, the newest first."""

    of = "twenty_minutes"

    def title(self, thing: Evening) -> str:
        return day_in_words(thing.day) if thing.day else ""

    def beside(self, thing: Evening) -> str:
        return self.stage(thing)

    def told(self, thing: Evening) -> list[Block]:
        return [note(self.say("told.question")), quote(card_of(thing.day)), *super().told(thing)]

    def begin(self) -> Scene:
        today = own_today()
        scene, floor = super().begin(), self._floor()
        current = self.things.get(today.isoformat())
        asked = [note(self.say("card")), quote(card_of(today))]
        clock = [
            Button(self.say("clock_begin"), _starter(floor, self.say("clock_first_half")), "primary"),
            Button(self.say("clock_second"), _starter(floor, self.say("clock_second_half"))),
            Button(self.say("clock_end"), lambda: setattr(floor, "ends", 0.0), "quiet"),
        ]
        if current and not current.waits_for(self.me):
            return Scene(f"answered {today}", [*asked, *super().told(current)], [floor], clock)
        return replace(
            scene,
            key=f"begin {today}",
            blocks=[*asked, *scene.blocks],
            fields=[floor, *scene.fields],
            buttons=[*scene.buttons, *clock],
        )

    def scene(self, thing_id: str) -> Scene | None:
        one = self.things.get(thing_id)
        if one and one.waits_for(self.me) and thing_id == own_today().isoformat():
            return self.begin()
        return super().scene(thing_id)

    def _floor(self) -> Floor:
        return Floor(rings=True, seconds=float(HALF), over=self.say("clock_over"))


def card_of(day: date | None) -> str:
    """Return the question of a day: the same for both, without anything being kept of it."""
    cards = next(deck.cards for deck in exercises()["twenty_minutes"].decks)
    return cards[day.toordinal() % len(cards)] if day else ""


def _starter(floor: Floor, words: str) -> Callable[[], None]:
    def start() -> None:
        floor.words, floor.ends = words, (time.time() + HALF) * 1000

    return start
