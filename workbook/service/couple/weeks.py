"""All of somebody's weeks as one line: what a decision about it keeps in their drawer, beside its grain.

The line is decided, opened and taken back like a round (`rounds`), under the one occasion
`workbook.sharing.WEEKS`. While it lies open, a newer one may be decided: it takes the place of the open one
once both have. A week that was chosen once stays as it was then, also after it was taken back; so the last
decision keeps the line it chose, and the ones before it are needed no more.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

import pandas as pd

from workbook.service.couple.drawers import Drawer
from workbook.service.couple.held_back import last_decision
from workbook.service.couple.records import DECISION, Record, since_left
from workbook.service.couple.tables import Round
from workbook.service.formats.publications import frame_from_json
from workbook.sharing import WEEKS

_LINE = "line"


class Noted(Protocol):
    """What a drawer keeps of a setting, as it lies there or as its person is given it."""

    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def at(self) -> datetime | None: ...


def week_days(kept: Iterable[Noted]) -> dict[str, date]:
    """Return on which day of their person's each week was begun, by occasion, as far as it is known."""
    found: dict[str, date] = {}
    for one in kept:
        if one.kind != "setting" or one.payload["name"] != "week":
            continue
        day = one.payload.get("day") or (one.at and one.at.date().isoformat())
        if day:
            found[f"week-{one.payload['value']}"] = date.fromisoformat(day)
    return found


def as_kept(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a decision keeps of the line that it chose."""
    return {_LINE: {"scores": made["scores"], "version": made["version"]}}


def line_before(drawer: Drawer, key: Round) -> dict[str, Any]:
    """Return what the last decision about a line keeps of it; nothing for any other round."""
    about = last_decision(drawer, key) if key[1] == WEEKS else None
    return {_LINE: about[_LINE]} if about is not None and _LINE in about else {}


def scores_in(kept: Mapping[str, Any]) -> pd.DataFrame | None:
    """Return the scores of a line that a decision kept; None where none did."""
    line = kept.get(_LINE)
    return None if line is None else frame_from_json(line["scores"], "scores").assign(version=line["version"])


def earlier_lines(drawer: Drawer, key: Round) -> list[Record]:
    """Return the decisions about a line that a new one takes the place of; none for any other round."""
    if key[1] != WEEKS:
        return []
    about = [one for one in since_left(drawer.records()) if one.kind == DECISION]
    return [one for one in about if (one.payload["instrument"], one.payload["occasion"]) == key]


def is_line_chosen(drawer: Drawer, key: Round) -> bool:
    """Tell whether the last decision about a line is for one, which is open or waits."""
    about = last_decision(drawer, key) if key[1] == WEEKS else None
    return about is not None and bool(about["grain"])
