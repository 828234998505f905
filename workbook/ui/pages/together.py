"""What both see: strong things first, at most two places for care, one next step, then the views.

A function of the couple's table alone: nothing here reads a drawer.
"""

from collections.abc import Sequence

from ipywidgets import VBox, Widget

from workbook.content import say
from workbook.content.document import documents
from workbook.insights import Insight
from workbook.results import Results, work_out
from workbook.ui.blocks import Block, callout, card, heading, kicker, lead, name_of, note, opening, paragraph, reading
from workbook.ui.components import Prose
from workbook.ui.figures import TOGETHER_VIEWS, draw
from workbook.ui.pages.base import Button, Page
from workbook.ui.telling import next_step, suggestions, tell
from workbook.ui.views import View


class Together(Page):
    """Opens by itself; before the first look the expectation page comes first."""

    kind = "together"
    is_wide = True

    def parts(self) -> Sequence[Widget]:
        self.views = {name: View() for name in TOGETHER_VIEWS}
        self.after = Prose()
        self.place = VBox([view.root for view in self.views.values()])
        return (self.place, self.after)

    def arrive(self, argument: str) -> None:
        has_looked = argument == "now" or self.session.has_seen("expectation")
        if self.session.table.open_rounds and not has_looked:
            self.desk.go("expectation")
            return
        super().arrive(argument)

    def fill(self) -> None:
        if not self.session.table.open_rounds:
            self._closed()
            return
        known = {member.person_id: member.place for member in self.session.couple.members}
        results = work_out(self.session.table.publications, self.session.instruments, known=known, suggestions=suggestions())
        names = {member.place: member.name for member in self.session.couple.members}
        people = [name_of(member) for member in self.session.couple.members]
        self.say_words([*opening("together"), paragraph([people[0], "  ", people[1]]), *self._told(results)])
        for name, view in self.views.items():
            draw(view, name, results, self.session.instruments, names)
        self.after.blocks = [note(say("ui.together.differ_chance"))]
        self._offer(results)

    def _closed(self) -> None:
        for view in self.views.values():
            view.hide()
        self.after.blocks = []
        key = "solo" if self.session.couple.is_solo else "not_open"
        words = [kicker(say("ui.together.kicker")), heading(1, say(f"ui.together.{key}_title")), lead(say(f"ui.together.{key}"))]
        if key == "solo":
            words += reading(documents()["solo"], "")[2:]
        self.say_words(words)
        self.offer(Button(say("ui.button.home"), self.to("home"), "primary"))

    def _told(self, results: Results) -> list[Block]:
        def those(*codes: str) -> list[Insight]:
            return [one for one in results.insights if one.code in codes]

        blocks: list[Block] = [heading(2, say("ui.together.strengths"))]
        strengths = those("strength", "strength_so_far")
        blocks += [card(self._tell(one)) for one in strengths] or [paragraph(say("ui.together.strengths_none"))]
        blocks.append(heading(2, say("ui.together.growth")))
        growth = those("growth", "growth_least")
        blocks += [card(self._tell(one)) for one in growth] or [paragraph(say("ui.together.growth_none"))]
        for one in those("next_step"):
            _id, _title, words = next_step(one)
            blocks += [heading(2, say("ui.together.next_step")), callout("", words, tone="good")]
        needs = those("unmet_need")
        blocks += [heading(2, say("ui.together.needs")), *[card(self._tell(one)) for one in needs]] if needs else []
        differences = those("difference")
        blocks.append(heading(2, say("ui.together.differ")))
        blocks += [card(self._tell(one)) for one in differences] or [paragraph(say("ui.together.differ_none"))]
        return blocks

    def _tell(self, insight: Insight) -> list[Block]:
        owner = next((one.name for one in self.session.couple.members if one.person_id == insight.person_id), "")
        return tell(insight, self.session.instruments, name=owner)

    def _offer(self, results: Results) -> None:
        buttons = [Button(say("ui.together.to_mood"), self.to("cooling" if self.session.is_together else "mood"), "primary")]
        step = next((one for one in results.insights if one.code == "next_step"), None)
        if step and not self.session.is_together:
            page, title, _words = next_step(step)
            buttons.append(Button(say("ui.together.start_step", title=title), self.to(f"exercise:{page}")))
        if not self.session.is_together:
            buttons.append(Button(say("ui.together.to_sharing"), self.to("sharing"), "quiet"))
        self.offer(*buttons)
