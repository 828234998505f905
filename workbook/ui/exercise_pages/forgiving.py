"""Forgiving: alone first, and nobody is told of it; what is told is what somebody owns of their own doing."""

from typing import ClassVar

from workbook.exercises.forgiving import Amends
from workbook.shapes import Choice, Shape, Text
from workbook.ui.exercise_pages.own_page import WithOwnPage


class Forgiving(WithOwnPage[Amends]):
    """What was owned, the newest first. It reads the same whether or not anybody has a page of their own."""

    of = "forgiving"
    own: ClassVar[Shape] = {
        "hurts": Text(600, may_be_empty=True),
        "feel": Text(400, may_be_empty=True),
        "would_need": Text(400, may_be_empty=True),
        "for_now": Choice(("not_now", "a_part", "put_down", "only_myself"), may_be_empty=True),
    }
