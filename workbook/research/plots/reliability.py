"""A forest of reliabilities: α and ω of every facet with their intervals."""

import pandas as pd
import plotly.graph_objects as go

from workbook.content import say
from workbook.plots.theme import FILLED, INK_SOFT, LINE_STRONG, OPEN, SMALL, A, B, Rows

KINDS = ("alpha", "omega")
STYLE = {"alpha": (A, FILLED["a"]), "omega": (B, OPEN["b"])}
USUAL = 0.70
"""The line many read as enough for research (Nunnally 1978): drawn to see by, not to judge by."""
FOR_NUMBER = 0.16
"""Share of the track kept free at its right for α in figures: beside its mark, for a title may be as long as
a phone is wide."""


def prepare_reliability(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per facet and coefficient that exists, in the table's order.

    Parameters
    ----------
    table : DataFrame
        As `workbook.research.reliability.subscale_reliability` gives it.

    Returns
    -------
    DataFrame
        ``facet``, ``title``, ``kind`` ("alpha", "omega"), ``value``, ``low``, ``high``, ``n``, ``k``.
    """
    parts = [
        table[["subscale", "title", "n", "k"]].assign(
            kind=kind,
            value=table[kind],
            low=table[f"{kind}_low"],
            high=table[f"{kind}_high"],
            place=range(len(table)),
        )
        for kind in KINDS
    ]
    both = pd.concat(parts).dropna(subset="value").sort_values(["place", "kind"], ignore_index=True)
    return both.rename(columns={"subscale": "facet"})[
        ["facet", "title", "kind", "value", "low", "high", "n", "k"]
    ]


def plot_reliability(prepared: pd.DataFrame) -> go.Figure | None:
    """Draw a row per facet: α filled, ω open, each on its interval. ``None`` without any."""
    if not len(prepared):
        return None
    titles = list(dict.fromkeys(prepared["title"]))
    floor = min(0.0, float(prepared["low"].min()))
    rows = Rows(titles, (floor, 1.0), lines=len(KINDS), pitch=16, room=(0.03, FOR_NUMBER))
    rows.tracks()
    place = {title: number for number, title in enumerate(titles)}
    for number, kind in enumerate(KINDS):
        own = prepared[prepared["kind"] == kind]
        colour, symbol = STYLE[kind]
        at = [rows.at(place[title], number) for title in own["title"]]
        rows.segments(list(zip(own["low"], own["high"], at, strict=True)), colour, width=3)
        rows.symbols(list(own["value"]), at, symbol, colour, 12)
    rows.figure.add_shape(
        type="line",
        x0=USUAL,
        x1=USUAL,
        y0=rows.head - 10,
        y1=rows.height - 8,
        layer="below",
        line={"color": LINE_STRONG, "width": 1, "dash": "4px,4px"},
    )
    for value in (floor, 0.5, USUAL, 1.0):
        rows.figure.add_annotation(
            x=value, y=14, text=f"{value:g}", showarrow=False, font={"size": SMALL, "color": INK_SOFT}
        )
    for row in prepared[prepared["kind"] == "alpha"].itertuples():
        rows.write(f"{row.value:.2f}".lstrip("0"), 1, rows.at(place[row.title], 0), color=INK_SOFT)
    rows.figure.update_layout(title=None, plot_bgcolor="rgba(0,0,0,0)")
    _explain(rows)
    return rows.figure


def _explain(rows: Rows) -> None:
    """Write which mark is which, under the first row's track rather than in a legend far away."""
    for number, kind in enumerate(KINDS):
        colour, _ = STYLE[kind]
        rows.write(say(f"research.plots.{kind}"), 0, rows.at(0, number) - 8, color=colour, size=SMALL - 2)
