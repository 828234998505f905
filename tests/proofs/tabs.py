"""A thousand tabs opened and closed leak no kernel, memory, descriptor or zombie.

Four people and a therapist at a real server open the real workbook again and again, up to three pages at once,
the therapist the view for a shared screen as well, and each page goes in one of the ways pages go: with a goodbye, with the goodbye lost, killed, reset, before its websocket is
open, before it has come at all, or without a sound (the device is switched off, the connection stands). Some are
opened and closed in real Chromium. What is there after the first tabs is compared with what is there at the end: one
kernel that waits and is nobody's may be there both times, and any other counts as left.
"""

import itertools
import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.proofs._tabs import GONE, Tab, descriptors, leave_half_way, megabytes, processes, zombies
from tests.proofs._visitors import PASSPHRASE, TherapistVisitor, Visitor, small_server
from tests.proofs.harness import CannotRun, Counts, proof
from tests.proofs.power_cuts import scratch
from tests.ui.browser import chromium
from tests.walk.seeded import in_folder
from tools.chromium import WAY_OUT, find_chromium
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household

THERAPIST = "therapist"
N_PEOPLE, OPEN_AT_ONCE, WARM_UP, IN_CHROMIUM = 4, 2, 48, 20
MOST_SECONDS, MOST_MEGABYTES = 60.0, 50.0
WITH_ONE_WAITING = 3  # the server, what kernels are forked from, the kernel that waits
BROKEN = ("kernels_left", "descriptors", "zombies", "failed")
_UNREAPED, _LEAKY = (
    {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / name), str(Path.cwd())])}
    for name in ("unreaped", "leaky")
)


def _holds(counts: Counts) -> bool:
    is_small = counts["megabytes"] <= MOST_MEGABYTES and counts["seconds"] <= MOST_SECONDS
    # Or those that were left might only not have been recognised.
    was_seen = counts["most_kernels"] > 0 and counts["by_therapist"] > 0
    return is_small and was_seen and not any(counts[key] for key in BROKEN)


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key.replace('_', ' ')}" for key in BROKEN if counts[key])
    return (
        f"{counts['trials']:,} tabs, {counts['in_chromium']:,} of them in Chromium and "
        f"{counts['by_therapist']:,} a therapist's: {broken or 'nothing left'} "
        f"after {counts['seconds']:.0f} s, memory +{counts['megabytes']:.1f} MB"
    )


@proof(
    "tabs",
    bound="≥1,000 tabs opened and closed: 0 kernels within 60 s, memory +≤50 MB, descriptors +0, 0 zombies",
    full=1_000,
    short=12,
    holds=_holds,
    figure=_figure,
    alone=True,
)
def tabs(size: int, seed: int) -> Counts:
    """Open and close ``size`` tabs; in the short form pages that went are kept for a shorter while."""
    if size < 2 * WARM_UP:
        return _open_and_close(size, seed, warm_up=4, is_small=True)
    if find_chromium() is None:
        raise CannotRun(WAY_OUT)
    return _open_and_close(size, seed, warm_up=WARM_UP, in_chromium=IN_CHROMIUM)


@tabs.control(size=3, fails=lambda counts: counts["kernels_left"] > 0)
def nobody_is_taken_to_be_gone(size: int, seed: int) -> Counts:
    """With the reaping of silent kernels switched off."""
    return _open_and_close(size, seed, is_small=True, environment=_UNREAPED, wait=12.0)


@tabs.control(size=4, fails=lambda counts: counts["descriptors"] > 0 and counts["megabytes"] > MOST_MEGABYTES)
def pages_that_leave_something_behind(size: int, seed: int) -> Counts:
    """Leak an open file and 40 MB in the server with each page."""
    return _open_and_close(size, seed, is_small=True, environment=_LEAKY)


def _open_and_close(
    size: int,
    seed: int,
    *,
    warm_up: int = 0,
    in_chromium: int = 0,
    is_small: bool = False,
    environment: dict[str, str] | None = None,
    wait: float = MOST_SECONDS,
) -> Counts:
    counts: Counts = dict.fromkeys(("trials", "in_chromium", "by_therapist", "most_kernels", *BROKEN), 0)
    serve = small_server if is_small else running_server
    options = ("--practice", *(("--keep-closed", "5") if is_small else ()))
    with ExitStack() as at_end:
        folder = at_end.enter_context(scratch())
        code = in_folder(folder, _make_therapist)
        server = at_end.enter_context(serve(folder, *options, environment=environment))
        therapist = TherapistVisitor(server, THERAPIST).enter(code)
        people = [Visitor(server, f"Person{n}").begin() for n in range(2 if is_small else N_PEOPLE)]
        people.append(therapist)
        _take_turns(people, warm_up, seed, counts, silent=False)
        _wait_until_gone(server, wait)
        before = _standing(server)
        n_left = size - warm_up - in_chromium
        silenced = _take_turns(people, n_left, seed + 1, counts, silent=not is_small)
        if in_chromium:
            _in_chromium(server, people[0], in_chromium, counts)
        counts["kernels_left"], counts["seconds"] = _wait_until_gone(server, wait)
        counts["zombies"] = _lasting_zombies(server)
        counts["by_therapist"] = therapist.n_opened
        for person in people:
            person.close()
        after = _standing(server)
        del silenced
    counts["megabytes"] = max(0.0, after[0] - before[0])
    counts["descriptors"] = max(0, after[1] - before[1])
    return counts


