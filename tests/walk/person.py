"""People at a browser: one with a mouse or finger, one with only a keyboard."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.proofs._wire import Wire
from workbook.content import say

PASSPHRASE = "a long walk by the river"
PATIENCE_MS = 60_000
MOST_TABS = 250
# Where in the workbook the page stands: its heading and the line above it.
_PLACE = "[...document.querySelectorAll('#workbook h1, #workbook .kicker')].filter(e => e.checkVisibility()).map(e => e.innerText).join('|')"

# A page is filled piece by piece over the socket: still means nothing moved for a fifth of a second.
_STILL = """() => new Promise((done) => {
  const rest = () => setTimeout(() => { watcher.disconnect(); done(); }, 200);
  let timer = rest();
  const watcher = new MutationObserver(() => { clearTimeout(timer); timer = rest(); });
  watcher.observe(document.querySelector("#workbook"), { subtree: true, childList: true, attributes: true, characterData: true });
})"""


class Person:
    """Someone who uses mouse or finger, as fast as pages come. What the browser complains of is in ``complaints``."""

    double_tap_ms: int | None = 0
    """How soon a second press of one button is a double tap; None leaves it to the workbook."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        name: str,
        width: int,
        height: int = 800,
        *,
        wire: Wire | None = None,
    ) -> None:
        self.name, self.address = name, address
        proxy: Any = {"server": f"socks5://127.0.0.1:{wire.port}"} if wire else None
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            reduced_motion="reduce",
            proxy=proxy,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        if self.double_tap_ms is not None:
            self.context.add_init_script(f"window.doubleTapMs = {self.double_tap_ms}")
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    @property
    def off_origin(self) -> list[str]:
        """Requests that went anywhere but to our own server."""
        own = (self.address + "/", self.address.replace("http", "ws", 1) + "/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    # -- hands ------------------------------------------------------------------------
    def press(self, target: Locator) -> None:
        """Press a button or follow a link."""
        target.click()

    def choose(self, radio: Locator) -> None:
        """Choose one radio."""
        radio.check(force=True)

    def type(self, field: Locator, text: str) -> None:
        """Fill in a field."""
        field.fill(text)

    # -- the doors --------------------------------------------------------------------
    def begin(self) -> str:
        """Create a couple; return its code."""
        self.page.goto(self.address)
        self.press(self.page.locator("main a[href='/begin']"))
        return self._join_in()

    def join(self, code: str) -> None:
        """Join by code."""
        self.page.goto(f"{self.address}/join")
        self.type(self.page.locator("#code"), code)
        self._join_in()

    def _join_in(self) -> str:
        self.type(self.page.locator("#name"), self.name)
        self.type(self.page.locator("#passphrase"), PASSPHRASE + self.name)
        self.press(self.page.locator("main form button[type=submit]"))
        self.page.wait_for_selector("#recovery-code")
        code = self.page.locator(".code, code").first.inner_text()
        self.press(self.page.locator("main form button[type=submit]"))
        self.arrive()
        return code

    def sign_in(self, code: str) -> None:
        """Sign in again."""
        self.page.goto(f"{self.address}/sign-in")
        self.type(self.page.locator("#code"), code)
        self.type(self.page.locator("#name"), self.name)
        self.type(self.page.locator("#passphrase"), PASSPHRASE + self.name)
        self.press(self.page.locator("main form button[type=submit]"))
        self.arrive()

    # -- inside -----------------------------------------------------------------------
    def arrive(self) -> None:
        """Wait until the workbook has opened."""
        self.page.wait_for_selector("#workbook h1")
        self.page.evaluate(_STILL)

    @property
    def place(self) -> str:
        """Return where in the workbook the page is: the line above the heading, and the heading."""
        return str(self.page.evaluate(_PLACE))

    @property
    def heading(self) -> str:
        return self.page.locator("#workbook h1").first.inner_text()

    def button(self, key: str, **values: object) -> Locator:
        """Return a button by the key of its message."""
        return self.page.get_by_role("button", name=say(f"ui.{key}", **values), exact=True)

    def turn(self, act: Callable[[], None]) -> None:
        """Do something that leads to another page, and wait until that page is there."""
        before = self.page.evaluate(_PLACE)
        act()
        self.page.wait_for_function(f"before => ({_PLACE}) !== before", arg=before)
        self.page.evaluate(_STILL)

    def go_on(self) -> None:
        """Turn the page with its primary button."""
        self.turn(lambda: self.press(self.page.locator("button.button-primary:visible").last))

    def go_home(self) -> None:
        """Go to the overview, from anywhere."""
        ways = "|".join(re.escape(say(f"ui.{key}")) for key in ("button.home", "button.later", "rights.back"))
        home = self.page.get_by_role("button", name=re.compile(ways))
        while self.heading != say("ui.home.title"):
            self.turn(lambda: self.press(home.locator("visible=true").last))

    def open_step(self, title: str) -> None:
        """Open one of the overview's steps by its title."""
        self.go_home()
        step = self.page.locator("button.step").filter(has=self.page.get_by_text(title, exact=True))
        self.unfold_steps(step)
        self.turn(lambda: self.press(step))

    def unfold_steps(self, step: Locator) -> None:
        """Unfold what is done, where the step is in there."""
        fold = self.page.locator("details.path-fold:not([open])").filter(has=step)
        if fold.count():
            self.press(fold.locator("summary"))

    def step(self, title: str) -> Locator:
        """Return one line of the overview, open or locked, by its title."""
        self.go_home()
        step = self.page.locator(".step").filter(has=self.page.get_by_text(title, exact=True))
        self.unfold_steps(step)
        return step.locator("visible=true")

    def answer_page(self, pick: Callable[[int, int], int]) -> int:
        """Answer the questions of one screen; ``pick(n, choices)`` returns which choice to tick.

        'Prefer not to say' and what else stands beside the scale are no choices of it. Gives how many were
        answered, all of them saved.
        """
        questions = self.page.locator("fieldset.question:visible")
        saved = [question.locator(".state[data-state=saved]") for question in questions.all()]
        for n in range(len(saved)):
            self.unfold(questions.nth(n))
            radios = questions.nth(n).locator(".option:not(.option-quiet) input[type=radio]")
            self.choose(radios.nth(pick(n, radios.count())))
        for mark in saved:
            mark.wait_for()
        return len(saved)

    def unfold(self, question: Locator) -> None:
        """Open a question again that is answered and folded."""
        reopen = question.locator(".answered:visible")
        if reopen.count():
            self.press(reopen)

    def close(self) -> None:
        self.context.close()


class UnhurriedPerson(Person):
    """Someone who takes a moment on each page: the workbook's own guard against double taps stays as it is."""

    double_tap_ms = None
    moment_ms = 600

    def choose(self, radio: Locator) -> None:
        self.page.wait_for_timeout(self.moment_ms)
        super().choose(radio)

    def go_on(self) -> None:
        self.page.wait_for_timeout(self.moment_ms)
        super().go_on()


class KeyboardPerson(Person):
    """Someone who has only a keyboard: every act is Tab, arrows, Space, Enter and letters."""

    def reach(self, target: Locator) -> None:
        """Tab until the target has the focus."""
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached by Tab")

    def press(self, target: Locator) -> None:
        target.first.wait_for()
        self.reach(target)
        self.page.keyboard.press("Enter")

    def type(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.type(text)

    def choose(self, radio: Locator) -> None:
        group = radio.evaluate_handle(
            "radio => [...document.querySelectorAll(`input[name='${radio.name}']`)]"
        )
        count = group.evaluate("all => all.length")
        inside = "(all) => all.includes(document.activeElement)"
        for _ in range(MOST_TABS):
            if group.evaluate(inside):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError("the question cannot be reached by Tab")
        target = radio.evaluate(
            "(radio) => [...document.querySelectorAll(`input[name='${radio.name}']`)].indexOf(radio)"
        )
        now = group.evaluate("all => all.indexOf(document.activeElement)")
        if now == target:
            self.page.keyboard.press("Space")
            return
        step = "ArrowDown" if target > now else "ArrowUp"
        for _ in range(abs(target - now) % count):
            self.page.keyboard.press(step)
