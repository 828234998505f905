"""Signs to look after: who notices which of them often, grouped by how many do."""

from collections.abc import Mapping
from itertools import groupby
from math import nan
from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.thresholds import thresholds
from workbook.instruments.model import Instrument
from workbook.plots.canvas import WIDTHS, Canvas, Scale
from workbook.plots.names import (
    all_or_number,
    axis_words,
    choice_words,
    partner_names,
    shown_facets,
    word_for,
)
from workbook.plots.theme import INK_SOFT, MaybeFigure, number
from workbook.plots.tracks import row_title, scale_for, titled, two_marks
from workbook.plots.view import Drawing, Said, View, is_of_signs

CONTRACT = frames.PREPARED["signs"]
BAND_Z = 1.96
MARK, MARK_OPEN = 15.0, 11.0
SOMETIMES = 0.5  # position on the scale from which a sign is noticed now and then


def prepare_signs(
    pairs: pd.DataFrame,
    instrument: Instrument,
    names: Mapping[str, str] | None = None,
    *,
    perspectives: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row per sign and perspective that has a value, in the instrument's order.

    With facet scores that is what each notices in themselves; with answers from both
    (``perspectives``) also what each sees in the other, as single answers without a band.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS` of one couple; the latest occasion is taken.
    perspectives : DataFrame, optional
        `workbook.frames.PERSPECTIVES` of the same couple.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["signs"]``.
    """
    known = shown_facets(instrument)
    own = frames.latest(pairs[(pairs["instrument"] == instrument.id).to_numpy(dtype=bool)])
    facet_by_own = {facet.own: facet.id for facet in known.values() if not facet.is_single}
    own = own[own["subscale"].isin(facet_by_own)].assign(facet=own["subscale"].map(facet_by_own))
    parts = [
        own[["facet", "assumed"]].assign(
            by=place, about=place, value=own[f"score_{place}"], sem=own[f"sem_{place}"]
        )
        for place in ("a", "b")
    ]
    if perspectives is not None:
        seen = perspectives[(perspectives["instrument"] == instrument.id).to_numpy(dtype=bool)]
        seen = frames.latest(seen)
        seen = seen[seen["perspective"].isin(["a_on_b", "b_on_a"])]
        about = seen["perspective"].str[-1]
        one = seen[["facet"]].assign(by=seen["place"], about=about, value=seen["value"], sem=nan)
        parts.append(one.assign(assumed=False))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["value"].notna()]
    if not len(rows):
        return frames.empty(CONTRACT)
    called = partner_names(names)
    rank = {name: n for n, name in enumerate(known)}
    ends = [(known[name].scale.lowest, known[name].scale.highest) for name in rows["facet"]]
    lowest, highest = ([end[k] for end in ends] for k in (0, 1))
    margin = BAND_Z * rows["sem"].astype("float64")
    often = 1 - thresholds().growth.at_most
    table = rows.assign(
        title=[known[name].title for name in rows["facet"]],
        name_by=rows["by"].map(called),
        name_about=rows["about"].map(called),
        low=(rows["value"] - margin).clip(lower=pd.Series(lowest, index=rows.index)),
        high=(rows["value"] + margin).clip(upper=pd.Series(highest, index=rows.index)),
        is_often=[
            float(value) - low >= often * (high - low)
            for value, (low, high) in zip(rows["value"], ends, strict=True)
        ],
        lowest=lowest,
        highest=highest,
        words=[choice_words(known[name].scale) for name in rows["facet"]],
        _rank=rows["facet"].map(rank),
    ).sort_values(["_rank", "about", "by"], ignore_index=True)
    return frames.check(table[list(CONTRACT.columns)], CONTRACT)


def plot_signs(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw the signs that are noticed often, by how many notice them; name the others below.

    On the track, filled: what each notices in themselves, with its band. Below it, open and small: what
    each notices in the other. ``None`` where nothing is noticed often.
    """
    groups = _groups(prepared)
    if not any(facets for key, facets in groups if key != "quiet"):
        return None
    sheet = Canvas(width)
    often = [facet for key, facets in groups if key != "quiet" for facet in facets]
    titles = dict(zip(prepared["facet"], prepared["title"], strict=True))
    first = prepared.iloc[0]
    steps = axis_words(words.split("\n") for words in prepared["words"][prepared["facet"].isin(often)])
    scale = scale_for(sheet, [titles[facet] for facet in often], float(first["lowest"]), steps)
    y = sheet.people(_names(prepared), 12) + 14
    y += scale.name(sheet, y)
    y += 22
    by_facet: dict[str, list[Any]] = {}
    for row in frames.rows(prepared):
        by_facet.setdefault(row.facet, []).append(row)
    for key, facets in groups:
        if not facets:
            continue
        y = titled(sheet, say(f"results.plots.signs_group_{key}_{_count(prepared)}"), y)
        if key == "quiet":
            words = " · ".join(titles[facet] for facet in facets)
            y = sheet.paragraph(0, y, words, min(sheet.width, 760), colour=INK_SOFT) + 6
        else:
            for facet in facets:
                y = _draw_sign(sheet, scale, by_facet[facet], y)
        y += 16
    return sheet.figure(y)


def _groups(prepared: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Return signs by how many notice them often: both, one; only in the other; and the quiet rest."""
    found: dict[str, list[str]] = {"both": [], "one": [], "seen": [], "quiet": []}
    highest: dict[str, float] = {}
    for facet, rows in groupby(frames.rows(prepared), key=lambda row: row.facet):
        every = list(rows)
        own = [row for row in every if row.by == row.about]
        highest[facet] = max((float(row.value) for row in own), default=0.0)
        n_own = sum(row.is_often for row in own)
        is_seen = any(row.is_often for row in every)
        found["both" if n_own > 1 else "one" if n_own else "seen" if is_seen else "quiet"].append(facet)
    for key in ("both", "one"):
        found[key].sort(key=lambda facet: -round(highest[facet], 6))  # stable: equals keep their order
    return list(found.items())


def _count(prepared: pd.DataFrame) -> str:
    return "one" if prepared["by"].nunique() < 2 else "two"


def _names(prepared: pd.DataFrame) -> dict[str, str]:
    return dict(sorted(dict(zip(prepared["by"], prepared["name_by"], strict=True)).items()))


def _draw_sign(sheet: Canvas, scale: Scale, both: list[Any], y: float) -> float:
    title = both[0].title
    own = {row.by: float(row.value) for row in both if row.by == row.about}
    seen = {row.by: float(row.value) for row in both if row.by != row.about}
    at = y + 22 if sheet.is_wide else y + row_title(sheet, scale, title, y) + 16
    if sheet.is_wide:
        row_title(sheet, scale, title, at)
    below = at + 22
    bottom = below + 14 if seen else at + 16
    scale.guides(sheet, at - 16, bottom)
    for row in both:
        if row.by == row.about and pd.notna(row.low):
            shift = -4.5 if row.by == "a" else 4.5
            sheet.band(scale.at(row.low), scale.at(row.high), at + shift, row.by, radius=2.5, opacity=0.8)
    two_marks(sheet, scale, own, at, MARK, is_joined=False)
    is_same = len(seen) == 2 and len(set(seen.values())) == 1
    for place, value in seen.items():
        beside = (-8 if place == "a" else 8) if is_same else 0
        sheet.mark(scale.at(value) + beside, below, place, MARK_OPEN, is_open=True)
    return bottom + (14 if sheet.is_wide else 16)


def sentence_signs(prepared: pd.DataFrame) -> Said:
    """Return what to see: who notices which sign how often; "neither" only where it is true of both.

    The partners are never averaged: one who is often lonely is not less so because the other
    is not.
    """
    if not len(prepared):
        return []
    share = (prepared["value"] - prepared["lowest"]) / (prepared["highest"] - prepared["lowest"])
    rows = prepared.assign(share=share.astype("float64"))
    is_own = (rows["by"] == rows["about"]).to_numpy()
    own, seen = rows[is_own], rows[~is_own]
    often = 1 - thresholds().growth.at_most
    is_one = own["by"].nunique() < 2
    said = _noticed("often", own[(own["share"] >= often).to_numpy()], is_one=is_one)
    said = said or _sometimes(prepared)
    if not said and len(own):
        # Perceptions of the partner count too: "neither" then refers to their own answers only.
        whose = "own" if (seen["share"] >= SOMETIMES).any() else "all"
        said.append((f"results.plots.signs_none_{whose}_{'one' if is_one else 'two'}", {}))
    return said + _noticed("seen", seen[(seen["share"] >= often).to_numpy()], is_one=is_one)


def _sometimes(prepared: pd.DataFrame) -> Said:
    """Return who notices which sign now and then, in themselves."""
    own = prepared[(prepared["by"] == prepared["about"]).to_numpy()]
    share = (own["value"] - own["lowest"]) / (own["highest"] - own["lowest"])
    often = 1 - thresholds().growth.at_most
    found = own[share.astype("float64").between(SOMETIMES, often, "left").to_numpy()]
    return _noticed("sometimes", found, is_one=own["by"].nunique() < 2)


def _noticed(key: str, rows: pd.DataFrame, *, is_one: bool) -> Said:
    """Return one sentence: which signs, by both or by at least one; no sentence says by whom."""
    if not len(rows):
        return []
    groups: dict[str, list[str]] = {}
    for title, found in rows.groupby("title", sort=False):
        groups.setdefault("by_both" if len(set(found["by"])) > 1 else "by_one", []).append(str(title))
    if is_one:
        (titles,) = groups.values()
        return [(f"results.plots.signs_{key}_one", {"subjects": all_or_number(titles, "n_signs")})]
    parts = [
        say(f"results.plots.{who}", subjects=all_or_number(groups[who], "n_signs"))
        for who in ("by_both", "by_one")
        if who in groups
    ]
    return [(f"results.plots.signs_{key}", {"who": "; ".join(parts)})]


def note_signs(prepared: pd.DataFrame) -> Said:
    """Return how to read it, and how to take it."""
    if not len(prepared):
        return []
    n = _count(prepared)
    is_own = (prepared["by"] == prepared["about"]).to_numpy()
    is_seen = not is_own.all()
    said: Said = [(f"results.plots.signs_how_{n}", {})] if prepared["is_often"].any() else []
    if said and is_seen:
        said.append((f"results.plots.signs_open_{n}", {}))
    if prepared["is_often"].to_numpy(dtype=bool)[is_own].any():  # else they lead
        said = [*_sometimes(prepared), *said]
    if n == "two":
        said.append(("results.plots.signs_no_verdict", {}))
    if said and prepared["assumed"].any():
        said.append(("results.plots.band_assumed", {}))
    return said


def table_signs(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table: one row per sign, one column per perspective."""
    facets = prepared.drop_duplicates("facet")
    table: dict[str, list[str]] = {say("results.plots.column_sign"): list(facets["title"])}
    pairs = {(by, about) for by, about in zip(prepared["by"], prepared["about"], strict=True)}
    for by, about in sorted(
        pairs, key=lambda one: (one[1], one[0] != one[1])
    ):  # an own word before the other's
        rows = prepared[((prepared["by"] == by) & (prepared["about"] == about)).to_numpy()]
        shown = {row.facet: _cell(row, is_single=by != about) for row in frames.rows(rows)}
        key = "column_own" if by == about else "column_other"
        heading = say(f"results.plots.{key}", by=rows["name_by"].iloc[0], about=rows["name_about"].iloc[0])
        table[heading] = [shown.get(facet, say("results.plots.not_given")) for facet in facets["facet"]]
    return pd.DataFrame(table)


def _cell(row: Any, *, is_single: bool) -> str:
    """Return a cell's words: what is said of the other is one answer, so a step without decimals."""
    word = word_for(row.value, row.lowest, row.words.split("\n"))
    return word if is_single else say("results.plots.word_and_score", word=word, score=number(row.value))


VIEW = View(
    "signs",
    instrument="warning_signs",
    source=lambda found: found.pairs,
    prepare=lambda rows, instrument, given: prepare_signs(
        rows, instrument, given.names, perspectives=given.found.perspectives
    ),
    contract=CONTRACT,
    drawing=Drawing(plot_signs, sentence_signs, table_signs, note=note_signs, widths=WIDTHS),
    fits=is_of_signs,
)
