"""Choose the few things worth saying: strengths first, then growth, differences, one step."""

from collections.abc import Mapping, Sequence
from typing import cast

import pandas as pd

from workbook.content.thresholds import Thresholds, thresholds
from workbook.insights.insight import Caution, Insight
from workbook.instruments.facets import Facet, facets
from workbook.instruments.model import Instrument


def find_insights(
    pairs: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    *,
    needs: pd.DataFrame | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
    limits: Thresholds | None = None,
) -> tuple[Insight, ...]:
    """The insights of one couple on one occasion, in the order to be told.

    At most three strengths, two growth areas, three differences, one unmet need for each
    partner and one next step. Ties go to the earlier facet of the instrument, so the same
    answers always tell the same. Partners are never ranked, and swapping them changes nothing
    but the sign of a difference.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS` of one couple, one occasion per instrument. With one partner
        only, all insights carry the caution ``one_side``.
    instruments : mapping of id to Instrument
    needs : DataFrame, optional
        `workbook.frames.NEEDS` of the same couple.
    suggestions : mapping of subject to exercise ids, optional
        What fits which facet, sign or need, best first.
    limits : Thresholds, optional
        Default: those in `workbook/content/thresholds.toml`.

    Returns
    -------
    tuple of Insight
    """
    limits = limits or thresholds()
    fits = suggestions or {}
    table = _positions(pairs, instruments)
    strengths = _strengths(table, limits)
    told = {insight.subject for insight in strengths}
    growth = _growth(table[~table["subject"].isin(told)], limits, fits)
    unmet = _unmet(needs, instruments.get("needs"), limits, fits)
    differences = _differences(table, limits, fits)
    return (*strengths, *growth, *differences, *unmet, *_next_step(strengths, growth, unmet, fits))


