"""The room's clock as every page of it shows it: whose floor it is, and till when."""

from collections.abc import Sequence

from workbook.content import say
from workbook.exercises.room import SECONDS
from workbook.plots.theme import SIGN
from workbook.service.formats.values import Member, RoomSeen
from workbook.ui.components import Floor


def show_room_clock(floor: Floor, room: RoomSeen | None, members: Sequence[Member], reader: str = "") -> None:
    """Set the clock of the round that runs, or of a time-out; else it is not there.

    ``reader`` is the person who looks, where it is one of the two: to them it says "you".
    """
    shown = _clock_of(room, members, reader) if room is not None else None
    with floor.hold_sync():
        for name, value in (shown or {"ends": 0.0}).items():
            floor.set_trait(name, value)


def words_of_floor(room: RoomSeen, key: str, members: Sequence[Member], reader: str = "") -> str:
    """Return what is said of whose floor it is: in the room's words under ``key``."""
    name = next((one.name for one in members if one.person_id == room.speaker), "")
    return say(f"ui.room.{key}_{room.coming}{'_me' if room.speaker == reader else ''}", name=name)


def _clock_of(room: RoomSeen, members: Sequence[Member], reader: str) -> dict[str, object] | None:
    if room.until is not None:
        return {
            "speaker": {}, "words": "", "until": say("ui.room.until", time="{time}"), "seconds": 0.0,
            "over": say("ui.room.until_over"), "ends": room.until.timestamp() * 1000, "rings": True,
        }  # fmt: skip
    if room.stage not in SECONDS:
        return None
    member = next(one for one in members if one.person_id == room.speaker)
    return {
        "speaker": {"name": member.name, "place": member.place, "mark": SIGN[member.place]},
        "words": words_of_floor(room, "floor", members, reader), "until": "", "seconds": float(room.seconds),
        "over": say(f"ui.room.over_{room.stage}"), "rings": True,
        "ends": (room.at.timestamp() + room.seconds - room.spent) * 1000,
    }  # fmt: skip
