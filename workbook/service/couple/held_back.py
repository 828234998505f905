"""What somebody remembers of their decisions about one part: what they hold back, and what was open of it.

It lies with each decision in the private cell of their own drawer, and nowhere else. Each decision takes over
what the one before knew, so only the last is needed.
"""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from workbook.errors import SharingError, problem
from workbook.instruments.model import Instrument
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import ANSWER, DECISION
from workbook.service.couple.tables import Fold, Round
from workbook.service.formats.values import HeldBack
from workbook.sharing import Grain, Publication, publishable
from workbook.withheld import behind, withheld


def remembered(drawer: Drawer, key: Round, fold: Fold) -> HeldBack:
    """Return what was held back last of a part, and what was behind whatever of it was open.

    A decision of before this was noted is taken to have shown all that was ever answered.
    """
    about = last_decision(drawer, key)
    if about is None:
        return HeldBack()
    opened = set(about.get("opened", ()))
    if about["grain"] not in (None, Grain.NOTHING.value) and fold.opened.get(key, 0) >= about["round"]:
        opened |= set(about["shown"] if "shown" in about else _answered(drawer, key))
    return HeldBack(tuple(about.get("held_back", ())), tuple(sorted(opened)))


def noted(memory: HeldBack, shown: Collection[str] = ()) -> dict[str, list[str]]:
    """Return what a decision keeps beside its grain, for the next one."""
    return {"held_back": sorted(memory.chosen), "opened": sorted(memory.opened), "shown": sorted(shown)}


def last_decision(drawer: Drawer, key: Round) -> dict[str, Any] | None:
    """Return what somebody decided last about a part, or took back."""
    for record in reversed(drawer.records()):
        about = record.payload
        if record.kind == DECISION and (about["instrument"], about["occasion"]) == key:
            return about
    return None


def _answered(drawer: Drawer, key: Round) -> set[str]:
    given = [record.payload for record in drawer.records() if record.kind == ANSWER]
    return {str(one["item"]) for one in given if (one["instrument"], one["occasion"]) == key}


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
    answered = [str(item) for item in publishable(answers, instrument)["item"]]
    return withheld(answered, instrument, chosen=memory.chosen, opened=memory.opened)


def shown_by(publication: Publication, answers: pd.DataFrame, instrument: Instrument) -> frozenset[str]:
    """Return the items that a publication rests on, made from these answers."""
    of_scores = behind(answers, publication.scores, instrument)
    return of_scores | frozenset(str(item) for item in publication.responses["item"])


def stands(about: Mapping[str, Any] | None, grain: Grain, held_back: Collection[str] | None) -> bool:
    """Tell whether a decision is the one that is asked for again."""
    if about is None or about["grain"] != grain.value:
        return False
    return held_back is None or sorted(set(held_back)) == sorted(about.get("held_back", ()))
