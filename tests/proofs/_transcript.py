"""Everything a person was told, in a form in which two visits can be compared.

What is of the moment (tokens, clock times) becomes a placeholder, an id the number of its first appearance.
"""

import re
from typing import Any

_CHANCE = (
    (re.compile(r"\d\|[0-9a-f]{8}\|[0-9a-f]{32,}\|\d{10}"), "<token>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)?"), "<time>"),
    (re.compile(r'"seconds_left":\s*[\d.]+'), '"seconds_left":<n>'),
    # A heartbeat may come before B's own kernel has answered for the first time.
    (re.compile(r'"kernel_alive":\s*(?:true|false)'), '"kernel_alive":<now>'),
    (
        re.compile(r'(?<=name="once" value=")[\w-]{22}(?=")'),
        "<once>",
    ),  # each form's own, so that it is sent once
    (re.compile(r'"entry":\s*\d{10}(?!\d)'), '"entry":<entry>'),  # of the browser's history, drawn by chance
    (re.compile(r"http://localhost:\d+"), "<origin>"),
)
_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
)

Ids = dict[str, int]
"""Ids by the number of their first appearance, from 1."""


def plain(text: str, ids: Ids | None = None) -> str:
    """Return a text without its timestamps, random ids replaced by numbers.

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
