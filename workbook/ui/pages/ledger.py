"""Needs, requests and agreements: what is open, what is due, what holds, and the need each serves.

A function of the couple's table and of the day. Nothing that is over stands here, so no history can be read
from it, and nothing is counted.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from ipywidgets import Widget

from workbook.address import at
from workbook.content import say
from workbook.exercises import Thing
from workbook.exercises.agreement import Agreement
from workbook.session.own_day import own_today
from workbook.ui.blocks import Block, bullets, heading, note, opening, paragraph
from workbook.ui.buttons import Button
from workbook.ui.components import Menu, Prose
from workbook.ui.exercise_pages import Activity, activity_of
from workbook.ui.exercise_pages.request import RequestPage
from workbook.ui.pages.base import Page

KEPT_HERE = ("needs_talk", "request", "agreement", "breakdown")
Placed = tuple[str, Activity[Any], Any]
"""The heading under which a thing stands, what can be done with it, and the thing."""


class Ledger(Page):
    """What two have said they need, asked for and agreed on, as far as it is not over."""

    kind = "ledger"
    part = "do"

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("ui.steps.ledger"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        self.rests = Prose()
        return (self.menu, self.rests)

    def fill(self) -> None:
        placed = [] if self.session.is_parted else list(self._placed())
        self.menu.parts = [
            {
                "title": say(f"ui.ledger.{where}"),
                "steps": [self._line(*one) for one in placed if one[0] == where],
            }
            for where in ("due", "open", "running")
            if any(one[0] == where for one in placed)
        ]
        self.say_words([*opening("ledger"), *self._state(placed)])
        self.rests.blocks = self._resting()
        self.offer(*([] if self.session.is_parted else self._ways()), self.home())

    def _placed(self) -> Iterator[Placed]:
        today = own_today()
        for name in KEPT_HERE:
            activity = activity_of(name, self.session, self._turn_to(name))
            for thing in activity.things.values() if activity else ():
                if activity and thing.is_open:
                    yield where(thing, today), activity, thing

    def _turn_to(self, exercise: str) -> Callable[..., None]:
        return lambda thing, other="": self.desk.go(at("exercise", other or exercise, thing))

    def _line(self, where: str, activity: Activity[Any], thing: Any) -> dict[str, Any]:
        need = "" if activity.title(thing) == self._need(activity, thing) else self._need(activity, thing)
        told = [activity.beside(thing), say("ui.ledger.serves", need=need) if need else ""]
        is_mine = thing.waits_for(self.session.actor.person_id)
        return {
            "id": str(at("exercise", activity.machine.id, thing.id)),
            "title": activity.title(thing),
            "note": " ".join(filter(None, told)),
            "time": "",
            "status": "under-way" if is_mine or where == "due" else "link",
            "next": is_mine,
        }

    @staticmethod
    def _need(activity: Activity[Any], thing: Any) -> str:
        return activity.need_title(thing.need, thing.by) if thing.need else ""

    def _state(self, placed: Sequence[Placed]) -> list[Block]:
        if self.session.is_parted:
            return [note(say("ui.exercises.closed"))]
        return [] if placed else [paragraph(say("ui.ledger.empty"))]

    def _resting(self) -> list[Block]:
        """Say which of one's own needs rest, and until when: the workbook asks for nothing about them."""
        activity = activity_of("request", self.session, self._turn_to("request"))
        if not isinstance(activity, RequestPage) or self.session.is_parted:
            return []
        own = [one for one in activity.things.values() if one.by == self.session.actor.person_id]
        needs = dict.fromkeys(one.need for one in own)
        told = [words for need in needs if need and (words := activity.rests(need))]
        return [heading(2, say("ui.ledger.resting")), bullets(told)] if told else []

    def _ways(self) -> list[Button]:
        return [
            Button(say("ui.ledger.say"), self.to(at("exercise", "needs_talk")), "primary"),
            Button(say("ui.ledger.ask"), self.to(at("exercise", "request"))),
            Button(say("ui.ledger.agree"), self.to(at("exercise", "agreement"))),
        ]


def where(thing: Thing, today: date) -> str:
    """Return the heading under which an open thing stands: due, running, or open."""
    if not isinstance(thing, Agreement) or thing.stage != "running":
        return "open"
    return "due" if thing.is_due(today) or thing.looks else "running"
