"""The room: one speaks, the other listens, and after a few minutes they swap. Rules without a page.

A turn is two rounds. In the quiet one the speaker talks and the listener says nothing; in the active one the
listener says back what was heard. Each of the two has a turn before anything is closed. The speaker may end
a round at any time; the listener only once its time is over, so nobody is cut short and nobody is kept.

Nothing here is on the couple's table. A room holds no words of theirs; it is gone when either closes it,
and what stays is one line about whose turn it was, if both ask for it.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from workbook.exercises.machine import refusal

Stage = Literal["waiting", "ready", "quiet", "active", "last", "paused"]
Round = Literal["quiet", "active"]

SECONDS: Mapping[Round, int] = {"quiet": 180, "active": 240}
"""How long a round takes: two turns are fourteen minutes."""
PAUSES = (20, 30, 60)
"""Minutes of a time-out: twenty at least, which a body needs to come to rest."""
MOST_TURNS = 40
FORGOTTEN_AFTER = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room as the service keeps it in memory, and nowhere else.

    Parameters
    ----------
    people : tuple of two person ids
    first : str
        Who speaks first.
    stage : Stage
        *waiting* until both are here; *ready* until the speaker begins a round; then *quiet* and *active*;
        *last* when both were heard; *paused* in a time-out.
    since : datetime
        When this stage began, by the service's clock.
    turns : int
        How many turns are over. Turns alternate.
    here : set of person ids
        Who has come, or come back.
    coming : {"quiet", "active"}
        Which round is next, or goes on after a time-out.
    spent : float
        Seconds of that round which are over already.
    until : datetime or None
        When a time-out is over.
    keeps : set of person ids
        Who asked to keep whose turn it was.
    """

    id: str
    people: tuple[str, str]
    first: str
    since: datetime
    touched: datetime
    stage: Stage = "waiting"
    turns: int = 0
    here: frozenset[str] = frozenset()
    coming: Round = "quiet"
    spent: float = 0.0
    until: datetime | None = None
    keeps: frozenset[str] = frozenset()

    @property
    def speaker(self) -> str:
        """Who has the floor, or is to have it next."""
        other = next(one for one in self.people if one != self.first)
        return self.first if self.turns % 2 == 0 else other

    @property
    def round(self) -> Round | None:
        """The round that is running."""
        return self.stage if self.stage in ("quiet", "active") else None

    def seconds_spent(self, now: datetime) -> float:
        """Return how much of the running round is over; nothing counts while none runs."""
        running = (now - self.since).total_seconds() if self.round else 0.0
        return self.spent + running

    def is_over(self, now: datetime) -> bool:
        """Return whether the running round's time is over."""
        return self.round is not None and self.seconds_spent(now) >= SECONDS[self.round]

    def is_forgotten(self, now: datetime) -> bool:
        """Return whether nobody has been in it for so long that it counts as left."""
        return now - max(self.touched, self.until or self.touched) > FORGOTTEN_AFTER


def open_room(people: tuple[str, str], by: Collection[str], first: Any, now: datetime) -> Room:
    """Return a new room that somebody has come into; two at one device come in together.

    Raises
    ------
    ExerciseError
        ``first`` is neither of the two.
    """
    if first not in people:
        raise refusal("room_first")
    room = Room(id=secrets.token_hex(8), people=people, first=first, since=now, touched=now)
    return _come(room, frozenset(by), now)


def moves(room: Room, by: Collection[str], now: datetime) -> list[str]:
    """Name what somebody may do in a room now; of two at one device, what either may."""
    is_speaker, is_over = room.speaker in by, room.is_over(now)
    may = {
        "come": room.stage == "waiting" and not set(by) <= room.here,
        "begin": room.stage == "ready" and is_speaker,
        "said": room.stage == "quiet" and (is_speaker or is_over),
        "heard": room.stage == "active" and (is_speaker or is_over),
        "again": room.stage == "last" and room.turns < MOST_TURNS,
        "pause": room.stage in ("ready", "quiet", "active"),
        "resume": room.stage == "paused" and room.until is not None and now >= room.until,
        "keep": room.stage == "last" and not set(by) <= room.keeps,
        "close": True,
    }
    return [move for move, allowed in may.items() if allowed]


def make(room: Room, move: str, by: Collection[str], now: datetime, minutes: Any = None) -> Room | None:
    """Return the room after a move; None once it is closed.

    Parameters
    ----------
    by : collection of person ids
        Who may have made the move: one, or both at one device.
    minutes : int, optional
        How long a time-out is to be: one of `PAUSES`.

    Raises
    ------
    ExerciseError
        The move is not theirs to make, or not now.
    """
    if move not in moves(room, by, now):
        raise refusal("step_done")
    who, room = frozenset(by), replace(room, touched=now)
    if move == "close":
        return None
    if move == "pause":
        return _pause(room, minutes, now)
    if move == "keep":
        return replace(room, keeps=room.keeps | who)
    if move in ("come", "resume"):
        back = room if move == "come" else replace(room, stage="waiting", here=frozenset(), until=None)
        return _come(back, who, now)
    if move == "heard":
        return _swap(room, now)
    going: dict[str, tuple[Stage, Round]] = {
        "begin": (room.coming, room.coming),
        "said": ("active", "active"),
        "again": ("ready", "quiet"),
    }
    stage, coming = going[move]
    return replace(room, stage=stage, coming=coming, since=now, spent=room.spent if move == "begin" else 0.0)


def _come(room: Room, who: frozenset[str], now: datetime) -> Room:
    here = room.here | who
    return replace(room, here=here, stage="ready" if here >= set(room.people) else "waiting", since=now)


def _swap(room: Room, now: datetime) -> Room:
    turns = room.turns + 1
    both_heard = turns % 2 == 0
    return replace(
        room, turns=turns, stage="last" if both_heard else "ready", coming="quiet", spent=0.0, since=now
    )


def _pause(room: Room, minutes: Any, now: datetime) -> Room:
    if type(minutes) is not int or minutes not in PAUSES:
        raise refusal("room_pause")
    spent = min(room.seconds_spent(now), SECONDS[room.coming])
    # Both have to come back: nobody is made to go on by the other's press.
    until = now + timedelta(minutes=minutes)
    return replace(room, stage="paused", spent=spent, until=until, since=now, here=frozenset())
