"""Needs talk: a talk is called by its need, as far as whoever reads knows it."""

from typing import ClassVar

from workbook.exercises.needs_talk import Talk
from workbook.ui.exercise_pages.activity import Activity


class NeedsTalk(Activity[Talk]):
    """Talks of both, the newest first."""

    of: ClassVar[str] = "needs_talk"

    def title(self, thing: Talk) -> str:
        return self.needs().get(thing.need, self.say("own_need"))
