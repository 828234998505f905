"""The room in which two talk, as one sitting has it: see `workbook.exercises.room`."""

from workbook.service.desks.roles import CoupleService
from workbook.service.formats.values import RoomSeen
from workbook.session.hearing import Hearing


class InRoom(Hearing):
    """What a sitting knows of the room, and the verbs by which it moves there."""

    room: RoomSeen | None
    service: CoupleService

    @property
    def is_expected(self) -> bool:
        """True while the other is in the room and has come alone."""
        return self.room is not None and "come" in self.room.moves and bool(self.room.here)

    def open_room(self, first: str) -> None:
        """Open the room in which two talk with a floor; see `CoupleService.open_room`."""
        self.room = self.service.open_room(first)
        self.revision += 1

    def move_in_room(self, move: str, *, minutes: int | None = None) -> None:
        """Make a move in the room; see `CoupleService.move_in_room`."""
        self.room = self.service.move_in_room(move, minutes=minutes)
        self.revision += 1
