"""Four perspectives on a line each: what I say of myself, and what you say of me.

The same drawing serves three views: facets of connection, skills, and guesses of what matters.
"""

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.formats import decimal
from workbook.instruments.facets import Facet
from workbook.instruments.model import Instrument
from workbook.plots.claimed import Told
from workbook.plots.names import (
    all_or_number,
    clipped,
    each_in_words,
    end_labels,
    partner_names,
    shown_facets,
)
from workbook.plots.theme import PARTNER, MaybeFigure, Rows
from workbook.plots.view import Drawing, Said, View, has_seen_topics, is_of_steps

CONTRACT = frames.PREPARED["perspectives"]


def prepare_perspectives(
    perspectives: pd.DataFrame,
    instrument: Instrument,
    names: Mapping[str, str] | None = None,
    *,
    claims: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row per facet and perspective that has a value, in the instrument's order.

    Parameters
    ----------
    perspectives : DataFrame
        `workbook.frames.PERSPECTIVES` of one couple; the latest occasion is taken.
    instrument : Instrument
    names : mapping of place to name, optional
    claims : DataFrame, optional
        `workbook.frames.CLAIMS` of the same couple; without it nothing is told to differ.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["perspectives"]``.
    """
    own = frames.latest(perspectives[(perspectives["instrument"] == instrument.id).to_numpy(dtype=bool)])
    own = own[own["value"].notna()]
    by = own["perspective"].str[0]
    rows = own.assign(by=by, about=own["perspective"].str[-1])
    return _prepared(rows, shown_facets(instrument), names, Told(claims, "perspectives", instrument.id))


prepare_skills = prepare_perspectives  # "I can do this" and "my partner does this", single answers


def prepare_guesses(
    needs: pd.DataFrame,
    instrument: Instrument,
    names: Mapping[str, str] | None = None,
    *,
    claims: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return how much each need matters to a person, and what the partner thinks it matters to them.

    Parameters
    ----------
    needs : DataFrame
        `workbook.frames.NEEDS` of one couple.
    """
    now = frames.latest(needs)
    other = now["place"].map({"a": "b", "b": "a"})
    said = now.assign(by=now["place"], about=now["place"], value=now["importance"])
    guessed = now.assign(by=now["place"], about=other, value=now["guess"])
    rows = pd.concat([said, guessed], ignore_index=True).rename(columns={"need": "facet"})
    rows = rows[rows["value"].notna()].assign(low=math.nan, high=math.nan, assumed=False)
    return _prepared(rows, shown_facets(instrument), names, Told(claims, "guesses", instrument.id))


def _prepared(
    rows: pd.DataFrame, known: Mapping[str, Facet], names: Mapping[str, str] | None, told: Told
) -> pd.DataFrame:
    rows = rows[rows["facet"].isin(known)]
    if not len(rows):
        return frames.empty(CONTRACT)
    called = partner_names(names)
    rank = {facet: n for n, facet in enumerate(known)}
    ends = {name: end_labels(facet) for name, facet in known.items()}
    table = rows.assign(
        title=[known[name].title for name in rows["facet"]],
        name_by=rows["by"].map(called),
        name_about=rows["about"].map(called),
        is_claimed=[told.of(*key) for key in zip(rows["facet"], rows["by"], rows["about"], strict=True)],
        is_whole_claimed=[told.of_whole(*key) for key in zip(rows["by"], rows["about"], strict=True)],
        lowest=[known[name].scale.lowest for name in rows["facet"]],
        highest=[known[name].scale.highest for name in rows["facet"]],
        left=[ends[name][0] for name in rows["facet"]],
        right=[ends[name][1] for name in rows["facet"]],
        _rank=rows["facet"].map(rank),
    ).sort_values(["_rank", "about", "by"], ignore_index=True)
    return frames.check(table[list(CONTRACT.columns)], CONTRACT)


def plot_perspectives(prepared: pd.DataFrame) -> MaybeFigure:
    """Draw, per facet, a line about each partner: filled is their own word, open the other's.

    ``None`` where there is nothing to draw.
    """
    if not len(prepared):
        return None
    first = prepared.iloc[0]
    facets = list(dict.fromkeys(prepared["facet"]))
    titles = dict(zip(prepared["facet"], prepared["title"], strict=True))
    rows = Rows(
        [titles[facet] for facet in facets],
        (first["lowest"], first["highest"]),
        lines=2,
        pitch=24,
        gap=26,
        head=84,
        room=(0.07, 0.5),
    )
    called = dict(zip(prepared["by"], prepared["name_by"], strict=True))
    called |= dict(zip(prepared["about"], prepared["name_about"], strict=True))
    rows.name_partners(called)
    rows.write(say("results.plots.filled_open"), 0, 38)
    rows.name_ends(first["left"], first["right"])
    rows.tracks()
    at = {
        (facet, about): rows.at(n, line) for n, facet in enumerate(facets) for line, about in enumerate("ab")
    }
    for (_, about), line_y in at.items():
        rows.write(
            say("results.plots.about", name=clipped(called[about], 8)), 1, line_y, color=PARTNER[about]
        )
    _draw_bands(rows, prepared, at)
    for by in ("a", "b"):
        for style in ("open", "filled"):
            mine = prepared[
                (prepared["by"] == by).to_numpy()
                & ((prepared["about"] == by).to_numpy() == (style == "filled"))
            ]
            y = [at[facet, about] for facet, about in zip(mine["facet"], mine["about"], strict=True)]
            rows.marks(list(mine["value"]), y, by, style="filled" if style == "filled" else "open")
    return rows.figure


def _draw_bands(rows: Rows, prepared: pd.DataFrame, at: Mapping[tuple[str, str], float]) -> None:
    banded = [r for r in frames.rows(prepared) if pd.notna(r.low)]
    for by in ("a", "b"):
        for assumed, dash in ((True, "3px,3px"), (False, "solid")):
            spans = [
                (r.low, r.high, at[r.facet, r.about])
                for r in banded
                if r.by == by and bool(r.assumed) == assumed
            ]
            rows.segments(spans, PARTNER[by], width=2, dash=dash)


plot_skills = plot_perspectives
plot_guesses = plot_perspectives


def _sentence(prepared: pd.DataFrame, view: str) -> Said:
    """Return, for each person, on what the other's view differs from their own word, if that may be told."""
    others = prepared[(prepared["by"] != prepared["about"]).to_numpy()]
    answered = prepared.loc[(prepared["by"] == prepared["about"]).to_numpy(), ["facet", "about"]]
    both = others.merge(answered, on=["facet", "about"])
    said: list[tuple[str, str]] = []
    for _, rows in both.groupby("about", sort=True):
        name, other = str(rows["name_about"].iloc[0]), str(rows["name_by"].iloc[0])
        titles = list(rows.loc[rows["is_claimed"].to_numpy(dtype=bool), "title"])
        key = "some" if titles else "whole" if bool(rows["is_whole_claimed"].any()) else "none"
        subjects = all_or_number(titles, "n_of_them", of=len(rows))
        said.append((name, say(f"results.plots.{view}_{key}", name=name, other=other, subjects=subjects)))
    if not said:
        return [("results.plots.one_side", {})]
    return [*each_in_words(said), (f"results.plots.chance_{view}", {})]


def sentence_perspectives(prepared: pd.DataFrame) -> Said:
    """Return what to see: on what a person's own word and the partner's view differ."""
    if not len(prepared):
        return []
    said = _sentence(prepared, "perspectives")
    if prepared["assumed"].any():
        said.append(("results.plots.band_assumed", {}))
    return said


def sentence_skills(prepared: pd.DataFrame) -> Said:
    """As `sentence_perspectives`, for skills: single answers, so no band is spoken of."""
    return _sentence(prepared, "skills") if len(prepared) else []


def sentence_guesses(prepared: pd.DataFrame) -> Said:
    """Return what to see: on which needs a partner's guess differs from the other's own word."""
    return _sentence(prepared, "guesses") if len(prepared) else []


def table_perspectives(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table: one row per facet, one column per perspective."""
    columns: dict[str, Iterable[str]] = {}
    facets = prepared.drop_duplicates("facet")
    columns[say("results.plots.column_facet")] = list(facets["title"])
    is_whole = prepared["low"].isna().all()
    for (by, about), rows in prepared.groupby(["by", "about"], sort=True):
        values = dict(zip(rows["facet"], rows["value"], strict=True))
        key = "column_own" if by == about else "column_other"
        heading = say(f"results.plots.{key}", by=rows["name_by"].iloc[0], about=rows["name_about"].iloc[0])
        shown = [values.get(facet) for facet in facets["facet"]]
        columns[heading] = [
            say("results.plots.not_given")
            if value is None
            else decimal(value, 0)
            if is_whole
            else decimal(value)
            for value in shown
        ]
    return pd.DataFrame(columns)


table_skills = table_perspectives
table_guesses = table_perspectives


VIEW = View(
    "perspectives",
    instrument="connection",
    source=lambda found: found.perspectives,
    prepare=lambda rows, instrument, given: prepare_perspectives(
        rows, instrument, given.names, claims=given.found.claims
    ),
    contract=CONTRACT,
    drawing=Drawing(plot_perspectives, sentence_perspectives, table_perspectives),
    fits=has_seen_topics,
    grain="answers",
)
SKILLS = View(
    "skills",
    instrument="skills",
    source=lambda found: found.perspectives,
    prepare=lambda rows, instrument, given: prepare_skills(
        rows, instrument, given.names, claims=given.found.claims
    ),
    contract=CONTRACT,
    drawing=Drawing(plot_skills, sentence_skills, table_skills),
    fits=is_of_steps,
    grain="answers",
)
GUESSES = View(
    "guesses",
    instrument="needs",
    source=lambda found: found.needs,
    prepare=lambda rows, instrument, given: prepare_guesses(
        rows, instrument, given.names, claims=given.found.claims
    ),
    contract=CONTRACT,
    drawing=Drawing(plot_guesses, sentence_guesses, table_guesses),
    grain="answers",
    needs_two=True,
)
