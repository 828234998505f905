"""The needs map: how much each need matters against how far it is met."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.thresholds import thresholds
from workbook.instruments.model import Instrument
from workbook.plots.names import (
    all_or_number,
    each_in_words,
    end_labels,
    partner_names,
    shown_facets,
)
from workbook.plots.theme import (
    INK,
    INK_SOFT,
    PARTNER,
    SMALL,
    SUNKEN,
    TEXT,
    WARN_SOFT,
    MaybeFigure,
    Words,
    figure,
)
from workbook.plots.view import Drawing, Said, View

CELL = 54  # px, height of one cell
HEAD, FOOT, KEY_LINE = 84, 30, 20
ACROSS = 3  # numbers beside each other in a cell


def prepare_needs_map(
    needs: pd.DataFrame,
    instrument: Instrument,
    names: Mapping[str, str] | None = None,
    *,
    own_titles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return one row per partner and need for which both importance and met were answered.

    A need is *unmet* when it matters much and is met little, by the thresholds of
    ``content/structure/thresholds.toml``.

    Parameters
    ----------
    needs : DataFrame
        `workbook.frames.NEEDS` of one couple; the latest occasion is taken.
    own_titles : mapping of need id to text, optional
        What a person called the needs they added; those without a title are left out.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["needs_map"]``.
    """
    contract = frames.PREPARED["needs_map"]
    titles = {name: facet.title for name, facet in shown_facets(instrument).items()}
    titles |= dict(own_titles or {})
    now = frames.latest(needs)
    now = now[now["importance"].notna() & now["met"].notna() & now["need"].isin(titles)]
    if not len(now):
        return frames.empty(contract)
    limits = thresholds()
    facet = next(iter(shown_facets(instrument).values()))
    left, right = end_labels(facet)
    # Numbered over the needs shown: a gap in the numbers would reveal a hidden one.
    here = set(now["need"])
    numbers = {need: n for n, need in enumerate((need for need in titles if need in here), start=1)}
    table = now.assign(
        name=now["place"].map(partner_names(names)),
        number=now["need"].map(numbers),
        title=now["need"].map(titles),
        unmet=(now["importance"] >= limits.unmet_need.importance_at_least)
        & (now["gap"] >= limits.unmet_need.gap_at_least),
        lowest=facet.scale.lowest,
        highest=facet.scale.highest,
        left=left,
        right=right,
    ).sort_values(["place", "number"], ignore_index=True)
    return frames.check(table[list(contract.columns)], contract)


def plot_needs_map(prepared: pd.DataFrame) -> MaybeFigure:
    """Draw one map per partner: further right matters more, higher up is met more.

    Needs are numbered; those in the shaded corner matter much and are met little, and are
    named below the map. ``None`` where there is nothing to draw.
    """
    if not len(prepared):
        return None
    panels = [rows for _, rows in prepared.groupby("place", sort=True)]
    tops = [0.0]
    for rows in panels:
        tops.append(tops[-1] + _panel_height(rows))
    drawn = figure(int(tops[-1]))
    drawn.update_yaxes(range=[tops[-1], 0])
    first = prepared.iloc[0]
    drawn.update_xaxes(range=[first["lowest"] - 0.55, first["highest"] + 0.55])
    words = Words(drawn)
    for rows, top in zip(panels, tops, strict=False):
        _draw_panel(words, rows, top)
    return words.put()


def _steps(rows: pd.DataFrame) -> list[int]:
    return list(range(int(rows["lowest"].iloc[0]), int(rows["highest"].iloc[0]) + 1))


def _panel_height(rows: pd.DataFrame) -> float:
    return HEAD + CELL * len(_steps(rows)) + FOOT + KEY_LINE * int(rows["unmet"].sum()) + 24


