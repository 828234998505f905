"""One person's words never become another's markup: more than two hundred payloads in real Chromium.

Each payload is written by one partner wherever their text reaches the other (name, gratitude, request and
its answer, what was said, heard, missing and planned in a talk about needs, the question, own needs)
and every page that shows it is opened by the other: our real components over real widgets, without
the policy of content that would stop what gets through. The forms of the door are filled in with it on
the real server.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Browser, Page, Route

from tests.proofs._partners import CHEAP
from tests.proofs._payloads import payloads
from tests.proofs._visitors import small_server
from tests.proofs.harness import CannotRun, Counts, proof
from tests.proofs.power_cuts import scratch
from tests.ui.browser import UI, chromium, served, show
from tools.chromium import WAY_OUT, find_chromium
from workbook.content.document import consent_hash
from workbook.errors import WorkbookError
from workbook.service.local import LocalService
from workbook.service.verbs import Actor
from workbook.session import Session
from workbook.storage.memory import MemoryStore
from workbook.ui.app import App

DAY = "2026-05-01"
SHORT_NAME = 40


@proof(
    "markup",
    bound="0 of ≥200 payloads fire on any page that shows one person's text to another",
    full=200,
    short=3,
    portion=25,
    zero=("fired", "unseen"),
)
def markup(size: int, seed: int) -> Counts:
    """``size`` payloads, from one on that the seed chooses, round and round."""
    return _show_all(_some(size, seed))


@markup.control(size=2, fails=lambda counts: counts["fired"] > 0)
def a_component_that_takes_text_for_markup(size: int, seed: int) -> Counts:
    """With innerHTML in the place of text, the page fires."""
    return _show_all(payloads(size), innocent=False)


def _some(size: int, seed: int) -> list[str]:
    every = payloads()
    start = 0 if size < 20 else (seed % (len(every) // 25)) * 25
    return [every[(start + n) % len(every)] for n in range(size)]


def _show_all(texts: list[str], *, innocent: bool = True) -> Counts:
    if find_chromium() is None:
        raise CannotRun(WAY_OUT)
    counts: Counts = {"trials": 0, "fired": 0, "n_places": 0, "unseen": 0}
    with chromium() as browser, served() as address:
        for text in texts:
            counts["trials"] += 1
            _show_one(browser, address, text, innocent, counts)
        if innocent:
            _fill_in_forms(browser, texts, counts)
    return counts


def _show_one(browser: Browser, address: str, text: str, innocent: bool, counts: Counts) -> None:
    with _couple(text) as (service, actors, things):
        for actor in actors:
            app = App(Session(service, actor))
            page, _ = show(browser, address, app.root)
            if not innocent:
                page.route("**/prose.js", _take_for_markup)
                page.goto(address)
                page.wait_for_selector("html[data-ready=yes]")
            for name in ("home", *things, "own-needs", "sharing", "rights", "rights:data"):
                counts["n_places"] += _open(app, page, name)
            counts["unseen"] += innocent and not _was_shown(app, page, things, text)
            page.wait_for_timeout(100)
            counts["fired"] += page.evaluate("window.__fired === 1")
            page.close()


@contextmanager
def _couple(text: str) -> Iterator[tuple[LocalService, list[Actor], list[str]]]:
    """Two who wrote ``text`` wherever they can: both, and the pages on which it stands."""
    service = LocalService(MemoryStore(), cost=CHEAP)
    name = text if len(text) <= SHORT_NAME else "Ann"
    try:
        first = service.accounts.create_couple(name, "a long passphrase of hers")
        second = service.accounts.join(first.code, f"{name[:38]} B", "a long passphrase of his")
        actors = [first.actor, second.actor]
        for actor in actors:
            session = Session(service, actor)
            session.mark_seen("introduction")
            session.agree("consent", consent_hash(), agreed=True)
            service.add_event(actor, "own_need", {"id": "needs.own.abcd", "text": text})
        yield service, actors, _write_on_table(service, actors, text)
    finally:
        service.close()


def _write_on_table(service: LocalService, actors: list[Actor], text: str) -> list[str]:
    a, b = actors
    put = service.add_table_event
    put(a, "gratitude.written", {"text": text, "day": DAY})
    for actor in actors:
        put(actor, "question.answered", {"text": text, "day": DAY})
    put(a, "request.sent", {"text": text, "need": "", "is_intimate": False}, operation_id="request1")
    answer = {"request": "request1", "answer": "negotiate", "note": text, "proposal": text}
    put(a, "needs_talk.said", {"need": "needs.heard", "words": text}, operation_id="talk1")
    put(b, "needs_talk.heard", {"talk": "talk1", "words": text})
    put(a, "needs_talk.checked", {"talk": "talk1", "understood": "not_yet", "missing": text})
    put(b, "request.answered", answer)
    pages = ["gratitude_log", "needs_talk", "needs_talk:talk1", "request", "request:request1", "the_question"]
    return [f"exercise:{page}" for page in pages]


def _fill_in_forms(browser: Browser, texts: list[str], counts: Counts) -> None:
    """The door shows what was typed again, and the name of whoever begins."""
    with scratch() as folder, small_server(folder) as server:
        page = browser.new_page(base_url=server.url)
        for text in texts:
            page.goto("/sign-in")
            page.fill("#code", text)
            page.fill("#name", text)
            page.fill("#passphrase", "a long passphrase")
            page.click("main form button[type=submit]")
            page.wait_for_load_state()
            counts["n_places"] += 1
            counts["fired"] += page.evaluate("window.__fired === 1")
        page.close()


def _take_for_markup(route: Route) -> None:
    """The component as somebody might have written it in a hurry."""
    source = (UI / "components" / "prose.js").read_text(encoding="utf-8")
    careless = source.replace(
        "element.append(...children);",
        'for (const child of children) typeof child === "string" ? element.insertAdjacentHTML("beforeend", child) : element.append(child);',
    )
    route.fulfill(body=careless, content_type="text/javascript")


def _open(app: App, page: Page, name: str) -> bool:
    with suppress(WorkbookError):
        app.go(name)
        page.evaluate("() => { window.exchange({}); }")
        page.wait_for_timeout(60)
        return True
    return False


def _was_shown(app: App, page: Page, things: list[str], text: str) -> bool:
    """The payload stands on at least one page as the very text it is."""
    for name in things:
        _open(app, page, name)
        if " ".join(text.split()) in " ".join(page.inner_text("body").split()):
            return True
    return False
