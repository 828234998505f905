"""A session as it goes on: the agenda, what is shown to both, what is begun on their pages, the clock."""

from collections.abc import Callable, Sequence

from ipywidgets import Box, VBox, Widget

from workbook.address import at
from workbook.content import say
from workbook.content.formats import listed
from workbook.content.session_guide import AgendaStep, session_guide
from workbook.service.formats.case_values import SessionSeen
from workbook.ui.blocks import Block, bullets, callout, heading, kicker, lead, links, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitPage
from workbook.ui.cockpit.beginning import Beginning
from workbook.ui.cockpit.showing import Showing
from workbook.ui.components import Floor, Prose, TextField
from workbook.ui.leaf import Row
from workbook.ui.session_clock import show_timer

PRESENTATION = "/presentation"
TIMERS = (5, 10, 12, 15, 20, 30, 45, 60)


class Live(CockpitPage):
    """The page a therapist works from while the two are there."""

    kind = "live"

    def parts(self) -> Sequence[Widget]:
        self.clock = Floor()
        self.step = TextField(
            kind="select",
            label=say("cockpit.live.step"),
            options=[[one.id, one.title] for one in session_guide().agenda],
        )
        self.step.observe(self.desk.guard(lambda _: self._chose_step()), "value")
        self.timer = TextField(
            kind="select",
            label=say("cockpit.live.timer"),
            options=[
                ["0", say("cockpit.live.no_timer")],
                *([str(n), say("cockpit.live.minutes", n=n)] for n in TIMERS),
            ],
        )
        self.timer.observe(self.desk.guard(lambda _: self._chose_timer()), "value")
        self.steering = Row(self.desk.guard_press)
        self.beginning = Beginning(self.desk)
        self.showing = Showing(self.desk)
        self.below = Prose()
        self._is_filling = False
        steering = VBox([self.clock, self.step, self.steering.widget, self.timer, *self.beginning.parts])
        self.columns = Box([steering, VBox(list(self.showing.parts))])
        self.columns.add_class("columns")
        return (self.columns, self.below)

    def fill(self) -> None:
        seen = self.session.live(self.case_id)
        self._is_filling = True
        try:
            self._fill(seen)
        finally:
            self._is_filling = False

    def _fill(self, seen: SessionSeen | None) -> None:
        show_timer(self.clock, seen)
        is_on = seen is not None and not seen.is_over
        if seen is None or not is_on:
            self.root.children = (self.words, self.actions)
            self._fill_closed()
            return
        self.root.children = (self.words, self.columns, self.below, self.actions)
        steps = {one.id: one for one in session_guide().agenda}
        self.say_words(self._words(seen, steps[seen.step]))
        self.step.value = seen.step
        self.timer.value = (
            str(seen.timer_minutes) if seen.timer_until and seen.timer_minutes in TIMERS else "0"
        )
        self.steering.offer(*self._steering(seen), of=str(self.address))
        self.showing.fill(self.case_id, seen)
        self.beginning.fill(self.case_id, seen)
        self.below.blocks = [note(say("cockpit.live.closing"))]
        self.offer(Button(say("cockpit.live.end"), self._end, "secondary"), self.back())

    # -- before and after -------------------------------------------------------------------------
    def _fill_closed(self) -> None:
        if not self.case.seen.is_seen_alone:
            told = [paragraph(say("cockpit.live.not_alone"))]
            self.say_words([*self.head(), callout("", told, tone="care")])
            self.offer(Button(say("cockpit.live.to_case"), self.to(at("case", self.case_id)), "primary"))
            return
        agenda = [
            f"{one.title}: {say('cockpit.live.minutes', n=one.minutes)}" for one in session_guide().agenda
        ]
        self.say_words([*self.head(), bullets(agenda, ordered=True), note(say("cockpit.live.before"))])
        self.offer(Button(say("cockpit.live.open"), self._open, "primary"), self.back())

    def _open(self) -> None:
        self.session.act(self.session.service.open_session, self.case_id)

    def _end(self) -> None:
        self.session.act(self.session.service.end_session, self.case_id)
        self.desk.go(at("over-time", self.case_id))

    # -- what is said ----------------------------------------------------------------------------
    def _words(self, seen: SessionSeen, step: AgendaStep) -> list[Block]:
        number = [one.id for one in session_guide().agenda].index(step.id) + 1
        above = say(
            "cockpit.live.kicker", label=self.case.seen.label, n=number, of=len(session_guide().agenda)
        )
        paused = [
            callout(say("cockpit.live.paused"), [paragraph(say("cockpit.live.paused_words"))], tone="care")
        ]
        return [
            kicker(above),
            heading(1, step.title),
            lead(step.aim),
            *(paused if seen.is_paused else []),
            bullets(step.prompts),
            note(self._here(seen)),
            links([(say("cockpit.live.presentation"), PRESENTATION)]),
        ]

    def _here(self, seen: SessionSeen) -> str:
        names = [one.name for one in self.session.members(self.case_id) if one.person_id in seen.here]
        return say("cockpit.live.here", names=listed(names)) if names else say("cockpit.live.nobody")

    # -- what is done ------------------------------------------------------------------------------
    def _steering(self, seen: SessionSeen) -> list[Button]:
        ids = [one.id for one in session_guide().agenda]
        place = ids.index(seen.step)
        found = []
        if place + 1 < len(ids):
            title = session_guide().agenda[place + 1].title
            found.append(
                Button(say("cockpit.live.next", title=title), self._stepper(ids[place + 1]), "primary")
            )
        pause = say("cockpit.live.go_on" if seen.is_paused else "cockpit.live.pause")
        return [*found, Button(pause, self._pauser(paused=not seen.is_paused), "secondary")]

    def _stepper(self, step: str) -> Callable[[], object]:
        return lambda: self.session.act_live(self.session.service.go_to_step, self.case_id, step)

    def _pauser(self, *, paused: bool) -> Callable[[], object]:
        verb = self.session.service.pause_session
        return lambda: self.session.act_live(verb, self.case_id, paused=paused)

    def _chose_step(self) -> None:
        if not self._is_filling and self.step.value in {one.id for one in session_guide().agenda}:
            self._stepper(self.step.value)()

    def _chose_timer(self) -> None:
        minutes = next((n for n in (0, *TIMERS) if str(n) == self.timer.value), None)
        if not self._is_filling and minutes is not None:
            self.session.act_live(self.session.service.set_timer, self.case_id, minutes)
