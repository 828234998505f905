"""Who may have a key derived next: threads of their own, and a line that has an end.

A key costs a quarter of a second and 64 MiB on purpose. So derivations never run where answers are saved,
nor before them: their threads step back behind all others. Each address, and each sitting, has two at a time
and waits for its own alone; where a line is full, the next is told to come back, and nothing was tried.
"""

import asyncio
import functools
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from workbook.errors import BusyError, problem

P = ParamSpec("P")
R = TypeVar("R")
AT_ONCE = 2  # of one address or sitting
LONGEST_LINE = 60  # of one address: a class may sign in at once
LONGEST_LINES = 300  # of all together
N_THREADS = 2
STEP_BACK = 10


class Turns:
    """Runs calls that derive keys, in turn.

    Parameters
    ----------
    at_once, line, lines : int
        How many of one run at a time, how many may wait or run, and how many of all.
    """

    def __init__(self, at_once: int = AT_ONCE, line: int = LONGEST_LINE, lines: int = LONGEST_LINES) -> None:
        self._at_once, self._line, self._lines = at_once, line, lines
        self._threads = ThreadPoolExecutor(N_THREADS, "keys", initializer=_step_back)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._here: Counter[str] = Counter()

    async def run(self, whose: str, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call once it is its turn among those of the same address or sitting.

        Raises
        ------
        BusyError
            So many wait already that this one can't; it was not run.
        """
        if self._here[whose] >= self._line or self._here.total() >= self._lines:
            raise BusyError(problem("server.busy"))
        self._here[whose] += 1
        try:
            turn = self._turns.setdefault(whose, asyncio.Semaphore(self._at_once))
            async with turn:
                work = functools.partial(call, *args, **kwargs)
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._here[whose] -= 1
            self._here += Counter()  # drops what has come to nothing

    def close(self) -> None:
        """Let nothing more begin."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _step_back() -> None:
    """Let every other thread go first, where the system knows of threads' own priorities."""
    if sys.platform == "linux":
        with suppress(OSError):
            least = min(19, os.getpriority(os.PRIO_PROCESS, 0) + STEP_BACK)
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), least)
