"""Curiosity update: an update stands under the topic that was opened first."""

from workbook.exercises.curiosity_update import Update
from workbook.ui.exercise_pages.titled import Titled


class CuriosityUpdate(Titled[Update]):
    """Updates of both, the newest first."""

    of = "curiosity_update"
    chosen = "opened.topic"
