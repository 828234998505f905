"""How each facet went over time, with the band that says which change is more than chance."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.formats import decimal
from workbook.instruments.model import Instrument
from workbook.plots.names import all_or_number, end_labels, partner_names, shown_facets
from workbook.plots.theme import INK_SOFT, LINE, PARTNER, SOFT, SURFACE, MaybeFigure, Rows
from workbook.plots.view import Drawing, Said

CONTRACT = frames.PREPARED["trend"]
CHANGE_Z = 1.96 * 2**0.5  # Jacobson & Truax (1991): two measurements, each with its error
MOST_TIMES = 5  # more labels than this do not fit beside each other at 360 px
PANEL = 84  # px, height of a facet's panel
SYMBOL = {"a": "circle", "b": "diamond"}
MARK = {"a": 14, "b": 10}  # px; drawn in this order, so that neither hides the other


def prepare_trend(
    scores: pd.DataFrame,
    instrument: Instrument,
    known: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    *,
    facets: Sequence[str] | None = None,
    changes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row per facet, partner and occasion, for those scored at least twice.

    The band is the first score ± 1.96·√2·SEM: a later score within it is no reliable change
    (Jacobson & Truax 1991). It stands on a single comparison; what is told has to hold with all
    the others, and compares the first time with the last.

    Parameters
    ----------
    scores : DataFrame
        `workbook.frames.SCORES` of one couple, all occasions.
    instrument : Instrument
    known : mapping of person id to 'a' or 'b'
        The partners' places.
    names : mapping of place to name, optional
    facets : sequence of str, optional
        Only these; default all, in the instrument's order.
    changes : DataFrame, optional
        What may be told, see `workbook.dyads.find_changes`; without it nothing is told to have moved.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["trend"]``.
    """
    called = partner_names(names)
    shown = {f.own: f for f in shown_facets(instrument).values() if facets is None or f.id in facets}
    own = scores[
        (scores["instrument"] == instrument.id).to_numpy(dtype=bool) & scores["subscale"].isin(shown)
    ]
    own = own[own["score"].notna() & own["person_id"].isin(known)]
    if not len(own):
        return frames.empty(CONTRACT)
    rank = {subscale: n for n, subscale in enumerate(shown)}
    rows = own.assign(
        number=[frames.occasion_number(occasion) for occasion in own["occasion"]],
        place=own["person_id"].map(known),
        facet=[shown[name].id for name in own["subscale"]],
        title=[shown[name].title for name in own["subscale"]],
        higher_is=[shown[name].higher_is for name in own["subscale"]],
        lowest=[shown[name].scale.lowest for name in own["subscale"]],
        highest=[shown[name].scale.highest for name in own["subscale"]],
        left=[end_labels(shown[name])[0] for name in own["subscale"]],
        right=[end_labels(shown[name])[1] for name in own["subscale"]],
        value=own["score"].astype("float64"),
        _rank=own["subscale"].map(rank),
    )
    rows = rows.assign(name=rows["place"].map(called)).sort_values(
        ["_rank", "place", "number"], ignore_index=True
    )
    series = rows.groupby(["facet", "place"], sort=False)
    rows = rows.assign(first=series["value"].transform("first"), n=series["value"].transform("size"))
    rows = _with_change(rows[(rows["n"] > 1).to_numpy()].reset_index(drop=True), changes)
    return frames.check(rows[list(CONTRACT.columns)], CONTRACT) if len(rows) else frames.empty(CONTRACT)


def _with_change(rows: pd.DataFrame, changes: pd.DataFrame | None) -> pd.DataFrame:
    margin = CHANGE_Z * rows["sem"]
    low = (rows["first"] - margin).clip(lower=rows["lowest"])
    high = (rows["first"] + margin).clip(upper=rows["highest"])
    claimed: set[tuple[str, str]] = set()
    if changes is not None:
        told = changes[changes["is_claimed"].to_numpy(dtype=bool)]
        claimed = set(zip(told["person_id"], told["facet"], strict=True))
    is_last = ~rows.duplicated(["facet", "place"], keep="last")
    may_tell = [one in claimed for one in zip(rows["person_id"], rows["facet"], strict=True)]
    is_up = (rows["value"] > rows["first"]).to_numpy(dtype=bool)
    better = np.where(is_up, rows["higher_is"] == "better", rows["higher_is"] == "worse")
    worse = np.where(is_up, rows["higher_is"] == "worse", rows["higher_is"] == "better")
    change = pd.Series("none", index=rows.index, dtype="string")
    is_told = is_last.to_numpy(dtype=bool) & np.array(may_tell, dtype=bool)
    change = change.mask(is_told & better, "better").mask(is_told & worse, "worse")
    return rows.assign(low=low, high=high, change=change)


