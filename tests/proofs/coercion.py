"""Somebody who looks over the shoulder, takes the device, or presses Back learns nothing (coercion).

In real Chromium on the real server, which keeps whole pages for Back as it does for people: the quick exit
covers the page before anything else happens, ends the sitting, and takes along the other tabs of the same
person; whatever is tried afterwards (back, forward, reload, the address itself, a restored tab with the same
cookies) shows only the plain page. An answer to a private question, saved or on its way, is on no
screen that one comes back to.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooSlow

from tests.proofs._visitors import Visitor
from tests.proofs.harness import CannotRun, Counts, proof
from tests.proofs.power_cuts import scratch
from tests.walk.person import Person
from tools.chromium import WAY_OUT, find_whole_chromium, launch_flags
from workbook.content import say
from workbook.server.testing import RunningServer, running_server

NAME, OCCASION = "Annabel", "assessment-1"
_TELLING = re.compile(r"workbook|annabel|partner|passphrase|intimacy|couple", re.IGNORECASE)
READY = "html[data-ready=yes]"
SEEN = ("uncovered", "shown_again", "telling_titles", "secret_addresses", "still_signed_in", "tabs_left_open")
_LOADED = "() => new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', () => done()))"
LEAKY = Path(__file__).parents[1] / "walk" / "leaky"
WITHIN_SECONDS, PATIENCE_SECONDS = 3.0, 15.0


@proof(
    "quick-exit",
    bound="covered at once, the sitting ended, other tabs left ≤3 s; back, forward, reload, address and restored tab show only the plain page",
    full=10,
    short=1,
    portion=2,
    holds=lambda counts: (
        all(counts[key] == 0 for key in SEEN) and counts["tab_open_seconds"] <= WITHIN_SECONDS
    ),
    alone=True,
    timed=("tab_open_seconds",),
)
def quick_exit(size: int, seed: int) -> Counts:
    """``size`` people with two tabs leave in a hurry, by button and by key in turn."""
    return _leave_often(size)


@quick_exit.control(size=1, fails=lambda counts: counts["shown_again"] > 0)
def an_exit_that_only_turns_the_page(size: int, seed: int) -> Counts:
    """Going to the plain page without ending anything: back shows it all again."""
    return _leave_often(size, covering=False)


@quick_exit.control(size=1, fails=lambda counts: counts["tabs_left_open"] > 0)
def tabs_that_do_not_hear_of_each_other(size: int, seed: int) -> Counts:
    """Without a channel between tabs the other one stays where it is."""
    return _leave_often(size, before="delete window.BroadcastChannel")


def _leave_often(size: int, *, covering: bool = True, before: str = "") -> Counts:
    counts: Counts = dict.fromkeys(("trials", *SEEN), 0) | {"tab_open_seconds": 0.0}
    with scratch() as folder, running_server(folder) as server, _remembering_chromium() as browser:
        for n in range(size):
            counts["trials"] += 1
            context = browser.new_context(base_url=server.url)
            context.add_init_script(before)
            page = _arrive(context, counts)
            other = context.new_page()
            _open_workbook(other)
            sitting = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "sitting")
            began = time.monotonic()
            _leave(page, n, covering, counts)
            if covering:
                _follow(other, began, counts)
            _try_to_look(context, page, counts)
            _look_back(other, counts)
            counts["still_signed_in"] += _is_signed_in(server, sitting)
            context.close()
    return counts


@contextmanager
def _remembering_chromium() -> Iterator[Browser]:
    """Chromium as people have it: a page that is left is kept whole for Back, which Playwright turns off."""
    path = find_whole_chromium()
    if path is None:
        raise CannotRun(WAY_OUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=launch_flags(), ignore_default_args=["--disable-back-forward-cache"]
        )
        try:
            yield browser
        finally:
            browser.close()


def _arrive(context: BrowserContext, counts: Counts) -> Page:
    """Through the door as everybody comes, into the open workbook."""
    page = context.new_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto("/begin")
    page.fill("#name", NAME)
    page.fill("#passphrase", secret := "seven quiet lanterns")
    page.click("main form button[type=submit]")
    code = page.locator("#recovery-code").inner_text()
    page.click("main form button[type=submit]")
    page.wait_for_selector(READY, timeout=60_000)
    held = [secret, secret.replace(" ", "+"), code, NAME, context.cookies()[0]["value"]]
    counts["secret_addresses"] += sum(any(one in address for one in held) for address in addresses)
    counts["telling_titles"] += bool(
        re.search(r"intimacy|couple|safety|fear|annabel", page.title(), re.IGNORECASE)
    )
    return page


def _open_workbook(page: Page) -> None:
    page.goto("/workbook")
    page.wait_for_selector(READY, timeout=60_000)


def _leave(page: Page, n: int, covering: bool, counts: Counts) -> None:
    if not covering:
        page.goto("/leave")
        return
    # The server is kept from answering: the cover must not wait for it.
    page.route("**/leave", lambda route: (page.wait_for_timeout(300), route.continue_()))
    if n % 2:
        for _ in range(3):
            page.keyboard.press("Shift")
    else:
        page.evaluate("document.querySelector('[data-quick-exit] button').click()")
    shown = page.evaluate("() => document.body.hidden && !!document.querySelector('.exit-cover')")
    counts["uncovered"] += not shown
    counts["telling_titles"] += bool(_TELLING.search(page.title()))
    page.wait_for_url("**/leave", timeout=15_000)


def _follow(other: Page, began: float, counts: Counts) -> None:
    """The other tab goes where the first one went, by itself; ``began`` is when the first one was left."""
    try:
        other.wait_for_url("**/leave", timeout=PATIENCE_SECONDS * 1000)
    except TooSlow:
        counts["tabs_left_open"] += 1
        return
    counts["tab_open_seconds"] = max(counts["tab_open_seconds"], time.monotonic() - began)
    _look(other, counts)


def _try_to_look(context: BrowserContext, page: Page, counts: Counts) -> None:
    """Everything that somebody would press who takes the device a moment later."""
    page.unroute("**/leave")
    back, forward = partial(page.go_back, wait_until="commit"), partial(page.go_forward, wait_until="commit")
    tries = (
        *[back] * 4,
        page.reload,
        forward,
        lambda: page.goto("/workbook"),
        lambda: page.goto("/"),
        lambda: page.goto("/recovery-code"),
        page.reload,
    )
    for look in tries:
        look()
        _look(page, counts)
    restored = context.new_page()  # a tab that comes back has the cookies of its browser
    restored.goto("/workbook")
    counts["shown_again"] += bool(_TELLING.search(restored.inner_text("body")))
    restored.close()


def _look_back(other: Page, counts: Counts) -> None:
    """Look through the other tab's history."""
    for look in (other.go_back, other.go_back, other.go_forward):
        look(wait_until="commit")
        _look(other, counts)
    other.reload()
    _look(other, counts)


