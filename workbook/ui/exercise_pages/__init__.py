"""What can be done on the pages of exercises that have rules.

``activity`` derives it from an exercise's machine, ``form`` the form of each move from its shape. The
other modules are for exercises with something special, under the exercise's name.
"""

from typing import Any

from workbook.exercises import MACHINES
from workbook.session import Session
from workbook.ui.exercise_pages.activity import (
    APART,
    KEPT,
    Activity,
    ListEntry,
    Scene,
    Turn,
    n_waiting,
    waiting,
)
from workbook.ui.exercise_pages.agreement import AgreementPage
from workbook.ui.exercise_pages.breakdown import BreakdownPage
from workbook.ui.exercise_pages.curiosity_update import CuriosityUpdate
from workbook.ui.exercise_pages.forgiving import Forgiving
from workbook.ui.exercise_pages.fun_list import FunList
from workbook.ui.exercise_pages.gratitude_log import GratitudeLog
from workbook.ui.exercise_pages.how_we_met import HowWeMet
from workbook.ui.exercise_pages.letting_go import LettingGo
from workbook.ui.exercise_pages.little_time import LittleTime
from workbook.ui.exercise_pages.needs_talk import NeedsTalk
from workbook.ui.exercise_pages.our_plan import OurPlan
from workbook.ui.exercise_pages.question_jar import QuestionJar
from workbook.ui.exercise_pages.request import RequestPage
from workbook.ui.exercise_pages.room_for_me import RoomForMe
from workbook.ui.exercise_pages.speaker_listener import SpeakerListener
from workbook.ui.exercise_pages.step_more_open import StepMoreOpen
from workbook.ui.exercise_pages.the_question import TheQuestion
from workbook.ui.exercise_pages.twenty_minutes import TwentyMinutes
from workbook.ui.exercise_pages.weekly_talk import WeeklyTalk
from workbook.ui.exercise_pages.what_we_expect import WhatWeExpect

_SPECIAL: tuple[type[Activity[Any]], ...] = (
    AgreementPage, BreakdownPage, CuriosityUpdate, Forgiving, FunList, GratitudeLog, HowWeMet, LettingGo,
    LittleTime, NeedsTalk, OurPlan, QuestionJar, RequestPage, RoomForMe, SpeakerListener, StepMoreOpen,
    TheQuestion, TwentyMinutes, WeeklyTalk, WhatWeExpect,
)  # fmt: skip
SPECIAL: dict[str, type[Activity[Any]]] = {made.of: made for made in _SPECIAL}


def activity_of(exercise: str, session: Session, turn: Turn) -> Activity[Any] | None:
    """Return what can be done on an exercise's page; None where it has no rules, or two sit together."""
    machine = MACHINES.get(exercise)
    if machine is None or session.is_together:
        return None
    return SPECIAL.get(exercise, Activity)(machine, session, turn)


__all__ = [
    "APART",
    "KEPT",
    "SPECIAL",
    "Activity",
    "ListEntry",
    "Scene",
    "Turn",
    "activity_of",
    "n_waiting",
    "waiting",
]
