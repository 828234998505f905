"""All that reaches one person's browser, in a form in which two visits can be compared.

Pages and answers of the server word for word, and every message of the kernel's websocket,
parsed. What is random or of the moment (ids, tokens, clock times) becomes a placeholder.
Messages are a set: which of two independent widgets is filled first is chance, what they
are filled with is not. Sizes are kept: a page that says less in another way says more.
"""

import json
import re
from typing import Any

from playwright.sync_api import Page, Response, WebSocket

_CHANCE = (
    (re.compile(r"\d\|[0-9a-f]{8}\|[0-9a-f]{32,}\|\d{10}"), "<token>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)?"), "<time>"),
    (re.compile(r'"seconds_left":\s*[\d.]+'), '"seconds_left":<n>'),
    # A heartbeat may come before B's own kernel has answered for the first time.
    (re.compile(r'"kernel_alive":\s*(?:true|false)'), '"kernel_alive":<now>'),
    (re.compile(r"http://localhost:\d+"), "<origin>"),
)
_PARTS = 6  # channel, header, parent header, metadata, content, end


def plain(text: str) -> str:
    """A text without what is random or of the moment.

    Examples
    --------
    >>> plain('{"id": "0123456789abcdef0123456789abcdef", "at": "2026-05-01T10:00:00Z"}')
    '{"id": "<id>", "at": "<time>"}'
    """
    for pattern, placeholder in _CHANCE:
        text = pattern.sub(placeholder, text)
    return text


def in_order(value: Any) -> Any:
    """A message's content with what is keyed by random ids as a sorted list.

    Examples
    --------
    >>> in_order({"ffffffffffffffffffffffffffffffff": 1, "00000000000000000000000000000000": 2})
    ['1', '2']
    """
    if isinstance(value, list):
        return [in_order(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if value and all(plain(key) == "<id>" for key in value):
        return sorted(plain(json.dumps(in_order(entry), sort_keys=True)) for entry in value.values())
    return {key: in_order(entry) for key, entry in value.items()}


def read_frame(frame: bytes) -> tuple[str, dict[str, Any]]:
    """Message type and content of one frame of `v1.kernel.websocket.jupyter.org`."""
    count = int.from_bytes(frame[:8], "little")
    offsets = [int.from_bytes(frame[8 * n : 8 * n + 8], "little") for n in range(1, count + 1)]
    parts = [frame[offsets[n] : offsets[n + 1]] for n in range(_PARTS - 1)]
    return json.loads(parts[1])["msg_type"], json.loads(parts[4])


class Transcript:
    """Listens to one page from its first request on."""

    def __init__(self, page: Page) -> None:
        self.lines: set[str] = set()
        self.n_frames = 0
        self._responses: list[Response] = []
        page.on("response", lambda response: self._responses.append(response))  # noqa: PLW0108  playwright cannot mark a built-in
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._receive)

    def _receive(self, frame: bytes | str) -> None:
        if isinstance(frame, str):
            self._add("frame", frame)
            return
        kind, content = read_frame(frame)
        # Busy and idle: one for each message the page itself sent. A stream's text is withheld by
        # the server; whether a late farewell to a closed comm made the kernel grumble is chance.
        if kind == "status" or (kind == "stream" and not content["text"]):
            return
        self.n_frames += 1
        self._add(kind, json.dumps(in_order(content), sort_keys=True))

    def _add(self, kind: str, text: str) -> None:
        text = plain(text)
        self.lines.add(f"{kind} {len(text)} {text}")

    def finish(self) -> set[str]:
        """Everything heard; reads the bodies of pages and answers of the server first."""
        for response in self._responses:
            address = plain(response.url)
            if "/static/" in address or response.status in (204, 302, 303, 304):
                self.lines.add(f"response {response.status} {address}")
                continue
            try:
                body = response.text()
            except Exception:  # noqa: BLE001  a page that was left before its last answer came
                continue
            self._add(f"response {response.status} {address}", body)
        return set(self.lines)
