"""An APIM seen: its paths, and where its actor and partner effects lie with their pattern k."""

from collections.abc import Hashable, Mapping
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy import stats

from workbook.content import say
from workbook.plots.theme import FILLED, INK, INK_SOFT, LINE_STRONG, PARTNER, SOFT, SURFACE, figure
from workbook.research.dyadic import Apim
from workbook.research.plots.axes import label, line, plane, two

WIDEST = 13
"""Letters of a name in one line of the diagram."""

BOX = 88
"""px, width of a name's box."""

HEAD = 16
"""px, length of an arrow that has its line drawn apart."""


def prepare_paths(model: Apim) -> pd.DataFrame:
    """Return the model's arrows: from whom, to whom, how much, how sure.

    Returns
    -------
    DataFrame, (6, 9)
        ``start``, ``end`` ("x_a" …), ``kind`` ("actor", "partner", "correlation"), ``estimate``,
        ``se``, ``low``, ``high``, ``standardised``, ``differs`` (its interval leaves out 0).
    """
    roles = model.setting.table_roles
    by_place = {"a": roles[0], "b": roles[-1]}
    rows = []
    for place, other in (("a", "b"), ("b", "a")):
        for kind, source in (("actor", place), ("partner", other)):
            effect = model.effect(kind, by_place[place])
            figures = {
                name: float(effect[name]) for name in ("estimate", "se", "low", "high", "standardised")
            }
            differs = not figures["low"] <= 0.0 <= figures["high"]
            rows.append(
                {"start": f"x_{source}", "end": f"y_{place}", "kind": kind, **figures, "differs": differs}
            )
    likeness = model.likeness(model.design.predictors[0])
    for start, end, value in (("x_a", "x_b", likeness), ("y_a", "y_b", model.rho)):
        rows.append({"start": start, "end": end, "kind": "correlation", "estimate": value, "differs": True})
    return pd.DataFrame(rows)


def plot_paths(prepared: pd.DataFrame, names: dict[str, str] | None = None) -> go.Figure:
    """Draw the usual diagram: x left, y right, actor paths straight, partner paths crossed.

    A dashed path's interval holds 0. ``names`` says what x_a, x_b, y_a, y_b are called.
    """
    at = {"x_a": (0.0, 1.0), "x_b": (0.0, 0.0), "y_a": (1.0, 1.0), "y_b": (1.0, 0.0)}
    drawn = figure(320)
    drawn.update_xaxes(range=[-0.32, 1.32])
    drawn.update_yaxes(range=[-0.28, 1.28])
    for row in prepared.to_dict("records"):
        start, end = at[row["start"]], at[row["end"]]
        if row["kind"] == "correlation":
            _curve(drawn, start, end, two(row["estimate"]))
            continue
        place = row["end"][-1]
        style = {"color": PARTNER[place], "width": 3, "dash": "solid" if row["differs"] else "6px,5px"}
        if row["kind"] == "actor":
            _straight(drawn, start, end, style)
        else:
            _crossed(drawn, start, end, style)
        words = f"{two(row['estimate'])}<br>({two(row['se'])})"
        if row["kind"] == "actor":  # beside the line: between two boxes at 360 px there is no room on it
            above = start[1] > 0.5
            side = {"yanchor": "bottom" if above else "top", "yshift": 5 if above else -5}
            label(drawn, words, 0.5, start[1], color=PARTNER[place], **side)
        else:
            x, y = (start[i] + 0.3 * (end[i] - start[i]) for i in (0, 1))
            label(drawn, words, x, y, bgcolor=SURFACE, borderpad=2, color=PARTNER[place])
    for name, (x, y) in at.items():
        # Wrapped, so that two long names fit beside each other at 360 px.
        text = "<br>".join(wrap((names or {}).get(name) or say(f"research.plots.{name}"), WIDEST))
        label(
            drawn,
            text,
            x,
            y,
            bgcolor=SOFT[name[-1]],
            bordercolor=PARTNER[name[-1]],
            borderwidth=1.5,
            borderpad=7,
            width=BOX,
        )
    return drawn


def _straight(
    drawn: go.Figure, start: tuple[float, float], end: tuple[float, float], style: dict[str, Any]
) -> None:
    """Draw an arrow whose tip touches the box: known in px, because it runs level."""
    line(drawn, start, end, **style)
    half = BOX / 2 + 8
    drawn.add_annotation(
        x=end[0], y=end[1], ax=-half - HEAD, ay=0, standoff=half, text="", **_head(style["color"])
    )


def _crossed(
    drawn: go.Figure, start: tuple[float, float], end: tuple[float, float], style: dict[str, Any]
) -> None:
    """Draw an arrow that ends before the box, as its slope in px is not known."""
    tip, back = ((share, start[1] + share * (end[1] - start[1])) for share in (0.8, 0.77))
    line(drawn, start, tip, **style)
    places = {"xref": "x", "yref": "y", "axref": "x", "ayref": "y"}
    drawn.add_annotation(
        x=tip[0], y=tip[1], ax=back[0], ay=back[1], text="", **places, **_head(style["color"])
    )


