"""What matters, and what waits: a need is a vessel as long as it matters, filled as far as it is met."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.ladder import ladder
from workbook.content.thresholds import thresholds
from workbook.instruments.model import Instrument
from workbook.plots.canvas import HEADING, WIDTHS, Canvas, Look, Scale
from workbook.plots.measure import text_width, wrap
from workbook.plots.names import (
    all_or_number,
    choice_words,
    each_in_words,
    partner_names,
    shown_facets,
    word_for,
)
from workbook.plots.theme import FILL, INK_SOFT, LINE, PARTNER, SIGN, SOFT, SURFACE, TEXT, MaybeFigure
from workbook.plots.view import Drawing, Said, View

CONTRACT = frames.PREPARED["waiting"]
GROUPS = ("waits", "nearly", "met")
LESS = "less"
VESSEL, INSET = 10.0, 3.5  # px: radius of a vessel, and how far inside it the filling stays
GAP = 44.0  # px between the two columns


def prepare_waiting(
    needs: pd.DataFrame,
    instrument: Instrument,
    names: Mapping[str, str] | None = None,
    *,
    own_titles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return one row per partner and need for which both importance and met were answered.

    A need *waits* when it matters much and is met little, by the thresholds of
    ``content/structure/thresholds.toml``; it is *nearly* met with less of a gap. What matters less is in no
    group of the picture. Widest gaps come first, but those that `workbook.content.ladder` never puts first.

    Parameters
    ----------
    needs : DataFrame
        `workbook.frames.NEEDS` of one couple; the latest occasion is taken.
    own_titles : mapping of need id to text, optional
        What a person called the needs they added; those without a title are left out.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["waiting"]``.
    """
    titles = {name: facet.title for name, facet in shown_facets(instrument).items()}
    titles |= dict(own_titles or {})
    now = frames.latest(needs)
    now = now[now["importance"].notna() & now["met"].notna() & now["need"].isin(titles)]
    if not len(now):
        return frames.empty(CONTRACT)
    scale = next(iter(shown_facets(instrument).values())).scale
    groups = [_group(int(r.importance), int(r.importance) - int(r.met)) for r in frames.rows(now)]
    order = {name: n for n, name in enumerate((*GROUPS, LESS))}
    ranks = {need: n for n, need in enumerate(titles)}
    table = now.assign(
        name=now["place"].map(partner_names(names)),
        title=now["need"].map(titles),
        group=groups,
        lowest=scale.lowest,
        highest=scale.highest,
        words=choice_words(scale),
        _group=[order[group] for group in groups],
        _last=now["need"].isin(ladder().never_first),
        _gap=now["met"].astype("int64") - now["importance"].astype("int64"),
        _matters=-now["importance"].astype("int64"),
        _rank=now["need"].map(ranks),
    ).sort_values(["_group", "_last", "_gap", "_matters", "_rank", "place"], ignore_index=True)
    return frames.check(table[list(CONTRACT.columns)], CONTRACT)


def _group(importance: int, gap: int) -> str:
    limits = thresholds().unmet_need
    if importance < limits.importance_at_least:
        return LESS
    if gap >= limits.gap_at_least:
        return "waits"
    return "nearly" if gap > 0 else "met"


