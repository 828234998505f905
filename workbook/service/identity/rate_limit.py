"""How often someone may guess: ten wrong tries in a quarter of an hour, each counted by what it was at."""

import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbook.errors import TooManyTriesError, problem

MOST_TRIES = 10
WINDOW_SECONDS = 15 * 60.0


@dataclass(frozen=True, slots=True)
class Try:
    """One try as it was counted: at which keys, and when."""

    keys: tuple[str, ...]
    at: float


class Tries:
    """Counts tries before they are checked, so that many at once cannot slip through.

    A try is taken with `take` and given back with `give_back` when it turned out right. The
    count never depends on whether the account exists.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[str, list[float]] = {}

    def take(
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
            What it is counted on as well, without being limited by it.
        told
            The key, under ``errors.account``, of what is said when there is no try left.

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
                raise TooManyTriesError(problem(f"errors.account.{told}", minutes=minutes))
            taken = Try((*wanted, *sorted(set(also) - set(wanted))), now)
            for key in taken.keys:
                self._taken.setdefault(key, []).append(now)
        return taken

    def give_back(self, taken: Try) -> None:
        """Undo this try, and no other: it was no wrong guess."""
        with self._lock:
            for key in taken.keys:
                if taken.at in self._taken.get(key, ()):
                    self._taken[key].remove(taken.at)

    def _drop_old(self, now: float) -> None:
        oldest = now - WINDOW_SECONDS
        for key in list(self._taken):
            kept = [at for at in self._taken[key] if at > oldest]
            if kept:
                self._taken[key] = kept
            else:
                del self._taken[key]
