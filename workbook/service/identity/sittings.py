"""Who is signed in now. A sitting and the keys opened for it live in memory only."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from workbook.errors import AccessError, name_defect, problem
from workbook.service.formats.values import Actor

HEARTBEAT_SECONDS = 5 * 60.0
IDLE_SECONDS = 30 * 60.0
WARNING_SECONDS = 2 * 60.0
_log = logging.getLogger(__name__)


def uptime() -> float:
    """Seconds that no clock change moves and that go on while the computer sleeps."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boot_time) if boot_time is not None else time.monotonic()


@dataclass(slots=True)
class _Sitting:
    actor: Actor
    key: bytes | None
    couple_key: bytes | None
    last_beat: float
    last_action: float
    language: str = ""


class Sittings:
    """Sittings by id: they end at sign-out, without heartbeats, or without an action.

    Parameters
    ----------
    clock : callable
        Seconds that only go forward; injectable for tests.
    heartbeat, idle : float
        Seconds after the last heartbeat, and after the last action, at which a sitting ends.

    Examples
    --------
    >>> now = [0.0]
    >>> sittings = Sittings(clock=lambda: now[0])
    >>> actor = sittings.begin(Actor("partner", "c_1", "p_1"), key=b"secret")
    >>> sittings.seconds_left(actor.sitting_id)
    300.0
    >>> now[0] = 301.0
    >>> sittings.find(actor.sitting_id) is None
    True
    """

    def __init__(
        self,
        clock: Callable[[], float] = uptime,
        *,
        heartbeat: float = HEARTBEAT_SECONDS,
        idle: float = IDLE_SECONDS,
    ) -> None:
        self._clock = clock
        self._heartbeat = heartbeat
        self._idle = idle
        self._lock = threading.RLock()
        self._by_id: dict[str, _Sitting] = {}
        self._on_end: list[Callable[[Actor], None]] = []

    def begin(self, actor: Actor, key: bytes | None, couple_key: bytes | None = None) -> Actor:
        """Start a sitting; gives the actor with its new, unguessable ``sitting_id``.

        ``key`` opens a partner's drawer; two together have none, but the key of what is theirs together.
        """
        now = self._clock()
        seated = replace(actor, sitting_id=secrets.token_urlsafe(32))
        with self._lock:
            self._by_id[seated.sitting_id] = _Sitting(seated, key, couple_key, now, now)
        return seated

    def find(self, sitting_id: str) -> Actor | None:
        """Return the actor of a live sitting, or None. Does not count as an action."""
        sitting = self._live(sitting_id)
        return sitting.actor if sitting else None

    def require(self, actor: Actor) -> Actor:
        """Return the actor as the sitting knows it.

        Raises
        ------
        AccessError
            When the sitting has ended or never was, or is somebody else's.
        """
        sitting = self._live(actor.sitting_id)
        if sitting is None or sitting.actor != actor:
            raise AccessError(problem("errors.access.ended"))
        return sitting.actor

    def key_of(self, actor: Actor) -> bytes:
        """Return the opened drawer key of a partner's sitting."""
        sitting = self._live(actor.sitting_id)
        if sitting is None or sitting.actor != actor:
            raise AccessError(problem("errors.access.ended"))
        if sitting.key is None:
            raise AccessError(problem("errors.access.no_drawer"))
        return sitting.key

    def couple_key_of(self, actor: Actor) -> bytes | None:
        """Return the key of their table that two together opened; a partner's is opened as it is needed."""
        sitting = self._live(actor.sitting_id)
        return None if sitting is None or sitting.actor != actor else sitting.couple_key

    def speak(self, sitting_id: str, language: str) -> None:
        """Note the language of a sitting: it stays that of its pages and kernels to its end."""
        sitting = self._live(sitting_id)
        if sitting is not None:
            sitting.language = language

    def language_of(self, sitting_id: str) -> str:
        """Return the language of a sitting; empty where none was noted or it has ended."""
        sitting = self._live(sitting_id)
        return sitting.language if sitting is not None else ""

    def beat(self, sitting_id: str) -> bool:
        """Note a heartbeat: the page is still open. Return whether the sitting lives."""
        return self._mark(sitting_id, action=False)

    def act(self, sitting_id: str) -> bool:
        """Note that the person did something, a heartbeat as well. Return whether the sitting lives."""
        return self._mark(sitting_id, action=True)

    def seconds_left(self, sitting_id: str) -> float | None:
        """Seconds until the sitting ends if nothing happens; None when it has ended."""
        sitting = self._live(sitting_id)
        return None if sitting is None else self._ends_at(sitting) - self._clock()

    def idle_seconds_left(self, sitting_id: str) -> float | None:
        """Seconds until it ends for want of an action: warn when ≤ `WARNING_SECONDS`."""
        sitting = self._live(sitting_id)
        return None if sitting is None else sitting.last_action + self._idle - self._clock()

    def end(self, sitting_id: str) -> None:
        """End a sitting and drop its key. Ending twice is harmless."""
        with self._lock:
            sitting = self._by_id.pop(sitting_id, None)
        if sitting is not None:
            sitting.key = sitting.couple_key = None
            self._tell(sitting.actor)

    def end_where(self, matches: Callable[[Actor], bool]) -> int:
        """End every sitting whose actor matches; give how many."""
        with self._lock:
            ids = [sitting_id for sitting_id, sitting in self._by_id.items() if matches(sitting.actor)]
        for sitting_id in ids:
            self.end(sitting_id)
        return len(ids)

    def sweep(self) -> int:
        """End what has run out; call it every few seconds. Gives how many ended."""
        now = self._clock()
        with self._lock:
            due = [sitting_id for sitting_id, sitting in self._by_id.items() if now >= self._ends_at(sitting)]
        for sitting_id in due:
            self.end(sitting_id)
        return len(due)

    def on_end(self, callback: Callable[[Actor], None]) -> None:
        """Have ``callback(actor)`` called, on any thread, after a sitting ended."""
        self._on_end.append(callback)

    def _ends_at(self, sitting: _Sitting) -> float:
        return min(sitting.last_beat + self._heartbeat, sitting.last_action + self._idle)

    def _live(self, sitting_id: str) -> _Sitting | None:
        with self._lock:
            sitting = self._by_id.get(sitting_id)
            if sitting is None:
                return None
            if self._clock() < self._ends_at(sitting):
                return sitting
        self.end(sitting_id)
        return None

    def _mark(self, sitting_id: str, *, action: bool) -> bool:
        sitting = self._live(sitting_id)
        if sitting is None:
            return False
        sitting.last_beat = self._clock()
        if action:
            sitting.last_action = sitting.last_beat
        return True

    def _tell(self, actor: Actor) -> None:
        for callback in self._on_end:
            try:
                callback(actor)
            except Exception as error:  # noqa: BLE001  the other listeners must still hear of it
                _log.error("a listener of ended sittings failed: %s", name_defect(error))
