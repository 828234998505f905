"""Bytes over the wire to a browser that was never there: overview, then a picture, then a second visit."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.harness import Figures, benchmark
from benchmarks.peers.visiting import Traffic
from benchmarks.reporting import keep
from tests.walk.person import Person
from tests.walk.seeded import in_folder, make_open_couple
from tools.chromium import find_whole_chromium, launch_flags
from workbook.content import say
from workbook.server.testing import running_server

MOST_KB, MOST_WITH_A_PICTURE_KB = 250, 700
DRAWN = ".js-plotly-plot svg.main-svg:visible"


@benchmark(
    "wire",
    bound=f"first visit within {MOST_KB} kB without a picture, within {MOST_WITH_A_PICTURE_KB} kB with one",
    holds=lambda figures: (
        figures["first_kb"] <= MOST_KB and figures["with_picture_kb"] <= MOST_WITH_A_PICTURE_KB
    ),
    figure=lambda figures: (
        f"{figures['first_kb']:.0f} kB in {figures['first_requests']:.0f} requests, with a picture "
        f"{figures['with_picture_kb']:.0f} kB, a second visit with one {figures['second_kb']:.0f} kB"
    ),
)
def wire(share: float) -> Figures:  # noqa: ARG001 - one visit is all there is
    """Visit landing page, sign-in and overview; open a picture; and do all of it once more."""
    with ExitStack() as at_end:
        folder = Path(at_end.enter_context(tempfile.TemporaryDirectory()))
        code = in_folder(folder, make_open_couple)
        server = at_end.enter_context(running_server(folder))
        browser = at_end.enter_context(sync_playwright()).chromium.launch(
            executable_path=find_whole_chromium(), args=launch_flags()
        )
        at_end.callback(browser.close)
        ana = Person(browser, server.url.rstrip("/"), "Ana", 1280)
        first, whole = _visit(ana, code)
        ana.page.goto(f"{server.url}sign-in")
        again = Traffic()
        again.listen(ana.page)
        ana.sign_in(code)  # she left at the picture, and comes back to it
        ana.page.locator(DRAWN).first.wait_for()
    figures = {
        "first_kb": first.n_bytes / 1000,
        "first_requests": first.n_requests,
        "with_picture_kb": whole.n_bytes / 1000,
        "second_kb": again.n_bytes / 1000,
    }
    keep("wire", figures)
    return figures


def _visit(ana: Person, code: str) -> tuple[Traffic, Traffic]:
    """Return what had come once the overview was there, and once a picture was."""
    traffic = Traffic()
    session = traffic.listen(ana.page)
    ana.page.goto(ana.address)
    ana.sign_in(code)
    before = Traffic(traffic.n_bytes, traffic.n_requests)
    ana.go_home()
    ana.open_step(say("ui.steps.results"))
    picture = ana.page.locator("button.step:visible")
    ana.turn(lambda: ana.press(picture.first))
    ana.page.locator(DRAWN).first.wait_for()
    session.detach()
    return before, traffic
