"""How soon a press in the room is seen on the other device, and how far clocks stray from the service's."""

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.harness import Figures, benchmark
from benchmarks.peers.ours import NAMES, serving_ours
from benchmarks.reporting import keep
from tests.walk.person import Person
from tools.chromium import find_whole_chromium, launch_flags
from workbook.content import say

PRESSES = 60
MINUTES = 20.0
# The moment, by the page's own clock, at which its next text stands that holds these words.
_SEEN = """words => new Promise((resolve) => {
  const look = () => document.querySelector('#workbook')?.innerText.includes(words)
    ? resolve(Date.now()) : requestAnimationFrame(look);
  look();
})"""
_PRESS = """label => {
  const button = [...document.querySelectorAll('#workbook button')].find((one) => one.textContent === label);
  button.click();
  return Date.now();
}"""
# By how many ms the next time that the page tells is off: pages and service stand on one computer's clock.
_ASTRAY = """() => new Promise((resolve) => {
  const told = document.querySelector('.floor-left');
  const watch = new MutationObserver(() => {
    watch.disconnect();
    resolve(Math.abs(Number(told.dataset.left) * 1000 - (Number(told.dataset.ends) - Date.now())));
  });
  watch.observe(told, { attributes: true });
})"""


@benchmark(
    "room",
    bound="a press is seen on the other device within 500 ms at p95; clocks stray ≤ 200 ms in 20 minutes",
    holds=lambda figures: figures["seen_ms_p95"] <= 500 and figures["drift_ms"] <= 200,
    figure=lambda figures: (
        f"seen after {figures['seen_ms_p50']:.0f} ms, p95 {figures['seen_ms_p95']:.0f} "
        f"(of {figures['n']:.0f}); "
        f"at most {figures['drift_ms']:.0f} ms astray in {figures['minutes']:.1f} minutes"
    ),
)
def room(share: float) -> Figures:
    """Two browsers take turns; then a time-out's clock is watched on both, while one page is busy."""
    presses, minutes = max(4, round(PRESSES * share)), MINUTES * share
    with ExitStack() as at_end:
        folder = Path(at_end.enter_context(tempfile.TemporaryDirectory()))
        browser = at_end.enter_context(sync_playwright()).chromium.launch(
            executable_path=find_whole_chromium(), args=launch_flags()
        )
        at_end.callback(browser.close)
        server, codes = at_end.enter_context(serving_ours(folder, 1))
        people = [Person(browser, server.url.rstrip("/"), name, 1280) for name in NAMES]
        for person in people:
            person.sign_in(codes[0])
            person.go_home()
            person.open_step(say("ui.steps.room"))
        pages = [person.page for person in people]
        seen = _take_turns(pages, presses)
        drift = _watch_clock(pages, minutes)
    keep("room", {"seen_ms": seen, "drift_ms": drift})
    return {
        "seen_ms_p50": statistics.median(seen),
        "seen_ms_p95": sorted(seen)[min(len(seen) - 1, round(0.95 * len(seen)))],
        "n": len(seen),
        "drift_ms": max(drift),
        "minutes": minutes,
    }


def _press(presser: Page, watcher: Page, key: str, seen: str) -> float:
    """Press a button on one page; return after how many ms the other shows some words."""
    presser.get_by_role("button", name=say(key), exact=True).wait_for()
    watcher.evaluate(f"words => {{ window.seenThen = ({_SEEN})(words); }}", say(seen))
    pressed = presser.evaluate(_PRESS, say(key))
    return float(watcher.evaluate("() => window.seenThen")) - float(pressed)


def _take_turns(pages: list[Page], presses: int) -> list[float]:
    speaker, listener = pages
    speaker.get_by_role("button", name=say("ui.room.i_begin"), exact=True).click()
    listener.locator("button", has_text=say("ui.room.come_button")).click()
    found: list[float] = []
    turns = 0
    while len(found) < presses:
        turns += 1
        last = "ui.room.ready_quiet_me" if turns % 2 else "ui.room.last"
        for key, seen in (("begin", "floor_quiet"), ("said", "floor_active")):
            found.append(_press(speaker, listener, f"ui.room.{key}_button", f"ui.room.{seen}"))
        found.append(_press(speaker, listener, "ui.room.heard_button", last))
        if turns % 2 == 0:
            listener.get_by_role("button", name=say("ui.room.again_button"), exact=True).click()
        speaker, listener = listener, speaker
    return found


def _watch_clock(pages: list[Page], minutes: float) -> list[float]:
    """Return by how many ms each look at a time-out's clock is off, on both pages, the second one busy."""
    pages[0].get_by_role("button", name=say("ui.room.pause_button"), exact=True).click()
    pages[0].get_by_role("button", name=say("ui.room.pause_for", n=20), exact=True).click()
    for page in pages:
        page.get_by_text(say("ui.room.paused")).wait_for()
    found: list[float] = []
    stop = time.monotonic() + minutes * 60 - 5
    while not found or time.monotonic() < stop:
        pages[1].evaluate("() => { const end = Date.now() + 700; while (Date.now() < end); }")
        found += [float(page.evaluate(_ASTRAY)) for page in pages]
        time.sleep(min(5.0, minutes * 6))
    return found
