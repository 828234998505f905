"""Plain JSON for everything that is kept in a row or sent over the local socket.

A value comes back equal: missing stays missing, numbers keep every digit, frames their dtypes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pandas as pd

from workbook import frames
from workbook.instruments.model import Instrument
from workbook.service.verbs import Actor, Answer, Case, Couple, Event, Given, Member, ResearchChoice, Table
from workbook.sharing import Grain, Publication, renew, rule_of

LARGEST_REQUEST = 1024 * 1024
"""Bytes of JSON that the socket takes at once; five hundred answers are a tenth of that."""


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
    """What `dump` wrote."""
    return json.loads(raw)


def frame_to_json(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """A frame as lists by column, missing values as ``None``."""
    return {
        str(name): [
            None if pd.isna(value) else getattr(value, "item", lambda value=value: value)()
            for value in frame[name]
        ]
        for name in frame.columns
    }


def frame_from_json(content: Mapping[str, list[Any]], name: str) -> pd.DataFrame:
    """The frame again, with the dtypes of its contract (``'responses'``, ``'scores'``).

    It was checked when it was written, and checking it at every read would cost 20 ms each.

    >>> frame_from_json(frame_to_json(frames.empty(frames.RESPONSES)), "responses").empty
    True
    """
    dtypes = {column: str(declared.dtype) for column, declared in frames.FRAMES[name].columns.items()}
    columns = {column: pd.Series(content[column], dtype=dtype) for column, dtype in dtypes.items()}
    return pd.DataFrame(columns)


def publication_to_json(publication: Publication) -> dict[str, Any]:
    """A publication as plain JSON."""
    plain = {
        name: getattr(publication, name)
        for name in ("couple_id", "person_id", "instrument", "occasion", "round", "rule")
    }
    return plain | {
        "grain": publication.grain.value,
        "responses": frame_to_json(publication.responses),
        "scores": frame_to_json(publication.scores),
    }


def publication_from_json(content: Mapping[str, Any]) -> Publication:
    """The publication again."""
    return Publication(
        couple_id=content["couple_id"],
        person_id=content["person_id"],
        instrument=content["instrument"],
        occasion=content["occasion"],
        round=content["round"],
        grain=Grain(content["grain"]),
        responses=frame_from_json(content["responses"], "responses"),
        scores=frame_from_json(content["scores"], "scores"),
        rule=content.get("rule", ""),  # rows from before there was one have none
    )


def is_outdated(content: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> bool:
    """Whether a publication as plain JSON was made when its instrument held back other items."""
    instrument = instruments.get(content["instrument"])
    return instrument is not None and content.get("rule", "") != rule_of(instrument)


def renewed(content: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    """A publication as plain JSON, made anew where it is outdated."""
    if not is_outdated(content, instruments):
        return dict(content)
    instrument = instruments[content["instrument"]]
    return dict(content) | publication_to_json(renew(publication_from_json(content), instrument))


def event_to_json(event: Event) -> dict[str, Any]:
    """An event as plain JSON."""
    return asdict(event) | {"at": event.at.isoformat() if event.at else None}


def event_from_json(content: Mapping[str, Any]) -> Event:
    """The event again."""
    at = content.get("at")
    return Event(**{**content, "at": datetime.fromisoformat(at) if at else None})


def table_to_json(table: Table) -> dict[str, Any]:
    """A table as plain JSON."""
    return {
        "publications": [publication_to_json(publication) for publication in table.publications],
        "events": [event_to_json(event) for event in table.events],
        "open_rounds": [list(pair) for pair in table.open_rounds],
    }


def table_from_json(content: Mapping[str, Any]) -> Table:
    """The table again."""
    return Table(
        publications=tuple(publication_from_json(publication) for publication in content["publications"]),
        events=tuple(event_from_json(event) for event in content["events"]),
        open_rounds=tuple((instrument, occasion) for instrument, occasion in content["open_rounds"]),
    )


def couple_from_json(content: Mapping[str, Any]) -> Couple:
    """A couple from ``dataclasses.asdict`` of one."""
    members = tuple(Member(**member) for member in content["members"])
    return Couple(**{**content, "members": members})


def case_to_json(case: Case) -> dict[str, Any]:
    """A therapist's case as plain JSON."""
    return {"couple": asdict(case.couple), "table": table_to_json(case.table)}


def case_from_json(content: Mapping[str, Any]) -> Case:
    """The case again."""
    return Case(couple_from_json(content["couple"]), table_from_json(content["table"]))


def choice_to_json(choice: ResearchChoice | None) -> dict[str, Any] | None:
    """A choice about research as plain JSON."""
    return None if choice is None else asdict(choice)


def choice_from_json(content: Mapping[str, Any] | None) -> ResearchChoice | None:
    """The choice again."""
    return None if content is None else ResearchChoice(**{**content, "grain": Grain(content["grain"])})


def given_to_json(given: Given) -> dict[str, Any]:
    """What one person gave a study as plain JSON."""
    plain = {name: getattr(given, name) for name in ("person_id", "couple_id", "is_linked")}
    published = [publication_to_json(publication) for publication in given.publications]
    return plain | {"grain": given.grain.value, "publications": published}


def given_from_json(content: Mapping[str, Any]) -> Given:
    """What one person gave, again."""
    published = tuple(publication_from_json(publication) for publication in content["publications"])
    return Given(**{**content, "grain": Grain(content["grain"]), "publications": published})


def actor_from_json(content: Mapping[str, Any]) -> Actor:
    """An actor from ``dataclasses.asdict`` of one."""
    return Actor(**content)


def answer_from_json(content: Mapping[str, Any]) -> Answer:
    """An answer as it arrives from a page: exactly its fields, unchecked values.

    Raises
    ------
    TypeError
        When a field is missing or nobody knows it.
    """
    return Answer(**content)
