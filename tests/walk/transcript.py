"""All that reaches one person's browser, in a form in which two visits can be compared.

Pages and answers of the server word for word, and every message of the kernel's websocket,
parsed. What is of the moment (tokens, clock times) becomes a placeholder, an id the number of
its first appearance. Each line is counted, so that a message that comes twice or not at all is
seen. Sizes are kept: a page that says less in another way says more.
"""

import json
import re
from collections import Counter
from typing import Any

from playwright.sync_api import Page, Response, WebSocket

_CHANCE = (
    (re.compile(r"\d\|[0-9a-f]{8}\|[0-9a-f]{32,}\|\d{10}"), "<token>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)?"), "<time>"),
    (re.compile(r'"seconds_left":\s*[\d.]+'), '"seconds_left":<n>'),
    # A heartbeat may come before B's own kernel has answered for the first time.
    (re.compile(r'"kernel_alive":\s*(?:true|false)'), '"kernel_alive":<now>'),
    (re.compile(r"http://localhost:\d+"), "<origin>"),
)
_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
)
_PARTS = 6  # channel, header, parent header, metadata, content, end

Ids = dict[str, int]
"""Ids by the number of their first appearance, from 1."""


def plain(text: str, ids: Ids | None = None) -> str:
    """A text without what is of the moment, its random ids numbered.

    Parameters
    ----------
    text : str
    ids : Ids, optional
        The ids of earlier texts, to which those of this one are added; none by default.

    Examples
    --------
    >>> plain('{"id": "0123456789abcdef0123456789abcdef", "at": "2026-05-01T10:00:00Z"}')
    '{"id": "<id 1>", "at": "<time>"}'
    >>> known = {}
    >>> [plain(name * 32, known) for name in "abca"]
    ['<id 1>', '<id 2>', '<id 3>', '<id 1>']
    """
    known = {} if ids is None else ids
    for pattern, placeholder in _CHANCE:
        text = pattern.sub(placeholder, text)
    return _ID.sub(lambda found: f"<id {known.setdefault(found[0], len(known) + 1)}>", text)


def in_order(value: Any) -> Any:
    """A message's content with its keys sorted; what is keyed by random ids stays in the order in which it came.

    Examples
    --------
    >>> in_order({"size": 1, "kind": 2})
    {'kind': 2, 'size': 1}
    >>> list(in_order({"f" * 32: 1, "0" * 32: 2}).values())
    [1, 2]
    """
    if isinstance(value, list):
        return [in_order(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    keys = list(value) if all(_ID.fullmatch(key) for key in value) else sorted(value)
    return {key: in_order(value[key]) for key in keys}


def read_frame(frame: bytes) -> tuple[str, dict[str, Any]]:
    """Message type and content of one frame of `v1.kernel.websocket.jupyter.org`."""
    count = int.from_bytes(frame[:8], "little")
    offsets = [int.from_bytes(frame[8 * n : 8 * n + 8], "little") for n in range(1, count + 1)]
    parts = [frame[offsets[n] : offsets[n + 1]] for n in range(_PARTS - 1)]
    return json.loads(parts[1])["msg_type"], json.loads(parts[4])


class Transcript:
    """Listens to one page from its first request on.

    A browser hears two widgets, or a page and an answer, in either order: what is told apart by nothing but
    that order is equal here, and ids are numbered line by line.
    """

    def __init__(self, page: Page) -> None:
        self.lines: Counter[str] = Counter()
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
        self._add(kind, json.dumps(in_order(content)))

    def _add(self, kind: str, text: str) -> str:
        text = plain(text)
        line = f"{kind} {len(text)} {text}"
        self.lines[line] += 1
        return line

    def finish(self) -> set[str]:
        """Everything heard, a line that came again with its number; reads what the server answered first."""
        for response in self._responses:
            address = plain(response.url)
            if "/static/" in address or response.status in (204, 302, 303, 304):
                self.lines[f"response {response.status} {address}"] += 1
                continue
            try:
                body = response.text()
            except Exception:  # noqa: BLE001  a page that was left before its last answer came
                continue
            line = self._add(f"response {response.status} {address}", body)
            if address.endswith("/api/alive"):  # how many hearts beat says only how long the visit took
                self.lines[line] = 1
        return numbered(self.lines)


def numbered(lines: Counter[str]) -> set[str]:
    """Lines with how often each came, as a set.

    Examples
    --------
    >>> sorted(numbered(Counter(["a", "b", "a"])))
    ['1 a', '1 b', '2 a']
    """
    return {f"{n} {line}" for line, times in lines.items() for n in range(1, times + 1)}
