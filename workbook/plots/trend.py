"""How each facet went over time, and which change is more than chance.

The same frame serves two pictures: what has moved between rounds (`moved`), and week by week (`weeks`).
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.instruments.model import Instrument
from workbook.plots.canvas import WIDTHS
from workbook.plots.claimed import mark_of
from workbook.plots.moved import plot_moved
from workbook.plots.names import all_or_number, choice_words, partner_names, shown_facets, word_for
from workbook.plots.theme import number
from workbook.plots.view import Drawing, Findings, Said, View, has_topics
from workbook.plots.weeks import plot_weeks
from workbook.versions import joined_in_time

CONTRACT = frames.PREPARED["trend"]
CHANGE_Z = 1.96 * 2**0.5  # Jacobson & Truax (1991): two measurements, each with its error


def prepare_trend(
    scores: pd.DataFrame,
    instrument: Instrument,
    known: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    *,
    facets: Sequence[str] | None = None,
    changes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row per facet, partner and occasion, for those scored at least twice.

    The band is the first score ± 1.96·√2·SEM: a later score within it is no reliable change
    (Jacobson & Truax 1991). That holds for a single score; what is told has to hold with all the others,
    and compares the first time with the last.

    Parameters
    ----------
    scores : DataFrame
        `workbook.frames.SCORES` of one couple, all occasions.
    instrument : Instrument
    known : mapping of person id to 'a' or 'b'
        The partners' places.
    names : mapping of place to name, optional
    facets : sequence of str, optional
        Only these; default all, in the instrument's order.
    changes : DataFrame, optional
        What may be told, see `workbook.dyads.find_changes`; without it nothing is told to have moved.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["trend"]``.
    """
    called = partner_names(names)
    shown = {f.own: f for f in shown_facets(instrument).values() if facets is None or f.id in facets}
    own = scores[
        (scores["instrument"] == instrument.id).to_numpy(dtype=bool) & scores["subscale"].isin(shown)
    ]
    own = own[own["score"].notna() & own["person_id"].isin(known)]
    joined = joined_in_time(own, {instrument.id: instrument})
    n_parted = sum(
        (own["subscale"] == name).sum() > (joined["subscale"] == name).sum()
        for name in joined["subscale"].unique()
    )
    own = joined
    if not len(own):
        return frames.empty(CONTRACT)
    rank = {subscale: n for n, subscale in enumerate(shown)}
    rows = own.assign(
        number=[frames.occasion_number(occasion) for occasion in own["occasion"]],
        place=own["person_id"].map(known),
        facet=[shown[name].id for name in own["subscale"]],
        title=[shown[name].title for name in own["subscale"]],
        higher_is=[shown[name].higher_is for name in own["subscale"]],
        lowest=[shown[name].scale.lowest for name in own["subscale"]],
        highest=[shown[name].scale.highest for name in own["subscale"]],
        words=[choice_words(shown[name].scale) for name in own["subscale"]],
        value=own["score"].astype("float64"),
        n_parted=n_parted,
        sessions="",
        _rank=own["subscale"].map(rank),
    )
    rows = rows.assign(name=rows["place"].map(called)).sort_values(
        ["_rank", "place", "number"], ignore_index=True
    )
    series = rows.groupby(["facet", "place"], sort=False)
    rows = rows.assign(first=series["value"].transform("first"), n=series["value"].transform("size"))
    rows = _with_change(rows[(rows["n"] > 1).to_numpy()].reset_index(drop=True), changes)
    return frames.check(rows[list(CONTRACT.columns)], CONTRACT) if len(rows) else frames.empty(CONTRACT)


def with_sessions(prepared: pd.DataFrame, held: Sequence[tuple[int, str]]) -> pd.DataFrame:
    """Return a prepared frame with the days of a therapist's sessions.

    Parameters
    ----------
    prepared : DataFrame
        Of `prepare_trend`.
    held : sequence of (time, day)
        The last time there was anything of when a session took place, and its day; of none before the first.
    """
    times = sorted({int(one) for one in prepared["number"]})
    after: dict[int, list[str]] = {}
    for newest, day in held:
        last = max((one for one in times if one <= newest), default=None)
        if last is not None:
            after.setdefault(last, []).append(day)
    days = [" ".join(sorted(after.get(int(one), ()))) for one in prepared["number"]]
    return frames.check(prepared.assign(sessions=days), CONTRACT)


def _with_change(rows: pd.DataFrame, changes: pd.DataFrame | None) -> pd.DataFrame:
    margin = CHANGE_Z * rows["sem"]
    low = (rows["first"] - margin).clip(lower=rows["lowest"])
    high = (rows["first"] + margin).clip(upper=rows["highest"])
    marks = {} if changes is None else {(r.person_id, r.facet): mark_of(r) for r in frames.rows(changes)}
    last = rows.groupby(["facet", "place"], sort=False).tail(1)
    change = pd.Series(pd.NA, index=rows.index, dtype="string")
    for row in frames.rows(last):
        may_tell = marks.get((row.person_id, row.facet), pd.NA)
        if pd.notna(may_tell):
            change[row.Index] = _way(row.value - row.first, row.higher_is) if may_tell else "none"
    return rows.assign(low=low, high=high, change=change)


def _way(moved: float, higher_is: str) -> str:
    if higher_is == "neither":
        return "none"
    return "better" if (moved > 0) == (higher_is == "better") else "worse"


