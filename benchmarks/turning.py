"""From a press to the next page, readable: timed within the page, in a real browser."""

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.harness import Figures, benchmark
from benchmarks.reporting import keep
from tests.walk.person import Person
from tests.walk.seeded import in_folder, make_open_couple
from tools.chromium import find_whole_chromium, launch_flags
from workbook.content import say
from workbook.server.testing import running_server

ROUNDS = 8
STEPS = ("results", "exercises", "ledger", "sharing", "rights", "again")
# Presses, and waits until another first heading is painted.
_TURN = """([selector, text]) => new Promise((done, fail) => {
  const buttons = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const button = buttons.find((one) => one.textContent.includes(text));
  if (!button) return fail(new Error(`no ${text}`));
  const heads = () => [...document.querySelectorAll("#workbook h1")];
  const heading = () => heads().find((one) => one.checkVisibility())?.innerText;
  const before = heading(), began = performance.now();
  const look = () => heading() && heading() !== before
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
    : requestAnimationFrame(look);
  button.click();
  look();
})"""


@benchmark(
    "turning",
    bound="from a press to the next page painted: 150 ms at p95",
    holds=lambda figures: figures["p95_ms"] <= 150,
    figure=lambda figures: (
        f"{figures['turns']:.0f} turns: p50 {figures['p50_ms']:.0f} ms, p95 {figures['p95_ms']:.0f}, "
        f"worst {figures['worst_ms']:.0f}"
    ),
)
def turning(share: float) -> Figures:
    """Go to one page after another and back to the overview; keep each turn in ``build/reports``."""
    rounds = max(1, round(ROUNDS * share))
    taken: dict[str, list[float]] = {}
    with ExitStack() as at_end:
        folder = Path(at_end.enter_context(tempfile.TemporaryDirectory()))
        code = in_folder(folder, make_open_couple)
        server = at_end.enter_context(running_server(folder))
        browser = at_end.enter_context(sync_playwright()).chromium.launch(
            executable_path=find_whole_chromium(), args=launch_flags()
        )
        at_end.callback(browser.close)
        ana = Person(browser, server.url.rstrip("/"), "Ana", 1280)
        ana.sign_in(code)
        for _ in range(rounds):
            for step in STEPS:
                ana.go_home()
                ana.page.wait_for_timeout(200)
                asked = ["#workbook button.step", say(f"ui.steps.{step}")]
                taken.setdefault(step, []).append(float(ana.page.evaluate(_TURN, asked)))
    keep("turning", taken)
    turns = sorted(ms for ones in taken.values() for ms in ones)
    return {
        "turns": len(turns),
        "p50_ms": statistics.median(turns),
        "p95_ms": turns[min(len(turns) - 1, round(0.95 * len(turns)))],
        "worst_ms": turns[-1],
    }