def plot_waiting(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw a vessel for each need that matters much, by what waits.

    On a wide sheet the partners stand side by side; on a narrow one there is one list, in which nobody is
    the second half. ``None`` where nothing matters much.
    """
    shown = prepared[(prepared["group"] != LESS).to_numpy(dtype=bool)]
    if not len(shown):
        return None
    sheet = Canvas(width)
    names = dict(sorted(dict(zip(prepared["place"], prepared["name"], strict=True)).items()))
    draw = _draw_columns if sheet.is_wide else _draw_list
    return sheet.figure(draw(sheet, shown, names))


def _draw_columns(sheet: Canvas, shown: pd.DataFrame, names: dict[str, str]) -> float:
    column = (sheet.width - GAP) / 2 if len(names) > 1 else min(sheet.width, 720.0)
    starts = {place: n * (column + GAP) for n, place in enumerate(names)}
    room = min(max(text_width(title, TEXT, weight=600) for title in shown["title"]), column * 0.4)
    scales = {}
    y = 0.0
    for place, name in names.items():
        style: dict[str, Any] = {"colour": PARTNER[place], "weight": 600}
        if len(names) > 1:
            y = max(y, sheet.paragraph(starts[place], 0, f"{SIGN[place]} {name}", column, **style))
        left = starts[place] + room + 22 + VESSEL
        scales[place] = _scale(shown, left, starts[place] + column - 30)
    y += 34 + max(
        scale.name(sheet, y + 14, (starts[place], starts[place] + column)) for place, scale in scales.items()
    )
    for group in GROUPS:
        rows = [row for row in frames.rows(shown) if row.group == group]
        if not rows and group != "waits":
            continue
        start = y = _head(sheet, group, y)
        for place, scale in scales.items():
            own = [row for row in rows if row.place == place]
            at = start + 16
            for row in own:
                lines = wrap(row.title, room, TEXT, weight=600 if group == "waits" else 400)
                at += 9 * (len(lines) - 1)
                weight = 600 if group == "waits" else 400
                sheet.write(starts[place] + room, at, lines, anchor="right", weight=weight)
                scale.guides(sheet, at - 18, at + 18)
                _draw_vessel(sheet, scale, row, at)
                at += 36 + 9 * (len(lines) - 1)
            if not own:
                sheet.write(starts[place] + room + 22, at, say("results.plots.nothing_here"), colour=INK_SOFT)
                at += 36
            y = max(y, at)
        y += 2
    return y - 8


def _draw_list(sheet: Canvas, shown: pd.DataFrame, names: dict[str, str]) -> float:
    scale = _scale(shown, VESSEL + 2, sheet.width - VESSEL - 2)
    y = 26.0 + scale.name(sheet, 8)
    for group in GROUPS:
        rows = [row for row in frames.rows(shown) if row.group == group]
        if not rows and group != "waits":
            continue
        y = _head(sheet, group, y)
        for row in rows:
            y = _titled(sheet, row, y, is_alone=len(names) < 2, weight=600 if group == "waits" else 400)
            scale.guides(sheet, y, y + 26)
            _draw_vessel(sheet, scale, row, y + 13)
            y += 38
        if not rows:
            sheet.write(0, y + 8, say("results.plots.nothing_here"), colour=INK_SOFT)
            y += 30
        y += 6
    return y


def _titled(sheet: Canvas, row: Any, y: float, *, is_alone: bool, weight: int) -> float:
    """Write a need, and whose it is: at the right where both have room, else below."""
    end = sheet.paragraph(0, y, row.title, sheet.width, weight=weight)
    if is_alone:
        return end + 2
    owner = f"{SIGN[row.place]} {row.name}"
    style: dict[str, Any] = {"size": 14, "colour": PARTNER[row.place], "weight": 600}
    is_beside = (
        text_width(row.title, TEXT, weight=weight) + text_width(owner, 14, weight=600) + 12 < sheet.width
    )
    if is_beside:
        sheet.write(sheet.width, y, owner, anchor="right", baseline="top", **style)
        return end + 2
    return sheet.paragraph(0, end, owner, sheet.width, **style) + 2


def _head(sheet: Canvas, group: str, y: float) -> float:
    sheet.line([(0, y), (sheet.width, y)], LINE)
    title, about = say(f"results.plots.group_{group}"), say(f"results.plots.group_{group}_note")
    wide = text_width(title, HEADING, weight=600, is_serif=True)
    if wide + 14 + text_width(about, TEXT) <= sheet.width:
        sheet.write(0, y + 24, title, size=HEADING, weight=600, is_serif=True)
        sheet.write(wide + 14, y + 25, about, colour=INK_SOFT)
        return y + 44
    end = sheet.paragraph(0, y + 13, title, sheet.width, size=HEADING, weight=600, is_serif=True)
    return sheet.paragraph(0, end + 2, about, sheet.width, colour=INK_SOFT) + 8


def _scale(shown: pd.DataFrame, left: float, right: float) -> Scale:
    first = shown.iloc[0]
    return Scale(left, right, float(first["lowest"]), first["words"].split("\n"))


def _draw_vessel(sheet: Canvas, scale: Scale, row: Any, y: float) -> None:
    start, fill = scale.step(0), FILL[row.place]
    is_full = row.met >= row.importance
    outline = Look(SURFACE if is_full else SOFT[row.place], line=fill, width=1.8, layer=1)
    sheet.capsule(start - VESSEL, scale.at(row.importance) + VESSEL, y, VESSEL, outline)
    end = scale.at(min(row.met, row.importance)) + VESSEL - INSET
    sheet.capsule(start - VESSEL + INSET, end, y, VESSEL - INSET, Look(fill, layer=2))


def sentence_waiting(prepared: pd.DataFrame) -> Said:
    """Return what to see: which needs of each partner matter much and are met little: all, or how many."""
    said: list[tuple[str, str]] = []
    for _, rows in prepared.groupby("place", sort=True):
        name = str(rows["name"].iloc[0])
        unmet = list(rows.loc[(rows["group"] == "waits").to_numpy(dtype=bool), "title"])
        key = "needs_unmet" if unmet else "needs_met"
        subjects = all_or_number(unmet, "n_needs", of=len(rows))
        said.append((name, say(f"results.plots.{key}", name=name, subjects=subjects)))
    return [(key, dict(values)) for key, values in each_in_words(said)]


def note_waiting(prepared: pd.DataFrame) -> Said:
    """Return how to read it, and where the rest is."""
    if not len(prepared):
        return []
    said: Said = [("results.plots.waiting_how", {}), ("results.plots.single", {})]
    if (prepared["group"] == LESS).any():
        said.append(("results.plots.waiting_less", {}))
    return said


def table_waiting(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table, with what matters less at its end."""
    words = [row.words.split("\n") for row in frames.rows(prepared)]

    def named(column: str) -> list[str]:
        return [
            word_for(value, lowest, steps)
            for value, lowest, steps in zip(prepared[column], prepared["lowest"], words, strict=True)
        ]

    return pd.DataFrame(
        {
            say("results.plots.column_need"): prepared["title"],
            say("results.plots.column_person"): prepared["name"],
            say("results.plots.column_importance"): named("importance"),
            say("results.plots.column_met"): named("met"),
            say("results.plots.column_unmet"): [
                say(f"results.plots.group_{one}") for one in prepared["group"]
            ],
        }
    )


VIEW = View(
    "waiting",
    instrument="needs",
    source=lambda found: found.needs,
    prepare=lambda rows, instrument, given: prepare_waiting(
        rows, instrument, given.names, own_titles=given.own_needs
    ),
    contract=CONTRACT,
    drawing=Drawing(plot_waiting, sentence_waiting, table_waiting, note=note_waiting, widths=WIDTHS),
    grain="answers",
    tells=("unmet_need", "unmet_tied"),
)
