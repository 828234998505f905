"""Room for me: worked out alone; told only if one wants to."""

from typing import ClassVar

from workbook.exercises.room_for_me import Room
from workbook.shapes import Shape, Text
from workbook.ui.exercise_pages.own_page import WithOwnPage


class RoomForMe(WithOwnPage[Room]):
    """What both keep for themselves, as far as they told it."""

    of = "room_for_me"
    own: ClassVar[Shape] = {
        name: Text(300, may_be_empty=True)
        for name in ("was", "still", "want", "hour", "body", "feelings", "spirit", "harsh", "kind_answer")
    }
