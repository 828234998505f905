"""No text of one person is rendered as markup for another: 200+ payloads in real Chromium.

Each payload is written by one partner wherever their text reaches the other or themselves: name, gratitude,
request and its answer, what was said, heard, missing and planned in a talk about needs, the question and
its step, own needs, which stand in lists, tables and drawings. A therapist writes it as rule, label, note and homework,
which stand on their pages, the couple's and in the report. Every page that shows it is opened by both: our
real components over real widgets, on the screen and as printed, without the policy of content that
would stop what gets through. The forms of the door are filled in with it on the real server. A field of text that
an exercise has and this proof does not write fails it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Browser, Page, Route

from tests.exercises.played import PLAYED, play_out, typed_fields
from tests.proofs import _in_practice
from tests.proofs._partners import CHEAP
from tests.proofs._payloads import payloads
from tests.proofs._running import seed_of
from tests.proofs._visitors import small_server
from tests.proofs.harness import CannotRun, Counts, proof
from tests.proofs.power_cuts import scratch
from tests.ui.browser import UI, Kernel, chromium, served, show
from tools.chromium import WAY_OUT, find_chromium
from workbook.content.document import consent_hash
from workbook.errors import WorkbookError
from workbook.exercises import SHAPES
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.shapes import Filled, Text
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore
from workbook.ui.app import App
from workbook.ui.drawing import OWN_VIEWS, TOGETHER_VIEWS

OCCASION = "assessment-1"
SHORT_NAME = 40
PORTION = 20
BATCH = 4  # texts on one couple's table: each step is judged by all that lies there, so that many cost by the square
BATCH_IN_PRACTICE = 25
LISTS = ("gratitude_log", "needs_talk", "request", "the_question")
PAGES = (
    "home",
    "results",
    "exercises",
    "own-needs",
    "sharing",
    "rights",
    "rights:data",
    "together",
    "just-for-me",
)
WRITTEN = {
    "gratitude.written": ("text",), "question.answered": ("text",), "question.step_chosen": ("text",),
    "request.sent": ("text", "when"), "request.answered": ("note", "proposal"), "needs_talk.said": ("words",),
    "needs_talk.heard": ("words",), "needs_talk.checked": ("missing",), "needs_talk.settled": ("plan",),
    "needs_talk.offered": ("words",),
    **typed_fields(),
}  # fmt: skip
_TURN = r"""async () => { window.exchange({}); await window.settled();
  return document.body.textContent.split(/\s+/).join(" ") }"""


@proof(
    "markup",
    bound="0 of ≥200 payloads fire on any page that shows one person's text to another",
    full=200,
    short=3,
    portion=PORTION,
    zero=("fired", "unseen", "unwritten"),
)
def markup(size: int, seed: int) -> Counts:
    """The next ``size`` payloads: each slice has others, and there are more of them than ``full``."""
    return _show_all(payloads()[_part(seed) * PORTION :][:size])


def _part(seed: int) -> int:
    """Return which slice has this seed; in the tests it is the first."""
    n_parts = len(payloads()) // PORTION
    return next((part for part in range(n_parts) if seed_of("markup", part) == seed), 0)


@markup.control(size=2, fails=lambda counts: counts["fired"] > 0)
def a_component_that_takes_text_for_markup(size: int, seed: int) -> Counts:
    """With innerHTML in the place of text, the page fires."""
    return _show_all(payloads(size), innocent=False)


@markup.control(size=1, fails=lambda counts: counts["unwritten"] > 0)
def a_field_that_nobody_writes(size: int, seed: int) -> Counts:
    """As if an exercise had got a field of text that stands on no page opened here."""
    known = {kind: fields for kind, fields in WRITTEN.items() if kind != "gratitude.written"}
    return {"trials": size, "fired": 0, "unseen": 0, "unwritten": n_unwritten(known)}


def n_unwritten(written: dict[str, tuple[str, ...]]) -> int:
    """Fields of text of any exercise that this proof does not fill."""
    fields = {
        (kind, name)
        for kind, shape in SHAPES.items()
        for name, of in shape.items()
        if isinstance(of, Text) and not isinstance(of, Filled)
    }
    return len(fields - {(kind, name) for kind, names in written.items() for name in names})


class Stage:
    """One page of the browser, on which one person's workbook after the other is shown."""

    def __init__(self, page: Page, kernel: Kernel, counts: Counts) -> None:
        self.page, self._kernel, self._counts = page, kernel, counts

    def show(self, app: Any, names: Sequence[str], texts: Sequence[str]) -> set[str]:
        """Turn to every page; return the texts shown there verbatim."""
        self._kernel.root = app.root
        seen: set[str] = set()
        for name in names:
            with suppress(WorkbookError):
                app.go(name)
                told = self.page.evaluate(_TURN)
                found = {text for text in texts if " ".join(text.split()) in told}
                self._counts["n_places"] += len(found)
                seen |= found
        return seen

    def look(self) -> None:
        """Count a payload that has run, on the screen or in print."""
        self.page.emulate_media(media="print")
        self.page.wait_for_timeout(200)
        self.page.emulate_media(media="screen")
        self._counts["fired"] += self.page.evaluate("window.__fired === 1 ? (window.__fired = 0, 1) : 0")


