"""Warning signs as a heat map: how often each partner noticed each sign."""

from collections.abc import Mapping

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.formats import decimal
from workbook.content.thresholds import thresholds
from workbook.instruments.model import Instrument
from workbook.plots.names import all_or_number, clipped, end_labels, partner_names, shown_facets
from workbook.plots.theme import BAD, INK, INK_SOFT, PARTNER, SUNKEN, SURFACE, MaybeFigure, Rows
from workbook.plots.view import Drawing, Said, View, is_of_signs

CONTRACT = frames.PREPARED["heat_map"]
CELL = 26  # px, height of a cell
SOMETIMES = 0.5  # position on the scale from which a sign is noticed now and then


def prepare_heat_map(
    pairs: pd.DataFrame,
    instrument: Instrument,
    names: Mapping[str, str] | None = None,
    *,
    perspectives: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row per sign and perspective that has a value, in the instrument's order.

    With facet scores there is one column per partner; with answers from both
    (``perspectives``) also what each sees in the other.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS` of one couple; the latest occasion is taken.
    perspectives : DataFrame, optional
        `workbook.frames.PERSPECTIVES` of the same couple.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["heat_map"]``.
    """
    known = shown_facets(instrument)
    own = frames.latest(pairs[(pairs["instrument"] == instrument.id).to_numpy(dtype=bool)])
    facet_by_own = {facet.own: facet.id for facet in known.values() if not facet.is_single}
    own = own[own["subscale"].isin(facet_by_own)].assign(facet=own["subscale"].map(facet_by_own))
    parts = [
        own[["facet"]].assign(by=place, about=place, value=own[f"score_{place}"]) for place in ("a", "b")
    ]
    if perspectives is not None:
        seen = perspectives[(perspectives["instrument"] == instrument.id).to_numpy(dtype=bool)]
        seen = frames.latest(seen)
        seen = seen[seen["perspective"].isin(["a_on_b", "b_on_a"])]
        about = seen["perspective"].str[-1]
        parts.append(seen[["facet"]].assign(by=seen["place"], about=about, value=seen["value"]))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["value"].notna()]
    if not len(rows):
        return frames.empty(CONTRACT)
    called = partner_names(names)
    rank = {name: n for n, name in enumerate(known)}
    table = rows.assign(
        title=[known[name].title for name in rows["facet"]],
        name_by=rows["by"].map(called),
        name_about=rows["about"].map(called),
        lowest=[known[name].scale.lowest for name in rows["facet"]],
        highest=[known[name].scale.highest for name in rows["facet"]],
        left=[end_labels(known[name])[0] for name in rows["facet"]],
        right=[end_labels(known[name])[1] for name in rows["facet"]],
        _rank=rows["facet"].map(rank),
    ).sort_values(["_rank", "about", "by"], ignore_index=True)
    return frames.check(table[list(CONTRACT.columns)], CONTRACT)


def _columns(prepared: pd.DataFrame) -> list[tuple[str, str]]:
    """(by, about), a person's own word before the other's."""
    found = {(by, about) for by, about in zip(prepared["by"], prepared["about"], strict=True)}
    return sorted(found, key=lambda one: (one[1], one[0] != one[1]))


def plot_heat_map(prepared: pd.DataFrame) -> MaybeFigure:
    """Draw a cell per sign and perspective, darker for more often, with its number in it."""
    if not len(prepared):
        return None
    columns = _columns(prepared)
    facets = list(dict.fromkeys(prepared["facet"]))
    titles = dict(zip(prepared["facet"], prepared["title"], strict=True))
    head = 92 if any(by != about for by, about in columns) else 70
    rows = Rows(
        [titles[facet] for facet in facets], (0, len(columns)), gap=28, after=26, head=head, room=(0.0, 0.0)
    )
    first = prepared.iloc[0]
    low, high = float(first["lowest"]), float(first["highest"])
    values = {(r.facet, r.by, r.about): float(r.value) for r in frames.rows(prepared)}
    _draw_scale(rows, first)
    _draw_headings(rows, prepared, columns)
    for n, facet in enumerate(facets):
        for k, (by, about) in enumerate(columns):
            _draw_cell(
                rows, k, rows.at(n), values.get((facet, by, about)), (low, high), is_single=by != about
            )
    return rows.figure


def _draw_cell(
    rows: Rows, column: int, y: float, value: float | None, ends: tuple[float, float], *, is_single: bool
) -> None:
    box = {"x0": column + 0.02, "x1": column + 0.98, "y0": y - CELL / 2, "y1": y + CELL / 2}
    if value is None:
        rows.box(**box, fillcolor=SURFACE, line={"color": SUNKEN, "width": 1.5, "dash": "dot"})
        rows.write("–", column + 0.5, y, xref="x", color=INK_SOFT)
        return
    share = (value - ends[0]) / (ends[1] - ends[0])
    # Two layers: tokens stay whole colours, so that a page in the dark can swap each of them.
    rows.box(**box, fillcolor=SUNKEN, line={"width": 0}, layer="below")
    rows.box(**box, fillcolor=BAD, opacity=share, line={"width": 0}, layer="below")
    rows.write(
        _shown(value, is_single=is_single), column + 0.5, y, xref="x", color=SURFACE if share > 0.55 else INK
    )


def _shown(value: float, *, is_single: bool) -> str:
    """Return a cell's words: what is said of the other is one answer, so a step without decimals."""
    return decimal(value, 0) if is_single else decimal(value)


def _draw_headings(rows: Rows, prepared: pd.DataFrame, columns: list[tuple[str, str]]) -> None:
    called = dict(zip(prepared["by"], prepared["name_by"], strict=True))
    called |= dict(zip(prepared["about"], prepared["name_about"], strict=True))
    symbol = {"a": "●", "b": "◆"}
    has_others = any(by != about for by, about in columns)
    for k, (by, about) in enumerate(columns):
        rows.write(
            f"{symbol[by]} {clipped(called[by], 8)}",
            k + 0.5,
            rows.head - 16,
            xref="x",
            color=PARTNER[by],
            weight=600,
        )
        if has_others and by == about:
            width = sum(1 for _, other in columns if other == about)
            words = say("results.plots.about", name=clipped(called[about], 12))
            rows.write(words, k + width / 2, rows.head - 40, xref="x", color=INK_SOFT)


def _draw_scale(rows: Rows, first: pd.Series) -> None:
    """Write what light and dark mean, on the first line."""
    rows.write(say("results.plots.light_dark", low=first["left"], high=first["right"]), 0, 16, color=INK_SOFT)


def sentence_heat_map(prepared: pd.DataFrame) -> Said:
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
    said = [
        *_noticed("often", own[(own["share"] >= often).to_numpy()], is_one=is_one),
        *_noticed("sometimes", own[own["share"].between(SOMETIMES, often, "left").to_numpy()], is_one=is_one),
    ]
    if not said and len(own):
        # Perceptions of the partner count too: "neither" then refers to their own answers only.
        whose = "own" if (seen["share"] >= SOMETIMES).any() else "all"
        said.append((f"results.plots.heat_map_none_{whose}_{'one' if is_one else 'two'}", {}))
    return said + _noticed("seen", seen[(seen["share"] >= often).to_numpy()], is_one=is_one)


def _noticed(key: str, rows: pd.DataFrame, *, is_one: bool) -> Said:
    """Return one sentence: which signs, by both or by at least one; no sentence says by whom."""
    if not len(rows):
        return []
    groups: dict[str, list[str]] = {}
    for title, found in rows.groupby("title", sort=False):
        groups.setdefault("by_both" if len(set(found["by"])) > 1 else "by_one", []).append(str(title))
    parts = [
        say(f"results.plots.{who}", subjects=all_or_number(groups[who], "n_signs"))
        for who in ("by_both", "by_one")
        if who in groups
    ]
    if is_one:
        (titles,) = groups.values()
        return [(f"results.plots.heat_map_{key}_one", {"subjects": all_or_number(titles, "n_signs")})]
    return [(f"results.plots.heat_map_{key}", {"who": "; ".join(parts)})]


def table_heat_map(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table: one row per sign, one column per perspective."""
    facets = prepared.drop_duplicates("facet")
    table: dict[str, list[str]] = {say("results.plots.column_sign"): list(facets["title"])}
    for by, about in _columns(prepared):
        rows = prepared[((prepared["by"] == by) & (prepared["about"] == about)).to_numpy()]
        values = dict(zip(rows["facet"], rows["value"], strict=True))
        key = "column_own" if by == about else "column_other"
        heading = say(f"results.plots.{key}", by=rows["name_by"].iloc[0], about=rows["name_about"].iloc[0])
        table[heading] = [
            _shown(float(values[facet]), is_single=by != about)
            if facet in values
            else say("results.plots.not_given")
            for facet in facets["facet"]
        ]
    return pd.DataFrame(table)


VIEW = View(
    "heat_map",
    instrument="warning_signs",
    source=lambda found: found.pairs,
    prepare=lambda rows, instrument, given: prepare_heat_map(
        rows, instrument, given.names, perspectives=given.found.perspectives
    ),
    contract=CONTRACT,
    drawing=Drawing(plot_heat_map, sentence_heat_map, table_heat_map),
    fits=is_of_signs,
)
