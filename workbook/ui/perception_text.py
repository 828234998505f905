"""How two people read each other, told in plain words: from three numbers each to sentences.

Elevation, differential accuracy and assumed similarity (Cronbach 1955) of one couple are rough. That
two views differ is told only where it is a claim (`workbook.frames.CLAIMS`), that two orders are alike
only where they are clearly so; else it is said that it cannot be told.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbook.content import say
from workbook.content.formats import decimal
from workbook.content.thresholds import thresholds
from workbook.frames import rows
from workbook.plots.claimed import Told
from workbook.ui.blocks import Block, callout, card, details, heading, lead, note, paragraph, table

ONE_SIDED = 1.645  # of a normal distribution: 5 % lie above


def seen_in_words(
    perception: pd.DataFrame | None,
    names: Mapping[str, str],
    instrument: str = "connection",
    claims: pd.DataFrame | None = None,
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
    claims : DataFrame, optional
        `workbook.frames.CLAIMS` of the same couple; without it nothing is told to differ.
    """
    lines: list[Any] = []
    if perception is not None:
        lines = [r for r in rows(perception) if r.instrument == instrument and r.n_facets]
    if not lines:
        return [lead(say("ui.perception.too_few"))]
    may_tell = Told(claims, "perception", instrument)
    told = [card(_told(line, names, may_tell)) for line in lines]
    caution = callout("", [paragraph(say("ui.perception.caution", n=min(line.n_facets for line in lines)))])
    return [lead(say("ui.perception.lead")), *told, caution, _numbers(lines, names)]


def _called(line: Any, names: Mapping[str, str]) -> dict[str, str]:
    other = {"a": "b", "b": "a"}[line.place]
    return {"me": names.get(line.place, ""), "you": names.get(other, "")}


def _told(line: Any, names: Mapping[str, str], may_tell: Told) -> list[Block]:
    called = _called(line, names)
    me, you = line.place, {"a": "b", "b": "a"}[line.place]
    keys = (
        _level(line.elevation, is_claimed=may_tell.of("level", me, you)),
        f"order_{_order(line.accuracy, line.n_facets, is_claimed=may_tell.of('order', me, you))}",
        f"like_{_order(line.similarity, line.n_facets, is_claimed=may_tell.of('like', me, you))}",
    )
    title = [{"text": say("ui.perception.heading", **called), "partner": line.place}]
    return [heading(2, title), *(paragraph(say(f"ui.perception.{key}", **called)) for key in keys)]


def _level(elevation: Any, *, is_claimed: bool) -> str:
    if not is_claimed:
        return "level_same"
    return "level_high" if elevation > 0 else "level_low"


def _order(correlation: Any, n: int, *, is_claimed: bool) -> str:
    """Return ``clear`` for two orders that are alike, ``other`` where they differ, else ``unknown``.

    Alike takes a correlation that is large and above 0 beyond chance (Fisher's z, one-sided 5 %).
    """
    is_large = pd.notna(correlation) and correlation >= thresholds().perception.order_clear
    if is_large and math.atanh(min(correlation, 0.999_999)) * math.sqrt(max(n - 3, 0)) >= ONE_SIDED:
        return "clear"
    return "other" if is_claimed else "unknown"


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
