"""How a publication is kept and sent on: as its log has it, and a frame only where one is looked into.

Whoever reads a table needs to know what lies there, and seldom its cells; so it goes from the log to a page
as plain JSON, and `frames_from_json` makes the frames of all of them at once when they are first asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

import pandas as pd

from workbook import frames
from workbook.instruments.model import FIRST
from workbook.sharing import Grain, Publication

Cell = bool | int | float | str | None
Columns = Mapping[str, Sequence[Cell]]
"""A frame as lists by column; what is missing is None."""


@dataclass(frozen=True, slots=True)
class Published:
    """A publication as its log keeps it; see `workbook.sharing.Publication` for what its fields mean."""

    couple_id: str
    person_id: str
    instrument: str
    occasion: str
    round: int
    grain: Grain
    responses: dict[str, list[Cell]]
    scores: dict[str, list[Cell]]
    rule: str = ""
    version: str = FIRST
    words: dict[str, str] = field(default_factory=dict)


def as_published(content: Mapping[str, Any]) -> Published:
    """Return what a row of a log holds; rows from before there was a rule or a version have none."""
    return Published(
        content["couple_id"],
        content["person_id"],
        content["instrument"],
        content["occasion"],
        content["round"],
        Grain(content["grain"]),
        content["responses"],
        content["scores"],
        content.get("rule", ""),
        content.get("version", FIRST),
        content.get("words", {}),
    )


def publications_of(published: Sequence[Published]) -> tuple[Publication, ...]:
    """Return them with their frames; a score is of the version of its publication."""
    responses = frames_from_json([one.responses for one in published], "responses")
    scores = frames_from_json([_in_version(one.scores, one.version) for one in published], "scores")
    return tuple(
        Publication(
            one.couple_id,
            one.person_id,
            one.instrument,
            one.occasion,
            one.round,
            one.grain,
            answers,
            values,
            one.rule,
            one.version,
            one.words,
        )
        for one, answers, values in zip(published, responses, scores, strict=True)
    )


def publication_from_json(content: Mapping[str, Any]) -> Publication:
    """Return the publication that a row of a log holds."""
    return publications_of([as_published(content)])[0]


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


def frame_to_json(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a frame as lists by column, missing values as ``None``."""
    return {
        str(name): [
            None if pd.isna(value) else getattr(value, "item", lambda value=value: value)()
            for value in frame[name]
        ]
        for name in frame.columns
    }


def frame_from_json(content: Columns, name: str) -> pd.DataFrame:
    """Return the frame again, with the dtypes of its contract (``'responses'``, ``'scores'``).

    A column that was added since the row was written has its default throughout. The frame was checked
    when it was written; checking it at every read would cost 20 ms each.

    >>> frame_from_json(frame_to_json(frames.empty(frames.RESPONSES)), "responses").empty
    True
    """
    return frames_from_json([content], name)[0]


def frames_from_json(contents: Sequence[Columns], name: str) -> list[pd.DataFrame]:
    """Return each of several frames of one contract as `frame_from_json` does, for the price of one."""
    counts = [max(map(len, content.values()), default=0) for content in contents]
    columns = {}
    for column, declared in frames.FRAMES[name].columns.items():
        parts = (
            content[column] if column in content else [declared.default] * n
            for content, n in zip(contents, counts, strict=True)
        )
        columns[column] = pd.Series(list(chain.from_iterable(parts)), dtype=str(declared.dtype))
    whole = pd.DataFrame(columns)
    bounds = [sum(counts[:n]) for n in range(len(counts) + 1)]
    return [whole.iloc[start:stop].reset_index(drop=True) for start, stop in pairwise(bounds)]


def _in_version(scores: Columns, version: str) -> Columns:
    return {**scores, "version": [version] * max(map(len, scores.values()), default=0)}


def _without_defaults(content: dict[str, list[Any]], name: str) -> dict[str, list[Any]]:
    """Leave out the columns that hold their default throughout: a reader fills them in."""
    columns = frames.FRAMES[name].columns
    return {
        column: values
        for column, values in content.items()
        if columns[column].default is None or any(value != columns[column].default for value in values)
    }
