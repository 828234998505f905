"""How it has gone: what both opened over the rounds, and apart from it how it went for oneself.

The page of two is a function of the couple's table alone, the same for each of them and for both: it tells
what rose, marks what was begun and done by the day, and says nothing of what fell. The weeks of both stand
there once both chose that, both lines alike, and nothing is told of how they changed. One's own page reads
the own drawer too; a clear fall is told there, with care, and nowhere else. There one's own weeks are
chosen, and taken back.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd
from ipywidgets import Widget

from workbook import frames
from workbook.address import at
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.content.formats import day_in_words
from workbook.dyads import find_changes
from workbook.exercises import marks
from workbook.instruments import in_version
from workbook.plots import (
    LINES,
    Beside,
    only_risen,
    places_in,
    prepare_lines,
    prepare_progress,
    prepare_trend,
    progress_of_one,
    progress_of_two,
    table_marks,
    table_weeks,
)
from workbook.plots import WEEKS as BY_WEEK
from workbook.plots.names import all_or_number
from workbook.scoring import score_as_answered
from workbook.session import Session
from workbook.session.own_past import own_days
from workbook.session.progress import WEEKLY
from workbook.sharing import WEEKS, Grain, day_of_name
from workbook.ui.blocks import Block, callout, details, heading, note, opening, paragraph
from workbook.ui.buttons import Button
from workbook.ui.components import Menu, Prose
from workbook.ui.drawing import picture
from workbook.ui.pages.base import Page
from workbook.ui.pages.view import together_source
from workbook.ui.panel import Panel, as_table
from workbook.ui.path import PARTNER, TOGETHER, PathStep

SHOWN, WEEK = "connection", "weekly.week"


class OverTime(Page):
    """What both pages share: a picture over days, what was begun and done, and the rounds before."""

    def parts(self) -> Sequence[Widget]:
        self.view = Panel(self.desk.guard)
        self.told = Prose()
        self.menu = Menu(label=say("ui.progress.rounds"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        return (self.view.root, self.told, self.menu)

    def say_marks(self, found: pd.DataFrame, weeks: pd.DataFrame | None = None) -> None:
        """Say below the picture what was begun and done, by the day; nobody's name stands beside it.

        Weeks that stand in the picture below the rounds are said there too.
        """
        title, of_weeks = say("ui.progress.marks"), say("ui.progress.weeks_table")
        shown = [details(title, [as_table(title, table_marks(found))])]
        told = shown if len(found) else [note(say("ui.progress.marks_none"))]
        if weeks is not None and len(weeks):
            told = [details(of_weeks, [as_table(of_weeks, table_weeks(weeks))]), *told]
        self.told.blocks = told

    def lead_to(self, rounds: Iterable[tuple[str, str, str]]) -> None:
        """Offer the rounds to look at: each the page it stands on, its title and a note."""
        steps: list[dict[str, Any]] = [
            {"id": there, "title": title, "status": "link", "note": beside} for there, title, beside in rounds
        ]
        self.menu.parts = [{"title": say("ui.progress.rounds"), "steps": steps}] if steps else []


class TheProgress(OverTime):
    """What both opened over the rounds. There is nothing of it for somebody without a partner."""

    kind = "progress"
    part = "do"
    roles = PARTNER | TOGETHER
    needs_table = True

    @classmethod
    def steps(cls, session: Session) -> Iterable[PathStep]:
        return () if session.couple.is_solo else super().steps(session)

    def fill(self) -> None:
        session, found = self.session, marks_on(self.session)
        weeks = weeks_together(session)
        self.say_words([*opening(self.kind), note(say(f"ui.progress.weeks_{_state_of(session, weeks)}"))])
        drawn = picture(progress_of_two(Beside(found, weeks)), progress_together(session))
        if drawn is None and (lines := picture(LINES, weeks)) is not None:
            self.view.show(say("results.plots.progress_week"), lines, is_alone=True)
        elif drawn is None:
            n_open = len(days_of_two(session))
            self.view.explain(say("ui.progress.picture"), say(f"ui.progress.{_why(n_open)}"))
        else:
            self.view.show(say("ui.progress.picture"), drawn, is_alone=True)
        self.say_marks(found, weeks if drawn is not None else None)
        self.lead_to(self._rounds())
        own = Button(say("ui.progress.own"), self.to(at("progress-own")), "primary")
        self.offer(*([] if session.is_together else [own]), self.home())

    def _rounds(self) -> Iterable[tuple[str, str, str]]:
        """Return the rounds of which something lies open, the newest first."""
        newest = max(self.session.table.open_rounds, key=_number, default=None)
        behind, days = self.session.earlier_rounds, round_days(self.session)
        if newest is not None:
            title = say("ui.progress.round", n=_number(newest))
            yield str(at("together", "now")), title, day_in_words(days[newest[1]])
        for one in behind:
            title = say("ui.progress.round", n=frames.occasion_number(one))
            yield str(at("together-earlier", one)), title, day_in_words(days[one])


class OwnProgress(OverTime):
    """How it went for oneself. It has a line on the path where there is no page of two."""

    kind = "progress-own"
    part = "do"

    @classmethod
    def steps(cls, session: Session) -> Iterable[PathStep]:
        is_alone = session.couple.is_solo or session.is_parted
        return super().steps(session) if is_alone else ()

    def fill(self) -> None:
        session = self.session
        found = frames.empty(frames.PREPARED["marks"]) if session.is_parted else marks_on(session)
        days = own_days(session.events)
        rounds = own_trend(session, SHOWN)
        prepared = prepare_progress(rounds, days)
        weeks = own_trend(session, WEEKLY, [WEEK])
        dated = prepare_progress(weeks, days)
        self.say_words([*opening(self.kind), *fallen(prepared), *self._of_weeks()])
        drawn = picture(progress_of_one(Beside(found, dated)), prepared)
        if drawn is not None:
            self.view.show(say("ui.progress.picture"), drawn, is_alone=True)
        elif (by_week := picture(BY_WEEK, weeks)) is not None:
            self.view.show(say("ui.weekly.trend"), by_week)
        else:
            self.view.explain(say("ui.progress.picture"), say("ui.progress-own.one_round"))
        self.say_marks(found, dated if drawn is not None else None)
        self.lead_to(self._rounds(days))
        two = Button(say("ui.progress.two"), self.to(at("progress")), "secondary")
        for_me = Button(say("ui.steps.just-for-me"), self.to(at("just-for-me")), "quiet")
        again = Button(say("ui.steps.again"), self.to(at("again")), "quiet")
        is_two = not session.is_parted and not session.couple.is_solo
        self.offer(*([two, *self._choices()] if is_two else []), again, for_me, self.home())

    # -- one's own weeks, for both -----------------------------------------------------------
    def _of_weeks(self) -> list[Block]:
        """Say what can be shown of one's own weeks, or what was chosen: the same whatever the other chose."""
        state = self._choice_of_weeks()
        if not state:
            return []
        key = {"waits": "chosen", "newer waits": "newer_chosen"}.get(state, state.replace(" ", "_"))
        names = {"partner": self.session.partner.name} if self.session.partner else {"partner": ""}
        return [
            heading(2, say("ui.progress-own.weeks_title")),
            paragraph(say(f"ui.progress-own.weeks_{key}", **names)),
        ]

    def _choice_of_weeks(self) -> str:
        """Return how far the choice about one's own weeks is; nothing where there is none to make."""
        session = self.session
        if session.is_parted or session.couple.is_solo:
            return ""
        is_chosen = session.decisions.get((WEEKLY, WEEKS)) is Grain.SCORES
        if session.table.weeks:
            return "open" if is_chosen else "newer waits"
        return "waits" if is_chosen else "offer" if own_weeks(session) else ""

    def _choices(self) -> list[Button]:
        state = self._choice_of_weeks()
        show = Button(say("ui.progress-own.weeks_show"), self._show_weeks, "secondary")
        newer = Button(say("ui.progress-own.weeks_show_newer"), self._show_weeks, "secondary")
        back = Button(say("ui.progress-own.weeks_back"), self._take_back, "danger")
        return {"offer": [show], "waits": [back], "open": [newer, back], "newer waits": [back]}.get(state, [])

    def _show_weeks(self) -> None:
        self.session.show_weeks()

    def _take_back(self) -> None:
        self.session.withdraw(WEEKLY, WEEKS)

    def _rounds(self, days: Any) -> Iterable[tuple[str, str, str]]:
        pictures = self.session.pictures()
        for n, one in enumerate(pictures):
            title = say("ui.progress.round", n=frames.occasion_number(one))
            day = days.get(one)
            there = at("earlier", one) if n else at("results")
            yield str(there), title, day_in_words(day) if day else ""


