"""Before and after, with the band of what is no change."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy import stats

from workbook.content import say
from workbook.plots.theme import BAD, INK_SOFT, LINE_STRONG, SMALL, SUNKEN, A, B
from workbook.research.change import CLASSES, difference_error
from workbook.research.plots.axes import CHANGES, label, line, plane

COLOURS = {"recovered": A, "improved": A, "unchanged": LINE_STRONG, "deteriorated": BAD}


def prepare_change(
    changes: pd.DataFrame,
    *,
    sd: float,
    reliability: float,
    cutoff: float | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return persons with both scores, and the band's half width and cut-off beside each.

    Parameters
    ----------
    changes : DataFrame
        As `workbook.research.change.reliable_change` gives it.

    Returns
    -------
    DataFrame
        ``pre``, ``post``, ``class``, ``band``, ``cutoff`` (NaN without), in scale points.
    """
    both = changes.dropna(subset=["pre", "post"])[["pre", "post", "class"]].reset_index(drop=True)
    band = float(stats.norm.ppf(0.5 + confidence / 2.0)) * difference_error(sd, reliability)
    return both.assign(band=band, cutoff=np.nan if cutoff is None else cutoff)


def plot_change(prepared: pd.DataFrame) -> go.Figure | None:
    """Before across, after up. Inside the band nothing reliable happened; dotted: the cut-off."""
    if not len(prepared):
        return None
    values = prepared[["pre", "post"]].to_numpy()
    band, cutoff = float(prepared["band"].iloc[0]), float(prepared["cutoff"].iloc[0])
    pad = 0.06 * max(float(np.ptp(values)), 0.1)
    low, high = float(values.min()) - pad, float(values.max()) + pad
    drawn = plane(
        440,
        say("research.plots.before"),
        say("research.plots.after"),
        x_range=[low, high],
        y_range=[low, high],
    )
    corners = [(low, low - band), (high, high - band), (high, high + band), (low, low + band)]
    path = "M " + " L ".join(f"{x},{y}" for x, y in corners) + " Z"
    drawn.add_shape(type="path", path=path, fillcolor=SUNKEN, line={"width": 0}, layer="below")
    line(drawn, (low, low), (high, high), width=1)
    if not np.isnan(cutoff):
        for start, end in (((cutoff, low), (cutoff, high)), ((low, cutoff), (high, cutoff))):
            line(drawn, start, end, dash="2px,4px", color=B)
        label(drawn, say("research.plots.cutoff"), cutoff, low, xanchor="left", yanchor="bottom", color=B)
    for kind in CLASSES:
        own = prepared[prepared["class"] == kind]
        if not len(own):
            continue
        mark = {"symbol": CHANGES[kind], "color": COLOURS[kind], "size": 9, "opacity": 0.85}
        words = f"{say(f'research.plots.{kind}')} ({len(own)})"
        drawn.add_trace(go.Scatter(x=own["pre"], y=own["post"], mode="markers", marker=mark, name=words))
    drawn.update_layout(
        showlegend=True,
        margin={"t": 40},
        legend={
            "orientation": "h",
            "y": 1.0,
            "yanchor": "bottom",
            "x": 0,
            "font": {"size": SMALL, "color": INK_SOFT},
        },
    )
    for trace in drawn.data:
        if trace.mode == "lines":
            trace.showlegend = False
    return drawn
