"""Two partners' scores side by side, and the items on which both are well."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbook import frames
from workbook.dyads.ids import PLACES, ids_as_text, placed
from workbook.dyads.plain import flags, framed, framed_rows, numbers, texts
from workbook.errors import FrameError
from workbook.instruments.facets import facets
from workbook.instruments.model import Instrument

BAND_Z = 1.96
_MEASURED = ("score", "sem")


def pair(scores: pd.DataFrame, known: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Put both partners' scores in one row.

    A difference counts (``differs``) only beyond ``band = 1.96 · √(SEM_a² + SEM_b²)``, the
    standard error of a difference between two scores (Lord & Novick 1968). A partner who is
    not there, or has no score, leaves NA: a difference is never made from one side.

    Parameters
    ----------
    scores : DataFrame
        `workbook.frames.SCORES`, any number of couples, one or two persons each.
    known : mapping of person id to 'a' or 'b', optional
        Places given elsewhere; see `places`.

    Returns
    -------
    DataFrame
        `workbook.frames.PAIRS`: couples sorted, subscales in the order of ``scores``.
    """
    if not len(scores):
        return frames.empty(frames.PAIRS)
    names = ("couple_id", "occasion", "instrument", "subscale")
    coded = {name: pd.factorize(ids_as_text(scores[name])) for name in (*names, "person_id")}
    of_row, first = _numbered([coded[name][0] for name in names])
    couples, people = coded["couple_id"], coded["person_id"]
    persons = sorted({*zip(couples[0].tolist(), people[0].tolist(), strict=True)})
    at = placed([(couples[1][c], people[1][p]) for c, p in persons], known)
    who = np.full((len(PLACES), len(couples[1])), -1)
    side = np.empty(len(people[1]), dtype=np.int8)
    for c, p in persons:
        side[p] = PLACES.index(at[couples[1][c], people[1][p]])
        who[side[p], c] = p
    order = np.lexsort((coded["subscale"][0][first], *(_ranks(coded[name])[first] for name in names[1::-1])))
    first = first[order]
    columns: dict[str, Any] = {name: coded[name][1].take(coded[name][0][first]) for name in names}
    given = {name: numbers(scores[name]) for name in _MEASURED}
    assumed, is_assumed = np.array(flags(scores["assumed"]), dtype=bool), np.zeros(len(first), dtype=bool)
    for n, place in enumerate(PLACES):
        rows = np.flatnonzero(side[people[0]] == n)
        found = np.full(len(order), -1)
        found[of_row[rows]] = rows
        if (found >= 0).sum() < len(rows):
            raise FrameError("pairs: a subscale is scored twice for one person on one occasion")
        found = found[order]
        columns[f"person_{place}"] = people[1].take(
            who[n][couples[0][first]], allow_fill=True, fill_value=np.nan
        )
        columns |= {f"{name}_{place}": np.where(found >= 0, given[name][found], np.nan) for name in _MEASURED}
        is_assumed |= (found >= 0) & assumed[found]
    columns["difference"] = columns["score_a"] - columns["score_b"]
    columns["band"] = BAND_Z * (columns["sem_a"] ** 2 + columns["sem_b"] ** 2) ** 0.5
    lacks = np.isnan(columns["difference"] + columns["band"])
    with np.errstate(invalid="ignore"):
        columns["differs"] = pd.arrays.BooleanArray(np.abs(columns["difference"]) > columns["band"], lacks)
    return framed(columns | {"assumed": is_assumed}, frames.PAIRS)


def _numbered(codes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return which of the different rows each row is, by the order in which they first appear, and where."""
    joined = np.zeros(len(codes[0]), dtype=np.int64)
    for one in codes:
        joined = joined * (int(one.max()) + 1) + one
    number, _ = pd.factorize(joined)
    return number, np.unique(number, return_index=True)[1]


def _ranks(coded: tuple[np.ndarray, pd.Index]) -> np.ndarray:
    """Return for each row where its text stands in the order of all texts."""
    codes, found = coded
    ranks: np.ndarray = np.argsort(np.argsort(np.array(found, dtype=object), kind="stable"))[codes]
    return ranks


def agreement(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """On which share of a facet's items do *both* answer in the healthy direction.

    An answer is in the healthy direction when, after turning, it lies beyond the middle of
    its scale; the middle itself does not count. Needs both partners' answers.

    Parameters
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES` of one or more couples.

    Returns
    -------
    DataFrame
        One row per couple, occasion and facet of more than one item: ``n_both`` items that
        both answered, ``n_healthy`` of them healthy for both, ``share`` = n_healthy / n_both,
        NA where ``n_both`` is below the subscale's ``min_answered``.

    Examples
    --------
    One partner ticks 3 and 4, the other 4 and 2, of 0 to 4: one of two items is healthy for
    both, so the share is 0.5.
    """
    return agreement_on_all(responses, [instrument])


def agreement_on_all(responses: pd.DataFrame, instruments: Sequence[Instrument]) -> pd.DataFrame:
    """Return the agreement on the facets of each instrument, one after the other; see `agreement`."""
    columns = [texts(responses[name]) for name in ("couple_id", "occasion", "item")]
    given = [
        (couple, occasion, item, value)
        for couple, occasion, item, value in zip(*columns, numbers(responses["value"]).tolist(), strict=True)
        if not math.isnan(value)
    ]
    rows = [row for one in instruments for row in _healthy_of_both(given, one)]
    return framed_rows(rows, frames.AGREEMENT) if rows else frames.empty(frames.AGREEMENT)


def _healthy_of_both(
    given: Sequence[tuple[str, str, str, float]], instrument: Instrument
) -> list[dict[str, Any]]:
    known = _healthy_keys(instrument)
    by_item: dict[tuple[str, str, str, int], list[bool]] = {}
    for couple, occasion, item, value in given:
        for rank, one in enumerate(known.get(item, ())):
            is_healthy = (value - one.middle) * one.sign > 0
            by_item.setdefault((couple, occasion, item, rank), []).append(is_healthy)
    found: dict[tuple[str, str, int], list[bool]] = {}
    for (couple, occasion, item, rank), healthy in by_item.items():
        if len(healthy) == len(PLACES):
            found.setdefault((couple, occasion, known[item][rank].place), []).append(all(healthy))
    facet_at = {one.place: one for ones in known.values() for one in ones}
    rows = []
    for (couple, occasion, place), both in sorted(found.items()):
        facet, n_both, n_healthy = facet_at[place], len(both), sum(both)
        rows.append({
            "couple_id": couple, "occasion": occasion, "instrument": instrument.id, "facet": facet.facet,
            "n_both": n_both, "n_healthy": n_healthy,
            "share": n_healthy / n_both if n_both >= facet.least else None,
        })  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class _Healthy:
    """Of an item of a facet: the middle of its scale, which way is healthy, and the facet's place."""

    facet: str
    place: int
    least: int
    middle: float
    sign: int


def _healthy_keys(instrument: Instrument) -> dict[str, list[_Healthy]]:
    found: dict[str, list[_Healthy]] = {}
    for place, facet in enumerate(facets(instrument)):
        if facet.is_single or facet.higher_is == "neither":
            continue
        least = instrument.subscale_by_id[facet.own].min_answered
        middle = (facet.scale.lowest + facet.scale.highest) / 2
        for item in facet.items:
            is_turned = instrument.item_by_id[item].reverse != (facet.higher_is == "worse")
            found.setdefault(item, []).append(
                _Healthy(facet.id, place, least, middle, -1 if is_turned else 1)
            )
    return found
