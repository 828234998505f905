"""Where each partner stands on a topic: the one thing that all that is told rests on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

import pandas as pd

from workbook.content.thresholds import Thresholds
from workbook.insights.insight import Caution, Stand
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
    band : float or NA
    differs : bool
        Whether the two differ beyond the band.
    caution : str
    evidence : tuple of str
    """

    subject: str
    is_sign: bool
    at: Mapping[str, float]
    numbers: Mapping[str, float]
    band: float
    differs: bool
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

    def stands(self, limits: Thresholds) -> dict[str, Stand]:
        """Low, middle or high, for each partner apart."""
        return {place: stand_of(position, limits) for place, position in self.at.items()}


def stand_of(position: float, limits: Thresholds) -> Stand:
    """Low, middle or high, by the thresholds in content."""
    if position <= limits.growth.at_most:
        return "low"
    return "high" if position >= limits.strength.at_least else "middle"


def standings(pairs: pd.DataFrame, instruments: Mapping[str, Instrument], *, alone: bool) -> list[Standing]:
    """Return every facet and sign of more than one item, in the order of the instruments.

    Two together are told only of what both have a value on; ``alone``, of what the one has.
    A check-in has a trend of its own and is passed over.
    """
    found = []
    scored = pairs.set_index("subscale")
    for instrument in instruments.values():
        if instrument.occasion != "assessment":
            continue
        for facet in facets(instrument):
            if facet.is_single or facet.higher_is == "neither" or facet.own not in scored.index:
                continue
            one = _standing(facet, instrument, scored.loc[facet.own], alone=alone)
            if len(one.at) >= (1 if alone else 2):
                found.append(one)
    return found


def _standing(facet: Facet, instrument: Instrument, row: Any, *, alone: bool) -> Standing:
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
        cast("float", row["band"]),
        bool(pd.notna(row["differs"]) and row["differs"]),
        "one_side" if alone else "assumed" if row["assumed"] else "",
        subscale.source,
    )


def leading(
    ordered: Iterable[Standing], key: Callable[[Standing], object], most: int
) -> tuple[Sequence[Standing], Sequence[Standing]]:
    """Return who stands first, in whole groups of equals: never a pick among equals.

    Parameters
    ----------
    ordered : iterable of Standing
        Sorted by ``key``.
    key : callable
        Two topics with the same key are equals.
    most : int
        How many there is room for.

    Returns
    -------
    (named, tied)
        ``named`` holds the groups that fit. Where not even the first fits, ``tied`` is that
        group and ``named`` is empty.
    """
    named: list[Standing] = []
    for _, equals in groupby(ordered, key):
        group = list(equals)
        if len(named) + len(group) > most:
            return (named, []) if named else ([], group)
        named += group
    return named, []
