"""Needs: how much each matters, how far it is met, and how well the partner guesses it."""

from collections.abc import Mapping

import pandas as pd

from workbook import frames
from workbook.dyads.pairs import places
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
    aspect = responses["item"].astype("string").str.rpartition(".")[2]
    is_need = (responses["instrument"] == "needs").to_numpy(dtype=bool) & aspect.isin(ASPECTS).to_numpy(
        dtype=bool
    )
    own = responses[is_need].assign(
        aspect=aspect[is_need], need=[facet_of(i) for i in responses.loc[is_need, "item"]]
    )
    if not len(own):
        return frames.empty(frames.NEEDS)
    keys = ["couple_id", "person_id", "occasion", "need"]
    # Not pivot_table: it drops a need of which nothing was answered.
    wide = own.pivot(index=keys, columns="aspect", values="value")  # noqa: PD010
    wide = wide.reindex(columns=list(ASPECTS)).reset_index()
    wide[keys] = wide[keys].astype("string")
    wide = wide.merge(places(own, known), on=["couple_id", "person_id"], how="left")
    partner = wide[["couple_id", "occasion", "need", "place", "importance"]].rename(
        columns={"importance": "partner_importance"}
    )
    partner["place"] = partner["place"].map({"a": "b", "b": "a"}).astype("string")
    wide = wide.merge(partner, on=["couple_id", "occasion", "need", "place"], how="left")
    wide["gap"] = wide["importance"] - wide["met"]
    wide["guess_error"] = wide["guess"] - wide["partner_importance"]
    rank = {need: n for n, need in enumerate(dict.fromkeys(own["need"]))}
    wide = wide.assign(_rank=wide["need"].map(rank))
    wide = wide.sort_values(["couple_id", "occasion", "place", "_rank"], ignore_index=True)
    return frames.check(wide[list(frames.NEEDS.columns)], frames.NEEDS)
