"""Take a picture of every page, wide and narrow, into docs/screenshots/<width>/.

The pages are those of a real server with its simulated couple: the doors as a stranger sees
them, the whole path as somebody who has just begun, as one partner, and as both together; a
therapist's pages, and a session as all three see it; and the researcher's page with simulated
couples. With ``--researcher`` only those of the last, with ``--practice`` only the therapist's, with
``--exercises`` only the page of each exercise on a phone.
New pictures take the old ones' place when the walk came to its end; what went wrong is named.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tools.chromium import WAY_OUT, find_chromium, launch_flags
from tools.practice_pictures import PracticeVisit
from workbook.content import say
from workbook.content.exercise import exercises

TARGET = Path(__file__).parents[1] / "docs" / "screenshots"
SIZES = {1280: 800, 360: 740}
NARROW = min(SIZES)
DOORS = ("begin", "join", "sign-in", "recover", "together", "no-such-page")
READY = "WORKBOOK READY "
UNFOLDED = "document.querySelectorAll('main details').forEach((one) => (one.open = true))"
PATIENCE = 30_000
PATH, VIEWS = say("ui.home.path"), say("ui.together.more_views")
BACK = (
    *(f'main button:text-is("{say(f"ui.button.{name}")}")' for name in ("home", "later")),
    "main button.button-quiet",
)
ONWARD = ("main button.button-primary",)
SECTIONS = ("cohort", "reliability", "dyads", "export")
TALLEST = 3_200  # px of the researcher's page that are pictured
REFUSED = {"code": "not-a-code", "name": "Robin", "passphrase": "not the passphrase"}


@contextmanager
def served(name: str) -> Iterator[str]:
    """Serve ``workbook demo`` or ``research`` on a free port; yield its address. Its log goes to a file."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        command = [sys.executable, "-m", "workbook", name, "--no-browser", "--port", "0"]
        places = {"WORKBOOK_DATA": f"{folder}/data", "TMPDIR": folder}
        with log.open("w") as out:
            server = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, cwd=folder, env=os.environ | places
            )
        try:
            yield _address(server, log)
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(1200):
        said = log.read_text()
        if READY in said:
            return said.partition(READY)[2].split()[0].rstrip("/")
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


