"""Needs in somebody's own words: events of their drawer, of which the last about each need counts."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

OWN_NEED = "own_need"


class _Happened(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


def own_needs_in(events: Iterable[_Happened]) -> dict[str, str]:
    """Return the words of each own need that was not taken away, by its id.

    Parameters
    ----------
    events : iterable of Record or Event
        Of one drawer, oldest first.

    Examples
    --------
    >>> from workbook.service.formats.values import Event
    >>> tea = {"id": "needs.own.k3fz", "text": "tea in silence"}
    >>> own_needs_in([Event("own_need", tea, "1")])
    {'needs.own.k3fz': 'tea in silence'}
    >>> own_needs_in([Event("own_need", tea, "1"), Event("own_need", tea | {"removed": True}, "2")])
    {}
    """
    found: dict[str, str] = {}
    for event in events:
        if event.kind == OWN_NEED:
            found[event.payload["id"]] = event.payload["text"]
            if event.payload.get("removed"):
                del found[event.payload["id"]]
    return found
