"""A person's own picture: what carries them, what could use care, and the views."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.session import Session
from workbook.ui.blocks import heading, kicker, lead, opening
from workbook.ui.buttons import Button
from workbook.ui.components import Menu
from workbook.ui.drawing import own_showings
from workbook.ui.locks import with_own_answers
from workbook.ui.overview import told_alone
from workbook.ui.pages.base import Page
from workbook.ui.pages.view import menu_of, own_source
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
        self.menu.on_press(self.desk.on_press(self.desk.go))
        return (self.menu,)

    def arrive(self, address: Address) -> None:
        super().arrive(address)
        if any(self.session.is_answered(one.id) for one in self.session.shareable()):
            self.session.mark_seen("results")

    def fill(self) -> None:
        session = self.session
        mine = session.responses[session.responses["occasion"] == session.occasion]
        if not mine["value"].notna().any():
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
        source = own_source(session)
        self.say_words(
            [*opening("results"), *told_alone(source.results, source.instruments, source.own_needs)]
        )
        self.menu.parts = [
            {"title": say("ui.together.more_views"), "steps": menu_of(own_showings(source), source, "own")}
        ]
        share = at("share")
        is_open = self.desk.pages.status(share) != "locked"
        onward = [Button(say("ui.results.to_share"), self.to(share), "primary")] if is_open else []
        self.offer(*onward, self.home())
