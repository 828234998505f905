"""Find the needs that matter much and are met little, for each partner apart."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from workbook.content.thresholds import Thresholds
from workbook.insights.insight import Insight
from workbook.instruments.model import Instrument


class Unmet(NamedTuple):
    """A need of one person that is met little, as it was answered."""

    person_id: str
    need: str
    importance: float
    met: float
    gap: float


def unmet_needs(needs: pd.DataFrame | None, limits: Thresholds, never: Sequence[str]) -> list[Unmet]:
    """Return the unmet needs, the widest gap first: whose they are does not count.

    Parameters
    ----------
    needs : DataFrame or None
        `workbook.frames.NEEDS` of one couple.
    limits : Thresholds
    never : sequence of str
        Needs that are passed over.
    """
    if needs is None or not len(needs):
        return []
    names = (needs[name].tolist() for name in ("person_id", "need"))
    values = (
        needs[name].to_numpy(dtype=np.float64, na_value=np.nan).tolist()
        for name in ("importance", "met", "gap")
    )
    told = [Unmet(*one) for one in zip(*names, *values, strict=True)]
    rank = {need: n for n, need in enumerate(dict.fromkeys(one.need for one in told))}
    least = limits.unmet_need
    unmet = [
        one
        for one in told  # nothing that is missing is at least anything
        if one.importance >= least.importance_at_least and one.gap >= least.gap_at_least
    ]
    left = [one for one in unmet if one.need not in never]
    return sorted(left, key=lambda one: (-one.gap, -one.importance, rank[one.need]))


def unmet_of_each(
    unmet: Sequence[Unmet],
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
    for person in sorted({one.person_id for one in unmet}):
        own = [one for one in unmet if one.person_id == person]
        may_lead = [one for one in own if one.need not in never_first]
        asked = own if alone and not may_lead else may_lead
        if not asked:
            continue
        row = asked[0]  # the widest, and of those the one that matters most
        first = [one for one in asked if (one.gap, one.importance) == (row.gap, row.importance)]
        is_one = len(first) <= limits.unmet_need.most_each
        found.append(
            Insight(
                "unmet_need" if is_one else "unmet_tied",
                row.need if is_one else "",
                person_id=person,
                numbers={"importance": row.importance, "met": row.met, "gap": row.gap},
                evidence=sources.get(row.need, ()) if is_one else (),
                caution="single",
                subjects=() if is_one else tuple(one.need for one in first),
                whom="you" if alone else "",
            )
        )
    # By need, not by partner: nobody comes first because of their place.
    return sorted(found, key=lambda one: rank.get(one.subject or one.subjects[0], len(rank)))