def _show_all(texts: list[str], *, innocent: bool = True) -> Counts:
    if find_chromium() is None:
        raise CannotRun(WAY_OUT)
    counts: Counts = {
        "trials": len(texts),
        "fired": 0,
        "n_places": 0,
        "unseen": 0,
        "unwritten": n_unwritten(WRITTEN),
    }
    with chromium() as browser, served() as address:
        with _couple("Ann") as partners:
            page, kernel = show(browser, address, App(Session(partners[0])).root)
            page.route("**/prose.js", _take_for_markup if not innocent else lambda route: route.continue_())
            page.goto(address)
            page.wait_for_selector("html[data-ready=yes]")
            stage = Stage(page, kernel, counts)
            for start in range(0, len(texts), BATCH):
                _show_batch(stage, texts[start : start + BATCH], counts)
            for text in (text for text in texts if len(text) <= SHORT_NAME - 2):
                _show_name(stage, text)
            stage.look()
            for start in range(0, len(texts), BATCH_IN_PRACTICE):
                _show_practice(stage, texts[start : start + BATCH_IN_PRACTICE], counts)
        if innocent:
            _fill_in_forms(browser, texts, counts)
    return counts


def _show_batch(stage: Stage, texts: list[str], counts: Counts) -> None:
    """A couple who wrote all these texts wherever they can; each opens every page."""
    with _couple(next((text for text in texts if len(text) <= SHORT_NAME - 2), "Ann")) as partners:
        _open_all(partners, texts)
        things = [thing for n, text in enumerate(texts) for thing in _write_on_table(partners, text, n)]
        views = [f"own:{view}" for view in OWN_VIEWS] + [f"view:{view}" for view in TOGETHER_VIEWS]
        lists = [f"exercise:{name}" for name in LISTS]
        seen = set()
        for partner in partners:
            app = App(Session(partner))
            seen |= stage.show(app, [*PAGES, *views, *lists, *things], texts)
            stage.look()
        counts["unseen"] += len(set(texts) - seen)


def _show_name(stage: Stage, text: str) -> None:
    """Give both the name; one of them sees their own and the other's."""
    with _couple(text) as partners:
        stage.show(App(Session(partners[0])), ("home", "sharing", "exercise:request"), [text])


def _show_practice(stage: Stage, texts: Sequence[str], counts: Counts) -> None:
    """A therapist who wrote these wherever they can: on all their pages, the couple's, and in the report."""
    name = next((text for text in texts if len(text) <= SHORT_NAME - 2), "Kim")
    with _in_practice.practice(name) as (desk, partners):
        case_id = _in_practice.write(desk, partners, texts)
        desks = [*_in_practice.desks_of(desk, case_id), *_in_practice.apps_of(partners)]
        seen = [stage.show(app, pages, texts) for app, pages in desks]
        stage.look()
        counts["unseen"] += len(set(texts) - seen[0])
        written = _in_practice.report_of(desk, case_id)
        counts["fired"] += sum("<" in text and text in written for text in texts)