def fallen(prepared: pd.DataFrame) -> list[Block]:
    """Tell what has clearly become less, to its person alone: with care, and as nobody's doing."""
    fell = prepared[prepared["change"].eq("worse").fillna(value=False).to_numpy(dtype=bool)]
    if not len(fell):
        return []
    subjects = all_or_number(list(fell["title"]), "n_topics")
    words = [say("ui.progress-own.fell", subjects=subjects), say("ui.progress-own.fell_why")]
    last = say("ui.progress-own.fell_alone")
    return [callout(say("ui.progress-own.fell_title"), [*map(paragraph, words), note(last)], tone="care")]


def progress_together(session: Session) -> pd.DataFrame:
    """Return the frame of what both opened, from the table alone."""
    source = together_source(session)
    found, instrument = source.results, source.instruments.get(SHOWN)
    if instrument is None or not len(found.scores):
        return frames.empty(frames.PREPARED["progress"])
    trend = prepare_trend(found.scores, instrument, places_in(found), source.names, changes=found.changes)
    return prepare_progress(only_risen(trend), days_of_two(session))


def weeks_together(session: Session) -> pd.DataFrame:
    """Return the frame of the weeks of both, where both chose to show them, from the table alone."""
    lines, instrument = session.table.lines, session.instruments.get(WEEKLY)
    found = [line.scores for line in lines if len(line.scores)]
    if instrument is None or not found:
        return frames.empty(frames.PREPARED["progress"])
    scores = pd.concat(found, ignore_index=True)
    asked = in_version(session.instruments, WEEKLY, lines[0].version) or instrument
    days = {name: day_of_name(name) for name in scores["occasion"].unique()}
    members = session.couple.members
    known: dict[str, str] = {one.person_id: one.place for one in members}
    return prepare_lines(scores, days, asked, known, {one.place: one.name for one in members})


