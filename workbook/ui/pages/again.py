"""The weekly check-in, and looking again after some weeks, each with what has moved."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
from ipywidgets import Widget

from workbook import frames
from workbook.address import Address, at
from workbook.content import say
from workbook.dyads import find_changes
from workbook.instruments import in_version
from workbook.plots import MOVED, WEEKS, prepare_trend
from workbook.scoring import score_as_answered
from workbook.session import Session
from workbook.ui.blocks import callout, heading, kicker, lead, note, opening, paragraph
from workbook.ui.buttons import Button
from workbook.ui.drawing import picture
from workbook.ui.pages.base import Page
from workbook.ui.panel import Panel
from workbook.ui.path import PathStep

ENOUGH_DAYS = 28  # four weeks between two rounds


class Trend(Page):
    """What the two pages share: the trend of one instrument over its occasions."""

    def parts(self) -> Sequence[Widget]:
        self.view = Panel(self.desk.guard)
        return (self.view.root,)

    def show_trend(self, instrument_id: str, title: str) -> bool:
        """Draw the person's own trend; False where there are fewer than two occasions."""
        session = self.session
        me = session.me
        scores = session.once(
            "trend",
            (session.responses, session.instruments),
            lambda: score_as_answered(session.responses_of_pictures, session.instruments),
        )
        own = scores[(scores["instrument"] == instrument_id).to_numpy(dtype=bool)]
        last = frames.latest(own)["version"]
        version = str(last.iloc[0]) if len(last) else ""
        instrument = in_version(session.instruments, instrument_id, version)
        if instrument is None or me is None or own["occasion"].nunique() < 2:
            self.view.hide()
            return False
        moved = find_changes(own, {instrument_id: instrument})
        prepared = prepare_trend(
            own, instrument, {me.person_id: me.place}, {me.place: me.name}, changes=moved
        )
        made = picture(WEEKS if instrument.occasion == "weekly" else MOVED, prepared)
        if made is None:
            self.view.hide()
            return False
        self.view.show(title, made)
        return True


class Weekly(Trend):
    """Our week: at most three minutes, a mood and a line of thanks; its own trend."""

    kind = "weekly"
    part = "do"

    @classmethod
    def steps(cls, session: Session) -> Iterator[PathStep]:
        for step in super().steps(session):
            yield replace(step, time=say("ui.status.minutes", n=_minutes(session)))

    def fill(self) -> None:
        instrument = self.session.instruments["weekly"]
        chapter = instrument.chapters[0].id
        week = self.session.week
        n_answered = self.session.n_answered(chapter, week)
        words = [
            kicker(say("ui.weekly.kicker", n=_minutes(self.session))),
            heading(1, say("ui.weekly.title")),
        ]
        words.append(
            lead(say("ui.weekly.again") if n_answered == len(instrument.items) else instrument.instructions)
        )
        self.say_words(words)
        self.show_trend("weekly", say("ui.weekly.trend"))
        over_time = Button(say("ui.steps.progress-own"), self.to(at("progress-own")), "quiet")
        begin = Button(say("ui.weekly.begin"), self._begin, "primary")
        self.offer(begin, *to_talk(self.session, self.to), over_time, self.home())

    def _begin(self) -> None:
        self.session.begin_week()
        self.desk.go(at("chapter", self.session.instruments["weekly"].chapters[0].id))


def to_talk(session: Session, to: Callable[[Address], Callable[[], None]]) -> list[Button]:
    """Return the way to the weekly talk, where there are two who can have one; it takes nothing along."""
    if session.couple.is_solo or session.is_parted:
        return []
    return [Button(say("ui.weekly.to_talk"), to(at("exercise", "weekly_talk")))]


def _minutes(session: Session) -> int:
    """Return how many minutes a check-in takes: the same wherever it is told."""
    return max(1, round(session.instruments["weekly"].minutes))


class Again(Trend):
    """A new round of the same questions; what was answered before stays as it was.

    The address ``again:sure`` asks before it is begun.
    """

    kind = "again"
    part = "do"

    def fill(self) -> None:
        if self.address.name == "sure":
            self._ask()
            return
        number = self.session.round
        words = [
            *opening("again"),
            paragraph(say("ui.again.when")),
            note(say("ui.again.under_way", n=number)),
        ]
        if not self.show_trend("connection", say("ui.again.trend")):
            words.append(note(say("ui.again.trend_none")))
        self.say_words(words)
        answered = pd.unique(self.session.responses.loc[self.session.responses["value"].notna(), "occasion"])
        if self.session.occasion in answered:
            onward = [Button(say("ui.again.begin"), self.to(at(self.kind, "sure")), "primary")]
        elif self.session.may_undo_round:
            onward = [Button(say("ui.again.undo", n=number - 1), self._undo)]
        else:
            onward = []
        over_time = Button(say("ui.steps.progress-own"), self.to(at("progress-own")), "quiet")
        self.offer(*onward, over_time, self.home())

    def _ask(self) -> None:
        """Ask before a round is begun, and say so where the last was begun less than four weeks ago."""
        self.view.hide()
        begun = self.session.round_begun()
        days = (datetime.now(UTC) - begun).days if begun else ENOUGH_DAYS
        is_soon = days < ENOUGH_DAYS
        early = callout("", [paragraph(say("ui.again.soon"))], tone="care")
        self.say_words(
            [
                kicker(say("ui.again.kicker")),
                heading(1, say("ui.again.sure_title")),
                lead(say("ui.again.sure", n=self.session.round)),
                *([early] if is_soon else []),
            ]
        )
        self.offer(
            Button(say("ui.again.not_now"), self.to(at(self.kind)), "primary" if is_soon else "quiet"),
            Button(
                say("ui.again.begin_soon" if is_soon else "ui.again.begin_now"),
                self._begin,
                "secondary" if is_soon else "primary",
            ),
        )

    def _undo(self) -> None:
        self.session.undo_round()
        self.desk.go(at("home"))

    def _begin(self) -> None:
        self.desk.go(at("home"))  # first: this page would ask about the round that was just begun
        self.session.begin_occasion()
