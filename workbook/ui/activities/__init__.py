"""The exercises that have rules of their own, by the id of their content."""

from typing import Any

from workbook.ui.activities.base import Activity, Line, Scene
from workbook.ui.activities.gratitude import Gratitude
from workbook.ui.activities.needs_talk import NeedsTalk
from workbook.ui.activities.question import Question
from workbook.ui.activities.request import Request

ACTIVITIES: dict[str, type[Activity[Any]]] = {
    "gratitude_log": Gratitude,
    "needs_talk": NeedsTalk,
    "request": Request,
    "the_question": Question,
}

__all__ = ["ACTIVITIES", "Activity", "Line", "Scene"]
