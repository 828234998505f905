"""Four perspectives: what I say of myself, and what you say of me.

The same frame serves three views: topics of connection, one at a time; skills; and guesses of what matters.
"""

from collections.abc import Iterable, Mapping
from math import nan
from typing import Any

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.instruments.model import Instrument
from workbook.plots.canvas import WIDTHS
from workbook.plots.claimed import Told
from workbook.plots.four_views import plot_four_views
from workbook.plots.names import (
    all_or_number,
    choice_words,
    each_in_words,
    partner_names,
    shown_facets,
    word_for,
)
from workbook.plots.steps import is_on_one_axis, plot_steps
from workbook.plots.theme import number
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
    return _prepared(rows, instrument, names, Told(claims, "perspectives", instrument.id))


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
    rows = rows[rows["value"].notna()].assign(low=nan, high=nan, assumed=False)
    return _prepared(rows, instrument, names, Told(claims, "guesses", instrument.id))


def _prepared(
    rows: pd.DataFrame, instrument: Instrument, names: Mapping[str, str] | None, told: Told
) -> pd.DataFrame:
    known = shown_facets(instrument)
    rows = rows[rows["facet"].isin(known)]
    if not len(rows):
        return frames.empty(CONTRACT)
    called = partner_names(names)
    rank = {facet: n for n, facet in enumerate(known)}
    # Where one question is asked about the partner it is shown; two are a score, as one's own are.
    questions = {
        name: instrument.item_by_id[one.seen[0]].text if len(one.seen) == 1 else ""
        for name, one in known.items()
    }
    is_own = (rows["by"] == rows["about"]).tolist()
    scales = [
        known[name].scale if own else known[name].seen_scale or known[name].scale
        for name, own in zip(rows["facet"], is_own, strict=True)
    ]
    table = rows.assign(
        title=[known[name].title for name in rows["facet"]],
        question=[questions[name] for name in rows["facet"]],
        name_by=rows["by"].map(called),
        name_about=rows["about"].map(called),
        is_claimed=[told.mark(*key) for key in zip(rows["facet"], rows["by"], rows["about"], strict=True)],
        is_whole_claimed=[told.of_whole(*key) for key in zip(rows["by"], rows["about"], strict=True)],
        lowest=[one.lowest for one in scales],
        highest=[one.highest for one in scales],
        words=[choice_words(one) for one in scales],
        _rank=rows["facet"].map(rank),
    ).sort_values(["_rank", "about", "by"], ignore_index=True)
    return frames.check(table[list(CONTRACT.columns)], CONTRACT)


def _sentence(prepared: pd.DataFrame, view: str) -> Said:
    """Return, for each person, on what the other's view differs from their own word, if that may be told."""
    said: list[tuple[str, str]] = []
    for _, rows in _compared(prepared).groupby("about", sort=True):
        name, other = str(rows["name_about"].iloc[0]), str(rows["name_by"].iloc[0])
        titles = list(rows.loc[rows["is_claimed"].fillna(value=False).to_numpy(dtype=bool), "title"])
        key = "some" if titles else "whole" if bool(rows["is_whole_claimed"].any()) else "none"
        subjects = all_or_number(titles, "n_of_them", of=len(rows))
        said.append((name, say(f"results.plots.{view}_{key}", name=name, other=other, subjects=subjects)))
    if not said:
        return [("results.plots.one_side", {})]
    return [(key, dict(values)) for key, values in each_in_words(said)]


