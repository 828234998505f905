"""How rows are written on disk: plain JSON with a version, apart from how the link sends messages.

A value comes back equal: missing stays missing, numbers keep every digit, frames their dtypes. A row
written before a field or a column was added still reads: what it lacks has its default, or is missing.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from workbook import frames
from workbook.errors import NewerStoreError, problem
from workbook.instruments.library import in_version
from workbook.instruments.model import FIRST, Instrument
from workbook.service.formats.values import Event
from workbook.sharing import Grain, Publication, renew, rule_of

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


def frame_to_json(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a frame as lists by column, missing values as ``None``."""
    return {
        str(name): [
            None if pd.isna(value) else getattr(value, "item", lambda value=value: value)()
            for value in frame[name]
        ]
        for name in frame.columns
    }


def frame_from_json(content: Mapping[str, list[Any]], name: str) -> pd.DataFrame:
    """Return the frame again, with the dtypes of its contract (``'responses'``, ``'scores'``).

    A column that was added since the row was written has its default throughout. The frame was checked
    when it was written; checking it at every read would cost 20 ms each.

    >>> frame_from_json(frame_to_json(frames.empty(frames.RESPONSES)), "responses").empty
    True
    """
    dtypes = {column: str(declared.dtype) for column, declared in frames.FRAMES[name].columns.items()}
    n_rows = max(map(len, content.values()), default=0)
    defaults = {column: declared.default for column, declared in frames.FRAMES[name].columns.items()}
    columns = {
        column: pd.Series(content.get(column, [defaults[column]] * n_rows), dtype=dtype)
        for column, dtype in dtypes.items()
    }
    return pd.DataFrame(columns)


def publication_to_json(publication: Publication) -> dict[str, Any]:
    """Return a publication as plain JSON; its scores are of its own version."""
    plain = {
        name: getattr(publication, name)
        for name in ("couple_id", "person_id", "instrument", "occasion", "round", "rule", "version")
    }
    return plain | {
        "grain": publication.grain.value,
        "responses": _without_defaults(frame_to_json(publication.responses), "responses"),
        "scores": _without_defaults(frame_to_json(publication.scores.assign(version=FIRST)), "scores"),
        **({"words": dict(publication.words)} if publication.words else {}),
    }


def _without_defaults(content: dict[str, list[Any]], name: str) -> dict[str, list[Any]]:
    """Leave out the columns that hold their default throughout: a reader fills them in."""
    columns = frames.FRAMES[name].columns
    return {
        column: values
        for column, values in content.items()
        if columns[column].default is None or any(value != columns[column].default for value in values)
    }


def publication_from_json(content: Mapping[str, Any]) -> Publication:
    """Return the publication again."""
    version = content.get("version", FIRST)
    scores = frame_from_json(content["scores"], "scores")
    return Publication(
        couple_id=content["couple_id"],
        person_id=content["person_id"],
        instrument=content["instrument"],
        occasion=content["occasion"],
        round=content["round"],
        grain=Grain(content["grain"]),
        responses=frame_from_json(content["responses"], "responses"),
        scores=scores.assign(version=pd.Series(version, index=scores.index, dtype=scores["version"].dtype)),
        rule=content.get("rule", ""),  # rows from before there was one have none
        version=version,
        words=content.get("words", {}),
    )


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