def plot_trend(prepared: pd.DataFrame) -> MaybeFigure:
    """Draw a panel per facet, one line per partner from left to right, the band behind it."""
    if not len(prepared):
        return None
    facets = list(dict.fromkeys(prepared["facet"]))
    titles = dict(zip(prepared["facet"], prepared["title"], strict=True))
    first, last = int(prepared["number"].min()), int(prepared["number"].max())
    rows = Rows(
        [titles[facet] for facet in facets],
        (first, max(last, first + 1)),
        gap=20 + PANEL,
        after=34,
        head=62,
        room=(0.09, 0.09),
    )
    rows.name_partners(dict(zip(prepared["place"], prepared["name"], strict=True)))
    rows.write(say("results.plots.trend_up", label=prepared["right"].iloc[0]), 0, 40, color=INK_SOFT)
    for n, facet in enumerate(facets):
        own = prepared[(prepared["facet"] == facet).to_numpy()]
        _draw_panel(rows, own, rows.at(n))
        for number in sorted({first, last, *(int(number) for number in own["number"])}):
            if last - first < MOST_TIMES or number in (first, last):
                words = _time_of(own, number)
                rows.write(words, number, rows.at(n) + 18, xref="x", color=INK_SOFT)
    return rows.figure


def _time_of(own: pd.DataFrame, number: int) -> str:
    kind = "week" if str(own["occasion"].iloc[0]).startswith("week") else "time"
    return say(f"results.plots.{kind}_n", n=number)


def _draw_panel(rows: Rows, own: pd.DataFrame, bottom: float) -> None:
    low, high = float(own["lowest"].iloc[0]), float(own["highest"].iloc[0])

    def y(value: float) -> float:
        return bottom - (value - low) / (high - low) * PANEL

    for value in (low, high):
        rows.segments([(rows.ends[0], rows.ends[1], y(value))], LINE, width=1)
    series = [part for _, part in own.groupby("place", sort=True)]
    for part in series:
        band = part.iloc[0]
        if pd.notna(band["low"]):
            low_y, high_y, colour = y(band["low"]), y(band["high"]), PARTNER[band["place"]]
            rows.box(
                x0=rows.ends[0],
                x1=rows.ends[1],
                y0=low_y,
                y1=high_y,
                fillcolor=SOFT[band["place"]],
                opacity=0.5,
                layer="below",
                line={"width": 0},
            )
            edges = [(*rows.ends, low_y), (*rows.ends, high_y)]
            rows.segments(edges, colour, width=1, dash="2px,3px" if band["assumed"] else "solid")
    for part in series:
        place = part["place"].iloc[0]
        marker = {
            "symbol": SYMBOL[place],
            "size": MARK[place],
            "color": PARTNER[place],
            "line": {"color": SURFACE, "width": 1.5},
        }
        line = {"color": PARTNER[place], "width": 2}
        rows.add(
            x=[int(number) for number in part["number"]],
            y=[y(v) for v in part["value"]],
            mode="lines+markers",
            line=line,
            marker=marker,
        )


def sentence_trend(prepared: pd.DataFrame) -> Said:
    """Return what to see: what has moved since the first time, for whom and which way, if it may be told."""
    if not len(prepared):
        return []
    last = prepared.groupby(["facet", "place"], sort=False).tail(1)
    said: Said = []
    for change in ("better", "worse"):
        for _, rows in last[(last["change"] == change).fillna(value=False).to_numpy(dtype=bool)].groupby(
            "place", sort=True
        ):
            values = {
                "name": rows["name"].iloc[0],
                "subjects": all_or_number(list(rows["title"]), "n_topics"),
            }
            said.append((f"results.plots.trend_{change}", values))
    said = said or [("results.plots.trend_none", {})]
    said.append(("results.plots.chance_trend", {}))
    if prepared["low"].notna().any():
        said.append(("results.plots.trend_band", {}))
    if prepared["assumed"].any():
        said.append(("results.plots.trend_assumed", {}))
    return said


def table_trend(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table: one row per facet, partner and time."""
    words = {
        "better": say("results.plots.change_better"),
        "worse": say("results.plots.change_worse"),
        "none": say("results.plots.change_none"),
    }
    is_last = ~prepared.duplicated(["facet", "place"], keep="last")
    change = prepared["change"].map(words).fillna("")
    return pd.DataFrame(
        {
            say("results.plots.column_facet"): prepared["title"],
            say("results.plots.column_person"): prepared["name"],
            say("results.plots.column_time"): prepared["number"].astype("int64"),
            say("results.plots.column_score"): [decimal(value) for value in prepared["value"]],
            say("results.plots.column_change"): change.where(is_last.to_numpy(), ""),
        }
    )


DRAWING = Drawing(plot_trend, sentence_trend, table_trend)
