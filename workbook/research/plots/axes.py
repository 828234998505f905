"""Axes for figures that are read closely: ticks, names, a reference line; the theme's colours."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from workbook.plots.theme import INK, INK_SOFT, LINE, LINE_STRONG, SMALL, figure

CHANGES = {
    "recovered": "star",
    "improved": "triangle-up",
    "unchanged": "circle",
    "deteriorated": "triangle-down",
}
"""A mark per class of change: colour never speaks alone."""


def plane(height: int, x: str, y: str, **ranges: Any) -> go.Figure:
    """Return a figure with two named axes and a faint grid. ``x_range`` and ``y_range`` fix the ends."""
    drawn = figure(height)
    axis = {
        "visible": True,
        "showgrid": True,
        "gridcolor": LINE,
        "linecolor": LINE_STRONG,
        "ticks": "outside",
        "tickcolor": LINE_STRONG,
        "tickfont": {"size": SMALL, "color": INK_SOFT},
        "zeroline": False,
        "automargin": True,
    }
    drawn.update_xaxes(
        **axis, title={"text": x, "font": {"size": SMALL, "color": INK}}, range=ranges.get("x_range")
    )
    drawn.update_yaxes(
        **axis, title={"text": y, "font": {"size": SMALL, "color": INK}}, range=ranges.get("y_range")
    )
    drawn.update_layout(margin={"l": 52, "r": 12, "t": 12, "b": 44, "pad": 0})
    return drawn


def line(drawn: go.Figure, start: tuple[float, float], end: tuple[float, float], **style: Any) -> None:
    """Draw a straight line between two points of the data."""
    shown = {"color": LINE_STRONG, "width": 1.5} | style
    drawn.add_trace(go.Scatter(x=[start[0], end[0]], y=[start[1], end[1]], mode="lines", line=shown))


def label(drawn: go.Figure, text: str, x: float, y: float, **style: Any) -> None:
    """Words at a point of the data."""
    font = {"size": SMALL, "color": style.pop("color", INK)}
    drawn.add_annotation(text=text, x=x, y=y, showarrow=False, font=font, **style)


def two(value: Any) -> str:
    """Return two places with a true minus; nothing for what is not there.

    >>> two(-0.125), two(float("nan"))
    ('−0.12', '')
    """
    return "" if pd.isna(value) else f"{float(value):.2f}".replace("-", "−")
