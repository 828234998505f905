"""Somebody at a fresh browser who opens a form, answers, and asks for the picture; timed inside the page.

A driver's press takes a tenth of a second of its own, so the page presses and watches by itself.
"""

from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

WATCH = (Path(__file__).parent / "watch.js").read_text(encoding="utf-8")

_BINARY = 2  # the opcode of a frame that the browser's own log tells in base64

PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass
class Traffic:
    """What came over the wire: bytes as sent, requests and websocket frames counted."""

    n_bytes: float = 0
    n_requests: int = 0

    def listen(self, page: Page) -> CDPSession:
        """Count all that a page fetches from now on."""
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: self._add(event["encodedDataLength"], 1))
        session.on("Network.webSocketFrameReceived", lambda event: self._add(_n_bytes(event["response"])))
        return session

    def _add(self, n_bytes: float, n_requests: int = 0) -> None:
        self.n_bytes += n_bytes
        self.n_requests += n_requests


def _n_bytes(frame: dict[str, Any]) -> int:
    """Return how long a websocket's frame is, unpacked."""
    content = frame["payloadData"]
    return len(b64decode(content)) if frame["opcode"] == _BINARY else len(content.encode())


def new_person(browser: Browser) -> BrowserContext:
    """Return a browser that has never been anywhere."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-GB", reduced_motion="reduce"
    )
    context.set_default_timeout(60_000)
    return context


def watch(page: Page) -> None:
    """Have every document of a page timed."""
    page.add_init_script(WATCH)


def wait_until_kept(page: Page) -> tuple[float, float]:
    """Return when the first choice could be seen, and when its answer was kept: milliseconds since 1970."""
    page.wait_for_function("() => window.timed?.kept")
    times: tuple[float, float] = tuple(page.evaluate("() => [timed.choice, timed.kept]"))
    return times