@contextmanager
def _couple(name: str) -> Iterator[list[PartnerService]]:
    """Make two people with the same name who consented."""
    household = Household(MemoryStore(), cost=CHEAP)
    try:
        first = household.accounts.create_couple(name, "a long passphrase of hers")
        second = household.accounts.join(first.code, f"{name} B", "a long passphrase of his")
        partners: list[PartnerService] = [household.seat_partner(one.actor) for one in (first, second)]
        for partner in partners:
            session = Session(partner)
            session.mark_seen("introduction")
            session.agree("consent", consent_hash(), agreed=True)
        yield partners
    finally:
        household.close()


def _open_all(partners: list[PartnerService], texts: list[str]) -> None:
    """Own needs of these words, answered like all others, and every round open at its finest grain."""
    for partner in partners:
        for n, text in enumerate(texts):
            need = f"needs.own.payload{n}"
            partner.add_event("own_need", {"id": need, "text": text})
            answers = [
                Answer(f"{need}.{of}", OCCASION, f"{need}.{of}", value)
                for of, value in (("importance", 3), ("met", n % 3))
            ]
            partner.save_answers(answers)
        for instrument in (one for one in catalogue().values() if one.occasion == "assessment"):
            answers = [
                Answer(item.id, OCCASION, item.id, item.scale.values[n % len(item.scale.values)])
                for n, item in enumerate(instrument.items)
            ]
            partner.save_answers(answers)
            if not instrument.is_private and instrument.subscales:
                partner.decide(instrument.id, OCCASION, Grain.ANSWERS)


def _write_on_table(partners: list[PartnerService], text: str, n: int) -> list[str]:
    """Write the text into every field of every step; return the pages of what was begun."""
    a, b = (one.add_table_event for one in (partners if n % 2 else partners[::-1]))
    day = f"2026-05-{n + 1:02}"
    a("gratitude.written", {"text": text, "day": day})
    for put in (a, b):
        put("question.answered", {"text": text, "day": day})
    a("question.step_chosen", {"text": text})
    asked = {"text": text, "when": text[:120], "need": "", "is_intimate": False}
    a("request.sent", asked, operation_id=f"request{n}")
    b(
        "request.answered",
        {"request": f"request{n}", "answer": "negotiate", "note": text, "proposal": text},
    )
    for talk in (f"talk{n}", f"done{n}"):
        a("needs_talk.said", {"need": f"needs.own.payload{n}", "words": text}, operation_id=talk)
        b("needs_talk.heard", {"talk": talk, "words": text})
    a("needs_talk.checked", {"talk": f"talk{n}", "understood": "not_yet", "missing": text})
    a("needs_talk.checked", {"talk": f"done{n}", "understood": "yes", "missing": text})
    b("needs_talk.offered", {"talk": f"done{n}", "offer": "can_offer", "words": text})
    a("needs_talk.settled", {"talk": f"done{n}", "way": "later", "plan": text})
    pages = [f"needs_talk:talk{n}", f"needs_talk:done{n}", f"request:request{n}"]
    for exercise in PLAYED:
        for step in play_out(exercise, text, day, tag=f"-{n}"):
            (a, b)[step.who](step.kind, dict(step.payload), operation_id=step.operation_id)
            pages.append(f"{exercise}:{step.thing}")
    return [f"exercise:{page}" for page in pages]


def _fill_in_forms(browser: Browser, texts: list[str], counts: Counts) -> None:
    """The door shows what was typed again."""
    with scratch() as folder, small_server(folder) as server:
        page = browser.new_page(base_url=server.url)
        for text in texts:
            page.goto("/sign-in", wait_until="domcontentloaded")
            page.evaluate(
                "([code]) => { for (const name of ['code', 'name', 'passphrase']) document.getElementById(name).value = code }",
                [text],
            )
            page.click("main form button[type=submit]")
            page.wait_for_load_state("domcontentloaded")
            counts["n_places"] += 1
            counts["fired"] += page.evaluate("window.__fired === 1")
        page.close()


def _take_for_markup(route: Route) -> None:
    """Rewrite the component carelessly, with innerHTML."""
    source = (UI / "components" / "prose.js").read_text(encoding="utf-8")
    careless = source.replace(
        "element.append(...children);",
        'for (const child of children) typeof child === "string" ? element.insertAdjacentHTML("beforeend", child) : element.append(child);',
    )
    route.fulfill(body=careless, content_type="text/javascript")
