"""The room: one has the floor, the other listens, by the clock. For two devices, or for two at one."""

from collections.abc import Callable, Sequence

from ipywidgets import Widget

from workbook.address import Address
from workbook.content import say
from workbook.exercises.room import PAUSES, SECONDS
from workbook.service.formats.values import Member, RoomSeen
from workbook.session import Session, Status
from workbook.ui.blocks import Block, bullets, callout, card, heading, note, opening, paragraph
from workbook.ui.buttons import Button
from workbook.ui.components import Floor, Prose
from workbook.ui.pages.base import Page
from workbook.ui.path import PARTNER, TOGETHER
from workbook.ui.room_clock import show_room_clock, words_of_floor


def for_two(session: Session, _address: Address) -> Status:
    """Open once there are two."""
    return "open" if session.takes_part and not session.couple.is_solo else "locked"


class TheRoom(Page):
    """What it shows is a function of the room as the service has it, and of who looks."""

    kind = "room"
    part = "do"
    roles = PARTNER | TOGETHER
    lock = staticmethod(for_two)
    needs_table = True

    def parts(self) -> Sequence[Widget]:
        self.floor = Floor()
        self.floor.on_over(self.desk.guard(lambda _: self.session.refresh("room")))
        self._was_in = ""  # the room that was on this page, so that it can say that it closed
        self._asks_how_long = False
        self.below = Prose()
        return (self.floor, self.below)

    def arrive(self, address: Address) -> None:
        self._was_in, self._asks_how_long = "", False
        super().arrive(address)

    def fill(self) -> None:
        room = self.session.room
        show_room_clock(self.floor, room, self._people(), self.session.actor.person_id)
        self.below.blocks = []
        if room is None:
            self._asks_how_long = False
            self._fill_empty()
            return
        self._was_in = room.id
        if self._asks_how_long and "pause" in room.moves:
            self._ask_how_long()
            return
        self._asks_how_long = False
        getattr(self, f"_fill_{room.stage}")(room)

    # -- without a room -----------------------------------------------------------------------
    def _fill_empty(self) -> None:
        words = opening(self.kind)
        if self._was_in:
            closed = [paragraph(say("ui.room.closed_words"))]
            words = [callout(say("ui.room.closed"), closed, tone="good"), *words]
        quiet, active = (SECONDS[one] // 60 for one in ("quiet", "active"))
        how = [say(f"ui.room.how_{n}", quiet=quiet, active=active) for n in (1, 2, 3, 4)]
        self.say_words(
            [
                *words,
                bullets(how, ordered=True),
                note(say("ui.room.topic")),
                callout(say("ui.room.not_now"), [paragraph(say("ui.room.not_now_words"))], tone="care"),
                note(say("ui.room.where")),
            ]
        )
        openers = [
            Button(self._begins(one), self._opener(one.person_id), "primary") for one in self._people()
        ]
        self.offer(*openers, self.home())

    def _begins(self, member: Member) -> str:
        is_me = member.person_id == self.session.actor.person_id
        return say("ui.room.i_begin") if is_me else say("ui.room.begins", name=member.name)

    def _people(self) -> list[Member]:
        """Return the two; who looks at the page first."""
        me = self.session.actor.person_id
        return sorted(self.session.couple.members, key=lambda one: (one.person_id != me, one.place))

    def _opener(self, first: str) -> Callable[[], None]:
        return lambda: self.session.open_room(first)

    # -- the stages ------------------------------------------------------------------------------
    def _fill_waiting(self, room: RoomSeen) -> None:
        is_back = room.turns > 0 or room.spent > 0 or room.coming == "active"
        if "come" in room.moves:
            there = next((one for one in self._people() if one.person_id in room.here), None)
            name, speaker = there.name if there else "", self._name(room.speaker)
            key = "invited_back" if is_back else "invited"
            told: list[Block] = [paragraph(say(f"ui.room.{key}", name=name, speaker=speaker))]
            told.append(note(say("ui.room.may_say_no")))
            self._tell(told, self._mover("come", "come", "primary"), self._mover("close", "no"))
            return
        partner = self.session.partner
        name = partner.name if partner else ""
        self._tell(
            [paragraph(say("ui.room.waiting_for", name=name)), note(say("ui.room.waiting_how", name=name))],
            self._mover("close", "leave"),
        )

    def _fill_ready(self, room: RoomSeen) -> None:
        told = [paragraph(self._of_floor(room, "ready"))]
        if room.coming == "quiet" and not room.spent:
            told.append(note(say("ui.room.topic" if room.turns < 2 else "ui.room.topic_again")))
        self.below.blocks = self._cards(room)
        self._tell(told, self._mover("begin", "begin", "primary"), *self._ways_out())

    def _fill_quiet(self, room: RoomSeen) -> None:
        self.below.blocks = self._cards(room)
        self._tell([], self._mover("said", "said", "primary"), *self._ways_out())

    def _fill_active(self, room: RoomSeen) -> None:
        self.below.blocks = self._cards(room)
        self._tell([], self._mover("heard", "heard", "primary"), *self._ways_out())

    def _fill_paused(self, room: RoomSeen) -> None:
        told = [paragraph(say("ui.room.paused")), note(say("ui.room.paused_how"))]
        self._tell(told, self._mover("resume", "resume", "primary"), self._mover("close", "leave"))

    def _fill_last(self, room: RoomSeen) -> None:
        told: list[Block] = [paragraph(say("ui.room.last")), paragraph(say("ui.room.last_thanks"))]
        if room.keeps:
            told.append(note(say("ui.room.kept")))
        self._tell(
            told,
            self._mover("close", "close", "primary"),
            self._mover("again", "again"),
            self._mover("keep", "keep"),
        )

    def _ask_how_long(self) -> None:
        def pause(minutes: int) -> Callable[[], None]:
            def make() -> None:
                self._asks_how_long = False
                self.session.move_in_room("pause", minutes=minutes)

            return make

        lengths = [Button(say("ui.room.pause_for", n=minutes), pause(minutes)) for minutes in PAUSES]
        self.say_words([*self._head(), paragraph(say("ui.room.pause_words"))])
        self.offer(*lengths, Button(say("ui.room.pause_not"), self._ask(False), "quiet"))

    # -- what several stages share -------------------------------------------------------------------
    def _tell(self, told: Sequence[Block], *buttons: Button | None) -> None:
        self.say_words([*self._head(), *told])
        self.offer(*(one for one in buttons if one is not None))

    def _head(self) -> list[Block]:
        return opening(self.kind)[:2]

    def _mover(self, move: str, words: str, look: str = "quiet") -> Button | None:
        """Return the button that makes a move, where it may be made now."""
        room = self.session.room
        if room is None or move not in room.moves:
            return None
        return Button(say(f"ui.room.{words}_button"), lambda: self.session.move_in_room(move), look)

    def _ways_out(self) -> list[Button | None]:
        pause = Button(say("ui.room.pause_button"), self._ask(True), "secondary")
        return [pause, self._mover("close", "leave")]

    def _ask(self, asks: bool) -> Callable[[], None]:
        def turn() -> None:
            self._asks_how_long = asks
            self.fill()

        return turn

    def _cards(self, room: RoomSeen) -> list[Block]:
        """Return what helps: the speaker's card, the listener's, or at one device both."""
        me, found = self.session.actor.person_id, []
        for part in ("speaker", "listener"):
            is_mine = (room.speaker == me) == (part == "speaker")
            if self.session.is_together or is_mine:
                lines = [say(f"ui.room.{part}_{room.coming}_{n}") for n in (1, 2, 3)]
                name = say(f"ui.room.{part}")
                found.append(card([heading(2, name), bullets(lines)]))
        return found

    def _name(self, person_id: str) -> str:
        return next((one.name for one in self._people() if one.person_id == person_id), "")

    def _of_floor(self, room: RoomSeen, key: str) -> str:
        return words_of_floor(room, key, self._people(), self.session.actor.person_id)
