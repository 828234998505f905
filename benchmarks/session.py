"""How soon a topic that a therapist shows, or covers, is seen on the couple's pages and the shared screen."""

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.harness import Figures, benchmark
from benchmarks.reporting import keep
from tests.walk.person import PASSPHRASE, Person
from tests.walk.seeded import in_folder, make_open_couple
from tools.chromium import find_whole_chromium, launch_flags
from workbook.content import say
from workbook.instruments import catalogue
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household
from workbook.service.formats.case_values import Granted, ToCase

TOPICS = 12  # what one session may hold at most: each is shown once
NAMES = ("Ana", "Ben")
KERNELS = 4  # the therapist's, each partner's and the shared screen's
# The moment, by the page's own clock, at which as many pictures are drawn there; set before the press.
_WATCH = """n => { window.seenThen = new Promise((resolve) => {
  const look = () => document.querySelectorAll('#workbook .js-plotly-plot').length === n
    ? resolve(Date.now()) : requestAnimationFrame(look);
  look();
}); }"""
_PRESS = """label => {
  [...document.querySelectorAll('#workbook button')].find((one) => one.textContent === label).click();
  return Date.now();
}"""
_CODES: dict[str, str] = {}


@benchmark(
    "session",
    bound="a topic shown or covered in a session is seen on all other pages within 500 ms at p95",
    holds=lambda figures: figures["seen_ms_p95"] <= 500,
    figure=lambda figures: (
        f"seen after {figures['seen_ms_p50']:.0f} ms, "
        f"p95 {figures['seen_ms_p95']:.0f} (of {figures['n']:.0f}); for a topic shown and covered "
        f"{figures['kernel_cpu_ms']:.0f} ms of processor time in each of four kernels, "
        f"{figures['server_cpu_ms']:.0f} in the server"
    ),
)
def session(share: float) -> Figures:
    """Show and cover topic after topic, on four pages in three browsers."""
    count = max(2, round(TOPICS * share))
    with ExitStack() as at_end:
        folder = Path(at_end.enter_context(tempfile.TemporaryDirectory()))
        _CODES["couple"] = in_folder(folder, _make_practice)
        server = at_end.enter_context(running_server(folder, "--practice"))
        browser = at_end.enter_context(sync_playwright()).chromium.launch(
            executable_path=find_whole_chromium(), args=launch_flags()
        )
        at_end.callback(browser.close)
        people = [Person(browser, server.url.rstrip("/"), name, 1280) for name in ("Rivers", *NAMES)]
        therapist, others = _gather(people)
        before = _processor_seconds(server)
        seen = [ms for topic in _topics()[:count] for ms in _show_and_cover(therapist, others, topic)]
        own, kernels = (
            1000 * (now - then) for now, then in zip(_processor_seconds(server), before, strict=True)
        )
    keep("session", {"seen_ms": seen})
    return {
        "seen_ms_p50": statistics.median(seen),
        "seen_ms_p95": sorted(seen)[min(len(seen) - 1, round(0.95 * len(seen)))],
        "n": len(seen),
        "server_cpu_ms": own / count,
        "kernel_cpu_ms": kernels / count / KERNELS,
    }


def _processor_seconds(server: RunningServer) -> tuple[float, float]:
    """Return how long the server has worked so far, and all that it started."""
    process = psutil.Process(server.pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    own, *others = (one.user + one.system for one in times)
    return own, sum(others)


def _topics() -> list[str]:
    """Return topics that may be shown without being offered."""
    guarded = ("safety", "trust", "reliability")
    own = [one.id for one in catalogue()["connection"].subscales if one.about == "self"]
    return [one for one in own if not any(part in one for part in guarded)]


def _make_practice(household: Household) -> str:
    """Make a therapist and a couple both of whom grant all there is, seen alone already."""
    made = household.therapists.create("A. Rivers", PASSPHRASE + "Rivers")
    _CODES["therapist"] = made.code
    desk = household.seat_therapist(made.actor)
    desk.set_policy("no_secrets", "", 365)
    case, code = desk.make_case("The case"), make_open_couple(household)
    for name in NAMES:
        partner = household.seat_partner(household.accounts.sign_in(code, name, PASSPHRASE + name))
        joined = partner.join_case(case.code)
        granted = {"connection": Granted(ToCase.SCORES, in_session=True)}
        partner.grant_case(granted, until="", policy_hash=joined.policy_hash)
        desk.tick_case(case.case_id, f"alone/{partner.actor.person_id}", stands=True)
    return code


def _gather(people: list[Person]) -> tuple[Page, list[Page]]:
    """Return the therapist's page of an open session with room for all topics, and the three others."""
    therapist, *partners = people
    page = therapist.page
    page.goto(f"{therapist.address}/therapist")
    page.fill("#code", _CODES["therapist"])
    page.fill("#passphrase", PASSPHRASE + "Rivers")
    page.click("main form button[type=submit]")
    therapist.arrive()
    page.locator("button.step").first.click()
    for key in ("live.short", "live.open"):
        page.get_by_role("button", name=say(f"cockpit.{key}"), exact=True).click()
    page.get_by_role("combobox", name=say("cockpit.showing.topic"), exact=True).wait_for()
    for person in partners:
        person.sign_in(_CODES["couple"])
        person.go_home()
        person.turn(lambda person=person: person.press(person.button("home.in_session")))
        person.press(person.button("in-session.come"))
    shared = therapist.context.new_page()
    shared.goto(f"{therapist.address}/presentation")
    shared.locator("#workbook h1").wait_for()
    return page, [*(person.page for person in partners), shared]


def _show_and_cover(therapist: Page, others: list[Page], topic: str) -> list[float]:
    title = next(one.topic for one in catalogue()["connection"].subscales if one.id == topic)
    more, show = say("cockpit.showing.more"), say("cockpit.showing.show")
    if not therapist.get_by_role("button", name=show, exact=True).count():
        therapist.get_by_role("button", name=more, exact=True).click()
        therapist.get_by_role("button", name=show, exact=True).wait_for()
    field = therapist.get_by_role("combobox", name=say("cockpit.showing.topic"), exact=True)
    field.select_option(topic)
    therapist.wait_for_timeout(300)
    found = _press(therapist, others, show, 1)
    cover = say("cockpit.showing.cover", title=title)
    therapist.get_by_role("button", name=cover, exact=True).wait_for()
    return found + _press(therapist, others, cover, 0)


def _press(therapist: Page, others: list[Page], label: str, n: int) -> list[float]:
    """Press a button; return after how many ms each of the others shows so many pictures."""
    for page in others:
        page.evaluate(_WATCH, n)
    pressed = float(therapist.evaluate(_PRESS, label))
    return [float(page.evaluate("() => window.seenThen")) - pressed for page in others]
