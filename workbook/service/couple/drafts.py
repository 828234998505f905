"""Drafts of exercises: what somebody typed and has not sent, in their own drawer.

All drafts of a person are one event, and a new one takes the place of the one before, in a cell that looks
the same with drafts and without any. Their person alone is given them, in a sitting of their own; no export
takes them along.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from workbook.service.couple.records import DRAFT
from workbook.service.formats.values import Event
from workbook.shapes import Shape, Text

__all__ = ["DRAFT", "MOST", "OWN_PAGE", "SHAPE", "Drafts", "drafts_in", "payload_of"]
MOST = 16_000
"""Signs that all drafts of a person may take, as JSON; of more the oldest go, own pages last."""
OWN_PAGE = ".alone:"
"""How the place of a page ends that somebody writes for themselves and that is never sent."""
SHAPE: Shape = {"drafts": Text(MOST)}
Drafts = Mapping[str, Mapping[str, str]]


def drafts_in(events: Iterable[Event]) -> dict[str, dict[str, str]]:
    """Return the drafts that somebody's events hold: field by field, by the place they were typed at.

    >>> drafts_in([Event(DRAFT, payload_of({"request.sent:": {"text": "Tea?"}}), "op")])
    {'request.sent:': {'text': 'Tea?'}}
    """
    kept = [event.payload["drafts"] for event in events if event.kind == DRAFT]
    try:
        found = json.loads(kept[-1]) if kept else {}
    except ValueError:  # a browser can make its kernel keep any text: it spoils nothing but its own
        return {}
    return _as_drafts(found)


def payload_of(drafts: Drafts) -> dict[str, Any]:
    """Return the payload that holds these drafts, the oldest first; what finds no room is left out."""
    kept = {place: dict(fields) for place, fields in drafts.items() if any(fields.values())}
    while len(written := json.dumps(kept, ensure_ascii=True)) > MOST:
        del kept[next((place for place in kept if not place.endswith(OWN_PAGE)), next(iter(kept)))]
    return {"drafts": written}


def _as_drafts(found: Any) -> dict[str, dict[str, str]]:
    if not isinstance(found, dict):
        return {}
    return {
        place: {name: text for name, text in fields.items() if isinstance(text, str)}
        for place, fields in found.items()
        if isinstance(fields, dict)
    }