def own_weeks(session: Session) -> bool:
    """Tell whether somebody has answered enough of some week for a line to show it."""
    scores = score_as_answered(session.responses, session.instruments)
    return bool((scores["subscale"].eq(WEEK) & scores["score"].notna()).any())


def own_trend(session: Session, instrument_id: str, facets: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the trend of one's own answers to one instrument, with what may be told of it."""
    me = session.me
    scores = score_as_answered(session.responses_of_pictures, session.instruments)
    own = scores[(scores["instrument"] == instrument_id).to_numpy(dtype=bool)]
    last = frames.latest(own)["version"]
    version = str(last.iloc[0]) if len(last) else ""
    instrument = in_version(session.instruments, instrument_id, version)
    if instrument is None or me is None:
        return frames.empty(frames.PREPARED["trend"])
    places: dict[str, str] = {me.person_id: me.place}
    names: dict[str, str] = {me.place: me.name}
    changes = find_changes(own, {instrument_id: instrument})
    return prepare_trend(own, instrument, places, names, facets=facets, changes=changes)


def round_days(session: Session) -> dict[str, date]:
    """Return the day on which the first part of each open round was opened."""
    table, found = session.table, dict[str, date]()
    for (_instrument, occasion), opened in zip(table.open_rounds, table.opened_at, strict=True):
        found[occasion] = min(opened.date(), found.get(occasion, opened.date()))
    return found


def days_of_two(session: Session) -> dict[str, date]:
    """Return the day on which each round of what is shown here was opened."""
    table = session.table
    days = zip(table.open_rounds, table.opened_at, strict=True)
    return {occasion: opened.date() for (name, occasion), opened in days if name == SHOWN}


def marks_on(session: Session) -> pd.DataFrame:
    """Return what two began and did, by the day, from the table alone."""
    contract = frames.PREPARED["marks"]
    rows = [
        {
            "day": one.day.isoformat(),
            "sort": one.sort,
            "title": exercises()[one.exercise].title if one.exercise in exercises() else "",
        }
        for one in session.once("marks", (session.table,), lambda: marks(session.table.events))
    ]
    return frames.check(pd.DataFrame(rows), contract) if rows else frames.empty(contract)


def _state_of(session: Session, weeks: pd.DataFrame) -> str:
    """Return how it stands with the weeks of both, by the table alone."""
    return "open" if len(weeks) else "few" if session.table.weeks else "not_open"


def _why(n_open: int) -> str:
    return "not_open" if n_open == 0 else "one_round" if n_open == 1 else "other_words"


def _number(key: tuple[str, str]) -> int:
    return frames.occasion_number(key[1])
