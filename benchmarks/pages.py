"""How much memory of its own each open page costs, and what the rest is."""

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.harness import Figures, benchmark
from benchmarks.peers.environments import PEERS
from benchmarks.peers.ours import NAMES, serving_ours, sign_in
from benchmarks.peers.serving import Served, serving
from benchmarks.peers.visiting import new_person, wait_until_kept, watch
from benchmarks.reporting import keep
from tools.chromium import find_whole_chromium, launch_flags

COUNTS = (1, 5, 20, 50)
OURS = "workbook"
_REST_SECONDS = 5.0


@benchmark(
    "pages",
    bound="an open page holds at most 15 MB of its own, at 50 pages",
    holds=lambda figures: figures["mb_each"] <= 15,
    figure=lambda figures: (
        f"{figures['mb_each']:.1f} MB at {figures['pages']:.0f} pages, {figures['idle_mb']:.0f} MB idle; "
        + ", ".join(
            f"{name} {figures[f'{name}_mb_each']:.1f}" for name in PEERS if f"{name}_mb_each" in figures
        )
    ),
)
def pages(share: float) -> Figures:
    """Open more and more pages; keep the memory at each count in ``build/reports/pages.json``."""
    counts = COUNTS if share == 1 else COUNTS[:1]
    found: dict[str, dict[str, float]] = {}
    with ExitStack() as at_end:
        folder = Path(at_end.enter_context(tempfile.TemporaryDirectory()))
        browser = at_end.enter_context(sync_playwright()).chromium.launch(
            executable_path=find_whole_chromium(), args=launch_flags()
        )
        at_end.callback(browser.close)
        for peer in PEERS if share == 1 else ():
            with serving(peer, folder) as server:
                found[peer] = _grow(browser, server, counts, [])
        (folder / "ours").mkdir()
        with serving_ours(folder / "ours", -(-max(counts) // len(NAMES))) as (server, codes):
            found[OURS] = _grow(browser, server, counts, codes)
    keep("pages", found)
    each = {name: _slope(one) for name, one in found.items()}
    figures = {f"{name}_mb_each": value for name, value in each.items() if name != OURS}
    return figures | {"mb_each": each[OURS], "idle_mb": found[OURS]["0"], "pages": max(counts)}


def _grow(browser: Browser, server: Served, counts: tuple[int, ...], codes: list[str]) -> dict[str, float]:
    """Return private memory in MB by the number of open pages."""
    time.sleep(_REST_SECONDS)
    found = {"0": server.private_mb()}
    people: list[BrowserContext] = []
    for count in counts:
        while len(people) < count:
            people.append(_open(browser, server, codes, len(people)))
        time.sleep(_REST_SECONDS)
        found[str(count)] = server.private_mb()
    for person in people:
        person.close()
    return found


def _open(browser: Browser, server: Served, codes: list[str], number: int) -> BrowserContext:
    context = new_person(browser)
    if codes:
        page, _pressed = sign_in(context, server.url, codes[number // len(NAMES)], NAMES[number % len(NAMES)])
    else:
        page = context.new_page()
        watch(page)
        page.goto(server.url, wait_until="commit")
    wait_until_kept(page)
    return context


def _slope(found: dict[str, float]) -> float:
    """Return MB for each page more, by least squares over the counts from one page on."""
    points = [(int(count), mb) for count, mb in found.items() if count != "0"]
    if len(points) == 1:
        return points[0][1] - found["0"]
    return statistics.linear_regression(*zip(*points, strict=True)).slope
