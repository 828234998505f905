"""How a sitting hears what changed: on a thread of the service's, taken up on its own event loop."""

import asyncio
import threading
from collections.abc import Callable

import traitlets as t

from workbook.service.formats.values import Change


class Hearing(t.HasTraits):
    """Changes are gathered as they are told, and taken up at once on the loop that runs the pages.

    Where there is no loop, `catch_up` takes them up. The event loop would swallow what goes wrong then: a
    page sets ``shield`` to what shows it. ``revision`` counts how often something was read again.
    """

    revision = t.Int(0)

    def __init__(self) -> None:
        super().__init__()
        self._stale: set[Change] = set()
        self._lock = threading.Lock()
        self._is_booked = False
        self._loop = _running_loop()
        self.shield: Callable[[Callable[[], None]], Callable[[], None]] = lambda call: call

    def take_up(self, changes: set[Change]) -> None:
        """Read again what these changes touch."""
        raise NotImplementedError

    def heard(self, change: Change) -> None:
        """Note a change, and have it taken up soon."""
        with self._lock:
            self._stale.add(change)
            if self._loop is None or self._is_booked:
                return
            self._is_booked = True
        self._loop.call_soon_threadsafe(self.shield(self.catch_up))

    def catch_up(self) -> None:
        """Read again what the service reported as changed; notify page observers once."""
        with self._lock:
            stale, self._stale, self._is_booked = self._stale, set(), False
        if stale:
            self.take_up(stale)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