class Walk:
    """A stranger's walk through all pages at one width."""

    def __init__(self, browser: Browser, address: str, width: int, folder: Path) -> None:
        self.address, self.folder = address, folder
        self.browser, self.viewport = browser, {"width": width, "height": SIZES[width]}
        self.problems: list[str] = []

    def go(self) -> list[str]:
        """Walk; return what went wrong on the way: script errors, pages wider than the screen."""
        self._visit(self._doors)
        self._visit(self._beginner)
        for place in ("a", "together"):
            self._visit(lambda page, place=place: self._partner(page, place))
        return self.problems

    def _visit(self, what: Callable[[Page], None]) -> None:
        # Each in a browser of its own, without the other's cookies; still, so nothing is caught half-moved.
        context = self.browser.new_context(viewport=self.viewport, reduced_motion="reduce", locale="en-GB")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        try:
            what(page)
        except (Error, AssertionError) as error:
            page.screenshot(path=self.folder / "stuck.png")
            raise RuntimeError(f"stuck at {page.url}; {self.folder / 'stuck.png'} shows where") from error
        finally:
            context.close()

    def _doors(self, page: Page) -> None:
        page.goto(self.address)
        self._take(page, "landing")
        for door in DOORS:
            page.goto(f"{self.address}/{door}")
            self._take(page, door)
        page.goto(f"{self.address}/sign-in")
        for field, typed in REFUSED.items():
            page.fill(f"#{field}", typed)
        page.click("form.form button[type=submit]")
        page.wait_for_selector("#errors")
        self._take(page, "sign-in-refused")
        page.goto(self.address)
        page.click(".exit-button")
        page.wait_for_url("**/leave")
        self._take(page, "left")

    def exercises(self) -> list[str]:
        """Visit the page of every exercise, as one partner finds it."""
        self._visit(self._exercises)
        return self.problems

    def _exercises(self, page: Page) -> None:
        page.goto(self.address)
        page.click("form[action='/demo']:has(input[value='a']) button")
        page.wait_for_url("**/workbook")
        self._turn_home(page, "partner")
        page.evaluate(UNFOLDED)
        page.locator("button.step", has_text=say("ui.steps.exercises")).click()
        names = {one.title: name for name, one in exercises().items()}
        heading, there = page.locator("main h1").first, say("ui.exercises.title")
        expect(heading).to_have_text(there, timeout=PATIENCE)
        for title in page.locator("button.step .step-title").all_inner_texts():
            page.locator("button.step").filter(has=page.get_by_text(title, exact=True)).click()
            expect(heading).to_have_text(title, timeout=PATIENCE)
            self._take(page, f"exercise-{names[title]}")
            page.get_by_role("button", name=say("ui.exercises.all"), exact=True).click()
            expect(heading).to_have_text(there, timeout=PATIENCE)

    def practice(self) -> list[str]:
        """Visit a practice, and a session of it."""
        visit = PracticeVisit(self.browser, self.address, self.viewport, self._take)
        return [*visit.go(), *self.problems]

    def _beginner(self, page: Page) -> None:
        page.goto(f"{self.address}/begin")
        page.fill("#name", "Alex")
        page.fill("#passphrase", "a simulated passphrase")
        page.click("form.form button[type=submit]")
        page.wait_for_selector("#recovery-code")
        self._take(page, "recovery-code")
        page.click("form.form button[type=submit]")
        self._path(page, "beginner")

    def _partner(self, page: Page, place: str) -> None:
        page.goto(self.address)
        page.click(f"form[action='/demo']:has(input[value='{place}']) button")
        self._path(page, "together" if place == "together" else "partner")
        page.goto(f"{self.address}/hand-over")
        if place != "together":
            self._take(page, "hand-over")

    def _path(self, page: Page, who: str) -> None:
        """Picture the choice of steps (of views, for both together), then every step that is open."""
        page.wait_for_url("**/workbook")
        self._turn_home(page, who, is_first=True)
        self._take(page, f"{who}-overview")
        page.evaluate(UNFOLDED)
        titles = page.locator("button.step .step-title").all_inner_texts()
        for n, title in enumerate(titles):
            before = page.locator("main h1").first.inner_text()
            page.evaluate(UNFOLDED)
            page.locator("button.step").nth(n).click()
            try:
                expect(page.locator("main h1").first).not_to_have_text(before, timeout=PATIENCE)
            except AssertionError:
                self.problems.append(f"{who}: the step {title!r} does not open")
                continue
            self._take(page, f"{who}-{slug(title)}")
            if who == "together":
                page.goto(f"{self.address}/workbook")
            self._turn_home(page, who)

    def _turn_home(self, page: Page, who: str, *, is_first: bool = False) -> None:
        """Go back, or for both together on, to the choice; at first picture what lies before it."""
        label, ways = (VIEWS, ONWARD) if who == "together" else (PATH, BACK)
        for n in range(1, 6):
            heading = page.locator("main h1").first
            heading.wait_for()
            page.wait_for_timeout(300)  # the parts of a page come one by one
            if page.locator(f'nav.path[aria-label="{label}"]').count():
                return
            if is_first:
                self._take(page, f"{who}-before-{n}")
            before = heading.inner_text()
            next(way for way in map(page.locator, ways) if way.count()).last.click()
            expect(heading).not_to_have_text(before, timeout=PATIENCE)
        raise RuntimeError(f"no way to the choice of steps: {self.folder} shows how far it went")

    def _take(self, page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        page.mouse.move(0, 0)  # nothing looks chosen because the last press was there
        page.wait_for_timeout(250)  # a chart draws after its page
        page.screenshot(path=self.folder / f"{name}.png", full_page=True, animations="disabled")
        wide, screen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if wide > screen:
            self.problems.append(f"{name}: {wide} px of content on a screen of {screen}")


def picture_researcher(browser: Browser, address: str, width: int, folder: Path) -> list[str]:
    """Picture every section of the researcher's page, with the risk measured; return what went wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": SIZES[width]}, reduced_motion="reduce")
    page.on("pageerror", lambda error: problems.append(f"the researcher's page: {error}"))
    page.goto(f"{address}/", timeout=4 * PATIENCE)
    for name in SECTIONS:
        button = page.get_by_role("button", name=say(f"dashboard.{name}.short"), exact=True)
        button.click(timeout=4 * PATIENCE)
        expect(page.get_by_role("heading", name=say(f"dashboard.{name}.title"), exact=True)).to_be_visible(
            timeout=PATIENCE
        )
        if name == "export":
            page.get_by_role("button", name=say("dashboard.export.measure"), exact=True).click()
            page.get_by_text(say("dashboard.export.safe_title")).wait_for(timeout=4 * PATIENCE)
        page.set_viewport_size({"width": width, "height": TALLEST})  # Voila's page scrolls inside its window
        page.mouse.move(0, 0)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2_000)
        end = page.evaluate("Math.ceil(document.querySelector('.dashboard').getBoundingClientRect().bottom)")
        clip = {"x": 0, "y": 0, "width": width, "height": min(end + 24, TALLEST)}
        page.screenshot(path=folder / f"researcher-{name}.png", clip=clip, animations="disabled")
        page.set_viewport_size({"width": width, "height": SIZES[width]})
    page.close()
    return problems


def slug(title: str) -> str:
    """Return a file name of a title.

    >>> slug("What it rests on: the sources")
    'what-it-rests-on-the-sources'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def main(wanted: list[str]) -> int:
    """Take the pictures; 1 when a page could not be reached or was wider than the screen."""
    chromium = find_chromium()
    if chromium is None:
        print(WAY_OUT, file=sys.stderr)
        return 1
    new = Path(tempfile.mkdtemp())
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=launch_flags())
        for width in SIZES:
            folder = new / str(width)
            folder.mkdir(parents=True)
            if not wanted:
                with served("demo") as address:  # anew for each width: people keep their place
                    problems += Walk(browser, address, width, folder).go()
            if width == NARROW and wanted in ([], ["--exercises"]):
                with served("demo") as address:
                    problems += Walk(browser, address, width, folder).exercises()
            if wanted == ["--exercises"]:
                continue
            if "--researcher" not in wanted:
                with served("demo") as address:
                    problems += Walk(browser, address, width, folder).practice()
            if "--practice" not in wanted:
                with served("research") as address:
                    problems += picture_researcher(browser, address, width, folder)
        browser.close()
    if not wanted:
        shutil.rmtree(TARGET, ignore_errors=True)
    shutil.copytree(new, TARGET, dirs_exist_ok=True)
    shutil.rmtree(new)
    n = len(list(TARGET.rglob("*.png")))
    print(f"{n} pictures in {os.path.relpath(TARGET)}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