def _head(colour: str) -> dict[str, Any]:
    return {"showarrow": True, "arrowhead": 2, "arrowsize": 1.2, "arrowwidth": 2.5, "arrowcolor": colour}


def _curve(drawn: go.Figure, start: tuple[float, float], end: tuple[float, float], words: str) -> None:
    side = -0.2 if start[0] == 0.0 else 1.2
    path = f"M {start[0]},{start[1]} Q {2 * side - start[0]},{(start[1] + end[1]) / 2} {end[0]},{end[1]}"
    drawn.add_shape(type="path", path=path, line={"color": LINE_STRONG, "width": 2}, layer="below")
    label(drawn, words, side, 0.5, bgcolor=SURFACE, color=INK_SOFT)


def prepare_plane(model: Apim) -> pd.DataFrame:
    """Actor and partner effect of each role with a 95 % ellipse's ingredients, and k.

    Returns
    -------
    DataFrame
        ``role``, ``actor``, ``partner``, ``var_actor``, ``var_partner``, ``covariance``, ``k``,
        ``k_low``, ``k_high``, ``reading``.
    """
    patterns = model.k if isinstance(model.k, dict) else {"both": model.k}
    rows = []
    for role in model.setting.table_roles:
        keys = [(role, "actor"), (role, "partner")]
        spread = model.covariance.loc[keys, keys].to_numpy()
        k = patterns[role]
        rows.append(
            {
                "role": role,
                "actor": float(model.effect("actor", role)["estimate"]),
                "partner": float(model.effect("partner", role)["estimate"]),
                "var_actor": spread[0, 0],
                "var_partner": spread[1, 1],
                "covariance": spread[0, 1],
                "k": k.value,
                "k_low": k.low,
                "k_high": k.high,
                "reading": k.reading,
            }
        )
    return pd.DataFrame(rows)


def plot_plane(prepared: pd.DataFrame) -> go.Figure:
    """Actor across, partner up; the lines k = 1, 0, −1 are the patterns theory names."""
    ellipses = [_ellipse(row) for row in prepared.to_dict("records")]
    reach = 1.15 * max(float(np.abs(np.concatenate([e.ravel() for e in ellipses])).max()), 0.1)
    drawn = plane(
        420,
        say("research.plots.actor"),
        say("research.plots.partner"),
        x_range=[-reach, reach],
        y_range=[-reach, reach],
    )
    for k, name in ((1.0, "couple"), (0.0, "actor_only"), (-1.0, "contrast")):
        line(drawn, (-reach, -reach * k), (reach, reach * k), dash="4px,4px", width=1)
        side = {"xanchor": "left", "yanchor": "bottom" if k >= 0 else "top", "color": INK_SOFT}
        label(drawn, say(f"research.plots.{name}"), -0.97 * reach, -0.97 * reach * k, **side)
    line(drawn, (0, -reach), (0, reach), width=1)
    for number, row in enumerate(prepared.to_dict("records")):
        place, ring = "ab"[number], ellipses[number]
        colour = PARTNER[place] if len(prepared) > 1 else INK
        drawn.add_trace(
            go.Scatter(x=ring[:, 0], y=ring[:, 1], mode="lines", line={"color": colour, "width": 2})
        )
        mark = {"symbol": FILLED[place], "size": 12, "color": colour}
        drawn.add_trace(go.Scatter(x=[row["actor"]], y=[row["partner"]], mode="markers", marker=mark))
        who = "" if row["role"] == "both" else f"{row['role']}: "
        ends = "" if np.isnan(row["k_low"]) else f" [{two(row['k_low'])}, {two(row['k_high'])}]"
        words = f"{who}k = {two(row['k'])}{ends}"
        # In a corner and not beside the mark: two roles' effects often lie close together.
        label(
            drawn,
            words,
            reach,
            reach,
            color=colour,
            xanchor="right",
            yanchor="top",
            yshift=-4 - 20 * number,
        )
    return drawn


def _ellipse(row: Mapping[Hashable, Any]) -> np.ndarray:
    """Return the 95 % region of both effects together, (73, 2)."""
    spread = np.array([[row["var_actor"], row["covariance"]], [row["covariance"], row["var_partner"]]])
    turn = np.linspace(0, 2 * np.pi, 73)
    circle = np.column_stack([np.cos(turn), np.sin(turn)]) * np.sqrt(stats.chi2.ppf(0.95, 2))
    centre = np.array([row["actor"], row["partner"]])
    return np.asarray(centre + circle @ np.linalg.cholesky(spread).T)
