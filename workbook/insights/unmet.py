"""Find the needs that matter much and are met little, for each partner apart."""

from collections.abc import Sequence

import pandas as pd

from workbook import frames
from workbook.content.thresholds import Thresholds
from workbook.insights.insight import Insight
from workbook.instruments.model import Instrument


def unmet_needs(needs: pd.DataFrame | None, limits: Thresholds, never: Sequence[str]) -> pd.DataFrame:
    """Return the rows of unmet needs, the widest gap first: whose they are does not count.

    Parameters
    ----------
    needs : DataFrame or None
        `workbook.frames.NEEDS` of one couple.
    limits : Thresholds
    never : sequence of str
        Needs that are passed over.
    """
    if needs is None or not len(needs):
        return frames.empty(frames.NEEDS)
    is_unmet = (needs["importance"] >= limits.unmet_need.importance_at_least) & (
        needs["gap"] >= limits.unmet_need.gap_at_least
    )
    is_told = is_unmet.fillna(value=False).to_numpy(dtype=bool) & ~needs["need"].isin(never).to_numpy()
    if not is_told.any():
        return frames.empty(frames.NEEDS)
    rank = {need: n for n, need in enumerate(dict.fromkeys(needs["need"]))}
    unmet = needs[is_told]
    unmet = unmet.assign(_gap=-unmet["gap"], _much=-unmet["importance"], _rank=unmet["need"].map(rank))
    unmet = unmet.sort_values(["_gap", "_much", "_rank"], kind="stable", ignore_index=True)
    return unmet.drop(columns=["_gap", "_much", "_rank"])


def unmet_of_each(
    unmet: pd.DataFrame,
    instrument: Instrument | None,
    limits: Thresholds,
    never_first: Sequence[str],
    *,
    alone: bool,
) -> list[Insight]:
    """Return each one's need with the widest gap; where several wait alike, that they do.

    Needs that may not lead are told to their own person where nothing else waits, and to two never.
    """
    sources = {s.id.rpartition(".")[0]: s.source for s in instrument.subscales} if instrument else {}
    rank = {need: n for n, need in enumerate(sources)}
    found = []
    for person, own in unmet.groupby("person_id", sort=True):
        may_lead = own[~own["need"].isin(never_first).to_numpy()]
        asked = own if alone and not len(may_lead) else may_lead
        if not len(asked):
            continue
        widest = asked[(asked["gap"] == asked["gap"].max()).to_numpy(dtype=bool)]
        first = widest[(widest["importance"] == widest["importance"].max()).to_numpy(dtype=bool)]
        is_one = len(first) <= limits.unmet_need.most_each
        row = first.iloc[0]
        need = str(row["need"])
        found.append(
            Insight(
                "unmet_need" if is_one else "unmet_tied",
                need if is_one else "",
                person_id=str(person),
                numbers={name: float(row[name]) for name in ("importance", "met", "gap")},
                evidence=sources.get(need, ()) if is_one else (),
                caution="single",
                subjects=() if is_one else tuple(first["need"]),
                whom="you" if alone else "",
            )
        )
    # By need, not by partner: nobody comes first because of their place.
    return sorted(found, key=lambda one: rank.get(one.subject or one.subjects[0], len(rank)))
