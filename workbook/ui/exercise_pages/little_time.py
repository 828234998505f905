"""Little time: ten minutes stand under the exercise whose short form they are, which is shown with them."""

from workbook.content.exercise import exercises
from workbook.exercises.little_time import Ten
from workbook.ui.blocks import Block, bullets
from workbook.ui.exercise_pages.activity import Activity


class LittleTime(Activity[Ten]):
    """Ten minutes of both, the newest first."""

    of = "little_time"

    def title(self, thing: Ten) -> str:
        return exercises()[thing.form].title

    def told(self, thing: Ten) -> list[Block]:
        return [*super().told(thing), bullets(exercises()[thing.form].ten_minutes, ordered=True)]
