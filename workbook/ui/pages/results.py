"""A person's own picture: what carries them, what could use care, and the views."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.content import say
from workbook.ui.blocks import Block, card, heading, kicker, lead, note, opening
from workbook.ui.buttons import Button
from workbook.ui.components import Menu
from workbook.ui.figures import OWN_VIEWS, Scene
from workbook.ui.pages.base import Page
from workbook.ui.pages.view import menu_of, own_scene
from workbook.ui.telling import tell


class OwnResults(Page):
    """Only the person's own drawer is read here; nothing of it is about the partner's answers."""

    kind = "results"

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("ui.together.more_views"))
        self.menu.on_press(self.desk.guard(self.desk.go))
        return (self.menu,)

    def arrive(self, argument: str) -> None:
        super().arrive(argument)
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
            self.offer(Button(say("ui.results.empty_button"), self.to("home"), "primary"))
            return
        scene = own_scene(session)
        self.say_words([*opening("results"), *self._told(scene)])
        self.menu.parts = [
            {"title": say("ui.together.more_views"), "steps": menu_of(OWN_VIEWS, scene, "own")}
        ]
        self.offer(Button(say("ui.results.to_share"), self.to("share"), "primary"), self.home())

    @staticmethod
    def _told(scene: Scene) -> list[Block]:
        blocks: list[Block] = []
        for key, codes in (("strong", ("strength", "strength_so_far")), ("care", ("growth", "growth_least"))):
            told = [card(tell(one, scene.instruments)) for one in scene.results.insights if one.code in codes]
            blocks += [heading(2, say(f"ui.results.{key}")), *told] if told else []
        return [*blocks, note(say("ui.results.order"))] if blocks else []
