"""Gratitude log: a line's page shows the line alone; where it stands is told in the list."""

from typing import ClassVar

from workbook.exercises.gratitude_log import Line
from workbook.ui.blocks import Block
from workbook.ui.exercise_pages.activity import Activity


class GratitudeLog(Activity[Line]):
    """Lines of both, the newest first."""

    of: ClassVar[str] = "gratitude_log"

    def standing(self, thing: Line) -> list[Block]:
        return []
