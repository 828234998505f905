"""What an open page reads of all that its person may see, in one answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from workbook.errors import AccessError, problem
from workbook.service.formats.case_values import MyCase, SessionSeen
from workbook.service.formats.values import CHANGES, Couple, Event, RoomSeen, Table
from workbook.service.studies.study import Study
from workbook.sharing import Grain

SHOWS_ROOM = frozenset({"room", "table"})
SHOWS_CASE = frozenset({"case", "session", "table"})
SHOWS_DECISIONS = frozenset({"drawer", "table"})


@dataclass(frozen=True, slots=True)
class Decided:
    """One's own decision that stands, about one instrument and occasion."""

    instrument: str
    occasion: str
    grain: Grain


@dataclass(frozen=True)
class Sight:
    """What was asked to be looked at; each part is what the verb of its name returns, and else None or empty.

    Two together have no drawer, and nothing that is one person's alone: of ``case``, ``study``,
    ``responses``, ``events`` and ``decisions`` there is none.
    """

    couple: Couple | None = None
    table: Table | None = None
    room: RoomSeen | None = None
    live: SessionSeen | None = None
    case: MyCase | None = None
    study: Study | None = None
    responses: pd.DataFrame | None = None
    events: tuple[Event, ...] = ()
    decisions: tuple[Decided, ...] = ()


def parts_in(what: Sequence[str]) -> frozenset[str]:
    """Return what is asked to be looked at.

    Raises
    ------
    AccessError
        Something of it is none of `CHANGES`.
    """
    asked = frozenset(what)
    if not asked <= frozenset(CHANGES):
        raise AccessError(problem("errors.events.not_allowed", field="what"))
    return asked
