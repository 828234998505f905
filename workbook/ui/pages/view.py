"""One view per page: a sentence, a drawing, a table; from the table both see, or one's own drawer."""

from collections.abc import Sequence
from typing import ClassVar

from ipywidgets import Widget

from workbook.content import say
from workbook.errors import WorkbookError
from workbook.insights import Insight
from workbook.results import Results, work_out, work_out_own
from workbook.session import Session
from workbook.ui.blocks import Block, card, heading, kicker, note
from workbook.ui.buttons import Button
from workbook.ui.figures import OWN_VIEWS, TOGETHER_VIEWS, Scene, draw
from workbook.ui.pages.base import Page
from workbook.ui.telling import suggestions, tell
from workbook.ui.views import View

_TELLS = {"needs_map": ("unmet_need", "unmet_tied")}


def own_scene(session: Session) -> Scene:
    """Everything one person's own figures are drawn from: this occasion of their drawer."""
    return session.once("own", (session.responses, session.occasion), lambda: _own(session))


def _own(session: Session) -> Scene:
    mine = session.responses[session.responses["occasion"] == session.occasion]
    me = session.me
    known = {me.person_id: me.place} if me else {}
    results = work_out_own(mine, session.instruments, known=known, suggestions=suggestions())
    return Scene(results, session.instruments, {me.place: me.name} if me else {}, session.own_needs)


def together_scene(session: Session) -> Scene:
    """Everything the joint figures are drawn from: the table, and nothing else."""
    return session.once("together", (session.table,), lambda: _together(session))


def _together(session: Session) -> Scene:
    members = session.couple.members
    known = {member.person_id: member.place for member in members}
    results = work_out(
        session.table.publications, session.instruments, known=known, suggestions=suggestions()
    )
    return Scene(results, session.instruments, {member.place: member.name for member in members})


def menu_of(views: Sequence[str], scene: Scene, kind: str) -> list[dict[str, str]]:
    """The views as lines of a menu; one that cannot be shown says so in its note."""
    return [
        {
            "id": f"{kind}:{name}",
            "title": say(f"ui.view.titles.{name}"),
            "status": "link",
            "note": say(f"ui.view.notes.{_note(name, scene.results)}"),
        }
        for name in views
    ]


def _note(name: str, results: Results) -> str:
    reason = results.unavailable.get("needs_map" if name == "guesses" else name)
    return name if reason is None else f"missing_{'own' if results.is_solo and reason != 'solo' else reason}"


class TogetherView(Page):
    """A view of both. The argument names it."""

    kind = "view"
    above: ClassVar[str] = "ui.together.kicker"
    overview: ClassVar[str] = "together:now"
    views: ClassVar[tuple[str, ...]] = TOGETHER_VIEWS

    def parts(self) -> Sequence[Widget]:
        self.view = View()
        return (self.view.root,)

    def scene(self) -> Scene:
        """What the figure is drawn from."""
        return together_scene(self.session)

    def fill(self) -> None:
        if self.argument not in self.views:
            raise WorkbookError(say("ui.trouble.not_there"))
        scene = self.scene()
        draw(self.view, self.argument, scene)
        told = [one for one in scene.results.insights if one.code in _TELLS.get(self.argument, ())]
        is_shown = self.argument not in scene.results.unavailable
        self.say_words(
            [
                kicker(say(self.above)),
                heading(1, say(f"ui.view.titles.{self.argument}")),
                *([card(self._tell(one)) for one in told] if is_shown else []),
                *(
                    [note(say("ui.telling.difference"))]
                    if is_shown and self.argument == "side_by_side"
                    else []
                ),
            ]
        )
        place = self.views.index(self.argument)
        following = self.views[place + 1] if place + 1 < len(self.views) else None
        onward = (
            [
                Button(
                    say("ui.view.next", title=say(f"ui.view.titles.{following}")),
                    self.to(f"{self.kind}:{following}"),
                )
            ]
            if following
            else []
        )
        self.offer(Button(say("ui.view.back"), self.to(self.overview), "primary"), *onward)

    def _tell(self, insight: Insight) -> list[Block]:
        owner = next(
            (one.name for one in self.session.couple.members if one.person_id == insight.person_id), ""
        )
        alone = self.scene().results.is_solo
        return tell(insight, self.session.instruments, owner=owner, alone=alone, level=2)


class OwnView(TogetherView):
    """A view of one's own answers."""

    kind = "own"
    above = "ui.results.kicker"
    overview = "results"
    views = OWN_VIEWS

    def scene(self) -> Scene:
        return own_scene(self.session)
