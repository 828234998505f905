"""What both see: strong things first, at most two places for care, one next step, then the views.

A function of the couple's table alone: nothing here reads a drawer.
"""

from collections.abc import Sequence
from typing import Any

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.document import documents
from workbook.frames import occasion_number
from workbook.results import Results
from workbook.ui.blocks import heading, kicker, lead, name_of, note, opening, paragraph, reading
from workbook.ui.buttons import Button
from workbook.ui.components import Menu
from workbook.ui.drawing import together_showings
from workbook.ui.insight_text import steps_of
from workbook.ui.locks import once_both_opened, while_open_behind
from workbook.ui.overview import told_earlier, told_together
from workbook.ui.pages.base import Page
from workbook.ui.pages.view import earlier_showings, menu_of, together_source
from workbook.ui.path import PARTNER, TOGETHER


class Together(Page):
    """Opens by itself; before the first look the expectation page comes first."""

    kind = "together"
    needs_table = True
    part = "together"
    roles = PARTNER | TOGETHER
    lock = staticmethod(once_both_opened)

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("ui.together.more_views"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        return (self.menu,)

    def arrive(self, address: Address) -> None:
        has_looked = address.name == "now" or self.session.has_seen("expectation")
        if self.session.table.open_rounds and not has_looked:
            self.desk.go(at("expectation"))
            return
        super().arrive(address)

    def fill(self) -> None:
        if not self.session.table.open_rounds:
            self._closed()
            return
        source = together_source(self.session)
        told = told_together(source.results, source.instruments, source.names)
        self.say_words([*opening("together"), paragraph(self._people()), *told])
        views = menu_of(together_showings(source), source, "view")
        self.menu.parts = [{"title": say("ui.together.more_views"), "steps": views}, *self._earlier()]
        self._offer(source.results)

    def _people(self) -> list[dict[str, str]]:
        return [name_of(member) for member in self.session.couple.members]

    def _earlier(self) -> list[dict[str, Any]]:
        """Return the part of the menu that leads to the rounds before."""
        steps = [
            {
                "id": str(at("together-earlier", one)),
                "title": say("ui.together-earlier.title", n=occasion_number(one)),
                "status": "link",
                "note": say("ui.together-earlier.note"),
            }
            for one in self.session.earlier_rounds
        ]
        return [{"title": say("ui.results.rounds"), "steps": steps}] if steps else []

    def _closed(self) -> None:
        self.menu.parts = []
        key = "solo" if self.session.couple.is_solo else "not_open"
        words = [
            kicker(say("ui.together.kicker")),
            heading(1, say(f"ui.together.{key}_title")),
            lead(say(f"ui.together.{key}")),
        ]
        if key == "solo":
            words += reading(documents()["solo"], "")[2:]
        self.say_words(words)
        if self.session.is_together:
            self.offer(Button(say("ui.steps.decide"), self.to(at("decide")), "primary"), self.home())
        else:
            self.offer(Button(say("ui.button.home"), self.to(at("home")), "primary"))

    def _offer(self, results: Results) -> None:
        buttons = []
        take_along = Button(say("ui.steps.take-along"), self.to(at("take-along")), "quiet")
        step = next((one for one in results.insights if one.code == "next_step"), None)
        if step:
            for page, title, look in steps_of(step):
                words = say("ui.together.start_step", title=title)
                buttons.append(Button(words, self.to(at("exercise", page)), look))
        if self.session.is_together:
            to_cooling = Button(
                say("ui.together.to_mood"), self.to(at("cooling")), "secondary" if step else "primary"
            )
            to_decide = Button(say("ui.steps.decide"), self.to(at("decide")), "quiet")
            self.offer(*buttons, to_cooling, to_decide, take_along, self.home())
            return
        buttons.append(
            Button(say("ui.together.to_mood"), self.to(at("mood")), "secondary" if step else "primary")
        )
        sharing = Button(say("ui.together.to_sharing"), self.to(at("sharing")), "quiet")
        self.offer(*buttons, sharing, take_along, self.home())


class TogetherEarlier(Together):
    """What both opened in a round before, which the address names; it offers no step for today."""

    kind = "together-earlier"
    part = ""
    lock = staticmethod(while_open_behind)

    def arrive(self, address: Address) -> None:
        Page.arrive(self, address)

    def fill(self) -> None:
        occasion = self.address.name
        if occasion not in self.session.earlier_rounds:  # taken back while it was open
            self.desk.go(at("home"))
            return
        source, number = together_source(self.session, occasion), occasion_number(occasion)
        told = told_earlier(source.results, source.instruments, source.names)
        words = [*opening(self.kind, n=number), paragraph(self._people())]
        self.say_words([*words, *(told or [note(say("ui.together-earlier.views_alone"))])])
        views = menu_of(earlier_showings(source), source, "view-earlier", occasion)
        self.menu.parts = [{"title": say("ui.together-earlier.views"), "steps": views}]
        self.offer(
            Button(say("ui.together-earlier.back"), self.to(at("together", "now")), "primary"), self.home()
        )