def _positions(pairs: pd.DataFrame, instruments: Mapping[str, Instrument]) -> pd.DataFrame:
    """Facets of more than one item, with both partners' position from 0 to 1 (healthy)."""
    rows = []
    scored = pairs.set_index("subscale")
    for instrument in instruments.values():
        if instrument.occasion != "assessment":
            continue  # a check-in has a trend of its own
        for facet in facets(instrument):
            if facet.is_single or facet.higher_is == "neither" or facet.own not in scored.index:
                continue
            rows.append(_position(facet, instrument, cast("pd.Series", scored.loc[facet.own])))
    columns = [
        "subject",
        "is_sign",
        "a",
        "b",
        "n",
        "mean",
        "least",
        "score_a",
        "score_b",
        "band",
        "differs",
        "assumed",
        "evidence",
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table[table["n"] > 0].reset_index(drop=True)


def _position(facet: Facet, instrument: Instrument, row: pd.Series) -> dict[str, object]:
    subscale = instrument.subscale_by_id[facet.own]
    times = len(facet.items) if subscale.statistic == "sum" else 1
    lowest, highest = facet.scale.lowest * times, facet.scale.highest * times
    at = {}
    for place in ("a", "b"):
        score = row[f"score_{place}"]
        if pd.notna(score):
            share = (float(score) - lowest) / (highest - lowest)
            at[place] = 1 - share if facet.higher_is == "worse" else share
    return {
        "subject": facet.id,
        "is_sign": facet.higher_is == "worse",
        "a": at.get("a"),
        "b": at.get("b"),
        "n": len(at),
        "mean": round(sum(at.values()) / len(at), 9) if at else None,
        "least": round(min(at.values()), 9) if at else None,
        "score_a": row["score_a"],
        "score_b": row["score_b"],
        "band": row["band"],
        "differs": pd.notna(row["differs"]) and bool(row["differs"]),
        "assumed": bool(row["assumed"]),
        "evidence": subscale.source,
    }


def _caution(row: pd.Series) -> Caution:
    if row["n"] < 2:
        return "one_side"
    return "assumed" if row["assumed"] else ""


def _numbers(row: pd.Series) -> dict[str, float]:
    named = {
        "position": row["mean"],
        "score_a": row["score_a"],
        "score_b": row["score_b"],
        "n_partners": row["n"],
    }
    return {name: float(value) for name, value in named.items() if pd.notna(value)}


def _strengths(table: pd.DataFrame, limits: Thresholds) -> list[Insight]:
    """Where *both* are well; if nowhere, the couple's best so far, so that good comes first."""
    # A sign that is rare is good to know, and still not what a couple is good at.
    good = table[~table["is_sign"].astype(bool)] if len(table) else table
    best = (good if len(good) else table).sort_values(["least", "mean"], ascending=False, kind="stable")
    found = best[best["least"] >= limits.strength_at_least].head(limits.strengths_most)
    is_strong = len(found) > 0
    chosen = found if is_strong else best.head(1)
    return [
        Insight(
            "strength" if is_strong else "strength_so_far",
            row["subject"],
            numbers=_numbers(row),
            evidence=row["evidence"],
            caution=_caution(row),
        )
        for _, row in chosen.iterrows()
    ]


def _growth(table: pd.DataFrame, limits: Thresholds, fits: Mapping[str, Sequence[str]]) -> list[Insight]:
    worst = table.sort_values(["mean", "least"], kind="stable")
    found = worst[worst["mean"] <= limits.growth_at_most].head(limits.growth_most)
    is_low = len(found) > 0
    chosen = found if is_low else worst.head(1)
    return [
        Insight(
            "growth" if is_low else "growth_least",
            row["subject"],
            numbers=_numbers(row),
            evidence=row["evidence"],
            caution=_caution(row),
            exercise=_first(fits, row["subject"]),
        )
        for _, row in chosen.iterrows()
    ]


def _differences(table: pd.DataFrame, limits: Thresholds, fits: Mapping[str, Sequence[str]]) -> list[Insight]:
    """Facets that differ beyond the band, the widest first; how many would by chance alone."""
    n_compared = int((table["n"] == 2).sum())
    differing = table[table["differs"].astype(bool)]
    width = (differing["a"].astype(float) - differing["b"].astype(float)).abs().round(9)
    widest = differing.assign(width=width).sort_values("width", ascending=False, kind="stable")
    counts = {"n_compared": n_compared, "n_differ": len(differing), "n_by_chance": n_compared / 20}
    return [
        Insight(
            "difference",
            row["subject"],
            numbers=_numbers(row) | _difference(row) | counts,
            evidence=row["evidence"],
            caution="chance",
            exercise=_first(fits, row["subject"]),
        )
        for _, row in widest.head(limits.differences_most).iterrows()
    ]


def _difference(row: pd.Series) -> dict[str, float]:
    return {"difference": float(row["score_a"] - row["score_b"]), "band": float(row["band"])}


def _unmet(
    needs: pd.DataFrame | None,
    instrument: Instrument | None,
    limits: Thresholds,
    fits: Mapping[str, Sequence[str]],
) -> list[Insight]:
    if needs is None or not len(needs):
        return []
    sources = {s.id.rpartition(".")[0]: s.source for s in instrument.subscales} if instrument else {}
    is_unmet = (needs["importance"] >= limits.importance_at_least) & (needs["gap"] >= limits.gap_at_least)
    unmet = needs[is_unmet.fillna(value=False).to_numpy(dtype=bool)]
    unmet = unmet.sort_values(["gap", "importance"], ascending=False, kind="stable")
    unmet = (
        unmet.groupby("person_id", sort=False)
        .head(limits.unmet_most_each)
        .sort_values("place", kind="stable")
    )
    return [
        Insight(
            "unmet_need",
            row["need"],
            person_id=row["person_id"],
            numbers={name: float(row[name]) for name in ("importance", "met", "gap")},
            evidence=sources.get(row["need"], ()),
            caution="single",
            exercise=_first(fits, row["need"]),
        )
        for _, row in unmet.iterrows()
    ]


def _next_step(
    strengths: list[Insight], growth: list[Insight], unmet: list[Insight], fits: Mapping[str, Sequence[str]]
) -> list[Insight]:
    """One thing to do: for what is low; else for a need; else to keep what is good alive."""
    low = [insight for insight in growth if insight.code == "growth"]
    for source in (*low, *unmet, *growth, *strengths):
        exercise = source.exercise or _first(fits, source.subject)
        if exercise:
            return [
                Insight(
                    "next_step", source.subject, source.person_id, evidence=source.evidence, exercise=exercise
                )
            ]
    return []


def _first(fits: Mapping[str, Sequence[str]], subject: str) -> str:
    return next(iter(fits.get(subject, ())), "")
