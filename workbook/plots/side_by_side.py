"""Both partners on every facet, side by side, and where they see it differently."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.instruments.model import Instrument
from workbook.plots.claimed import Told
from workbook.plots.names import all_or_number, end_labels, partner_names, shown_facets
from workbook.plots.theme import INK, PARTNER, MaybeFigure, Rows, number
from workbook.plots.view import Drawing, Said, View, has_topics

BAND_Z = 1.96


def prepare_side_by_side(
    pairs: pd.DataFrame,
    instrument: Instrument,
    names: Mapping[str, str] | None = None,
    *,
    claims: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return two rows per facet that both scored, in the instrument's order.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS` of one couple; the latest occasion is taken.
    instrument : Instrument
    names : mapping of place to name, optional
    claims : DataFrame, optional
        `workbook.frames.CLAIMS` of the same couple; without it nothing is told to differ.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["side_by_side"]``; empty where only one partner is there.
    """
    called = partner_names(names)
    rows: list[dict[str, Any]] = []
    own = frames.latest(pairs[(pairs["instrument"] == instrument.id).to_numpy(dtype=bool)])
    scored = own.set_index("subscale")
    told = Told(claims, "side_by_side", instrument.id)
    for facet in shown_facets(instrument).values():
        if facet.is_single or facet.own not in scored.index:
            continue
        row: Any = scored.loc[facet.own]
        if pd.isna(row["difference"]):
            continue
        left, right = end_labels(facet)
        for place in ("a", "b"):
            value, margin = float(row[f"score_{place}"]), BAND_Z * row[f"sem_{place}"]
            rows.append(
                {
                    "facet": facet.id,
                    "title": facet.title,
                    "place": place,
                    "name": called[place],
                    "value": value,
                    "low": max(value - margin, facet.scale.lowest) if pd.notna(margin) else pd.NA,
                    "high": min(value + margin, facet.scale.highest) if pd.notna(margin) else pd.NA,
                    "assumed": row["assumed"],
                    "difference": row["difference"],
                    "is_claimed": told.of(facet.id, "a", "b"),
                    "is_whole_claimed": told.of_whole("a", "b"),
                    "lowest": facet.scale.lowest,
                    "highest": facet.scale.highest,
                    "left": left,
                    "right": right,
                }
            )
    if not rows:
        return frames.empty(frames.PREPARED["side_by_side"])
    return frames.check(pd.DataFrame(rows), frames.PREPARED["side_by_side"])


def plot_side_by_side(prepared: pd.DataFrame) -> MaybeFigure:
    """Draw two lines per facet: circle and diamond with their bands, joined where they differ.

    ``None`` where there is nothing to draw.
    """
    if not len(prepared):
        return None
    first = prepared.iloc[0]
    facets = list(dict.fromkeys(prepared["facet"]))
    titles = dict(zip(prepared["facet"], prepared["title"], strict=True))
    rows = Rows(
        [titles[facet] for facet in facets],
        (first["lowest"], first["highest"]),
        lines=2,
        pitch=17,
        head=62,
        room=(0.04, 0.14),
    )
    rows.name_partners(dict(zip(prepared["place"], prepared["name"], strict=True)))
    rows.name_ends(first["left"], first["right"])
    rows.tracks()
    at = {
        (facet, place): rows.at(n, line) for n, facet in enumerate(facets) for line, place in enumerate("ab")
    }
    table = frames.rows(prepared)
    _join_different(rows, prepared, at)
    for place in ("a", "b"):
        mine = [r for r in table if r.place == place]
        for assumed, dash in ((True, "3px,3px"), (False, "solid")):
            spans = [
                (r.low, r.high, at[r.facet, place])
                for r in mine
                if pd.notna(r.low) and bool(r.assumed) == assumed
            ]
            rows.segments(spans, PARTNER[place], width=2, dash=dash)
        rows.marks([r.value for r in mine], [at[r.facet, place] for r in mine], place)
        for r in mine:
            rows.write(number(r.value), 1, at[r.facet, place], color=PARTNER[place])
    return rows.figure


def _join_different(rows: Rows, prepared: pd.DataFrame, at: Mapping[tuple[str, str], float]) -> None:
    """Join two marks by a line: it says "this is different for you two", without colour."""
    differing = prepared[prepared["is_claimed"].to_numpy(dtype=bool)]
    x: list[float | None] = []
    y: list[float | None] = []
    for facet, both in differing.groupby("facet", sort=False):
        values = dict(zip(both["place"], both["value"], strict=True))
        x += [values["a"], values["b"], None]
        y += [at[str(facet), "a"], at[str(facet), "b"], None]
    if x:
        rows.add(x=x, y=y, mode="lines", line={"color": INK, "width": 3})


def sentence_side_by_side(prepared: pd.DataFrame) -> Said:
    """Return what to see: what is different for the two, and how often chance says so of two alike."""
    if not len(prepared):
        return []
    one = prepared.drop_duplicates("facet")
    differing = one[one["is_claimed"].to_numpy(dtype=bool)]
    values = {
        "n_compared": len(one),
        "subjects": all_or_number(list(differing["title"]), "n_topics"),
    }
    is_whole = bool(one["is_whole_claimed"].iloc[0])
    count = "some" if len(differing) else "whole" if is_whole else "none"
    said: Said = [(f"results.plots.side_by_side_{count}", values)]
    if len(differing):
        said.append(("results.plots.joined", {}))
    said.append(("results.plots.chance_alike", {}))
    if one["assumed"].any():
        said.append(("results.plots.band_assumed", {}))
    return said


def table_side_by_side(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table, for those who'd rather read."""
    wide = {
        place: prepared[(prepared["place"] == place).to_numpy()].reset_index(drop=True)
        for place in ("a", "b")
    }
    mine, yours = wide["a"], wide["b"]
    columns = {say("results.plots.column_facet"): mine["title"]}
    for side in (mine, yours):
        if len(side):
            columns[side["name"].iloc[0]] = side["value"].map(number)
    yes, no = say("results.plots.differs_yes"), say("results.plots.differs_no")
    columns[say("results.plots.column_differs")] = mine["is_claimed"].map({True: yes, False: no})
    return pd.DataFrame(columns)


VIEW = View(
    "side_by_side",
    instrument="connection",
    source=lambda found: found.pairs,
    prepare=lambda rows, instrument, given: prepare_side_by_side(
        rows, instrument, given.names, claims=given.found.claims
    ),
    contract=frames.PREPARED["side_by_side"],
    drawing=Drawing(plot_side_by_side, sentence_side_by_side, table_side_by_side),
    fits=has_topics,
    needs_two=True,
    note="ui.telling.difference",
)
