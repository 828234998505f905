"""A person's own picture: what carries them, what could use care, and the views."""

from collections.abc import Sequence
from typing import Any

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.frames import occasion_number
from workbook.insights import Insight
from workbook.session import Session
from workbook.ui.blocks import heading, kicker, lead, note, opening
from workbook.ui.buttons import Button
from workbook.ui.components import Menu
from workbook.ui.drawing import own_showings
from workbook.ui.insight_text import steps_of
from workbook.ui.locks import with_own_answers
from workbook.ui.overview import told_alone
from workbook.ui.pages.base import Page
from workbook.ui.pages.view import menu_of, own_source, ways_to_ask
from workbook.ui.path import PathStep


class OwnResults(Page):
    """Only the person's own drawer is read here; nothing of it is about the partner's answers."""

    kind = "results"
    part = "see"
    lock = staticmethod(with_own_answers)

    @classmethod
    def is_due(cls, session: Session, step: PathStep) -> bool:
        # Own results come before the decision; once the joint pages are open, they are no longer suggested.
        has_to_look = not session.table.open_rounds and not session.has_seen("results")
        return step.status != "locked" and has_to_look

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("ui.together.more_views"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        return (self.menu,)

    def arrive(self, address: Address) -> None:
        super().arrive(address)
        if self.session.pictures():
            self.session.mark_seen("results")

    @property
    def occasion(self) -> str:
        """The round that is shown: the newest of which there is a picture."""
        return next(iter(self.session.pictures()), self.session.occasion)

    _step: Insight | None = None

    def fill(self) -> None:
        session = self.session
        if self.occasion not in session.pictures():
            self.say_words(
                [
                    kicker(say("ui.results.kicker")),
                    heading(1, say("ui.results.title")),
                    lead(say("ui.results.empty")),
                ]
            )
            self.menu.parts = []
            self.offer(Button(say("ui.results.empty_button"), self.to(at("home")), "primary"))
            return
        source, shown = own_source(session, self.occasion), occasion_number(self.occasion)
        told = told_alone(source.results, source.instruments, source.own_needs)
        which = [note(say("ui.results.round", n=shown, now=session.round))] if shown < session.round else []
        self.say_words([*opening("results"), *which, *told])
        self._step = next((one for one in source.results.insights if one.code == "next_step"), None)
        views = menu_of(own_showings(source), source, *self.views)
        self.menu.parts = [{"title": say("ui.together.more_views"), "steps": views}, *self._earlier()]
        self._offer()

    @property
    def views(self) -> tuple[str, ...]:
        """What stands before a view's name in the addresses of this page's views."""
        return ("own",)

    def _earlier(self) -> list[dict[str, Any]]:
        """Return the part of the menu that leads to the rounds before."""
        steps = [
            {
                "id": str(at("earlier", one)),
                "title": say("ui.results.earlier", n=occasion_number(one)),
                "status": "link",
                "note": say("ui.results.kicker"),
            }
            for one in self.session.pictures()
            if one != self.occasion
        ]
        return [{"title": say("ui.results.rounds"), "steps": steps}] if steps else []

    def _offer(self) -> None:
        share = at("share")
        is_open = self.desk.pages.status(share) != "locked"
        onward = [Button(say("ui.results.to_share"), self.to(share), "primary")] if is_open else []
        steps = steps_of(self._step) if self._step else []
        starts = [
            Button(say("ui.together.start_step", title=title), self.to(at("exercise", name)), "quiet")
            for name, title, _look in steps
        ]
        asks = ways_to_ask(self, own_source(self.session, self.occasion), "secondary")
        self.offer(*onward, *asks, *starts, self.home())


class EarlierResults(OwnResults):
    """The picture of a round before, which the address names; it stays as it was."""

    kind = "earlier"
    part = ""

    @property
    def occasion(self) -> str:
        return self.address.name

    @property
    def views(self) -> tuple[str, ...]:
        return ("earlier-view", self.occasion)

    def _offer(self) -> None:
        self.offer(Button(say("ui.steps.results"), self.to(at("results")), "primary"), self.home())
