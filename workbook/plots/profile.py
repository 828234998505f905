"""The profile: every facet of the couple, strong to weak, each with its band."""

from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.thresholds import thresholds
from workbook.instruments.model import Instrument
from workbook.plots.names import all_or_number, end_labels, in_words, shown_facets
from workbook.plots.theme import INK, INK_SOFT, LINE, SMALL, MaybeFigure, Rows, number
from workbook.plots.view import Drawing, Said, View, has_topics

BAND_Z = 1.96
SAME = 1e-6


def prepare_profile(pairs: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Return one row per facet, strong to weak: the mean of what both say, with its band.

    The standard error of the mean of two scores is ``√(SEM_a² + SEM_b²) / 2``; with one
    partner only it is that partner's own. Facets nobody scored are left out. Ties keep the
    instrument's order.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS` of one couple; the latest occasion is taken.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["profile"]``.
    """
    rows = []
    own = frames.latest(pairs[(pairs["instrument"] == instrument.id).to_numpy(dtype=bool)])
    scored = own.set_index("subscale")
    for facet in shown_facets(instrument).values():
        if facet.is_single or facet.own not in scored.index:
            continue
        row: Any = scored.loc[facet.own]
        sides = [(row[f"score_{p}"], row[f"sem_{p}"]) for p in "ab" if pd.notna(row[f"score_{p}"])]
        if not sides:
            continue
        value = sum(float(score) for score, _ in sides) / len(sides)
        margin = BAND_Z * sum(float(sem) ** 2 for _, sem in sides) ** 0.5 / len(sides)
        low, high = facet.scale.lowest, facet.scale.highest
        left, right = end_labels(facet)
        rows.append(
            {
                "facet": facet.id,
                "title": facet.title,
                "value": value,
                "low": max(value - margin, low),
                "high": min(value + margin, high),
                "assumed": bool(row["assumed"]),
                "n_partners": len(sides),
                "lowest": low,
                "highest": high,
                "left": left,
                "right": right,
                "_rank": -value if facet.higher_is != "worse" else value,
            }
        )
    if not rows:
        return frames.empty(frames.PREPARED["profile"])
    table = pd.DataFrame(rows).sort_values("_rank", kind="stable", ignore_index=True)
    return frames.check(table.drop(columns="_rank"), frames.PREPARED["profile"])


def plot_profile(prepared: pd.DataFrame) -> MaybeFigure:
    """Draw a bar per facet from the scale's lower end, its band on top, its value at the right.

    A dashed band rests on assumed constants. ``None`` where there is nothing to draw.
    """
    if not len(prepared):
        return None
    first = prepared.iloc[0]
    rows = Rows(list(prepared["title"]), (first["lowest"], first["highest"]), room=(0.0, 0.01))
    rows.name_ends(first["left"], first["right"])
    rows.tracks()
    table = frames.rows(prepared)
    rows.segments([(r.lowest, r.value, rows.at(r.Index)) for r in table], LINE, width=12)
    for assumed, dash in ((True, "3px,3px"), (False, "solid")):
        spans = [(r.low, r.high, rows.at(r.Index)) for r in table if bool(r.assumed) == assumed]
        rows.segments(spans, INK_SOFT, width=2, dash=dash)
    rows.symbols([r.value for r in table], [rows.at(r.Index) for r in table], "line-ns-open", INK, 18)
    for r in table:
        rows.write(number(r.value), 1, rows.title_at(r.Index), size=SMALL, color=INK_SOFT)
    return rows.figure


def sentence_profile(prepared: pd.DataFrame) -> Said:
    """Return what to see: one's own highest and lowest; of two, that this is the middle between them.

    Of a couple no topic is named: their mean may be true of neither.
    """
    if not len(prepared):
        return []
    said: Said
    if int(prepared["n_partners"].max()) > 1:
        said = [("results.plots.profile_couple", {})]
    else:
        said = [_own_ends(prepared)]
    if prepared["assumed"].any():
        said.append(("results.plots.band_assumed", {}))
    return said


def _own_ends(prepared: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """Return the highest and the lowest topics of one person; equals are all named, or counted."""
    value, first = prepared["value"], prepared.iloc[0]
    if len(prepared) == 1:
        return "results.plots.profile_own_one", {"subjects": in_words(list(prepared["title"]))}
    if value.max() - value.min() <= thresholds().alike.within * (first["highest"] - first["lowest"]):
        return "results.plots.profile_own_alike", {}
    at_ends = [
        list(prepared.loc[(value - end).abs().to_numpy() < SAME, "title"])
        for end in (value.max(), value.min())
    ]
    named = [all_or_number(titles, "n_alike") for titles in at_ends]
    return "results.plots.profile_own", dict(zip(("strong", "weak"), named, strict=True))


def table_profile(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table, for those who'd rather read."""
    return pd.DataFrame(
        {
            say("results.plots.column_facet"): prepared["title"],
            say("results.plots.column_score"): [number(value) for value in prepared["value"]],
            say("results.plots.column_band"): [
                say("results.plots.from_to", low=number(low), high=number(high))
                for low, high in zip(prepared["low"], prepared["high"], strict=True)
            ],
        }
    )


VIEW = View(
    "profile",
    instrument="connection",
    source=lambda found: found.pairs,
    prepare=lambda rows, instrument, _: prepare_profile(rows, instrument),
    contract=frames.PREPARED["profile"],
    drawing=Drawing(plot_profile, sentence_profile, table_profile),
    fits=has_topics,
)
