"""Couples as points, and what is missing."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from workbook.content import say
from workbook.errors import StatisticsError
from workbook.plots.theme import INK_SOFT, LINE_STRONG, SMALL, SUNKEN, WARN, A
from workbook.research.plots.axes import label, line, plane

MOST_POINTS = 5_000


def prepare_dyads(pairs: pd.DataFrame, a: str, b: str, *, seed: int = 1) -> pd.DataFrame:
    """Couples with both scores, at most 5,000 of them drawn at random.

    Returns
    -------
    DataFrame
        ``a``, ``b``, ``mean``, ``difference`` (a − b), in scale points.
    """
    absent = [name for name in (a, b) if name not in pairs]
    if absent:
        raise StatisticsError([f"column {name!r} is not in the frame" for name in absent])
    both = pairs[[a, b]].astype("Float64").astype(float).dropna().set_axis(["a", "b"], axis=1)
    if len(both) > MOST_POINTS:
        both = both.sample(MOST_POINTS, random_state=seed)
    both = both.reset_index(drop=True)
    return both.assign(mean=both.mean(axis=1), difference=both["a"] - both["b"])


def plot_dyads(
    prepared: pd.DataFrame, title_a: str | None = None, title_b: str | None = None
) -> go.Figure | None:
    """Draw one partner against the other, with the line on which they say the same.

    Points that fall together grow: answers have few steps.
    """
    if not len(prepared):
        return None
    low, high = (float(f(prepared[["a", "b"]].to_numpy())) for f in (np.min, np.max))
    pad = 0.06 * max(high - low, 0.1)
    ends = [low - pad, high + pad]
    drawn = plane(
        420,
        title_a or say("research.plots.score_a"),
        title_b or say("research.plots.score_b"),
        x_range=ends,
        y_range=ends,
    )
    line(drawn, (ends[0], ends[0]), (ends[1], ends[1]), dash="4px,4px")
    counts = prepared.groupby(["a", "b"], observed=True).size().reset_index(name="n")
    size = 6.0 + 4.0 * np.sqrt(counts["n"] - 1.0)
    mark = {"size": np.minimum(size, 28.0), "color": A, "opacity": 0.55, "line": {"width": 0}}
    drawn.add_trace(go.Scatter(x=counts["a"], y=counts["b"], mode="markers", marker=mark))
    label(
        drawn,
        say("research.plots.same"),
        ends[1] - pad,
        ends[1] - pad,
        color=INK_SOFT,
        xanchor="right",
        yanchor="bottom",
    )
    return drawn


def prepare_missing(responses: pd.DataFrame) -> pd.DataFrame:
    """Return, per item, the share answered, declined and left blank.

    Parameters
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES`.

    Returns
    -------
    DataFrame
        ``item``, ``n`` (shown), ``answered``, ``declined``, ``blank`` (shares), in the order
        the items first appear.
    """
    order = list(dict.fromkeys(responses["item"]))
    flags = pd.DataFrame(
        {
            "item": responses["item"].to_numpy(),
            "declined": responses["declined"].fillna(value=False).to_numpy(dtype=bool),
            "answered": responses["value"].notna().to_numpy(dtype=bool),
        }
    )
    shares = flags.groupby("item", observed=True).agg(
        n=("answered", "size"), answered=("answered", "mean"), declined=("declined", "mean")
    )
    shares = shares.loc[order].reset_index()
    shares["blank"] = (1.0 - shares["answered"] - shares["declined"]).clip(lower=0.0)
    return shares


def plot_missing(prepared: pd.DataFrame, most: int = 40) -> go.Figure | None:
    """Draw a bar per item with anything missing, most first: declined solid, blank hatched."""
    if not len(prepared):
        return None
    table = prepared.assign(missing=prepared["declined"] + prepared["blank"])
    table = table.sort_values("missing", ascending=False, kind="stable").head(most).iloc[::-1]
    names = _short(list(table["item"]))
    drawn = plane(110 + 20 * len(table), say("research.plots.share"), "")
    for name, colour, shape in (("declined", WARN, ""), ("blank", LINE_STRONG, "/")):
        drawn.add_trace(
            go.Bar(
                x=table[name],
                y=names,
                orientation="h",
                name=say(f"research.plots.{name}"),
                marker={"color": colour, "pattern": {"shape": shape, "bgcolor": SUNKEN, "solidity": 0.5}},
            )
        )
    drawn.update_layout(barmode="stack", showlegend=True, bargap=0.35)
    drawn.update_layout(
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": SMALL}}
    )
    drawn.update_layout(margin={"t": 34})
    drawn.update_xaxes(tickformat=".0%", rangemode="tozero")
    drawn.update_yaxes(showgrid=False, tickfont={"size": SMALL - 1})
    return drawn


def _short(items: list[str]) -> list[str]:
    """Items without the questionnaire's name where all are of one: on a phone it takes half the width.

    >>> _short(["needs.trust.1", "needs.rest.1"])
    ['trust.1', 'rest.1']
    """
    first = {item.partition(".")[0] for item in items}
    rest = [item.partition(".")[2] for item in items]
    return rest if len(first) == 1 and all(rest) else items
