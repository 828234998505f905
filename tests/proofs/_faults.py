"""People answering questions in real Chromium, each over their own network link, and what their pages report."""

import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page

from tests.proofs._partners import CHEAP
from tests.proofs._wire import Wire
from tests.walk.seeded import OCCASION, in_folder
from workbook.address import at
from workbook.content import say
from workbook.content.document import consent_hash
from workbook.instruments import catalogue
from workbook.service.couple.records import ANSWER
from workbook.service.desks.household import Household
from workbook.session import Session

CHAPTER = at("chapter", "connection.talk", 1)
WITH_WORDS = at("chapter", "background.about_you", 1)
FIELD = next(iter(catalogue()["background"].free_text))
ONE_WRITES = 4  # every fourth also writes in words of their own
PASSPHRASE = "seven quiet lanterns of "
_READY = "html[data-ready=yes] fieldset.question"
_PATIENCE_MS = 60_000

# In the page: what is given and what the page takes to be kept is told to us; what it shows is held against it.
_WATCH = """(forgetful) => {
  const last = new Map();
  const fields = () => [...document.querySelectorAll("fieldset.question")];
  const saysSaved = (one) => one.querySelector(".state")?.dataset.state === "saved";
  const isLie = (one) => saysSaved(one) && last.has(one) && !last.get(one).kept;
  const notes = { lies: 0, bannerAt: 0, unsaved: 0 };
  const once = (list) => fetch("/api/answers", { method: "POST", headers: { "Content-Type": "application/json",
      "X-XSRFToken": window.workbook.xsrf() }, body: JSON.stringify({ answers: list }) })
      .then((response) => response.ok, () => false).then((isKept) => [list.map((one) => one.operation_id), isKept]);
  const ours = window.workbook.saveAnswers;
  let current;
  window.workbook.saveAnswers = (list) => {
    const sent = list.map((answer) => ({ operation_id: crypto.randomUUID(), declined: false, value: null, ...answer }));
    const entry = { kept: false };
    last.set(current, entry);
    for (const answer of sent) window.tell("given", answer.operation_id, answer.item, answer.value);
    const sending = forgetful ? once(sent) : ours(sent).then((ids) => [ids, true]);
    return sending.then(([ids, isKept]) => {
      entry.kept = isKept;
      for (const id of ids) window.tell("kept", id, "", null);
      return ids;
    });
  };
  for (const one of fields()) new MutationObserver(() => { notes.lies += isLie(one); })
    .observe(one, { subtree: true, childList: true, attributes: true, characterData: true });
  const banner = document.querySelector(".banner");
  const seen = () => { if (!banner.hidden) notes.bannerAt ||= Date.now(); };
  new MutationObserver(seen).observe(banner, { attributes: true, childList: true });
  window.workbook.onState((now) => { notes.unsaved = now.unsaved; });
  window.watched = {
    choose(n) {
      current = fields()[n % fields().length];
      const radios = [...current.querySelectorAll(".option:not(.option-quiet) input")];
      radios[(radios.findIndex((one) => one.checked) + 1) % radios.length].click();
    },
    begin() { notes.bannerAt = notes.lies = 0; },
    write(text) {
      const field = document.querySelector(".field input");
      if (!field) return false;
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("blur"));
      return true;
    },
    look() { return { ...notes, words: window.workbook.hasUnsavedWords(), lies: notes.lies + fields().filter(isLie).length, banner: !banner.hidden }; },
  };
}"""


