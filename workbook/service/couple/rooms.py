"""The rooms in which two talk with a floor: in this process's memory, and nowhere else.

What happens in a room is written nowhere: neither that there was one, nor who stopped it. A restart of the
service closes it. Only what both ask to keep goes on the table (`kept_events`).
"""

import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from workbook.exercises import room, speaker_listener
from workbook.exercises.machine import refusal
from workbook.exercises.room import SECONDS, Room
from workbook.service.formats.values import Event, RoomSeen

Notify = Callable[[], None]


class Rooms:
    """At most one room for each couple. ``clock`` gives the time in UTC."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._rooms: dict[str, Room] = {}
        self._watchers: dict[str, list[Notify]] = defaultdict(list)

    def seen(self, couple_id: str, by: Collection[str]) -> RoomSeen | None:
        """Return the couple's room as somebody sees it; None where there is none."""
        with self._lock:
            now = self._clock()
            found = self._standing(couple_id, now)
            return None if found is None else _seen(found, by, now)

    def open(self, couple_id: str, people: Collection[str], by: Collection[str], first: Any) -> RoomSeen:
        """Open a room; where there is one already, it is that one.

        Raises
        ------
        ExerciseError
            There are no two to talk, or who is to begin is neither of them.
        """
        if len(people) != 2:
            raise refusal("room_alone")
        with self._lock:
            now = self._clock()
            found = self._standing(couple_id, now)
            if found is None:
                one, other = sorted(people)
                found = self._rooms[couple_id] = room.open_room((one, other), by, first, now)
                self._tell(couple_id)
            return _seen(found, by, now)

    def move(
        self,
        couple_id: str,
        by: Collection[str],
        move: str,
        minutes: Any = None,
        keep: Callable[[Room], None] = lambda _room: None,
    ) -> RoomSeen | None:
        """Make a move; ``keep`` is called once both have asked to keep whose turn it was.

        Raises
        ------
        ExerciseError
            The room is gone, or the move is not theirs to make, or not now.
        """
        with self._lock:
            now = self._clock()
            found = self._standing(couple_id, now)
            if found is None:
                raise refusal("room_gone")
            made = room.make(found, move, by, now, minutes)
            if made is not None and move == "keep" and made.keeps >= set(made.people):
                keep(made)
            self._put(couple_id, made)
            # Who asks to keep something shows the other nothing.
            if move != "keep":
                self._tell(couple_id)
            return None if made is None else _seen(made, by, now)

    def close(self, couple_id: str) -> None:
        """Close a couple's room, if there is one: the two have parted."""
        with self._lock:
            if self._rooms.pop(couple_id, None) is not None:
                self._tell(couple_id)

    def watch(self, couple_id: str, notify: Notify) -> Callable[[], None]:
        """Call ``notify`` whenever a couple's room changes; return what stops it."""
        with self._lock:
            self._watchers[couple_id].append(notify)

        def stop() -> None:
            with self._lock:
                if notify in (there := self._watchers.get(couple_id, [])):
                    there.remove(notify)
                if not there:
                    self._watchers.pop(couple_id, None)

        return stop

    def _standing(self, couple_id: str, now: datetime) -> Room | None:
        found = self._rooms.get(couple_id)
        if found is not None and found.is_forgotten(now):
            del self._rooms[couple_id]
            return None
        return found

    def _put(self, couple_id: str, made: Room | None) -> None:
        if made is None:
            del self._rooms[couple_id]
        else:
            self._rooms[couple_id] = made

    def _tell(self, couple_id: str) -> None:
        for notify in list(self._watchers.get(couple_id, ())):
            notify()


def kept_events(made: Room, day: str) -> list[Event]:
    """Return what goes on the table once both have asked for it: an event of each, and nothing they said."""
    kind = speaker_listener.MACHINE.kind("kept")
    about = {"room": made.id, "first": made.first, "turns": made.turns, "day": day}
    return [Event(kind, dict(about), uuid.uuid4().hex, person_id=one) for one in made.people]


def _seen(found: Room, by: Collection[str], now: datetime) -> RoomSeen:
    return RoomSeen(
        id=found.id,
        stage=found.stage,
        speaker=found.speaker,
        first=found.first,
        turns=found.turns,
        here=tuple(sorted(found.here)),
        coming=found.coming,
        seconds=SECONDS[found.coming],
        spent=found.seconds_spent(now),
        at=now,
        until=found.until,
        keeps=set(by) <= found.keeps,
        moves=tuple(room.moves(found, by, now)),
    )
