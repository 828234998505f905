"""Where each partner stands on a topic: the one thing that all that is told rests on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbook.content.thresholds import Thresholds
from workbook.insights.insight import Caution, Stand, Whom
from workbook.instruments.facets import Facet, facets
from workbook.instruments.model import Instrument


@dataclass(frozen=True)
class Standing:
    """One facet or sign: the position of each partner, from 0 to 1 (healthy).

    Attributes
    ----------
    subject : str
    is_sign : bool
        Whether more of it is worse.
    at : mapping of place to float
        Only places that have a score.
    numbers : mapping
        Scores as they are, and how many partners gave one.
    is_claimed : bool
        Whether it may be told that the two differ, with all other topics taken together.
    caution : str
    evidence : tuple of str
    """

    subject: str
    is_sign: bool
    at: Mapping[str, float]
    numbers: Mapping[str, float]
    is_claimed: bool
    caution: Caution
    evidence: tuple[str, ...]

    @property
    def least(self) -> float:
        """The position of whoever stands lower."""
        return min(self.at.values())

    @property
    def mean(self) -> float:
        """Only ever parts topics on which the lower one stands alike."""
        return round(sum(self.at.values()) / len(self.at), 6)

    def whom(self, limits: Thresholds, *, alone: bool) -> Whom:
        """Of whom it is true that this stands where ``least`` is."""
        if alone:
            return "you"
        if len(set(self.stands(limits).values())) == 1:
            return "both"
        return "one" if self.is_claimed else "some"

    def stands(self, limits: Thresholds) -> dict[str, Stand]:
        """Low, middle or high, for each partner apart."""
        return {place: stand_of(position, limits) for place, position in self.at.items()}


def stand_of(position: float, limits: Thresholds) -> Stand:
    """Low, middle or high, by the thresholds in content."""
    if position <= limits.growth.at_most:
        return "low"
    return "high" if position >= limits.strength.at_least else "middle"


def standings(
    pairs: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    claimed: Collection[str] = (),
    *,
    alone: bool,
    singles: bool = False,
) -> list[Standing]:
    """Return every facet and sign of more than one item, in the order of the instruments.

    With ``singles``, those of one item instead: skills.

    Two together are told only of what both have a value on; ``alone``, of what the one has.
    A check-in has a trend of its own and is passed over. ``claimed`` names the topics on which it may be
    told that the two differ.
    """
    found = []
    scored = _rows_by_subscale(pairs)
    for instrument in instruments.values():
        if instrument.occasion != "assessment":
            continue
        for facet in facets(instrument):
            if facet.is_single is not singles or facet.higher_is == "neither" or facet.own not in scored:
                continue
            one = _standing(facet, instrument, scored[facet.own], alone=alone, is_claimed=facet.id in claimed)
            if len(one.at) >= (1 if alone else 2):
                found.append(one)
    return found


def _rows_by_subscale(pairs: pd.DataFrame) -> dict[str, dict[str, Any]]:
    names = ("score_a", "score_b", "assumed")
    columns = (pairs[name].tolist() for name in names)
    return {
        subscale: dict(zip(names, row, strict=True))
        for subscale, *row in zip(pairs["subscale"].tolist(), *columns, strict=True)
    }


def _standing(
    facet: Facet, instrument: Instrument, row: Mapping[str, Any], *, alone: bool, is_claimed: bool
) -> Standing:
    subscale = instrument.subscale_by_id[facet.own]
    times = len(facet.items) if subscale.statistic == "sum" else 1
    lowest, highest = facet.scale.lowest * times, facet.scale.highest * times
    at: dict[str, float] = {}
    numbers: dict[str, float] = {}
    for place in ("a", "b"):
        score = row[f"score_{place}"]
        if pd.notna(score):
            share = (float(score) - lowest) / (highest - lowest)
            at[place] = round(1 - share if facet.higher_is == "worse" else share, 6)
            numbers[f"score_{place}"] = float(score)
    return Standing(
        facet.id,
        facet.higher_is == "worse",
        at,
        numbers | {"n_partners": float(len(at))},
        is_claimed,
        "one_side" if alone else "assumed" if row["assumed"] else "",
        subscale.source,
    )
