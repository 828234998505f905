"""Rate limit for guesses: ten wrong tries in a quarter of an hour, counted by what was tried.

The counting is `limits`'; a storage that several servers share (Redis) can be given in place of the memory.
"""

import math
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from workbook.errors import TooManyTriesError, problem

MOST_TRIES = 10
# `limits` cannot give back one hit of a moving window. A window of one hit for each try can be cleared alone,
# and as it begins with its own hit, any quarter of an hour has at most as many tries as there are places.
_PLACE = RateLimitItemPerMinute(1, 15)


@dataclass(frozen=True, slots=True)
class Try:
    """One try as it was counted: the place that it holds at each key."""

    places: tuple[tuple[str, int], ...] = ()

    def at(self, key: str) -> "Try":
        """Return the part of it that is counted on one key."""
        return Try(tuple(held for held in self.places if held[0] == key))


class Tries:
    """Counts tries before they are checked, so that many at once cannot slip through.

    A try is charged with `charge` and refunded with `refund` when it turned out right. The
    count never depends on whether the account exists.

    Parameters
    ----------
    storage
        Where tries are counted; by default in this process's memory.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._windows = FixedWindowRateLimiter(MemoryStorage() if storage is None else storage)
        self._lock = threading.Lock()  # two threads' first hits at once both count as one in the memory

    def charge(
        self,
        keys: Iterable[str],
        most: int = MOST_TRIES,
        *,
        also: Iterable[str] = (),
        told: str = "too_many_tries",
    ) -> Try:
        """Take one of ``most`` tries on every key, or none.

        Parameters
        ----------
        keys
            What limits this try.
        most
            How many wrong ones each of them has in a quarter of an hour.
        also
            What it is counted on as well, without being limited by it; one that is full already stays so.
        told
            The key, under ``errors.account``, of what is said when there is no try left.

        Raises
        ------
        TooManyTriesError
            When a key has no try left; says in how many minutes it will.
        """
        wanted = set(keys)
        with self._lock:
            found = {key: self._hit(key, most) for key in sorted(wanted | set(also))}
            taken = Try(tuple((key, place) for key, place in found.items() if place is not None))
            full = [key for key in wanted if found[key] is None]
            if not full:
                return taken
            self._clear(taken)
            wait = max(self._free_at(key, most) for key in full) - time.time()
        raise TooManyTriesError(problem(f"errors.account.{told}", minutes=max(1, math.ceil(wait / 60))))

    def refund(self, taken: Try) -> None:
        """Undo this try, and no other: it was no wrong guess."""
        with self._lock:
            self._clear(taken)

    def _hit(self, key: str, most: int) -> int | None:
        return next((n for n in range(most) if self._windows.hit(_PLACE, key, str(n))), None)

    def _free_at(self, key: str, most: int) -> float:
        return min(self._windows.get_window_stats(_PLACE, key, str(n)).reset_time for n in range(most))

    def _clear(self, taken: Try) -> None:
        for key, place in taken.places:
            self._windows.clear(_PLACE, key, str(place))
