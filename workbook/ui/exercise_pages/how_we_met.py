"""How we met: a story stands under what it tells."""

from workbook.exercises.how_we_met import Story
from workbook.ui.exercise_pages.titled import Titled


class HowWeMet(Titled[Story]):
    """Stories of both, the newest first."""

    of = "how_we_met"
    chosen = "written.about"
