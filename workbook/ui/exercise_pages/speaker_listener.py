"""Speaker and listener: the talks that both asked to keep. The room itself is a page of its own."""

from collections.abc import Mapping

from workbook.content.formats import day_in_words
from workbook.exercises.speaker_listener import Talk
from workbook.ui.blocks import Block, note
from workbook.ui.exercise_pages.activity import Activity, Scene


class SpeakerListener(Activity[Talk]):
    """Nothing begins here: the room writes, once both have asked for it."""

    of = "speaker_listener"

    @property
    def things(self) -> Mapping[str, Talk]:
        """The talks that both asked to keep."""
        return {name: talk for name, talk in super().things.items() if not talk.is_open}

    def begin(self) -> Scene:
        return Scene("begin", [])

    def title(self, thing: Talk) -> str:
        return day_in_words(thing.day) if thing.day else ""

    def beside(self, thing: Talk) -> str:
        return self.say("turns", n=thing.turns)

    def told(self, thing: Talk) -> list[Block]:
        return [*super().told(thing), note(self.say("turns", n=thing.turns))]
