"""On how many of a facet's questions both partners answer in the healthy direction."""

from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.instruments.model import Instrument
from workbook.plots.canvas import LEADING, WIDTHS, Canvas, Look
from workbook.plots.measure import text_width, wrap
from workbook.plots.names import all_or_number, shown_facets
from workbook.plots.theme import INK, INK_SOFT, LINE_STRONG, SMALL, TEXT, MaybeFigure
from workbook.plots.view import Drawing, Said, View, has_topics

DOT, STEP, GAP = 12.0, 24.0, 44.0  # px
FILLED, HOLLOW = Look(INK), Look(line=LINE_STRONG, width=1.8)


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


def plot_agreement(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw a dot for each question both answered; filled where both answered in the healthy way."""
    if not len(prepared):
        return None
    sheet, rows = Canvas(width), frames.rows(prepared)
    if not sheet.is_wide:
        return sheet.figure(_draw_column(sheet, rows, 0, width))
    half = -(-len(rows) // 2)
    column = (width - GAP) / 2
    starts = ((rows[:half], 0.0), (rows[half:], column + GAP))
    return sheet.figure(max(_draw_column(sheet, own, left, column) for own, left in starts))


def _draw_column(sheet: Canvas, rows: list[Any], left: float, room: float) -> float:
    """Draw rows below each other; return where they end."""
    titles = room * 0.48
    first = left + titles + 16 if sheet.is_wide else left
    most = max((int(row.n_both) for row in rows), default=1)
    told = [say("results.plots.n_of_m", n=int(row.n_healthy), m=int(row.n_both)) for row in rows]
    beside = max((text_width(words, SMALL) for words in told), default=0.0) + 14
    step = min(STEP, (left + room - first - beside) / max(1, most))
    y = 0.0
    for row, words in zip(rows, told, strict=True):
        if sheet.is_wide:
            lines = wrap(row.title, titles, TEXT)
            high = max(34.0, len(lines) * TEXT * LEADING + 10)
            at = y + high / 2
            sheet.write(left, at, lines)
            y += high
        else:
            at = sheet.paragraph(left, y, row.title, room) + 14
            y = at + 22
        for n in range(int(row.n_both)):
            look = FILLED if n < row.n_healthy else HOLLOW
            sheet.capsule(first + step * n + 2, first + step * n + 2 + DOT, at, DOT / 2, look)
        sheet.write(first + step * row.n_both + 12, at, words, size=SMALL, colour=INK_SOFT)
    return y


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
    drawing=Drawing(plot_agreement, sentence_agreement, table_agreement, widths=WIDTHS),
    fits=has_topics,
    grain="answers",
    needs_two=True,
)
