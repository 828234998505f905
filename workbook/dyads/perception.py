"""How two people see themselves and each other: four perspectives, and what they amount to."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbook import frames
from workbook.dyads.ids import PLACES, placed
from workbook.dyads.plain import flags, framed_rows, numbers, texts
from workbook.instruments.facets import facets
from workbook.instruments.model import Instrument

LEAST_FACETS = 5  # a correlation over fewer facets says nothing about anybody


def perspectives(
    scores: pd.DataFrame,
    instrument: Instrument,
    known: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the four perspectives on every facet: me on me, me on you, you on you, you on me.

    What a person says of themselves is the facet's score, with its band; what they say of
    the partner is the score of the one or two items about them, without a band.

    Parameters
    ----------
    scores : DataFrame
        `workbook.frames.SCORES`, with those about the partner.

    Returns
    -------
    DataFrame
        `workbook.frames.PERSPECTIVES`: one row per couple, occasion, facet and perspective
        (``a_on_a``, ``a_on_b``, ``b_on_b``, ``b_on_a``), ``value`` in scale points, NA where
        not given; empty where nobody answered about the partner.
    """
    return perspectives_on_all(scores, [instrument], known)


def perspectives_on_all(
    scores: pd.DataFrame, instruments: Sequence[Instrument], known: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the perspectives on the facets of each instrument, one after the other; see `perspectives`."""
    given = _Scored(
        couples=texts(scores["couple_id"]),
        people=texts(scores["person_id"]),
        occasions=texts(scores["occasion"]),
        instruments=texts(scores["instrument"]),
        subscales=texts(scores["subscale"]),
        values=numbers(scores["score"]).tolist(),
        lows=numbers(scores["low"]).tolist(),
        highs=numbers(scores["high"]).tolist(),
        assumed=flags(scores["assumed"]),
    )
    rows = [row for one in instruments for row in _seen_by_both(given, one, known)]
    return framed_rows(rows, frames.PERSPECTIVES) if rows else frames.empty(frames.PERSPECTIVES)


class _Scored(NamedTuple):
    """The columns of scores that perspectives are made of."""

    couples: list[str]
    people: list[str]
    occasions: list[str]
    instruments: list[str]
    subscales: list[str]
    values: list[float]
    lows: list[float]
    highs: list[float]
    assumed: list[bool]


def _seen_by_both(
    scores: _Scored, instrument: Instrument, known: Mapping[str, str] | None
) -> list[dict[str, Any]]:
    shown = [facet for facet in facets(instrument) if facet.seen and facet.higher_is != "neither"]
    couples, people, occasions, instruments, subscales, values, lows, highs, assumed = scores
    views = {facet.view for facet in shown}
    if not any(one in views and not math.isnan(value) for one, value in zip(subscales, values, strict=True)):
        return []
    here = [n for n, one in enumerate(instruments) if one == instrument.id]
    placed_at = placed(((couples[n], people[n]) for n in here), known)
    who: dict[str, list[tuple[str, str]]] = {}
    for (couple, person), place in placed_at.items():
        who.setdefault(couple, []).append((place, person))
    row_of = {(people[n], occasions[n], subscales[n]): n for n in range(len(subscales))}
    rows = []
    for couple, occasion in sorted({(couples[n], occasions[n]) for n in here}):
        for facet in shown:
            for by, about in (("a", "a"), ("a", "b"), ("b", "b"), ("b", "a")):
                for person in [person for place, person in who[couple] if place == by]:
                    is_self = by == about
                    n = row_of.get((person, occasion, facet.own if is_self else facet.view))
                    band = n if is_self else None
                    rows.append({
                        "couple_id": couple, "occasion": occasion, "instrument": instrument.id,
                        "facet": facet.id, "person_id": person, "place": by,
                        "perspective": f"{by}_on_{about}",
                        "value": math.nan if n is None else values[n],
                        "low": math.nan if band is None else lows[band],
                        "high": math.nan if band is None else highs[band],
                        "assumed": band is not None and assumed[band],
                    })  # fmt: skip
    return rows


def perception(perspectives: pd.DataFrame, only: Collection[str] | None = None) -> pd.DataFrame:
    """In plain numbers, how one partner sees the other, over all facets.

    For each perceiver, over the facets where all three values are there (Cronbach 1955;
    Kenny & Acitelli 2001):

    - ``elevation``: mean of how I see you − mean of how you see yourself, in scale points;
    - ``accuracy``: correlation of how I see you with how you see yourself (do I know where
      you are strong and where not);
    - ``similarity``: correlation of how I see you with how I see myself (do I take you to be
      like me).

    Parameters
    ----------
    perspectives : DataFrame
        `workbook.frames.PERSPECTIVES`.
    only : collection of facet ids, optional
        Those that are compared; all by default.

    Returns
    -------
    DataFrame
        One row per couple, occasion and perceiver. Correlations are NA for fewer than five
        facets, or where one side does not vary.
    """
    if not len(perspectives):
        return frames.empty(frames.PERCEPTION)
    names = ("couple_id", "occasion", "instrument", "facet", "person_id", "place", "perspective")
    columns, values = [texts(perspectives[name]) for name in names], numbers(perspectives["value"])
    groups: dict[tuple[str, ...], dict[str, dict[str, float]]] = {}
    people: dict[tuple[str, ...], dict[str, str]] = {}
    for *ids, facet, person, place, perspective, value in zip(*columns, values.tolist(), strict=True):
        if only is not None and facet not in only:
            continue
        groups.setdefault(tuple(ids), {}).setdefault(perspective, {})[facet] = value
        people.setdefault(tuple(ids), {}).setdefault(place, person)
    found = []
    for key, seen in sorted(groups.items()):
        for me, you in (PLACES, PLACES[::-1]):
            needed = [f"{me}_on_{you}", f"{you}_on_{you}", f"{me}_on_{me}"]
            if not set(needed) <= set(seen) or me not in people[key]:
                continue
            lines = [
                [seen[name].get(facet, math.nan) for name in needed] for facet in sorted(seen[needed[0]])
            ]
            whole = [line for line in lines if not any(map(math.isnan, line))]
            view, truth, own = np.array(whole, dtype=np.float64).reshape(-1, 3).T.copy()
            found.append(
                dict(zip(names, key, strict=False))
                | {"person_id": people[key][me], "place": me, "n_facets": len(view)}
                | {"elevation": float(view.mean() - truth.mean()) if len(view) else None}
                | {"accuracy": _correlation(view, truth), "similarity": _correlation(view, own)}
            )
    return framed_rows(found, frames.PERCEPTION) if found else frames.empty(frames.PERCEPTION)


def _correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    if len(x) < LEAST_FACETS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])
