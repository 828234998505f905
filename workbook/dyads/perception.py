"""How two people see themselves and each other: four perspectives, and what they amount to."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbook import frames
from workbook.dyads.pairs import PLACES, places
from workbook.instruments.facets import Facet, facets
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
    shown = [facet for facet in facets(instrument) if facet.seen and facet.higher_is != "neither"]
    people = scores.loc[(scores["instrument"] == instrument.id).to_numpy(dtype=bool), _PERSON]
    is_view = scores["subscale"].isin([facet.view for facet in shown]) & scores["score"].notna()
    if not len(people) or not is_view.any():
        return frames.empty(frames.PERSPECTIVES)
    placed = places(people, known)
    grid = people.drop_duplicates()[["couple_id", "occasion"]].drop_duplicates().astype("string")
    grid = grid.merge(pd.DataFrame({"place": PLACES}, dtype="string"), how="cross")
    grid = grid.merge(placed, on=["couple_id", "place"], how="inner")
    rows = [_of_self(grid, scores, shown), _of_partner(grid, scores, shown)]
    joined = pd.concat(rows, ignore_index=True)
    joined["instrument"] = instrument.id
    rank = {facet.id: n for n, facet in enumerate(shown)}
    turn = {name: n for n, name in enumerate(("a_on_a", "a_on_b", "b_on_b", "b_on_a"))}
    joined = joined.assign(_rank=joined["facet"].map(rank), _turn=joined["perspective"].map(turn))
    joined = joined.sort_values(["couple_id", "occasion", "_rank", "_turn"], ignore_index=True)
    return frames.check(joined[list(frames.PERSPECTIVES.columns)], frames.PERSPECTIVES)


_PERSON = ["couple_id", "person_id", "occasion", "instrument"]


def _of_self(grid: pd.DataFrame, scores: pd.DataFrame, shown: list[Facet]) -> pd.DataFrame:
    rows = _scored(grid, scores, {facet.own: facet.id for facet in shown})
    return rows.assign(
        perspective=rows["place"] + "_on_" + rows["place"], assumed=rows["assumed"].fillna(value=False)
    )


def _of_partner(grid: pd.DataFrame, scores: pd.DataFrame, shown: list[Facet]) -> pd.DataFrame:
    rows = _scored(grid, scores, {facet.view: facet.id for facet in shown})
    other = rows["place"].map({"a": "b", "b": "a"}).astype("string")
    return rows.assign(low=math.nan, high=math.nan, assumed=False, perspective=rows["place"] + "_on_" + other)


def _scored(grid: pd.DataFrame, scores: pd.DataFrame, facet_of: Mapping[str, str]) -> pd.DataFrame:
    """Return each person's score of each of these subscales, with its facet; NA where there is none."""
    wanted = grid.merge(
        pd.DataFrame({"subscale": list(facet_of), "facet": list(facet_of.values())}), how="cross"
    )
    values = scores[["person_id", "occasion", "subscale", "score", "low", "high", "assumed"]]
    rows = wanted.astype({"subscale": "string"}).merge(
        values.astype({"person_id": "string", "occasion": "string", "subscale": "string"}),
        on=["person_id", "occasion", "subscale"],
        how="left",
    )
    return rows.rename(columns={"score": "value"})


def perception(perspectives: pd.DataFrame) -> pd.DataFrame:
    """In plain numbers, how one partner sees the other, over all facets.

    For each perceiver, over the facets where all three values are there (Cronbach 1955;
    Kenny & Acitelli 2001):

    - ``elevation``: mean of how I see you − mean of how you see yourself, in scale points;
    - ``accuracy``: correlation of how I see you with how you see yourself (do I know where
      you are strong and where not);
    - ``similarity``: correlation of how I see you with how I see myself (do I take you to be
      like me).

    Returns
    -------
    DataFrame
        One row per couple, occasion and perceiver. Correlations are NA for fewer than five
        facets, or where one side does not vary.
    """
    if not len(perspectives):
        return frames.empty(frames.PERCEPTION)
    keys = ["couple_id", "occasion", "instrument"]
    found = []
    for key, rows in perspectives.groupby(keys, observed=True, sort=True):
        wide = rows.pivot(index="facet", columns="perspective", values="value")  # noqa: PD010
        wide = wide.astype("float64")
        for me, you in (PLACES, PLACES[::-1]):
            needed = [f"{me}_on_{you}", f"{you}_on_{you}", f"{me}_on_{me}"]
            person = rows.loc[(rows["place"] == me).to_numpy(dtype=bool), "person_id"]
            if not set(needed) <= set(wide.columns) or not len(person):
                continue
            view, truth, own = (column.to_numpy() for _, column in wide[needed].dropna().items())
            found.append(
                dict(zip(keys, key, strict=True))
                | {"person_id": person.iloc[0], "place": me, "n_facets": len(view)}
                | {"elevation": float(view.mean() - truth.mean()) if len(view) else None}
                | {"accuracy": _correlation(view, truth), "similarity": _correlation(view, own)}
            )
    if not found:
        return frames.empty(frames.PERCEPTION)
    return frames.check(pd.DataFrame(found)[list(frames.PERCEPTION.columns)], frames.PERCEPTION)


def _correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    if len(x) < LEAST_FACETS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])
