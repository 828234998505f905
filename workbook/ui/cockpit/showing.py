"""Showing topics in a session, one at a time: asked for here, shown once both show it, covered again."""

from collections.abc import Callable

from ipywidgets import Widget

from workbook.content import say
from workbook.content.practice import practice_offer
from workbook.frames import occasion_number
from workbook.service.formats.case_values import SessionSeen, Topic
from workbook.ui.blocks import Block, bullets, heading, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitDesk
from workbook.ui.components import Prose, TextField
from workbook.ui.leaf import Row
from workbook.ui.revealed import RevealedTopics, title_of_topic, topics


class Showing:
    """The part of the session's page on which topics are shown.

    A topic that was asked for and is not shown says no more than that: nobody learns why.
    """

    def __init__(self, desk: CockpitDesk) -> None:
        self._desk, self._session = desk, desk.session
        self._words = Prose()
        self._topic = TextField(kind="select", label=say("cockpit.showing.topic"))
        self._round = TextField(kind="select", label=say("cockpit.showing.round"))
        self._row = Row(desk.guard_press)
        self._asked = Row(desk.guard_press)
        self._shown = RevealedTopics(desk.guard)
        self._case_id = ""

    @property
    def parts(self) -> tuple[Widget, ...]:
        fields = (self._topic, self._round, self._row.widget)
        return (self._words, *fields, self._asked.widget, self._shown.root)

    def fill(self, case_id: str, seen: SessionSeen) -> None:
        """Put in what is asked for and what is shown now."""
        self._case_id = case_id
        instruments = self._session.instruments
        self._topic.options = [
            ["", say("cockpit.showing.choose")],
            *([facet.id, f"{one.title}: {facet.title}"] for one, facet in topics(instruments)),
        ]
        self._round.options = [
            [name, say("cockpit.showing.of_round", n=occasion_number(name))] for name in self._rounds()
        ]
        if self._round.value not in self._rounds():
            self._round.value = self._rounds()[0]
        self._words.blocks = self._told(seen)
        is_full = seen.reveals_left == 0 and seen.reveals_allowed < practice_offer().most_reveals_ever
        more = [Button(say("cockpit.showing.more"), self._allow_more(seen), "quiet")] if is_full else []
        ask = [Button(say("cockpit.showing.show"), self._ask, "secondary")] if seen.reveals_left else []
        self._row.offer(*ask, *more)
        self._asked.offer(*(self._coverer(one) for one in seen.asked))
        self._shown.show(seen.revealed, instruments, self._session.members(case_id))

    def _rounds(self) -> list[str]:
        """Return the rounds of which something is granted, the newest first; the first where none is."""
        found = {
            one.occasion
            for one in self._session.case(self._case_id).publications
            if one.occasion.startswith("assessment-")
        }
        return sorted(found, key=occasion_number, reverse=True) or ["assessment-1"]

    def _told(self, seen: SessionSeen) -> list[Block]:
        shown = {(one.facet, one.occasion) for one in seen.revealed}
        instruments = self._session.instruments
        rows = [
            say(
                "cockpit.showing.is_shown" if one in shown else "cockpit.showing.is_asked",
                title=title_of_topic(one[0], instruments),
            )
            for one in seen.asked
        ]
        offered = [title_of_topic(one, instruments) for one in seen.offered]
        return [
            heading(2, say("cockpit.showing.title")),
            paragraph(say("cockpit.showing.words")),
            note(say("cockpit.showing.guarded")),
            note(say("cockpit.showing.left", n=seen.reveals_left)),
            *([bullets(rows)] if rows else []),
            *([note(say("cockpit.showing.offered", titles=", ".join(offered)))] if offered else []),
        ]

    def _ask(self) -> None:
        known = {facet.id for _one, facet in topics(self._session.instruments)}
        self._topic.error = "" if self._topic.value in known else say("ui.trouble.no_choice")
        if self._topic.error or self._round.value not in self._rounds():
            return
        verb = self._session.service.reveal
        self._session.act_live(verb, self._case_id, self._topic.value, self._round.value)

    def _allow_more(self, seen: SessionSeen) -> Callable[[], object]:
        verb, most = self._session.service.allow_reveals, seen.reveals_allowed + 1
        return lambda: self._session.act_live(verb, self._case_id, most)

    def _coverer(self, topic: Topic) -> Button:
        title = title_of_topic(topic[0], self._session.instruments)

        def cover() -> None:
            self._session.act_live(self._session.service.cover, self._case_id, topic[0])

        return Button(say("cockpit.showing.cover", title=title), cover, "quiet")
