"""The exercises that have rules of their own, by the id of their content."""

from typing import Any

from workbook.session import Session
from workbook.ui.activities.base import KEPT, Activity, Line, Scene
from workbook.ui.activities.gratitude import Gratitude
from workbook.ui.activities.needs_talk import NeedsTalk
from workbook.ui.activities.question import Question
from workbook.ui.activities.request import Request

_ALL: tuple[type[Activity[Any]], ...] = (Gratitude, NeedsTalk, Request, Question)
ACTIVITIES: dict[str, type[Activity[Any]]] = {made.exercise_id: made for made in _ALL}


def n_waiting(session: Session) -> int:
    """How many steps of joint exercises wait for the person, by the table alone."""
    if session.is_together:
        return 0
    return sum(made(session, lambda _: None).n_waiting for made in ACTIVITIES.values())


__all__ = ["ACTIVITIES", "KEPT", "Activity", "Line", "Scene", "n_waiting"]
