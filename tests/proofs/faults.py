"""Whatever breaks, the page says so within five seconds, keeps the answers, and delivers them exactly once.

People answer questions in real Chromium at a real server, each over a wire of their own (`_wire.py`) that is broken
again and again: reset, a black hole, slow, an acknowledgement lost; or the browser goes offline, a kernel is
killed, the whole server is killed and started again. Answers are given right after each fault and once more
when the page has said what is wrong, and one in four also writes words. At the end the drawers are opened: every
answer must be there, once, and the last words too, unless the page itself said that they are not saved.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from playwright.sync_api import Browser

from tests.proofs._faults import Answerer, compare, open_page, seed, wait_until
from tests.proofs._wire import Network
from tests.proofs.harness import CannotRun, Counts, proof
from tests.proofs.power_cuts import scratch
from tests.ui.browser import chromium
from tools.chromium import WAY_OUT, find_chromium
from workbook.server.testing import RunningServer, running_server

N_PAGES, N_PAGES_SHORT, MOST_SECONDS, PATIENCE = 8, 2, 5.0, 30.0
# How often each: a restart takes everybody's sitting, and is a round of its own.
KINDS = {"offline": 4, "refuse": 4, "silent": 4, "deaf": 4, "slow": 2, "kernel": 2}
SHORT = ("silent", "deaf")
ROUNDS_PER_RESTART = 10
WITHOUT_BANNER = ("deaf",)
BROKEN = ("lost", "undelivered", "twice", "out_of_order", "words_lost", "lies", "unsaid", "stuck")


def _holds(counts: Counts) -> bool:
    is_real = counts["answers"] > 0 and counts["words"] > 0
    return counts["seconds"] <= MOST_SECONDS and is_real and not any(counts[key] for key in BROKEN)


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key.replace('_', ' ')}" for key in BROKEN if counts[key])
    return (
        f"{counts['answers']:,} answers and {counts['words']:,} texts during {counts['trials']:,} faults ({counts['restarts']:,} by kill -9 of the "
        f"server): {broken or 'each there once'}; the page said so after at most {counts['seconds']:.1f} s"
    )


@proof(
    "faults",
    bound="≥500 faults: said within 5 s, nothing shown saved that isn't, every answer delivered once",
    full=500,
    short=2,
    portion=250,
    holds=_holds,
    figure=_figure,
    alone=True,
    timed=("seconds",),
)
def faults(size: int, seed: int) -> Counts:
    """Break ``size`` things while people answer."""
    return _break(size, seed)


@faults.control(size=2, fails=lambda counts: counts["lies"] > 0 and counts["lost"] > 0)
def a_page_that_keeps_nothing(size: int, seed: int) -> Counts:
    """Without the queue of answers that are not acknowledged yet."""
    return _break(size, seed, forgetful=True)


def _break(size: int, seed_: int, *, forgetful: bool = False) -> Counts:
    if find_chromium() is None:
        raise CannotRun(WAY_OUT)
    counts: Counts = dict.fromkeys(("trials", "answers", "words", "restarts", *BROKEN), 0)
    counts["seconds"] = 0.0
    chance = random.Random(seed_)
    with scratch() as folder:
        is_short = size < N_PAGES
        people = seed(folder, N_PAGES_SHORT if is_short else N_PAGES)
        with (
            _House(folder) as house,
            chromium() as browser,
            _pages(browser, house, people, forgetful) as pages,
        ):
            while counts["trials"] < size:
                n_round = int(counts["trials"]) // len(pages)
                if not is_short and n_round % ROUNDS_PER_RESTART == 1:
                    kinds = ["server"] * len(pages)
                elif is_short:
                    kinds = list(SHORT if not forgetful else ("offline", "refuse"))
                else:
                    kinds = chance.choices(list(KINDS), weights=list(KINDS.values()), k=len(pages))
                _round(house, pages, kinds, counts)
        counts |= compare(folder, pages)
    return counts


@dataclass
class _House:
    """The server, which can be killed and comes back at the same address over the same data."""

    folder: Path

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self.server: RunningServer = self._stack.enter_context(running_server(self.folder))
        self.url = self.server.url
        self.port = int(self.url.rstrip("/").rpartition(":")[2])
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill(self) -> None:
        os.kill(self.server.pid, signal.SIGKILL)

    def start_again(self) -> None:
        self._stack.close()
        self.server = self._stack.enter_context(running_server(self.folder, "--port", str(self.port)))


@contextmanager
def _pages(
    browser: Browser, house: _House, people: list[tuple[str, str]], forgetful: bool
) -> Iterator[list[Answerer]]:
    network = Network()
    try:
        pages = [
            open_page(browser, house.url, name, code, network.wire(house.port), forgetful=forgetful)
            for name, code in people
        ]
        for page in pages:
            page.arrive(house.server.pid)
        yield pages
    finally:
        network.close()


def _round(house: _House, pages: list[Answerer], kinds: list[str], counts: Counts) -> None:
    """Something breaks for everybody at once: for each another thing, or the server for all."""
    for page in pages:
        page.page.evaluate("() => window.watched.begin()")
    if kinds[0] == "server":
        house.kill()
        counts["restarts"] += 1
    began = [_break_one(page, kind) for page, kind in zip(pages, kinds, strict=True)]
    _wait_for_banners(pages, kinds, began, counts)
    for page in pages:
        page.answer(1)
        page.write()
        counts["lies"] += page.look()["lies"]
        page.page.evaluate("() => window.watched.begin()")
    if kinds[0] == "server":
        house.start_again()
    for page, kind in zip(pages, kinds, strict=True):
        _mend_one(page, kind, house)
    for page in pages:
        counts["stuck"] += not wait_until(lambda page=page: _is_settled(page), PATIENCE)
        counts["lies"] += page.look()["lies"]
    counts["trials"] += len(pages)


def _break_one(page: Answerer, kind: str) -> float:
    began = time.time()
    if kind == "offline":
        page.page.context.set_offline(True)
    elif kind == "kernel":
        with suppress(ProcessLookupError):
            os.kill(page.kernel_pid, signal.SIGKILL)
    elif kind != "server":
        page.wire.set(kind)
    page.answer(2)
    page.write()
    return began


def _wait_for_banners(pages: list[Answerer], kinds: list[str], began: list[float], counts: Counts) -> None:
    waiting = [
        (page, at) for page, kind, at in zip(pages, kinds, began, strict=True) if kind not in WITHOUT_BANNER
    ]
    wait_until(lambda: all(page.look()["bannerAt"] for page, _ in waiting), 2 * MOST_SECONDS)
    for page, at in waiting:
        said_at = page.look()["bannerAt"]
        counts["unsaid"] += not said_at
        counts["seconds"] = max(
            float(counts["seconds"]), said_at / 1000 - at if said_at else 2 * MOST_SECONDS
        )


def _mend_one(page: Answerer, kind: str, house: _House) -> None:
    if kind == "offline":
        page.page.context.set_offline(False)
    elif kind == "server":
        page.sign_in_again(house.server.pid)
    elif kind == "kernel":
        wait_until(lambda: page.look()["unsaved"] == 0, PATIENCE)
        if page.look()["words"]:
            page.give_up_words()
        page.reload()
    else:
        page.wire.set("open")


def _is_settled(page: Answerer) -> bool:
    seen = page.look()
    return seen["unsaved"] == 0 and not seen["words"] and not seen["banner"]
