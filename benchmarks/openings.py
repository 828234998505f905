"""From one partner's decision to the other's open page: real server, kernels and two browsers."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.harness import Figures, benchmark
from tests.walk.person import PASSPHRASE, Person
from tests.walk.seeded import OCCASION, answer_all, in_folder, make_couple
from tools.chromium import find_whole_chromium, launch_flags
from workbook.content import say
from workbook.content.document import consent_hash
from workbook.server.testing import running_server
from workbook.service.desks.household import Household
from workbook.sharing import Grain

COUPLES = 10
# The first frame in which the step is there and no longer says that it is locked.
_WATCH = """([title, locked]) => {
  const look = () => {
    const steps = [...document.querySelectorAll("#workbook .step")].filter(e => e.checkVisibility());
    const step = steps.find(e => e.innerText.includes(title));
    if (step && !step.innerText.includes(locked)) window.openedAt = Date.now();
    else requestAnimationFrame(look);
  };
  look();
}"""


@benchmark(
    "openings",
    bound="what both decided to open is on the other's open page within 1 s",
    holds=lambda figures: figures["worst_seconds"] < 1,
    figure=lambda figures: (
        f"{figures['openings']:.0f} openings, median {figures['median_seconds']:.2f} s, "
        f"worst {figures['worst_seconds']:.2f} s"
    ),
)
def openings(share: float) -> Figures:
    """Measure the time from Ben's decision until Ana's open overview shows it."""
    count = max(1, round(COUPLES * share))
    with tempfile.TemporaryDirectory() as kept:
        codes: list[str] = []

        def seed(household: Household) -> str:
            codes.extend(_half_open(household) for _ in range(count))
            return ""

        in_folder(Path(kept), seed)
        with running_server(Path(kept)) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_whole_chromium(), args=launch_flags())
            seconds = sorted(_one_opening(browser, server.url.rstrip("/"), code) for code in codes)
            browser.close()
    return {"openings": count, "median_seconds": seconds[count // 2], "worst_seconds": seconds[-1]}


def _half_open(household: Household) -> str:
    code = make_couple(household)
    for name, shift in (("Ana", 1), ("Ben", 2)):
        partner = household.seat_partner(household.accounts.sign_in(code, name, PASSPHRASE + name))
        partner.add_event("consent", {"text": "consent", "text_hash": consent_hash()})
        answer_all(partner, "connection", shift)
        if name == "Ana":
            partner.decide("connection", OCCASION, Grain.ANSWERS)
    return code


def _one_opening(browser: Browser, address: str, code: str) -> float:
    ana, ben = (Person(browser, address, name, 1280) for name in ("Ana", "Ben"))
    try:
        for person in (ana, ben):
            person.sign_in(code)
        ben.open_step(say("ui.steps.share"))
        ben.choose(ben.page.locator("input[type=radio][value=answers]:visible"))
        ana.page.evaluate(_WATCH, [say("ui.steps.together"), say("ui.status.locked")])
        button = ben.button("share.button")
        pressed: float = button.evaluate("button => { const now = Date.now(); button.click(); return now; }")
        seconds = (_opened_at(ana.page) - pressed) / 1000
    finally:
        ana.close()
        ben.close()
    return seconds


def _opened_at(page: Page) -> float:
    opened: float = page.wait_for_function("() => window.openedAt").json_value()
    return opened