def _make_therapist(household: Household) -> str:
    return household.therapists.create(THERAPIST, PASSPHRASE + THERAPIST).code


def _standing(server: RunningServer) -> tuple[float, int]:
    """Memory and descriptors once all is quiet; the least seen, as requests of ours come and go.

    Quiet is when the one kernel that is nobody's waits again: at every look, or at none.
    """
    for _ in range(40):
        if len(processes(server)[0]) == WITH_ONE_WAITING:
            break
        time.sleep(0.5)
    seen = []
    for _ in range(4):
        time.sleep(0.5)
        running, _kernels = processes(server)
        seen.append((megabytes(running), descriptors(running)))
    return min(memory for memory, _ in seen), min(n for _, n in seen)


def _lasting_zombies(server: RunningServer) -> int:
    """Those that are still there after a while: a process that ended just now has not been waited for yet."""
    for _ in range(10):
        if not zombies(server):
            return 0
        time.sleep(0.5)
    return zombies(server)


def _wait_until_gone(server: RunningServer, seconds: float) -> tuple[int, float]:
    began = time.monotonic()
    while (n_left := len(processes(server)[1])) and time.monotonic() - began < seconds:
        time.sleep(0.25)
    return n_left, time.monotonic() - began


@dataclass
class _Turn:
    """One person at their tabs: opens one, and when more than a few are open leaves the oldest."""

    visitor: Visitor
    chance: random.Random
    silent: bool
    n_failed: int = 0
    most_kernels: int = 0
    open_tabs: deque[Tab] = field(default_factory=deque)
    silenced: list[Tab] = field(default_factory=list)

    def take(self, numbers: "itertools.count[int]", size: int) -> None:
        while next(numbers) < size:
            try:
                self._open_one()
            except Exception:  # noqa: BLE001 - a page that did not open is what is counted
                self.n_failed += 1
        while self.open_tabs:
            self._leave(self.open_tabs.popleft())

    def _open_one(self) -> None:
        way = self.chance.random()
        if way < 0.1:
            leave_half_way(self.visitor)
            return
        tab = Tab(self.visitor)
        if way < 0.25:
            return  # gone before its websocket was open
        self.open_tabs.append(tab.connect())
        self.most_kernels = max(self.most_kernels, len(processes(self.visitor.server)[1]))
        while len(self.open_tabs) > OPEN_AT_ONCE:
            self._leave(self.open_tabs.popleft())

    def _leave(self, tab: Tab) -> None:
        if self.silent and self.chance.random() < 0.1:
            self.silenced.append(tab)  # held, or Python would hang up for it
            return
        self.chance.choice(GONE)(tab)


def _take_turns(people: list[Visitor], size: int, seed: int, counts: Counts, *, silent: bool) -> list[Tab]:
    """Let all take turns until ``size`` tabs were opened; return those that fell silent and must stay so."""
    numbers = itertools.count()
    turns = [_Turn(person, random.Random(f"{seed}/{n}"), silent) for n, person in enumerate(people)]
    threads = [threading.Thread(target=turn.take, args=(numbers, size)) for turn in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts["trials"] += size
    counts["failed"] += sum(turn.n_failed for turn in turns)
    counts["most_kernels"] = max([counts["most_kernels"], *(turn.most_kernels for turn in turns)])
    return [tab for turn in turns for tab in turn.silenced]


def _in_chromium(server: RunningServer, person: Visitor, size: int, counts: Counts) -> None:
    """The same person in a real browser: reloads, leaves for another page, closes, loses it to a crash."""
    with chromium() as browser:
        context = browser.new_context(base_url=server.url)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("#code", person.code)
        page.fill("#name", person.name)
        page.fill("#passphrase", PASSPHRASE + person.name)
        page.click("main form button[type=submit]")
        page.wait_for_selector("html[data-ready=yes]", timeout=60_000)
        for n in range(size):
            _one_more(context, n)
            counts["in_chromium"] += 1
            counts["trials"] += 1


def _one_more(context: BrowserContext, n: int) -> None:
    page = context.new_page()
    page.goto("/workbook")
    page.wait_for_selector("html[data-ready=yes]", timeout=60_000)
    ways: tuple[Callable[[], object], ...] = (
        partial(page.close, run_before_unload=True),
        page.close,
        page.reload,
        partial(page.goto, "/recovery-code"),
        partial(page.goto, "about:blank"),
    )
    ways[n % len(ways)]()
    if not page.is_closed():
        page.close()
