"""A person's own picture: what carries them, what could use care, each part's profile."""

from collections.abc import Mapping, Sequence

from ipywidgets import VBox, Widget

from workbook.content import say
from workbook.instruments import Instrument
from workbook.results import Results, work_out_own
from workbook.ui.blocks import Block, card, heading, kicker, lead, opening
from workbook.ui.figures import OWN_VIEWS, draw
from workbook.ui.pages.base import Button, Page
from workbook.ui.telling import suggestions, tell
from workbook.ui.views import View


class OwnResults(Page):
    """Only the person's own drawer is read here; nothing of it is about the partner's answers."""

    kind = "results"
    is_wide = True

    def parts(self) -> Sequence[Widget]:
        self.views = {name: View() for name in OWN_VIEWS}
        self.place = VBox([view.root for view in self.views.values()])
        return (self.place,)

    def fill(self) -> None:
        session = self.session
        mine = session.responses[session.responses["occasion"] == session.occasion]
        if not mine["value"].notna().any():
            self.say_words([kicker(say("ui.results.kicker")), heading(1, say("ui.results.title")), lead(say("ui.results.empty"))])
            for view in self.views.values():
                view.hide()
            self.offer(Button(say("ui.results.empty_button"), self.to("home"), "primary"))
            return
        me = session.me
        known = {me.person_id: me.place} if me else {}
        results = work_out_own(mine, session.instruments, known=known, suggestions=suggestions())
        self.say_words([*opening("results"), *self._told(results, session.instruments)])
        names = {me.place: me.name} if me else {}
        for name, view in self.views.items():
            draw(view, name, results, session.instruments, names)
        self.offer(
            Button(say("ui.results.to_share"), self.to("share"), "primary"),
            self.home(),
        )

    @staticmethod
    def _told(results: Results, instruments: Mapping[str, Instrument]) -> list[Block]:
        blocks: list[Block] = []
        for key, codes in (("strong", ("strength", "strength_so_far")), ("care", ("growth", "growth_least"))):
            told = [card(tell(one, instruments)) for one in results.insights if one.code in codes]
            blocks += [heading(2, say(f"ui.results.{key}")), *told] if told else []
        return blocks
