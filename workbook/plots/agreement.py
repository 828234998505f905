"""On how many of a facet's questions both partners answer in the healthy direction."""

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.instruments.model import Instrument
from workbook.plots.names import all_or_number, shown_facets
from workbook.plots.theme import INK, INK_SOFT, LINE_STRONG, MaybeFigure, Rows
from workbook.plots.view import Drawing, Said, View, has_topics

DOT_STEP = 1.0


def prepare_agreement(agreement: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Return one row per facet on which enough items have both answers, in the instrument's order.

    Parameters
    ----------
    agreement : DataFrame
        `workbook.frames.AGREEMENT` of one couple; the latest occasion is taken.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["agreement"]``.
    """
    contract = frames.PREPARED["agreement"]
    known = shown_facets(instrument)
    own = frames.latest(agreement[(agreement["instrument"] == instrument.id).to_numpy(dtype=bool)])
    own = own[own["share"].notna() & own["facet"].isin(known)]
    if not len(own):
        return frames.empty(contract)
    rank = {facet: n for n, facet in enumerate(known)}
    table = own.assign(title=[known[name].title for name in own["facet"]], _rank=own["facet"].map(rank))
    return frames.check(table.sort_values("_rank", ignore_index=True)[list(contract.columns)], contract)


def plot_agreement(prepared: pd.DataFrame) -> MaybeFigure:
    """Draw a dot for each question both answered; filled where both answered in the healthy way."""
    if not len(prepared):
        return None
    most = int(prepared["n_both"].max())
    rows = Rows(list(prepared["title"]), (0, max(most, 12)), head=4, gap=21, after=22, room=(0.03, 0.03))
    filled: list[tuple[float, float]] = []
    hollow: list[tuple[float, float]] = []
    for r in frames.rows(prepared):
        for k in range(int(r.n_both)):
            (filled if k < r.n_healthy else hollow).append((k * DOT_STEP, rows.at(r.Index)))
        words = say("results.plots.n_of_m", n=int(r.n_healthy), m=int(r.n_both))
        rows.write(words, r.n_both * DOT_STEP, rows.at(r.Index), xref="x", xanchor="left", color=INK_SOFT)
    for dots, symbol, colour in ((hollow, "circle-open", LINE_STRONG), (filled, "circle", INK)):
        if dots:
            rows.symbols([x for x, _ in dots], [y for _, y in dots], symbol, colour, 13)
    return rows.figure


def sentence_agreement(prepared: pd.DataFrame) -> Said:
    """Return what to see: on what both are well, and on what not yet."""
    if not len(prepared):
        return []
    whole = prepared[(prepared["share"] == 1).to_numpy(dtype=bool)]
    none = prepared[(prepared["share"] == 0).to_numpy(dtype=bool)]
    said: Said = [("results.plots.agreement_what", {})]
    for key, rows in (("whole", whole), ("none", none)):
        if len(rows):
            subjects = all_or_number(list(rows["title"]), "n_topics")
            said.append((f"results.plots.agreement_{key}", {"subjects": subjects}))
    return said


def table_agreement(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table."""
    return pd.DataFrame(
        {
            say("results.plots.column_facet"): prepared["title"],
            say("results.plots.column_both_well"): [
                say("results.plots.n_of_m", n=int(n), m=int(m))
                for n, m in zip(prepared["n_healthy"], prepared["n_both"], strict=True)
            ],
        }
    )


VIEW = View(
    "agreement",
    instrument="connection",
    source=lambda found: found.agreement,
    prepare=lambda rows, instrument, _: prepare_agreement(rows, instrument),
    contract=frames.PREPARED["agreement"],
    drawing=Drawing(plot_agreement, sentence_agreement, table_agreement),
    fits=has_topics,
    grain="answers",
    needs_two=True,
)