def sentence_trend(prepared: pd.DataFrame) -> Said:
    """Return what to see: what has moved since the first time, for whom and which way, if it may be told."""
    if not len(prepared):
        return []
    last = prepared.groupby(["facet", "place"], sort=False).tail(1)
    said: Said = []
    for change in ("better", "worse"):
        moved = last[(last["change"] == change).fillna(value=False).to_numpy(dtype=bool)]
        for _, rows in moved.assign(_order=moved["name"].str.casefold()).groupby(
            ["_order", "place"], sort=True
        ):
            values = {
                "name": rows["name"].iloc[0],
                "subjects": all_or_number(list(rows["title"]), "n_topics"),
            }
            said.append((f"results.plots.trend_{change}", values))
    return [*said, ("results.plots.trend_why", {})] if said else [("results.plots.trend_none", {})]


def note_moved(prepared: pd.DataFrame) -> Said:
    """Return how to read it, and how sure it is."""
    moved = prepared["change"].isin(["better", "worse"])
    said: Said = [("results.plots.moved_how", {})] if moved.any() else []
    said += _parted(prepared)
    said += _by_chance(prepared)
    if prepared["assumed"].any():
        said.append(("results.plots.trend_assumed", {}))
    return said


def _parted(prepared: pd.DataFrame) -> Said:
    """Return of how many topics the earlier times are not joined to the later ones."""
    n_parted = int(prepared["n_parted"].max()) if len(prepared) else 0
    return [("results.plots.parted", {"n": n_parted})] if n_parted else []


def note_weeks(prepared: pd.DataFrame) -> Said:
    """Return how to read it, and how sure it is."""
    return [("results.plots.weeks_how", {}), *_by_chance(prepared)] if len(prepared) else []


def _by_chance(prepared: pd.DataFrame) -> Said:
    """Return how often chance says so where nothing moved: of people on one's own page, else of couples."""
    if not prepared["change"].notna().any():
        return []
    return [
        (
            "results.plots.chance_trend" if prepared["place"].nunique() < 2 else "results.plots.chance_moved",
            {},
        )
    ]


def table_trend(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table: one row per facet, partner and time."""
    words = {
        "better": say("results.plots.change_better"),
        "worse": say("results.plots.change_worse"),
        "none": say("results.plots.change_none"),
    }
    change = prepared["change"].map(words).fillna("")
    return pd.DataFrame(
        {
            say("results.plots.column_facet"): prepared["title"],
            say("results.plots.column_person"): prepared["name"],
            say("results.plots.column_time"): prepared["number"].astype("int64"),
            say("results.plots.column_score"): [
                say(
                    "results.plots.word_and_score",
                    word=word_for(row.value, row.lowest, row.words.split("\n")),
                    score=number(row.value),
                )
                for row in frames.rows(prepared)
            ],
            say("results.plots.column_change"): change,
        }
    )


def only_risen(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the frame for a page of two, which tells what rose and nothing else.

    What fell is told to that person alone: here it is as if nothing could be told of it.
    """
    fell = prepared["change"].eq("worse").fillna(value=False)
    return prepared.assign(change=prepared["change"].mask(fell, "none"))


def sentence_risen(prepared: pd.DataFrame) -> Said:
    """Return what rose since the first time and for whom, if it may be told; see `only_risen`."""
    if not prepared["change"].isin(["better"]).any():
        return [("results.plots.risen_none", {})] if len(prepared) else []
    return sentence_trend(only_risen(prepared))


def note_risen(prepared: pd.DataFrame) -> Said:
    """Return how to read it: first, that it tells of one way alone."""
    return [("results.plots.risen_only", {}), *note_moved(prepared)] if len(prepared) else []


def table_risen(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the same as a table; where nothing rose, nothing is said of a change."""
    return table_trend(
        prepared.assign(change=prepared["change"].where(prepared["change"].eq("better").fillna(value=False)))
    )


MOVED = Drawing(plot_moved, sentence_trend, table_trend, note=note_moved, widths=WIDTHS)
RISEN = Drawing(plot_moved, sentence_risen, table_risen, note=note_risen, widths=WIDTHS)
WEEKS = Drawing(plot_weeks, sentence_trend, table_trend, note=note_weeks, widths=WIDTHS)


def _rounds(found: Findings) -> pd.DataFrame | None:
    """Return the scores of every round that both opened, where two or more can be joined."""
    if found.scores["occasion"].nunique() < 2:
        return found.scores.iloc[:0]
    joined = joined_in_time(found.scores, found.instruments)
    several = joined.groupby("instrument")["occasion"].nunique().gt(1)
    return found.scores[found.scores["instrument"].isin(several[several].index).to_numpy(dtype=bool)]


def _why_missing(found: Findings) -> str:
    """Return why there is nothing to compare: one round, or two that were asked in other words."""
    n_rounds = found.scores.groupby("instrument")["occasion"].nunique().max()
    return "other_words" if n_rounds > 1 else "one_round"


def places_in(found: Findings) -> dict[str, str]:
    """Return the partners' places by their ids."""
    return {
        str(person): place
        for place in ("a", "b")
        for person in found.pairs[f"person_{place}"].dropna().unique()
    }


VIEW = View(
    "moved",
    instrument="connection",
    source=_rounds,
    prepare=lambda rows, instrument, given: only_risen(
        prepare_trend(rows, instrument, places_in(given.found), given.names, changes=given.found.changes)
    ),
    contract=CONTRACT,
    drawing=RISEN,
    fits=has_topics,
    needs_two=True,  # one's own stands where a new round is begun
    lacks=_why_missing,
)
