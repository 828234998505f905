"""A week of two: what is planned, what waits, the check-in; and the dates to take along."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ipywidgets import Widget

from workbook.address import at
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.content.formats import day_in_words, moment_in_words
from workbook.session import Session
from workbook.session.own_day import own_clock, own_today
from workbook.ui.blocks import callout, note, opening, paragraph
from workbook.ui.buttons import Button
from workbook.ui.components import Download, Menu
from workbook.ui.dates import JointDate, calendar_of, joint_dates
from workbook.ui.exercise_pages import activity_of, waiting
from workbook.ui.pages.base import Page
from workbook.ui.path import PathStep

AHEAD = timedelta(days=7)


class ThisWeek(Page):
    """A function of the table and the day, but for the check-in, which is one's own."""

    kind = "this-week"
    part = "do"

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("ui.steps.this-week"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        return (self.menu,)

    def fill(self) -> None:
        dates = [] if self.session.is_parted else joint_dates(self.session)
        parts = {
            "planned": [self._line(one) for one in dates if one.day <= own_today() + AHEAD],
            "waiting": list(self._waiting()),
            "check_in": [self._check_in()],
        }
        self.menu.parts = [
            {"title": say(f"ui.this-week.{name}"), "steps": steps} for name, steps in parts.items() if steps
        ]
        empty = [] if parts["planned"] else [paragraph(say("ui.this-week.empty"))]
        closed = [note(say("ui.exercises.closed"))] if self.session.is_parted else empty
        self.say_words([*opening(self.kind), *closed])
        plan = Button(say("ui.this-week.plan"), self.to(at("exercise", "our_plan")), "primary")
        along = Button(say("ui.this-week.calendar"), self.to(at("calendar")))
        self.offer(*([] if self.session.is_parted else [plan, *([along] if dates else [])]), self.home())

    def _line(self, one: JointDate) -> dict[str, Any]:
        is_day = one.has_come
        when = moment_in_words(own_clock(one.at)) if isinstance(one.at, datetime) else day_in_words(one.day)
        return {
            "id": str(at("exercise", one.exercise, one.thing.id)),
            "title": self._title(one.exercise, one.thing),
            "note": say("ui.this-week.since" if is_day else "ui.this-week.on", when=when),
            "status": "under-way" if is_day else "link",
            "time": "",
            "next": is_day,
        }

    def _waiting(self) -> Iterator[dict[str, Any]]:
        for one in waiting(self.session):
            thing = activity_of(one.exercise, self.session, lambda *_: None)
            if thing is not None:
                yield {
                    "id": str(at("exercise", one.exercise, one.thing)),
                    "title": self._title(one.exercise, thing.things[one.thing]),
                    "note": exercises()[one.exercise].title,
                    "status": "under-way",
                    "time": "",
                    "next": True,
                }

    def _title(self, exercise: str, thing: Any) -> str:
        activity = activity_of(exercise, self.session, lambda *_: None)
        return (activity.title(thing) if activity else "") or exercises()[exercise].title

    def _check_in(self) -> dict[str, Any]:
        step = next(one for one in self.desk.pages.steps() if one.address.kind == "weekly")
        return {
            "id": str(step.address),
            "title": step.title,
            "note": step.note,
            "status": "done" if step.status == "complete" else step.status,
            "time": step.time,
            "next": False,
        }

    @classmethod
    def steps(cls, session: Session) -> Iterator[PathStep]:
        for step in super().steps(session):
            yield replace(step, note=say("ui.notes.this-week"))


class TheCalendar(Page):
    """Says first who sees a calendar; the file is made anew at each press."""

    kind = "calendar"

    def parts(self) -> Sequence[Widget]:
        self.file = Download(
            label=say("ui.calendar.button"), file=say("ui.calendar.file"), media="text/calendar"
        )
        self.file.on_fetch(lambda: calendar_of(self.session), self.desk.guard_press)
        return (self.file,)

    def fill(self) -> None:
        seen = [paragraph(say("ui.calendar.seen")), paragraph(say("ui.calendar.keeps"))]
        there = [] if joint_dates(self.session) else [note(say("ui.calendar.none"))]
        self.say_words(
            [*opening(self.kind), callout("", seen, tone="care"), note(say("ui.calendar.holds")), *there]
        )
        self.offer(Button(say("ui.calendar.back"), self.to(at("this-week")), "quiet"), self.home())
