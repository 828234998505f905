"""What a therapist begins on the couple's pages: an exercise, the check-in, or the room with a floor."""

from collections.abc import Callable

from ipywidgets import Widget

from workbook.content import say
from workbook.content.exercise import exercises
from workbook.exercises.room import PAUSES
from workbook.service.formats.case_values import SessionSeen
from workbook.service.formats.values import RoomSeen
from workbook.ui.blocks import Block, heading, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitDesk
from workbook.ui.components import Floor, Prose, TextField
from workbook.ui.leaf import Row
from workbook.ui.room_clock import show_room_clock

ROOM, WEEKLY = "room", "weekly"


class Beginning:
    """A pointer that the couple's pages offer: nobody is turned to a page against their will."""

    def __init__(self, desk: CockpitDesk) -> None:
        self._session = desk.session
        self._words = Prose()
        listed = sorted(exercises().values(), key=lambda one: one.title)
        options = [[ROOM, say("cockpit.beginning.room")], [WEEKLY, say("cockpit.beginning.weekly")]]
        self._what = TextField(
            kind="select",
            label=say("cockpit.beginning.what"),
            options=[
                ["", say("cockpit.beginning.choose")],
                *options,
                *([one.id, one.title] for one in listed),
            ],
        )
        self._row = Row(desk.guard_press)
        self._floor = Floor()
        self._room_row = Row(desk.guard_press)
        self._case_id = ""

    @property
    def parts(self) -> tuple[Widget, ...]:
        return (self._words, self._what, self._row.widget, self._floor, self._room_row.widget)

    def fill(self, case_id: str, seen: SessionSeen) -> None:
        """Put in what is begun, and how the room stands."""
        self._case_id = case_id
        begun = [note(say("cockpit.beginning.now", title=self._title(seen.started)))] if seen.started else []
        room = self._session.room(case_id)
        self._words.blocks = [
            heading(2, say("cockpit.beginning.title")),
            paragraph(say("cockpit.beginning.words")),
            *begun,
            *self._room_words(room),
        ]
        stop = (
            [Button(say("cockpit.beginning.stop"), lambda: self._begin(""), "quiet")] if seen.started else []
        )
        self._row.offer(Button(say("cockpit.beginning.begin"), self._begin_chosen, "secondary"), *stop)
        show_room_clock(self._floor, room, self._session.members(case_id))
        self._room_row.offer(*self._room_buttons(room, is_begun=seen.started == ROOM))

    def _title(self, what: str) -> str:
        return exercises()[what].title if what in exercises() else say(f"cockpit.beginning.{what}")

    def _begin_chosen(self) -> None:
        what = self._what.value
        is_known = what in {ROOM, WEEKLY, *exercises()}
        self._what.error = "" if is_known else say("ui.trouble.no_choice")
        if is_known:
            self._begin(what)

    def _begin(self, what: str) -> None:
        self._session.act_live(self._session.service.start_in_session, self._case_id, what)

    # -- the room --------------------------------------------------------------------------------
    def _room_words(self, room: RoomSeen | None) -> list[Block]:
        if room is None:
            return []
        names = {one.person_id: one.name for one in self._session.members(self._case_id)}
        words = say(f"cockpit.beginning.room_{room.stage}", name=names.get(room.speaker, ""))
        return [note(words)]

    def _room_buttons(self, room: RoomSeen | None, *, is_begun: bool) -> list[Button]:
        if room is None:
            if not is_begun:
                return []
            return [
                Button(say("cockpit.beginning.first", name=one.name), self._opener(one.person_id))
                for one in self._session.members(self._case_id)
            ]
        buttons = []
        for move in room.moves:
            if move == "pause":
                buttons.append(
                    Button(say("cockpit.beginning.pause", n=PAUSES[0]), self._mover(move, PAUSES[0]))
                )
            else:
                buttons.append(Button(say(f"cockpit.beginning.{move}"), self._mover(move)))
        return buttons

    def _opener(self, first: str) -> Callable[[], object]:
        return lambda: self._session.act_live(self._session.service.open_case_room, self._case_id, first)

    def _mover(self, move: str, minutes: int | None = None) -> Callable[[], object]:
        verb = self._session.service.move_in_case_room
        return lambda: self._session.act_live(verb, self._case_id, move, minutes=minutes)
