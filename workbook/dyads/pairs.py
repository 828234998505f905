"""Two partners' scores side by side, and the items on which both are well."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbook import frames
from workbook.errors import FrameError
from workbook.instruments.facets import facets
from workbook.instruments.model import Instrument

BAND_Z = 1.96
PLACES = ("a", "b")


def ids_as_text(ids: pd.Series) -> pd.Series:
    """Return ids as text, the one form in which they are compared and put in order.

    A whole number is the same id however it is stored, as a number or as text.

    >>> ids_as_text(pd.Series([9, 10.0, "10", None], dtype=object)).tolist()
    ['9', '10', '10', <NA>]
    """
    if pd.api.types.is_float_dtype(ids) or (pd.api.types.is_object_dtype(ids)):
        ids = ids.map(lambda one: int(one) if isinstance(one, float) and one.is_integer() else one).astype(
            object
        )
    return ids.astype("string")


def places(frame: pd.DataFrame, known: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return each person of each couple a place, 'a' or 'b'. Places are arbitrary but stable.

    Parameters
    ----------
    frame : DataFrame
        Anything with ``couple_id`` and ``person_id``.
    known : mapping of person id to 'a' or 'b', optional
        Places given elsewhere (`workbook.service.formats.values.Member.place`). They hold for a couple
        when all its persons in ``frame`` are named; other couples are placed by person id.

    Returns
    -------
    DataFrame
        ``couple_id``, ``person_id``, ``place``; one row per person.

    Raises
    ------
    FrameError
        A couple has more than two persons, or two in one place.

    Examples
    --------
    >>> people = pd.DataFrame({"couple_id": "c_1", "person_id": ["p_2", "p_1"]})
    >>> places(people)["person_id"].tolist(), places(people, {"p_2": "a", "p_1": "b"})["person_id"].tolist()
    (['p_1', 'p_2'], ['p_2', 'p_1'])
    """
    people = frame[["couple_id", "person_id"]].apply(ids_as_text).drop_duplicates()
    people = people.sort_values(["couple_id", "person_id"], ignore_index=True)
    within = people.groupby("couple_id", observed=True).cumcount().to_numpy()
    if (within >= len(PLACES)).any():
        n = people.loc[within >= len(PLACES), "couple_id"].nunique()
        raise FrameError(
            f"pairs: {n} couple(s) have more than two persons; give each couple an id of its own"
        )
    by_id = pd.Series(np.array(PLACES)[within], index=people.index, dtype="string")
    given = people["person_id"].map(dict(known or {})).astype("string")
    is_known = given.notna().groupby(people["couple_id"]).transform("all")
    people["place"] = given.where(is_known, by_id)
    if people.duplicated(["couple_id", "place"]).any():
        raise FrameError(
            "pairs: two persons of a couple are both given the same place; give one 'a' and one 'b'"
        )
    return people.sort_values(["couple_id", "place"], ignore_index=True)


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
    keys = ["couple_id", "occasion", "instrument", "subscale"]
    ids = scores.assign(**{key: ids_as_text(scores[key]) for key in [*keys, "person_id"]})
    placed = places(ids, known)
    rows = ids.merge(placed, on=["couple_id", "person_id"], how="left")
    rank = pd.Series(np.arange(rows["subscale"].nunique()), index=rows["subscale"].drop_duplicates())
    both = rows[keys].drop_duplicates()
    for place in PLACES:
        side = rows.loc[(rows["place"] == place).to_numpy(dtype=bool), [*keys, "score", "sem", "assumed"]]
        side = side.rename(columns={name: f"{name}_{place}" for name in ("score", "sem", "assumed")})
        both = both.merge(side, on=keys, how="left", validate="one_to_one")
        who = placed[(placed["place"] == place).to_numpy(dtype=bool)].set_index("couple_id")["person_id"]
        both[f"person_{place}"] = both["couple_id"].map(who).astype("string")
    both["difference"] = both["score_a"] - both["score_b"]
    both["band"] = BAND_Z * (both["sem_a"] ** 2 + both["sem_b"] ** 2) ** 0.5
    both["differs"] = (both["difference"].abs() > both["band"]).astype("boolean")
    both["assumed"] = both["assumed_a"].fillna(value=False) | both["assumed_b"].fillna(value=False)
    both["rank"] = both["subscale"].map(rank)
    both = both.sort_values(["couple_id", "occasion", "rank"], ignore_index=True)
    return frames.check(both[list(frames.PAIRS.columns)], frames.PAIRS)


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
    key = _healthy_key(instrument)
    keys = ["couple_id", "occasion", "item"]
    own = responses.loc[responses["value"].notna(), [*keys, "value"]]
    own = own.assign(**{key: ids_as_text(own[key]) for key in keys})
    rows = own.merge(key, on="item", how="inner")
    if not len(rows):
        return frames.empty(frames.AGREEMENT)
    rows["healthy"] = (rows["value"].astype("float64") - rows["middle"]) * rows["sign"] > 0
    by_item = (
        rows.groupby([*keys, "facet", "least"], observed=True)["healthy"].agg(["size", "sum"]).reset_index()
    )
    by_item = by_item[by_item["size"] == len(PLACES)].assign(both=by_item["sum"] == len(PLACES))
    by_facet = by_item.groupby(["couple_id", "occasion", "facet", "least"], observed=True)["both"]
    found = by_facet.agg(n_both="size", n_healthy="sum").reset_index()
    found["share"] = (found["n_healthy"] / found["n_both"]).where(found["n_both"] >= found["least"])
    rank = {facet: n for n, facet in enumerate(dict.fromkeys(key["facet"]))}
    found = found.assign(instrument=instrument.id, rank=found["facet"].map(rank))
    found = found.sort_values(["couple_id", "occasion", "rank"], ignore_index=True)
    return frames.check(found[list(frames.AGREEMENT.columns)], frames.AGREEMENT)


def _healthy_key(instrument: Instrument) -> pd.DataFrame:
    """For each item of a facet: the middle of its scale, and which way is healthy."""
    rows = [
        {
            "item": item,
            "facet": facet.id,
            "least": instrument.subscale_by_id[facet.own].min_answered,
            "middle": (facet.scale.lowest + facet.scale.highest) / 2,
            "sign": -1 if instrument.item_by_id[item].reverse != (facet.higher_is == "worse") else 1,
        }
        for facet in facets(instrument)
        if not facet.is_single and facet.higher_is != "neither"
        for item in facet.items
    ]
    key = pd.DataFrame(rows, columns=["item", "facet", "least", "middle", "sign"])
    return key.astype({"item": "string", "facet": "string"})
