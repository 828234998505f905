"""From a press to the first answer kept: the workbook beside five frameworks, in turn, in one run.

Everybody has a browser that was never anywhere. Each round visits every server once, so that whatever
else the machine does falls on all alike. The workbook's time begins with the press that signs in, and
holds the derivation of a key from the passphrase (Argon2id), which the others have not.
"""

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.harness import Figures, benchmark
from benchmarks.peers.environments import PEERS
from benchmarks.peers.ours import serving_ours, sign_in
from benchmarks.peers.serving import Served, serving
from benchmarks.peers.visiting import PAINT, Traffic, new_person, wait_until_kept, watch
from benchmarks.reporting import keep
from tools.chromium import find_whole_chromium, launch_flags

ROUNDS = 9
OURS = "workbook"
N_ANSWERS = 8
Visit = dict[str, float]

# The redirect of the sign-in is what holds the derivation.
_REDIRECT = """() => {
  const { redirectStart, redirectEnd } = performance.getEntriesByType("navigation")[0];
  return redirectEnd - redirectStart;
}"""


@benchmark(
    "visits",
    bound="first answer kept within 0.8 of the fastest framework's time (0.6 but for the key), and 0.1 of"
    " stock Voila's; landing page within 1.3 of a static one",
    holds=lambda figures: (
        figures["by_fastest"] <= 0.8
        and figures["by_fastest_without_argon"] <= 0.6
        and figures["by_voila"] <= 0.1
        and figures["landing_by_static"] <= 1.3
    ),
    figure=lambda figures: (
        f"{figures['kept']:.0f} ms ({figures['kept_without_argon']:.0f} but for the key's derivation), "
        f"{figures['by_fastest']:.2f} of the fastest ({figures['by_fastest_without_argon']:.2f}), "
        f"{figures['by_voila']:.2f} of stock Voila; landing {figures['landing_by_static']:.2f} of static"
    ),
)
def visits(share: float) -> Figures:
    """Visit all of them in turn; keep every single figure in ``build/reports/visits.json``."""
    rounds = max(1, round(ROUNDS * share))
    peers = PEERS if share == 1 else ()  # a short run makes no environments
    found: dict[str, list[Visit]] = {name: [] for name in (*peers, "static", OURS)}
    with ExitStack() as at_end:
        folder = Path(at_end.enter_context(tempfile.TemporaryDirectory()))
        (folder / "ours").mkdir()
        ours, codes = at_end.enter_context(serving_ours(folder / "ours", rounds))
        others = [at_end.enter_context(serving(peer, folder)) for peer in (*peers, "static")]
        browser = at_end.enter_context(sync_playwright()).chromium.launch(
            executable_path=find_whole_chromium(), args=launch_flags()
        )
        at_end.callback(browser.close)
        for number in range(rounds):
            for server in others:
                found[server.name].append(_visit(browser, server))
            found[OURS].append(_visit_ours(browser, ours, codes[number]))
    keep("visits", found)
    return _figures(found)


def _visit(browser: Browser, server: Served) -> Visit:
    context, traffic = new_person(browser), Traffic()
    page = context.new_page()
    traffic.listen(page)
    watch(page)
    cpu = server.cpu_seconds()
    page.goto(server.url, wait_until="commit")
    choice, kept = wait_until_kept(page)
    began = page.evaluate("performance.timeOrigin")
    answers = [page.evaluate(f"timed.answer({number})") for number in range(1, N_ANSWERS)]
    visit = {"choice": choice - began, "kept": kept - began, "paint": page.evaluate(PAINT) or float("nan")}
    visit |= {"answer": statistics.median(answers), "bytes": traffic.n_bytes, "requests": traffic.n_requests}
    visit["cpu"] = 1000 * (server.cpu_seconds() - cpu)
    context.close()
    return visit


def _visit_ours(browser: Browser, server: Served, code: str) -> Visit:
    context, traffic = new_person(browser), Traffic()
    landing = context.new_page()
    traffic.listen(landing)
    landing.goto(server.url)
    landing.wait_for_function(PAINT)
    paint = landing.evaluate(PAINT)
    landing.close()
    cpu = server.cpu_seconds()
    page, pressed = sign_in(context, server.url, code, "Ana", traffic)
    choice, kept = wait_until_kept(page)
    n_here = page.evaluate("timed.groups().length")
    answers = [page.evaluate(f"timed.answer({number})") for number in range(1, min(N_ANSWERS, n_here))]
    visit = {"choice": choice - pressed, "kept": kept - pressed, "paint": paint}
    visit |= {"answer": statistics.median(answers), "bytes": traffic.n_bytes, "requests": traffic.n_requests}
    visit["argon"] = page.evaluate(_REDIRECT)
    visit["cpu"] = 1000 * (server.cpu_seconds() - cpu)
    context.close()
    return visit


def _figures(found: dict[str, list[Visit]]) -> Figures:
    def middle(name: str, what: str) -> float:
        return statistics.median(visit[what] for visit in found[name])

    kept = {name: middle(name, "kept") for name in found}
    fastest = min((kept[name] for name in found if name in PEERS), default=float("nan"))
    ours = kept[OURS]
    bare = statistics.median(visit["kept"] - visit["argon"] for visit in found[OURS])
    return {
        "kept": ours,
        "kept_without_argon": bare,
        "by_fastest": ours / fastest,
        "by_fastest_without_argon": bare / fastest,
        "by_voila": ours / kept.get("voila", float("nan")),
        "landing_by_static": middle(OURS, "paint") / middle("static", "paint"),
        **{f"{name}_kept": value for name, value in kept.items()},
    }
