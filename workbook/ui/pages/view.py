"""One view per page: a sentence, a drawing, a table; from the table both see, or one's own drawer."""

from collections.abc import Sequence
from typing import ClassVar

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.errors import WorkbookError, problem
from workbook.frames import occasion_number
from workbook.insights import Insight
from workbook.plots import Showing
from workbook.results import Results, work_out, work_out_own
from workbook.service.formats.values import passed_over
from workbook.session import Session
from workbook.session.drawer import OWN_NEED
from workbook.ui.blocks import Block, card, heading, kicker, name_of, note, quote
from workbook.ui.buttons import Button
from workbook.ui.components import Prose
from workbook.ui.drawing import Source, draw, own_showings, title_of, together_showings
from workbook.ui.exercise_pages.request import ABOUT
from workbook.ui.insight_text import need_behind, suggestions, tell
from workbook.ui.insight_text import title_of as title_of_subject
from workbook.ui.locks import once_both_opened, while_open_behind, with_own_answers
from workbook.ui.pages.base import Page
from workbook.ui.panel import Panel
from workbook.ui.path import PARTNER, TOGETHER

WITH_OWN_WORDS = "waiting"
"""The view below which needs in own words stand."""


def own_source(session: Session, occasion: str) -> Source:
    """Return everything one person's own figures are drawn from: one occasion of their drawer."""
    basis = (session.responses, session.events, session.table)
    return session.once(f"own {occasion}", basis, lambda: _own(session, occasion))


def _own(session: Session, occasion: str) -> Source:
    mine = session.responses[session.responses["occasion"] == occasion]
    # What was answered about a need that was taken away stays kept, but is part of no picture.
    is_gone = mine["item"].str.startswith(OWN_NEED) & ~mine["item"].str.rpartition(".")[0].isin(
        session.own_needs
    )
    mine = mine[~is_gone.to_numpy(dtype=bool)]
    me = session.me
    known = {me.person_id: me.place} if me else {}
    passed = passed_over((*session.own_choices, *session.table.choices))
    asked = session.instruments_on(occasion)
    results = work_out_own(mine, asked, known=known, suggestions=suggestions(), passed=passed)
    return Source(results, results.instruments, {me.place: me.name} if me else {}, session.own_needs)


def together_source(session: Session, occasion: str = "") -> Source:
    """Return everything the joint figures are drawn from: the table, and nothing else.

    Of one round where an ``occasion`` is named; else of each part the newest that lies open.
    """
    return session.once(f"together {occasion}", (session.table,), lambda: _together(session, occasion))


def _together(session: Session, occasion: str) -> Source:
    members = session.couple.members
    known = {member.person_id: member.place for member in members}
    results = work_out(
        [one for one in session.table.publications if occasion in ("", one.occasion)],
        session.instruments,
        known=known,
        suggestions=suggestions(),
        passed=passed_over(session.table.choices),
    )
    return Source(
        results,
        results.instruments,
        {member.place: member.name for member in members},
        words={one.person_id: session.shown_needs(one.person_id, occasion) for one in members},
    )


def menu_of(shown: Sequence[Showing], source: Source, *kind: str) -> list[dict[str, str]]:
    """Return the views as lines of a menu; one that cannot be shown says so in its note.

    ``kind`` is what stands before a view's name in its address.
    """
    return [
        {
            "id": str(at(*kind, one.id)),
            "title": title_of(one, source),
            "status": "link",
            "note": say(f"ui.view.notes.{_note(one, source.results)}"),
        }
        for one in shown
    ]


def _note(showing: Showing, results: Results) -> str:
    reason = results.unavailable.get(showing.id)
    if reason is None:
        return showing.view.name
    return f"missing_{'own' if results.is_solo and reason != 'solo' else reason}"


def ways_to_ask(page: Page, source: Source, look: str = "primary") -> list[Button]:
    """Return the way from one's own next step to a request about the need behind it, which is filled in.

    The step goes up the ladder: while safety, trust or calm is not well for the person, there is no such way.
    """
    session = page.session
    step = next((one for one in source.results.insights if one.code == "next_step"), None)
    need = need_behind(step.subject) if step else ""
    if step is None or not need or session.couple.is_solo or session.is_parted:
        return []
    label = say("ui.results.ask", topic=title_of_subject(step.subject, source.instruments))
    return [Button(label, page.to(at("exercise", "request", f"{ABOUT}{need}")), look)]


