"""What somebody remembers of their decisions about one part: what they hold back, and what was open of it.

It lies with each decision in the private cell of their own drawer, and nowhere else. Each decision takes over
what the one before knew, so only the last is needed.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from workbook.errors import SharingError, problem
from workbook.instruments.model import Instrument
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import ANSWER, DECISION, since_left
from workbook.service.couple.tables import Fold, Round
from workbook.service.formats.values import HeldBack
from workbook.sharing import Grain, Publication, publishable
from workbook.withheld import Answered, behind, values_of, withheld


def remembered(drawer: Drawer, key: Round, fold: Fold) -> HeldBack:
    """Return what was held back last of a part, and the answers behind whatever of it was open.

    A decision of before this was noted is taken to have shown all that was ever answered, and one of before
    values were noted to have rested on the answers as they are now.
    """
    about = last_decision(drawer, key)
    if about is None:
        return HeldBack()
    opened = _answered(about.get("opened", ()), drawer, key)
    if about["grain"] not in (None, Grain.NOTHING.value) and fold.opened.get(key, 0) >= about["round"]:
        opened |= _answered(about["shown"] if "shown" in about else _values(drawer, key), drawer, key)
    return HeldBack(tuple(about.get("held_back", ())), tuple(sorted(opened)))


def noted(memory: HeldBack, shown: Collection[Answered] = ()) -> dict[str, list[Any]]:
    """Return what a decision keeps beside its grain, for the next one."""
    return {
        "held_back": sorted(memory.chosen),
        "opened": [list(one) for one in sorted(memory.opened)],
        "shown": [list(one) for one in sorted(shown)],
    }


def last_decision(drawer: Drawer, key: Round) -> dict[str, Any] | None:
    """Return what somebody decided last about a part, or took back, between the two of now."""
    for record in reversed(since_left(drawer.records())):
        about = record.payload
        if record.kind == DECISION and (about["instrument"], about["occasion"]) == key:
            return about
    return None


def chosen_by_part(drawer: Drawer) -> dict[Round, frozenset[str]]:
    """Return what somebody holds back of each part and occasion that they ever decided about."""
    decided = [record.payload for record in drawer.records() if record.kind == DECISION]
    return {
        (about["instrument"], about["occasion"]): frozenset(about.get("held_back", ())) for about in decided
    }


def _answered(kept: Iterable[Any], drawer: Drawer, key: Round) -> set[Answered]:
    """Return answers that a decision kept: item and value, or of before the item alone."""
    items = [one for one in kept if isinstance(one, str)]
    now = _values(drawer, key) if items else {}
    pairs = [(str(item), int(value)) for item, value in (one for one in kept if not isinstance(one, str))]
    return {*pairs, *((item, now[item]) for item in items if item in now)}


def _values(drawer: Drawer, key: Round) -> dict[str, int]:
    """Return the answers to a part as they are now, by item."""
    given = [record.payload for record in drawer.records() if record.kind == ANSWER]
    latest = {str(one["item"]): one for one in given if (one["instrument"], one["occasion"]) == key}
    return {item: int(one["value"]) for item, one in latest.items() if one.get("value") is not None}


def chosen_of(instrument: Instrument, held_back: Collection[str] | None, memory: HeldBack) -> HeldBack:
    """Return what is to be remembered with a new choice; None leaves it at the one before.

    Raises
    ------
    SharingError
        Something is no question of the instrument.
    """
    if held_back is None:
        return memory
    if not set(held_back) <= set(instrument.item_by_id):
        raise SharingError(problem("errors.events.not_allowed", field="held_back"))
    return HeldBack(tuple(sorted(set(held_back))), memory.opened)


def left_out(answers: pd.DataFrame, instrument: Instrument, memory: HeldBack) -> frozenset[str]:
    """Return what a publication of these answers leaves out."""
    there = values_of(publishable(answers, instrument))
    return withheld(there, instrument, chosen=memory.chosen, opened=memory.opened)


def shown_by(publication: Publication, answers: pd.DataFrame, instrument: Instrument) -> frozenset[Answered]:
    """Return the answers that a publication rests on, given those it was made from."""
    single = values_of(publication.responses)
    told = {(item, value) for item, value in single.items() if value is not None}
    return behind(answers, publication.scores, instrument) | told


def stands(about: Mapping[str, Any] | None, grain: Grain, held_back: Collection[str] | None) -> bool:
    """Tell whether a decision is the one that is asked for again."""
    if about is None or about["grain"] != grain.value:
        return False
    return held_back is None or sorted(set(held_back)) == sorted(about.get("held_back", ()))