def _draw_panel(drawn: Words, rows: pd.DataFrame, top: float) -> None:
    first = rows.iloc[0]
    steps = _steps(rows)
    bottom = top + HEAD + CELL * len(steps)
    limits = thresholds()
    for importance in steps:
        for met in steps:
            is_unmet = (
                importance >= limits.unmet_need.importance_at_least
                and importance - met >= limits.unmet_need.gap_at_least
            )
            y = bottom - (met - steps[0]) * CELL
            drawn.box(
                x0=importance - 0.48,
                x1=importance + 0.48,
                y0=y - CELL + 2,
                y1=y - 2,
                fillcolor=WARN_SOFT if is_unmet else SUNKEN,
                line={"width": 0},
                layer="below",
            )
    symbol = {"a": "●", "b": "◆"}[first["place"]]
    colour = PARTNER[first["place"]]
    _write(drawn, f"{symbol} {first['name']}", 0, top + 16, "left", colour, TEXT, weight=600)
    _write(drawn, say("results.plots.met_much"), 0, top + HEAD - 30, "left", INK_SOFT, SMALL)
    _write(drawn, f"↑ {first['right']}", 0, top + HEAD - 12, "left", INK_SOFT, SMALL)
    _write(drawn, f"← {first['left']}", 0, bottom + 14, "left", INK_SOFT, SMALL)
    _write(
        drawn,
        say("results.plots.matters_much", label=first["right"]),
        1,
        bottom + 14,
        "right",
        INK_SOFT,
        SMALL,
    )
    _draw_numbers(drawn, rows, bottom, steps[0], colour)
    unmet = rows[rows["unmet"].to_numpy(dtype=bool)]
    for line, r in enumerate(frames.rows(unmet)):
        _write(drawn, f"{r.number}  {r.title}", 0, bottom + FOOT + 14 + KEY_LINE * line, "left", INK, SMALL)


def _draw_numbers(drawn: Words, rows: pd.DataFrame, bottom: float, lowest: int, colour: str) -> None:
    """Needs in one cell stand beside each other, so that none hides another."""
    key: Any
    for key, cell in rows.groupby(["importance", "met"], sort=True):
        importance, met = key
        deep = -(-len(cell) // ACROSS)
        for k, r in enumerate(frames.rows(cell)):
            in_row = min(ACROSS, len(cell) - (k // ACROSS) * ACROSS)
            x = float(importance) + (k % ACROSS - (in_row - 1) / 2) * 0.31
            down = (k // ACROSS - (deep - 1) / 2) * min(18, CELL / deep)
            y = bottom - (float(met) - lowest + 0.5) * CELL + down
            ink, weight = (colour, 700) if r.unmet else (INK_SOFT, 400)
            drawn.write(
                x=x,
                y=y,
                text=str(r.number),
                xanchor="center",
                font={"size": SMALL, "color": ink, "weight": weight},
            )


def _write(
    drawn: Words, text: str, x: float, y: float, anchor: str, colour: str, size: int, *, weight: int = 400
) -> None:
    drawn.write(
        text=text,
        x=x,
        xref="paper",
        y=y,
        xanchor=anchor,
        font={"size": size, "color": colour, "weight": weight},
    )


def sentence_needs_map(prepared: pd.DataFrame) -> Said:
    """Return what to see: which needs of each partner matter much and are met little: all, or how many."""
    said: list[tuple[str, str]] = []
    for _, rows in prepared.groupby("place", sort=True):
        name = str(rows["name"].iloc[0])
        unmet = list(rows.loc[rows["unmet"].to_numpy(dtype=bool), "title"])
        key = "needs_unmet" if unmet else "needs_met"
        subjects = all_or_number(unmet, "n_needs", of=len(rows))
        said.append((name, say(f"results.plots.{key}", name=name, subjects=subjects)))
    return [(key, dict(values)) for key, values in each_in_words(said)]


def table_needs_map(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table, with the numbers of the figure."""
    yes, no = say("results.plots.unmet_yes"), ""
    return pd.DataFrame(
        {
            say("results.plots.column_number"): prepared["number"].astype("int64"),
            say("results.plots.column_person"): prepared["name"],
            say("results.plots.column_need"): prepared["title"],
            say("results.plots.column_importance"): prepared["importance"].astype("int64"),
            say("results.plots.column_met"): prepared["met"].astype("int64"),
            say("results.plots.column_unmet"): prepared["unmet"].map({True: yes, False: no}),
        }
    )


VIEW = View(
    "needs_map",
    instrument="needs",
    source=lambda found: found.needs,
    prepare=lambda rows, instrument, given: prepare_needs_map(
        rows, instrument, given.names, own_titles=given.own_needs
    ),
    contract=frames.PREPARED["needs_map"],
    drawing=Drawing(plot_needs_map, sentence_needs_map, table_needs_map),
    grain="answers",
    tells=("unmet_need", "unmet_tied"),
)
