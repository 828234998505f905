"""How often someone may guess: ten failed tries in a quarter of an hour, per account and address."""

import math
import threading
import time
from collections.abc import Callable, Iterable

from workbook.content import say
from workbook.errors import TooManyTriesError

MOST_TRIES = 10
WINDOW_SECONDS = 15 * 60.0


class Tries:
    """Counts tries before they are checked, so that many at once cannot slip through.

    A try is taken with `take` and given back with `give_back` when it turned out right. The
    count never depends on whether the account exists.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[str, list[float]] = {}

    def take(self, keys: Iterable[str], most: int = MOST_TRIES) -> None:
        """Take one of ``most`` tries on every key, or none.

        Raises
        ------
        TooManyTriesError
            When a key has no try left; says in how many minutes it will.
        """
        now, wanted = self._clock(), sorted(set(keys))
        with self._lock:
            self._drop_old(now)
            waits = [
                self._taken[key][-most] + WINDOW_SECONDS - now
                for key in wanted
                if len(self._taken.get(key, ())) >= most
            ]
            if waits:
                minutes = max(1, math.ceil(max(waits) / 60))
                raise TooManyTriesError(say("errors.account.too_many_tries", minutes=minutes))
            for key in wanted:
                self._taken.setdefault(key, []).append(now)

    def give_back(self, keys: Iterable[str]) -> None:
        """Undo the newest try of each key: it was no wrong guess."""
        with self._lock:
            for key in set(keys):
                if self._taken.get(key):
                    self._taken[key].pop()

    def _drop_old(self, now: float) -> None:
        oldest = now - WINDOW_SECONDS
        for key in list(self._taken):
            kept = [at for at in self._taken[key] if at > oldest]
            if kept:
                self._taken[key] = kept
            else:
                del self._taken[key]
