"""What the two granted, as pictures: each round, with its bands, and how it went over time."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.content import say
from workbook.frames import occasion_number
from workbook.plots import Showing
from workbook.results import work_out_case
from workbook.service.formats.case_values import CaseRead
from workbook.session.practice import PracticeSession
from workbook.ui.blocks import note
from workbook.ui.cockpit.base import CockpitPage, in_words
from workbook.ui.components import TextField
from workbook.ui.drawing import Source, draw, title_of, together_showings
from workbook.ui.panel import Panel

ALL = ""
"""All rounds, for what went on over time."""
OVER_TIME = "moved"


def case_source(session: PracticeSession, case_id: str, occasion: str = ALL) -> Source:
    """Return all that a case's figures are drawn from: what each of the two granted, of one round or all."""

    def make(case: CaseRead) -> Source:
        members = session.members(case_id)
        known = {one.person_id: one.place for one in members}
        granted = [one for one in case.publications if occasion in (ALL, one.occasion)]
        results = work_out_case(granted, session.instruments, known=known)
        return Source(results, results.instruments, {one.place: one.name for one in members})

    return session.made_from(f"source {occasion}", case_id, make)


def rounds_of(case: CaseRead) -> list[str]:
    """Return the rounds of which something is granted, the newest first."""
    found = {one.occasion for one in case.publications}
    return sorted(found, key=lambda one: (one.startswith("assessment-"), occasion_number(one)), reverse=True)


class Pictures(CockpitPage):
    """One picture at a time, of one round."""

    kind = "picture"

    def parts(self) -> Sequence[Widget]:
        self.round = TextField(kind="select", label=say("cockpit.picture.round"))
        self.view = TextField(kind="select", label=say("cockpit.picture.view"))
        self.panel = Panel(self.desk.guard)
        self._is_filling = False
        for field in (self.round, self.view):
            field.observe(self.desk.guard(lambda _: self._chosen()), "value")
        return (self.round, self.view, self.panel.root)

    def fill(self) -> None:
        rounds = rounds_of(self.case)
        marks = [in_words(one.day) for one in self.case.marks]
        sessions = [note(say("cockpit.picture.sessions", days=", ".join(marks)))] if marks else []
        self.say_words([*self.head(), note(say("cockpit.picture.provisional")), *sessions])
        if not rounds:
            self.root.children = (self.words, self.actions)
            self.say_words([*self.head(), note(say("cockpit.picture.none"))])
            self.offer(self.back())
            return
        self.root.children = (self.words, self.round, self.view, self.panel.root, self.actions)
        self._offer(rounds)
        self._draw()
        self.offer(self.back())

    def _offer(self, rounds: list[str]) -> None:
        self._is_filling = True
        try:
            self.round.options = [[one, _round_words(one)] for one in rounds]
            if self.round.value not in rounds:
                self.round.value = rounds[0]
            shown = self._showings()
            self.view.options = [[one.id, title_of(one, self._source(one))] for one in shown]
            if self.view.value not in {one.id for one in shown} and shown:
                self.view.value = shown[0].id
        finally:
            self._is_filling = False

    def _showings(self) -> list[Showing]:
        """Return the views of which there is something to see in the round, and what went on over time."""
        source = case_source(self.session, self.case_id, self.round.value)
        whole = case_source(self.session, self.case_id)
        return [
            one
            for one in together_showings(source)
            if one.id not in (whole if one.view.name == OVER_TIME else source).results.unavailable
        ]

    def _source(self, showing: Showing) -> Source:
        occasion = ALL if showing.view.name == OVER_TIME else self.round.value
        return case_source(self.session, self.case_id, occasion)

    def _draw(self) -> None:
        showing = next((one for one in self._showings() if one.id == self.view.value), None)
        if showing is None:
            self.panel.explain(say("cockpit.picture.title"), say("cockpit.picture.none"), is_alone=True)
        else:
            draw(self.panel, showing, self._source(showing))

    def _chosen(self) -> None:
        if not self._is_filling and self.round.value in rounds_of(self.case):
            self._offer(rounds_of(self.case))
            self._draw()


def _round_words(occasion: str) -> str:
    kind, _, number = occasion.rpartition("-")
    return say("cockpit.picture.week" if kind == "week" else "cockpit.picture.of_round", n=number)