class TogetherView(Page):
    """A view of both. The address names it, and the instrument where it was made for another."""

    kind = "view"
    needs_table = True
    roles = PARTNER | TOGETHER
    above: ClassVar[str] = "ui.together.kicker"
    n_before: ClassVar[int] = 0  # names of the address that stand before the view's
    lock = staticmethod(once_both_opened)

    @property
    def overview(self) -> Address:
        """The page with all views."""
        return at("together", "now")

    def parts(self) -> Sequence[Widget]:
        self.view = Panel(self.desk.guard)
        self.told = Prose()  # below the picture, which is what the page is for
        return (self.view.root, self.told)

    def source(self) -> Source:
        """Return what the figure is drawn from."""
        return together_source(self.session)

    def showings(self) -> tuple[Showing, ...]:
        """Return what there is to look at, in the order of the menu."""
        return together_showings(self.source())

    def fill(self) -> None:
        source, shown = self.source(), self.showings()
        place = next((n for n, one in enumerate(shown) if one.id == self.address.rest(self.n_before)), None)
        if place is None:
            raise WorkbookError(problem("ui.trouble.not_there"))
        draw(self.view, shown[place], source)
        self.say_words(
            [
                kicker(self._above()),
                heading(1, title_of(shown[place], source)),
                *self._note_above(shown[place], source.results),
            ]
        )
        self.told.blocks = self._told(shown[place], source.results)
        asking = self._asking()
        self.offer(
            *asking,
            Button(say("ui.view.back"), self.to(self.overview), "secondary" if asking else "primary"),
            *[self._onward(one, source) for one in shown[place + 1 : place + 2]],
        )

    def _asking(self) -> list[Button]:
        """Return the way from what is low to asking for one thing."""
        return []

    def _above(self) -> str:
        return say(self.above)

    def _note_above(self, showing: Showing, results: Results) -> list[Block]:
        key = "" if showing.id in results.unavailable else showing.view.note
        return [note(say(key))] if key else []

    def _told(self, showing: Showing, results: Results) -> list[Block]:
        is_told = showing.id not in results.unavailable
        told = [one for one in results.insights if is_told and one.code in showing.view.tells]
        return [*(card(self._tell(one)) for one in told), *self._own_words(showing)]

    def _own_words(self, showing: Showing) -> list[Block]:
        """Return the needs in own words that both opened, each under its writer's name."""
        if showing.id != WITH_OWN_WORDS:
            return []
        said = [(one, self.source().words.get(one.person_id)) for one in self.session.couple.members]
        blocks = [
            block
            for member, needs in said
            if needs
            for block in (note([name_of(member)]), *map(quote, needs.values()))
        ]
        return [heading(2, say("ui.view.own_words")), *blocks] if blocks else []

    def _onward(self, following: Showing, source: Source) -> Button:
        title = say("ui.view.next", title=title_of(following, source))
        return Button(title, self.to(at(self.kind, *self.address.names[: self.n_before], following.id)))

    def _tell(self, insight: Insight) -> list[Block]:
        owner = next(
            (one.name for one in self.session.couple.members if one.person_id == insight.person_id), ""
        )
        source = self.source()
        return tell(
            insight,
            source.instruments,
            owner=owner,
            own_needs=source.own_needs,
            alone=source.results.is_solo,
            level=2,
        )


def earlier_showings(source: Source) -> tuple[Showing, ...]:
    """Return what there is to look at of a round before: no line leads to what was not opened then."""
    return tuple(one for one in together_showings(source) if one.id not in source.results.unavailable)


class TogetherEarlierView(TogetherView):
    """A view of both from a round before; the address names the round, then the view."""

    kind = "view-earlier"
    n_before = 1
    lock = staticmethod(while_open_behind)

    @property
    def overview(self) -> Address:
        return at("together-earlier", self.address.name)

    def fill(self) -> None:
        if self.address.name not in self.session.earlier_rounds:  # taken back while it was open
            self.desk.go(at("home"))
        elif self.address.rest(self.n_before) not in [one.id for one in self.showings()]:
            self.desk.go(self.overview)
        else:
            super().fill()

    def source(self) -> Source:
        return together_source(self.session, self.address.name)

    def showings(self) -> tuple[Showing, ...]:
        return earlier_showings(self.source())

    def _above(self) -> str:
        return say("ui.together-earlier.kicker", n=occasion_number(self.address.name))


class OwnView(TogetherView):
    """A view of one's own answers."""

    kind = "own"
    needs_table = False
    roles = PARTNER
    above = "ui.results.kicker"
    lock = staticmethod(with_own_answers)

    @property
    def overview(self) -> Address:
        return at("results")

    @property
    def occasion(self) -> str:
        """The round that is shown: the newest of which there is a picture."""
        return next(iter(self.session.pictures()), self.session.occasion)

    def source(self) -> Source:
        return own_source(self.session, self.occasion)

    def showings(self) -> tuple[Showing, ...]:
        return own_showings(self.source())

    def _asking(self) -> list[Button]:
        return ways_to_ask(self, self.source()) if self.kind == OwnView.kind else []


class EarlierView(OwnView):
    """The same for a round before; the address names the round, then the view."""

    kind = "earlier-view"
    n_before = 1

    @property
    def overview(self) -> Address:
        return at("earlier", self.occasion)

    @property
    def occasion(self) -> str:
        return self.address.name