@dataclass
class Answerer:
    """One person's page: answers given on it, those it takes to be kept, and what was wrong with it."""

    name: str
    code: str
    wire: Wire
    page: Page
    server_pid: int = 0
    kernel_pid: int = 0
    given: dict[str, tuple[str, Any]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    written: str = ""
    n_written: int = 0
    forgetful: bool = False
    _next: "itertools.count[int]" = field(default_factory=itertools.count)

    def hear(self, _source: object, what: str, operation_id: str, item: str, value: Any) -> None:
        if what == "given":
            self.given[operation_id] = (item, value)
        else:
            self.kept.add(operation_id)

    def arrive(self, server_pid: int) -> None:
        """Sign in."""
        before = self._begin(server_pid)
        self.page.goto("/sign-in")
        self.page.fill("#code", self.code)
        self.page.fill("#name", self.name)
        self.page.fill("#passphrase", PASSPHRASE + self.name)
        self.page.click("main form button[type=submit]")
        self._settle_down(before)

    def sign_in_again(self, server_pid: int) -> None:
        """Sign in again on the page after a server restart; it then sends its answers and reloads."""
        before = self._begin(server_pid)
        field_ = self.page.locator("dialog[open] input[type=password]")
        field_.wait_for(timeout=_PATIENCE_MS)
        field_.fill(PASSPHRASE + self.name)
        button = self.page.locator("dialog[open] button[type=submit]")
        if self.look()["words"]:  # only on this page: it stays, and says so
            button.click()
            self.give_up_words()
            self.reload()
            return
        with self.page.expect_navigation(timeout=_PATIENCE_MS, wait_until="commit"):
            button.click()
        self._settle_down(before)

    def reload(self) -> None:
        """Reload the page, as the banner about a dead kernel asks."""
        before = self._begin(self.server_pid)
        self.page.reload(wait_until="commit", timeout=_PATIENCE_MS)
        self._settle_down(before)

    def _begin(self, server_pid: int) -> set[int]:
        self.server_pid = server_pid
        return kernel_pids(server_pid)

    def _settle_down(self, before: set[int]) -> None:
        self.page.wait_for_selector(_READY, timeout=_PATIENCE_MS)
        self.page.evaluate(_WATCH, self.forgetful)
        self.kernel_pid = max(kernel_pids(self.server_pid) - before, default=0)

    def answer(self, n: int) -> None:
        """Answer so many questions, one after the other."""
        for _ in range(n):
            self.page.evaluate("(n) => window.watched.choose(n)", next(self._next))

    def write(self) -> None:
        """Words of one's own, where this page has a field for them."""
        text = f"words {self.n_written} of {self.name}"
        if self.page.evaluate("(text) => window.watched.write(text)", text):
            self.written, self.n_written = text, self.n_written + 1

    def give_up_words(self) -> None:
        """Give up text that the page marks as unsaved; it has to say so while the text is still there."""
        said = say("server.shell.words_unsaved")
        if wait_until(lambda: said in self.page.locator(".banner").inner_text(), _PATIENCE_MS / 1000):
            self.written = ""

    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate("() => window.watched.look()")
        return found


def open_page(browser: Browser, url: str, name: str, code: str, wire: Wire, *, forgetful: bool) -> Answerer:
    """A browser profile of somebody's own whose every connection goes over the wire."""
    context = browser.new_context(base_url=url, proxy={"server": f"socks5://127.0.0.1:{wire.port}"})
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    made = Answerer(name, code, wire, page, forgetful=forgetful)
    page.expose_binding("tell", made.hear)
    return made


def kernel_pids(server_pid: int) -> set[int]:
    """Return the kernels' processes: the children of the fork server."""
    warm = [
        child
        for child in psutil.Process(server_pid).children()
        if "workbook.server.kernels.fork_server" in child.cmdline()
    ]
    return {kernel.pid for process in warm for kernel in process.children()}


def seed(folder: Path, n_people: int) -> list[tuple[str, str]]:
    """Make couples, one partner of each ready to answer; return their names and codes."""
    made: list[tuple[str, str]] = []

    def act(household: Household) -> str:
        household.accounts._cost = CHEAP  # guessing a passphrase is no part of this
        for n in range(n_people):
            begun = household.accounts.create_couple(f"Person{n}", f"{PASSPHRASE}Person{n}")
            session = Session(household.seat_partner(begun.actor))
            session.mark_seen("introduction")
            session.agree("consent", consent_hash(), agreed=True)
            session.go(WITH_WORDS if n % ONE_WRITES == 1 else CHAPTER)
            made.append((f"Person{n}", begun.code))
        return ""

    in_folder(folder, act)
    return made


def compare(folder: Path, pages: list[Answerer]) -> dict[str, int]:
    """Compare the answers given and marked as saved on the pages with those in the drawers."""
    found = {
        "answers": 0,
        "lost": 0,
        "undelivered": 0,
        "twice": 0,
        "out_of_order": 0,
        "words_lost": 0,
        "words": 0,
    }

    def act(household: Household) -> str:
        for one in pages:
            actor = household.accounts.sign_in(one.code, one.name, PASSPHRASE + one.name)
            records = [
                record for record in household._core.drawer_of(actor).records() if record.kind == ANSWER
            ]
            n_of = Counter(record.operation_id for record in records)
            found["answers"] += len(one.given)
            found["lost"] += sum(not n_of[operation_id] for operation_id in one.kept)
            found["undelivered"] += sum(not n_of[operation_id] for operation_id in one.given)
            found["twice"] += sum(n - 1 for n in n_of.values()) + len(set(n_of) - set(one.given))
            found["words"] += one.n_written
            drawn = Session(household.seat_partner(actor)).free_text(FIELD.id, OCCASION)
            found["words_lost"] += bool(one.written) and drawn != one.written
            last = dict(one.given.values())
            kept = {record.payload["item"]: record.payload["value"] for record in records}
            found["out_of_order"] += sum(kept.get(item) != value for item, value in last.items())
        return ""

    in_folder(folder, act)
    return found


def wait_until(holds: Any, seconds: float) -> bool:
    """Tell whether a condition becomes true in time; polled ten times a second while the browser runs."""
    latest = time.monotonic() + seconds
    while not (found := bool(holds())) and time.monotonic() < latest:
        time.sleep(0.1)
    return found
