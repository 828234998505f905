"""How long a figure takes to draw in a browser whose processor is slowed four times."""

import json
from importlib.resources import files
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.harness import Figures, benchmark
from tools.chromium import find_chromium, launch_flags
from workbook.plots.canvas import WIDTHS
from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.ui.drawing import Source, picture_of, together_showings
from workbook.ui.pages.view import together_source

TIMES = 9
BOUND_MS = 150
SLOWED = 4
PLOTLY = files("workbook.server") / "assets" / "static" / "plotly.js"
# From the call until what was drawn has been laid out and painted.
_DRAW = """async ([figure, times]) => {
  const taken = [];
  for (let n = 0; n < times; n += 1) {
    const place = document.createElement("div");
    document.body.append(place);
    const begun = performance.now();
    await Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: false });
    await new Promise((painted) => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = painted;
      channel.port2.postMessage(0);
    }));
    taken.push(performance.now() - begun);
    Plotly.purge(place);
    place.remove();
  }
  return taken;
}"""


@benchmark(
    "drawing",
    bound=f"every figure of the simulated couple is drawn within {BOUND_MS} ms on a processor slowed"
    f" {SLOWED} times (the best of nine, narrow and wide)",
    holds=lambda figures: figures["worst_ms"] <= BOUND_MS,
    figure=lambda figures: (
        f"{figures['figures']:.0f} figures, slowest {figures['worst_ms']:.0f} ms, "
        f"middle {figures['middle_ms']:.0f} ms"
    ),
)
def drawing(share: float) -> Figures:
    """Measure every view of the simulated couple at a phone's width and at the widest."""
    household, service = open_demo()
    shown = _figures(together_source(Session(service)))
    household.close()
    if share < 1:
        shown = shown[:1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=launch_flags())
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_content("<!doctype html><body></body>")
        page.add_script_tag(content=PLOTLY.read_text(encoding="utf-8"))
        taken = [_drawn(page, figure, max(1, round(TIMES * share))) for figure in shown]
        browser.close()
    return {"figures": len(shown), "worst_ms": max(taken), "middle_ms": median(taken)}


def _figures(source: Source) -> list[dict[str, Any]]:
    """Return each view's figure at a phone's width and at the widest."""
    found = []
    for showing in together_showings(source):
        made = picture_of(showing, source) if showing.id not in source.results.unavailable else None
        if made is not None:
            found += [one for one in map(made.sheets.at, (WIDTHS[1], WIDTHS[-1])) if one is not None]
    return [json.loads(json.dumps(one, default=float)) for one in found]


def _drawn(page: Page, figure: dict[str, Any], times: int) -> float:
    console = page.context.new_cdp_session(page)
    console.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    taken: list[float] = page.evaluate(_DRAW, [figure, times + 1])
    console.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return min(taken[1:])  # the first also warms up; whatever else the computer does only adds to it
