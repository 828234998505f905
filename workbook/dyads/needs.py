"""Needs: how much each matters, how far it is met, and how well the partner guesses it."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbook import frames
from workbook.dyads.ids import placed
from workbook.dyads.plain import framed_rows, numbers, texts
from workbook.errors import FrameError
from workbook.instruments.facets import facet_of

ASPECTS = ("importance", "met", "guess", "outside")


def needs_gap(responses: pd.DataFrame, known: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return one row per person and need: importance, met, their gap, and the partner's guess.

    Items are single answers and are used as such: ``needs.<need>.importance``, ``….met``,
    ``….guess`` (what I think it matters to *you*) and ``….outside`` (could be met outside
    too). The gap is importance − met; ``guess_error`` is my guess − what you said.

    Parameters
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES`; rows of other instruments are passed over. Own needs
        (``needs.own.<id>.importance``) are taken along.

    Returns
    -------
    DataFrame
        `workbook.frames.NEEDS`: needs in the order met in ``responses``; what was not
        answered, or has no partner, is NA.

    Examples
    --------
    Importance 4 and met 1 leave a gap of 3. If I guess 2 and you said 4, my error is −2.
    """
    if not len(responses):
        return frames.empty(frames.NEEDS)
    is_of_needs = (responses["instrument"] == "needs").to_numpy(dtype=bool)
    here = np.flatnonzero(is_of_needs).tolist()
    items, values = texts(responses["item"]), numbers(responses["value"]).tolist()
    here = [n for n in here if items[n].rpartition(".")[2] in ASPECTS]
    couples, people, occasions = (texts(responses[name]) for name in ("couple_id", "person_id", "occasion"))
    at = placed(((couples[n], people[n]) for n in here), known)
    rank: dict[str, int] = {}
    said: dict[tuple[str, str, str, int], dict[str, float]] = {}
    for n in here:
        need, place = facet_of(items[n]), at[couples[n], people[n]]
        key = (couples[n], occasions[n], place, rank.setdefault(need, len(rank)))
        aspects = said.setdefault(key, {})
        aspect = items[n].rpartition(".")[2]
        if aspect in aspects:
            raise FrameError(f"needs: item {items[n]!r} is answered twice by one person on one occasion")
        aspects[aspect] = values[n]
    who, needs = {(couple, place): person for (couple, person), place in at.items()}, list(rank)
    rows = []
    for (couple, occasion, place, number), own in sorted(said.items(), key=lambda one: one[0]):
        theirs = said.get((couple, occasion, "b" if place == "a" else "a", number), {})
        importance, met, guess, outside = (own.get(aspect, math.nan) for aspect in ASPECTS)
        partner = theirs.get("importance", math.nan)
        measured = {
            "importance": importance, "met": met, "gap": importance - met, "guess": guess,
            "partner_importance": partner, "guess_error": guess - partner, "outside": outside,
        }  # fmt: skip
        rows.append(
            {"couple_id": couple, "person_id": who[couple, place], "place": place, "occasion": occasion}
            | {"need": needs[number]}
            | {name: None if math.isnan(value) else int(value) for name, value in measured.items()}
        )
    return framed_rows(rows, frames.NEEDS)
