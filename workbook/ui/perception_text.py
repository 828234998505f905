"""How two people read each other, told in plain words: from three numbers each to sentences.

Elevation, differential accuracy and assumed similarity (Cronbach 1955) of one couple are rough;
they are told as tendencies, with the limits of `workbook.content.thresholds`.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbook.content import say
from workbook.content.formats import decimal
from workbook.content.thresholds import thresholds
from workbook.frames import rows
from workbook.ui.blocks import Block, callout, card, details, heading, lead, note, paragraph, table


def seen_in_words(
    perception: pd.DataFrame | None, names: Mapping[str, str], instrument: str = "connection"
) -> list[Block]:
    """Three sentences for each partner, a caution, and the numbers as a table to unfold.

    Parameters
    ----------
    perception : DataFrame or None
        `workbook.frames.PERCEPTION` of one couple and occasion; rows of other instruments
        are passed over.
    names : mapping of place to name
    instrument : str
        Whose topics are told of.
    """
    lines: list[Any] = []
    if perception is not None:
        lines = [r for r in rows(perception) if r.instrument == instrument and r.n_facets]
    if not lines:
        return [lead(say("ui.perception.too_few"))]
    told = [card(_told(line, names)) for line in lines]
    caution = callout("", [paragraph(say("ui.perception.caution", n=min(line.n_facets for line in lines)))])
    return [lead(say("ui.perception.lead")), *told, caution, _numbers(lines, names)]


def _called(line: Any, names: Mapping[str, str]) -> dict[str, str]:
    other = {"a": "b", "b": "a"}[line.place]
    return {"me": names.get(line.place, ""), "you": names.get(other, "")}


def _told(line: Any, names: Mapping[str, str]) -> list[Block]:
    called = _called(line, names)
    keys = (_level(line.elevation), f"order_{_strength(line.accuracy)}", f"like_{_strength(line.similarity)}")
    title = [{"text": say("ui.perception.heading", **called), "partner": line.place}]
    return [heading(2, title), *(paragraph(say(f"ui.perception.{key}", **called)) for key in keys)]


def _level(elevation: float) -> str:
    limit = thresholds().perception.level_at_least
    return "level_high" if elevation >= limit else "level_low" if elevation <= -limit else "level_same"


def _strength(correlation: Any) -> str:
    """Return how far two orders are alike; a reversed order is as little alike as none."""
    if pd.isna(correlation):
        return "unknown"
    limits = thresholds()
    return (
        "clear"
        if correlation >= limits.perception.order_clear
        else "some"
        if correlation >= limits.perception.order_some
        else "little"
    )


def _numbers(lines: list[Any], names: Mapping[str, str]) -> Block:
    head = [say("ui.perception.column_what")]
    head += [say("ui.perception.column_who", **_called(line, names)) for line in lines]
    measures = (("level", "elevation"), ("order", "accuracy"), ("like", "similarity"))
    body = [
        [say(f"ui.perception.row_{row}"), *(_number(row, getattr(line, measure)) for line in lines)]
        for row, measure in measures
    ]
    shown = table(say("ui.perception.caption"), head, body, numbers=range(1, len(head)))
    return details(say("ui.view.table"), [shown, note(say("ui.perception.numbers"))])


def _number(row: str, value: Any) -> str:
    if pd.isna(value):
        return say("ui.perception.none")
    shown, sign = decimal(abs(value)), "" if round(value, 1) == 0 else "−" if value < 0 else "+"
    if row == "level":
        return say("ui.perception.level_value", n=f"{sign}{shown}")
    return f"{sign}{shown}".lstrip("+")
