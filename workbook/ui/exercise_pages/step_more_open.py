"""A step more open: in the list nothing tells what was said, on which step, or by whom."""

from workbook.exercises.step_more_open import Opened
from workbook.ui.exercise_pages.activity import Activity


class StepMoreOpen(Activity[Opened]):
    """Times of both, the newest first."""

    of = "step_more_open"

    def title(self, thing: Opened) -> str:
        return self.say("one")

    def beside(self, thing: Opened) -> str:
        return self.stage(thing)