def _compared(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the views of the other that have the other's own word beside them, with how far off they are."""
    is_own = (prepared["by"] == prepared["about"]).to_numpy()
    words = prepared.loc[is_own, ["facet", "about", "value"]].rename(columns={"value": "word"})
    both = prepared[~is_own].merge(words, on=["facet", "about"])
    return both.assign(gap=both["value"] - both["word"])


def sentence_perspectives(prepared: pd.DataFrame) -> Said:
    """Return what to see: on what a person's own word and the partner's view differ."""
    if not len(prepared):
        return []
    return _sentence(prepared, "perspectives")


def note_perspectives(prepared: pd.DataFrame) -> Said:
    """Return how to read it, and how sure it is."""
    is_one = bool((prepared["question"] != "").any())
    rests_on = "one_question" if is_one else "few_questions"
    return _note(prepared, "perspectives", rests_on, is_marked=True)


def note_skills(prepared: pd.DataFrame) -> Said:
    """Return how to read it: single answers, so no band is spoken of."""
    return _note(prepared, "skills", "single", is_marked=is_on_one_axis(prepared))


def note_guesses(prepared: pd.DataFrame) -> Said:
    """As `note_skills`, for guesses of what matters."""
    return _note(prepared, "guesses", "single", is_marked=True)


def _note(prepared: pd.DataFrame, view: str, rests_on: str, *, is_marked: bool) -> Said:
    """Return how to read it; ``is_marked`` where what the other sees is a mark, too, and not words alone."""
    if not len(prepared):
        return []
    key = "filled_open" if is_marked else "own_and_seen"
    said: Said = [(f"results.plots.{key}", {}), (f"results.plots.{rests_on}", {})]
    if prepared["is_claimed"].any():
        said.append(("results.plots.joined", {}))
    if prepared["is_claimed"].notna().any():
        said.append((f"results.plots.chance_{view}", {}))
    if prepared["assumed"].any():
        said.append(("results.plots.band_assumed", {}))
    return said


def choose_topic(prepared: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the topics to choose from, first where a view and an own word are furthest apart."""
    both = _compared(prepared)
    widest = both["gap"].abs().round(6).groupby(both["facet"]).max()
    topics = prepared.drop_duplicates("facet")[["facet", "title"]]
    topics = topics.assign(gap=topics["facet"].map(widest).fillna(-1.0))
    topics = topics.sort_values("gap", ascending=False, kind="stable")
    return list(zip(topics["facet"], topics["title"], strict=True))


def sentence_skills(prepared: pd.DataFrame) -> Said:
    """As `sentence_perspectives`, for skills: single answers, so no band is spoken of.

    What one can do and what the other has seen are nothing to compare where each has a scale of its own.
    """
    if len(prepared) and not is_on_one_axis(prepared):
        return [("results.plots.skills_apart", {})]
    return _sentence(prepared, "skills") if len(prepared) else []


def sentence_guesses(prepared: pd.DataFrame) -> Said:
    """Return what to see: on which needs a partner's guess differs from the other's own word."""
    return _sentence(prepared, "guesses") if len(prepared) else []


def table_perspectives(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table: one row per facet, one column per perspective."""
    columns: dict[str, Iterable[str]] = {}
    facets = prepared.drop_duplicates("facet")
    columns[say("results.plots.column_facet")] = list(facets["title"])
    is_whole = bool(prepared["low"].isna().all())
    for (by, about), rows in prepared.groupby(["by", "about"], sort=True):
        cells = {row.facet: _cell(row, is_whole=is_whole) for row in frames.rows(rows)}
        key = "column_own" if by == about else "column_other"
        heading = say(f"results.plots.{key}", by=rows["name_by"].iloc[0], about=rows["name_about"].iloc[0])
        columns[heading] = [cells.get(facet, say("results.plots.not_given")) for facet in facets["facet"]]
    return pd.DataFrame(columns)


def _cell(row: Any, *, is_whole: bool) -> str:
    word = word_for(row.value, row.lowest, row.words.split("\n"))
    return word if is_whole else say("results.plots.word_and_score", word=word, score=number(row.value))


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
    drawing=Drawing(
        plot_four_views,
        sentence_perspectives,
        table_perspectives,
        note=note_perspectives,
        widths=WIDTHS,
        choose=choose_topic,
    ),
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
    drawing=Drawing(plot_steps, sentence_skills, table_skills, note=note_skills, widths=WIDTHS),
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
    drawing=Drawing(plot_steps, sentence_guesses, table_guesses, note=note_guesses, widths=WIDTHS),
    grain="answers",
    needs_two=True,
)
