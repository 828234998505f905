"""How rows are written on disk: plain JSON with a version, apart from how the link sends messages.

A value comes back equal: missing stays missing, numbers keep every digit, frames their dtypes. A row
written before a field or a column was added still reads: what it lacks has its default, or is missing.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from workbook.errors import NewerStoreError, problem
from workbook.instruments.library import in_version
from workbook.instruments.model import FIRST, Instrument
from workbook.service.formats.publications import publication_from_json, publication_to_json
from workbook.service.formats.values import Event
from workbook.sharing import renew, rule_of

VERSION = 1
"""Of rows written now; those from before there was one are version 0."""


def dump(content: Any) -> bytes:
    """JSON in UTF-8, keys sorted, so that equal contents are equal bytes.

    Raises
    ------
    ValueError
        For what JSON cannot hold: a lone surrogate, an infinite number.
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def load(raw: bytes) -> Any:
    """Return what `dump` wrote."""
    return json.loads(raw)


def write_row(content: Mapping[str, Any]) -> bytes:
    """Return a row's content in bytes, with the version of its format."""
    return dump({**content, "format": VERSION})


def read_row(raw: bytes) -> dict[str, Any]:
    """Return a row's content, whichever version wrote it.

    Raises
    ------
    NewerStoreError
        A newer workbook wrote it, so it may mean something else.

    Examples
    --------
    >>> read_row(write_row({"name": "Ada"})) == read_row(b'{"name": "Ada"}') == {"name": "Ada"}
    True
    """
    content: dict[str, Any] = load(raw)
    if content.pop("format", 0) > VERSION:
        raise NewerStoreError(problem("errors.storage.newer"))
    return content


def is_outdated(content: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> bool:
    """Tell whether a publication as plain JSON was made when its instrument held back other items."""
    instrument = _as_published(content, instruments)
    return instrument is not None and content.get("rule", "") != rule_of(instrument)


def renewed(content: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    """Return a publication as plain JSON, made anew where it is outdated."""
    instrument = _as_published(content, instruments)
    if instrument is None or not is_outdated(content, instruments):
        return dict(content)
    return dict(content) | publication_to_json(renew(publication_from_json(content), instrument))


def _as_published(content: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> Instrument | None:
    """Return the instrument of a publication, in the version in which it was asked."""
    return in_version(instruments, content["instrument"], content.get("version", FIRST))


def event_to_json(event: Event) -> dict[str, Any]:
    """Return an event as plain JSON."""
    return asdict(event) | {"at": event.at.isoformat() if event.at else None}
