"""Find the few things worth saying: strengths first, then growth, differences, one step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from workbook.content.ladder import Ladder, ladder
from workbook.content.thresholds import Thresholds, thresholds
from workbook.insights.choose import growth, insight, overall, strengths
from workbook.insights.insight import Insight
from workbook.insights.standing import Standing, standings
from workbook.insights.step import next_step
from workbook.instruments.model import Instrument


def find_insights(
    pairs: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    *,
    needs: pd.DataFrame | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
    alone: bool = False,
    limits: Thresholds | None = None,
    steps: Ladder | None = None,
) -> tuple[Insight, ...]:
    """Return the insights of one couple on one occasion, in the order to be told.

    What is said follows from where *each* partner stands, never from their mean: strong only
    where both are, low wherever either is. Never a pick among equals: where more topics are
    equally strong or low than can be named, that is the insight. Partners are never ranked,
    and swapping them changes nothing but the sign of a difference.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS` of one couple, one occasion per instrument.
    instruments : mapping of id to Instrument
    needs : DataFrame, optional
        `workbook.frames.NEEDS` of the same couple.
    suggestions : mapping of subject to exercise ids, optional
        What fits which facet, sign or need, best first.
    alone : bool
        One person's own picture: "you" is that person, and no joint step is given. Otherwise
        only what both have a value on is told.
    limits : Thresholds, optional
        Default: those in `workbook/content/structure/thresholds.toml`.
    steps : Ladder, optional
        Default: `workbook/content/structure/ladder.toml`.

    Returns
    -------
    tuple of Insight
    """
    limits, steps = limits or thresholds(), steps or ladder()
    table = standings(pairs, instruments, alone=alone)
    whole = overall(table, limits)
    is_apart = any(one.code == "apart" for one in whole)
    told = [one for one in table if one.is_sign] if any(one.code == "alike" for one in whole) else table
    well = [] if told is not table else strengths(table, limits, steps.never_praised)
    unmet = _unmet(needs, instruments.get("needs"), limits, () if alone else steps.never_joint)
    found = [*whole, *well, *growth(told, limits, is_apart=is_apart), *_differences(table, limits), *unmet]
    if not alone:
        found.append(next_step(table, found, suggestions or {}, limits, steps))
    return tuple(found)


def _differences(table: Sequence[Standing], limits: Thresholds) -> list[Insight]:
    """Facets that differ beyond the band, the widest first; how many would by chance alone."""
    compared = [one for one in table if len(one.at) == 2]
    differing = [one for one in compared if one.differs]
    widest = sorted(differing, key=lambda one: -round(abs(one.at["a"] - one.at["b"]), 6))
    counts = {"n_compared": len(compared), "n_differ": len(differing), "n_by_chance": len(compared) / 20}
    return [
        replace(
            insight("difference", one, limits),
            numbers={**one.numbers, **_difference(one), **counts},
            caution="chance",
        )
        for one in widest[: limits.difference.most]
    ]


def _difference(one: Standing) -> dict[str, float]:
    return {"difference": one.numbers["score_a"] - one.numbers["score_b"], "band": float(one.band)}


def _unmet(
    needs: pd.DataFrame | None, instrument: Instrument | None, limits: Thresholds, never: Sequence[str]
) -> list[Insight]:
    """Return each one's need with the widest gap; where several wait alike, that they do."""
    if needs is None or not len(needs):
        return []
    is_unmet = (needs["importance"] >= limits.unmet_need.importance_at_least) & (
        needs["gap"] >= limits.unmet_need.gap_at_least
    )
    unmet = needs[is_unmet.fillna(value=False).to_numpy(dtype=bool) & ~needs["need"].isin(never).to_numpy()]
    sources = {s.id.rpartition(".")[0]: s.source for s in instrument.subscales} if instrument else {}
    found = []
    rank = {need: n for n, need in enumerate(sources)}
    for _, own in unmet.groupby("person_id", sort=True):
        widest = own[(own["gap"] == own["gap"].max()).to_numpy(dtype=bool)]
        first = widest[(widest["importance"] == widest["importance"].max()).to_numpy(dtype=bool)]
        is_one = len(first) <= limits.unmet_need.most_each
        row = first.iloc[0]
        found.append(
            Insight(
                "unmet_need" if is_one else "unmet_tied",
                str(row["need"]) if is_one else "",
                person_id=str(row["person_id"]),
                numbers={name: float(row[name]) for name in ("importance", "met", "gap")}
                | ({} if is_one else {"n_needs": float(len(first))}),
                evidence=sources.get(row["need"], ()) if is_one else (),
                caution="single",
                subjects=() if is_one else tuple(first["need"]),
            )
        )
    # By need, not by partner: nobody comes first because of their place.
    return sorted(found, key=lambda one: rank.get(one.subject or one.subjects[0], len(rank)))