def _look(page: Page, counts: Counts) -> None:
    """What stands there now. A page that was kept whole is there without being loaded."""
    with suppress(Error):  # it leads on to another at once
        page.evaluate(_LOADED)
    counts["shown_again"] += bool(_TELLING.search(page.inner_text("body"))) if "localhost" in page.url else 0
    counts["telling_titles"] += bool(_TELLING.search(page.title()))


def _is_signed_in(server: RunningServer, sitting: str) -> bool:
    visitor = Visitor(server)
    visitor.client.cookies.set("sitting", sitting, domain="localhost.local")
    found = visitor.ask("/api/alive", {}).json()["signed_in"]
    visitor.close()
    return bool(found)


# -- private screens ---------------------------------------------------------------------------
@proof(
    "private-screen",
    bound="an answer to a private question, saved or on its way, is on no screen that one comes back to",
    full=5,
    short=1,
    zero=("shown_again", "unsaved"),
)
def private_screen(size: int, seed: int) -> Counts:
    """``size`` people answer private questions, turn the page, and come back by each way there is."""
    return _answer_and_return(size)


@private_screen.control(size=1, fails=lambda counts: counts["shown_again"] > 0)
def a_screen_that_remembers(size: int, seed: int) -> Counts:
    """Private answers are given back to their screen like any other's."""
    return _answer_and_return(
        size, {"PYTHONPATH": os.pathsep.join([str(LEAKY), str(Path.cwd())]), "LEAK": "private"}
    )


def _answer_and_return(size: int, environment: dict[str, str] | None = None) -> Counts:
    counts: Counts = dict.fromkeys(("trials", "n_answers", "unsaved", "shown_again"), 0)
    with (
        scratch() as folder,
        running_server(folder, environment=environment) as server,
        _remembering_chromium() as browser,
    ):
        for _ in range(size):
            counts["trials"] += 1
            person = Person(browser, server.url.rstrip("/"), NAME, 1280)
            person.begin()
            _to_private_questions(person)
            counts["shown_again"] += _n_shown_unsent(person)
            n_answered = _answer_most(person)
            counts["n_answers"] += n_answered
            counts["unsaved"] += not 0 < n_answered == _radios(person, ":checked").count()
            person.go_home()
            _to_private_questions(person)
            counts["shown_again"] += _radios(person, ":checked").count()
            person.page.reload()
            person.arrive()
            _to_private_questions(person)
            counts["shown_again"] += _radios(person, ":checked").count()
            person.close()
    return counts


def _to_private_questions(person: Person) -> None:
    person.open_step(say("ui.steps.just-for-me"))
    person.turn(lambda: person.press(person.button("just-for-me.private_button")))


def _n_shown_unsent(person: Person) -> int:
    """Answers on the screen to which one comes back while they could not be sent yet."""
    person.page.route("**/api/answers", lambda route: route.abort())
    person.choose(_radios(person).first)
    person.page.locator(
        "fieldset.question .state[data-state=saving], .state[data-state=unsaved]"
    ).first.wait_for()
    person.go_home()
    _to_private_questions(person)
    n_shown = _radios(person, ":checked").count()
    person.page.unroute("**/api/answers")
    return n_shown


def _answer_most(person: Person) -> int:
    """All questions of the screen but the last, so that this screen stays the one to come back to; all saved."""
    questions = person.page.locator("fieldset.question:visible").all()[:-1]
    for question in questions:
        person.choose(question.locator("input[type=radio]").first)
    for question in questions:
        question.locator(".state[data-state=saved]").wait_for()
    return len(questions)


def _radios(person: Person, state: str = "") -> Locator:
    """Of all screens that are still in the page, shown or not."""
    return person.page.locator(f"fieldset.question input[type=radio]{state}")
