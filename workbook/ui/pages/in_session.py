"""A session with a therapist, as one of the couple sees it: the step, what both show, one's own way out."""

from collections.abc import Sequence

from ipywidgets import VBox, Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.content.formats import listed
from workbook.content.practice import practice_offer
from workbook.content.session_guide import session_guide
from workbook.service.formats.case_values import SessionSeen
from workbook.session import Session, Status
from workbook.ui.blocks import Block, callout, heading, kicker, lead, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.components import Floor, TextField
from workbook.ui.leaf import Row
from workbook.ui.pages.base import Page
from workbook.ui.path import PARTNER, TOGETHER
from workbook.ui.revealed import RevealedTopics, title_of_topic, topics
from workbook.ui.session_clock import show_timer

CLOSING = "closing"


def while_one_goes_on(session: Session, _address: Address) -> Status:
    """Open while a session goes on, and until it is rated."""
    return "open" if session.live is not None and session.takes_part else "locked"


class InSession(Page):
    """What it shows of both is the same for both, whatever either has granted, taken back or left open."""

    kind = "in-session"
    roles = PARTNER | TOGETHER
    lock = staticmethod(while_one_goes_on)

    def parts(self) -> Sequence[Widget]:
        self.clock = Floor()
        self.shown = RevealedTopics(self.desk.guard)
        self.back = Row(self.desk.guard_press)
        self.topic = TextField(
            kind="select", label=say("ui.in-session.offer"), hint=say("ui.in-session.offer_hint")
        )
        self.offering = Row(self.desk.guard_press)
        self.rated = {
            one.id: TextField(kind="select", label=one.text, hint=say("ui.in-session.scale"))
            for one in session_guide().rating
        }
        self._taken_back: list[str] = []  # here, so that one pressed by mistake can be shown again
        self.rating = VBox(list(self.rated.values()))
        return (self.clock, self.shown.root, self.back.widget, self.topic, self.offering.widget, self.rating)

    def arrive(self, address: Address) -> None:
        for field in self.rated.values():
            field.value = field.error = ""
        super().arrive(address)

    def fill(self) -> None:
        live = self.session.live
        if live is None:
            self._show()
            self.say_words([heading(1, say("ui.in-session.title")), lead(say("ui.in-session.gone"))])
            self.offer(self.home())
            return
        show_timer(self.clock, live)
        self.shown.show(live.revealed, self.session.instruments, self.session.couple.members)
        is_alone = not self.session.is_together
        if live.is_over:
            self._fill_over(live)
        elif is_alone and self.session.actor.person_id not in live.here:
            self._show()
            self._invite()
        else:
            self._fill_going_on(live, is_alone=is_alone)

    def _show(self, *widgets: Widget) -> None:
        self.root.children = (self.words, *widgets, self.actions)

    # -- coming -------------------------------------------------------------------------------
    def _invite(self) -> None:
        told = [paragraph(say(f"ui.in-session.invite_{n}")) for n in (1, 2)]
        self.say_words(
            [*self._head(say("ui.in-session.title")), callout("", told), note(say("ui.in-session.may_wait"))]
        )
        self.offer(Button(say("ui.in-session.come"), self.session.come_into_session, "primary"), self.home())

    # -- while it goes on ----------------------------------------------------------------------
    def _fill_going_on(self, live: SessionSeen, *, is_alone: bool) -> None:
        step = next(one for one in session_guide().agenda if one.id == live.step)
        paused = [
            callout(say("ui.in-session.paused"), [paragraph(say("ui.in-session.paused_words"))], tone="care")
        ]
        self.say_words(
            [
                *self._head(step.title),
                lead(step.invitation),
                *(paused if live.is_paused else []),
                note(self._here(live)),
            ]
        )
        own = self._own_parts(live) if is_alone else ()
        rates = is_alone and live.step == CLOSING and not live.has_rated
        self._show(self.clock, self.shown.root, *own, *((self.rating,) if rates else ()))
        rate = [Button(say("ui.in-session.rate"), self._rate, "primary")] if rates else []
        if rates:
            self._offer_rating()
        minute = (
            [Button(say("ui.in-session.minute"), self.to(at("just-for-me")), "quiet")] if is_alone else []
        )
        self.offer(*self._begun(live), *rate, *(minute if live.step == CLOSING else []), self.home())

    def _own_parts(self, live: SessionSeen) -> Sequence[Widget]:
        """Return what one does alone: take back what one shows, and offer what is never asked for."""
        self.back.offer(*(self._taker(one.facet) for one in live.revealed), of=str(self.address))
        offered = [one for one in (*self._taken_back, *practice_offer().guarded) if one in self._titles()]
        self.topic.options = [
            ["", say("ui.in-session.choose")],
            *([one, self._titles()[one]] for one in offered),
        ]
        self.offering.offer(
            Button(say("ui.in-session.offer_button"), self._offer, "quiet"), of=str(self.address)
        )
        return (self.back.widget, self.topic, self.offering.widget)

    def _titles(self) -> dict[str, str]:
        return {facet.id: facet.title for _one, facet in topics(self.session.instruments)}

    def _taker(self, facet: str) -> Button:
        title = title_of_topic(facet, self.session.instruments)

        def take_back() -> None:
            self._taken_back = [facet, *(one for one in self._taken_back if one != facet)]
            self.session.take_back_in_session(facet)

        return Button(say("ui.in-session.take_back", title=title), take_back, "secondary")

    def _offer(self) -> None:
        self.topic.error = "" if self.topic.value in self._titles() else say("ui.trouble.no_choice")
        if not self.topic.error:
            self.session.offer_in_session(self.topic.value)
            self.topic.value = ""

    def _begun(self, live: SessionSeen) -> list[Button]:
        """Return the way to what the therapist has begun: offered, never turned to by itself."""
        if not live.started:
            return []
        if live.started in exercises():
            there = Button(
                say("ui.in-session.begun", title=exercises()[live.started].title),
                self.to(at("exercise", live.started)),
                "primary",
            )
            return [there]
        return [Button(say(f"ui.in-session.begun_{live.started}"), self.to(at(live.started)), "primary")]

    def _head(self, title: str) -> list[Block]:
        return [kicker(say("ui.in-session.kicker")), heading(1, title)]

    def _here(self, live: SessionSeen) -> str:
        names = [one.name for one in self.session.couple.members if one.person_id in live.here]
        return say("ui.in-session.here", names=listed(names)) if names else say("ui.in-session.nobody")

    # -- afterwards -----------------------------------------------------------------------------
    def _fill_over(self, live: SessionSeen) -> None:
        asks = not self.session.is_together and not live.has_rated
        self._show(*((self.rating,) if asks else ()))
        thanks = say("ui.in-session.rated" if live.has_rated else "ui.in-session.over")
        told = [paragraph(say("ui.in-session.minute_words")), note(say("ui.in-session.minute_alone"))]
        self.say_words(
            [
                *self._head(say("ui.in-session.over_title")),
                lead(thanks),
                callout(say("ui.in-session.minute"), told, tone="care"),
            ]
        )
        if asks:
            self._offer_rating()
        rate = [Button(say("ui.in-session.rate"), self._rate, "primary")] if asks else []
        own = (
            []
            if self.session.is_together
            else [Button(say("ui.steps.resources"), self.to(at("resources")), "secondary")]
        )
        self.offer(*rate, *own, self.home())

    def _offer_rating(self) -> None:
        steps = [str(n) for n in range(practice_offer().highest_rating + 1)]
        for field in self.rated.values():
            field.options = [["", say("ui.in-session.leave_out")], *([n, n] for n in steps)]

    def _rate(self) -> None:
        live = self.session.live
        known = {str(n) for n in range(practice_offer().highest_rating + 1)}
        items = {name: int(field.value) for name, field in self.rated.items() if field.value in known}
        first = next(iter(self.rated.values()))
        first.error = "" if items else say("ui.in-session.rate_one")
        if live is not None and items:
            self.session.rate_session(live.id, items)
