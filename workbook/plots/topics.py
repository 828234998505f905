"""Topics as both partners see them: what the pictures of connection are all drawn from.

One frame serves three views: the discs (`profile`), every topic on one scale (`side_by_side`), and the few
on which the two halves differ (`differences`).
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.families import families
from workbook.instruments.facets import Facet
from workbook.instruments.model import Instrument
from workbook.plots.claimed import Told
from workbook.plots.names import choice_words, partner_names, shown_facets, word_for
from workbook.plots.theme import number
from workbook.plots.view import Said

BAND_Z = 1.96
CONTRACT = frames.PREPARED["topics"]


class Half(NamedTuple):
    """One partner's half of a topic."""

    place: str
    name: str
    value: float
    low: float | None
    high: float | None
    word: str


class Topic(NamedTuple):
    """A topic with the halves that are there, by place."""

    id: str
    title: str
    family: str
    family_title: str
    halves: Mapping[str, Half]
    is_claimed: bool
    is_compared: bool  # False where nothing can be said of a difference
    lowest: float
    words: tuple[str, ...]

    @property
    def least(self) -> float:
        """The smaller half: a topic is as full as this."""
        return min(half.value for half in self.halves.values())

    @property
    def gap(self) -> float:
        """How far the two halves are apart; 0 where there is one."""
        return max(half.value for half in self.halves.values()) - self.least


def prepare_topics(
    pairs: pd.DataFrame,
    instrument: Instrument,
    names: Mapping[str, str] | None = None,
    *,
    claims: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row per topic and partner, family by family, from full to small.

    A topic is as full as the smaller of its halves, a family as full as its topics on the mean. Of two
    people only topics are shown that both scored: no picture points at what one of them left out.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS` of one couple; the latest occasion is taken.
    instrument : Instrument
    names : mapping of place to name, optional
    claims : DataFrame, optional
        `workbook.frames.CLAIMS` of the same couple; without it nothing is told or marked to differ.

    Returns
    -------
    DataFrame
        ``frames.PREPARED["topics"]``.
    """
    own = frames.latest(pairs[(pairs["instrument"] == instrument.id).to_numpy(dtype=bool)])
    scored = {row.subscale: row for row in frames.rows(own)}
    shown = [
        facet for facet in shown_facets(instrument).values() if not facet.is_single and facet.own in scored
    ]
    told = Told(claims, "side_by_side", instrument.id)
    called = partner_names(names)
    rows = [row for facet in shown for row in _halves(facet, scored[facet.own], told, called)]
    if not rows:
        return frames.empty(CONTRACT)
    table = pd.DataFrame(rows)
    is_whole = table.groupby("facet")["place"].transform("size") == len(set(table["place"]))
    table = _in_order(table[is_whole.to_numpy(dtype=bool)])
    return frames.check(table[list(CONTRACT.columns)], CONTRACT)


def prepare_one(
    scores: pd.DataFrame, facet: Facet | None, places: Mapping[str, str], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return one topic of two, as `prepare_topics` does of all, without its family and without claims.

    It is made from the two rows themselves: a topic shown in a session has to be there at once.

    Parameters
    ----------
    scores : DataFrame
        `workbook.frames.SCORES`: a row of each, of one occasion.
    facet : Facet or None
        ``None`` where nobody knows it any more.
    places : mapping of person id to 'a' or 'b'
    names : mapping of place to name

    Returns
    -------
    DataFrame
        ``frames.PREPARED["topics"]``; no rows unless both have a score.
    """
    by_place = {places.get(row.person_id): row for row in frames.rows(scores)}
    halves = [by_place[place] for place in ("a", "b") if place in by_place]
    if facet is None or len(halves) != 2 or any(pd.isna(one.score) for one in halves):
        return frames.empty(CONTRACT)
    both: dict[str, Any] = {"assumed": any(bool(one.assumed) for one in halves)}
    for place, one in zip(("a", "b"), halves, strict=True):
        both |= {f"score_{place}": one.score, f"sem_{place}": one.sem}
    found = _halves(facet, SimpleNamespace(**both), Told(None, "", ""), partner_names(names))
    table = pd.DataFrame(found).assign(family_title="")
    return frames.check(table[list(CONTRACT.columns)], CONTRACT)


def _halves(facet: Facet, row: Any, told: Told, called: Mapping[str, str]) -> list[dict[str, Any]]:
    family = families().family_of(facet.id)
    found = []
    for place in ("a", "b"):
        score, sem = getattr(row, f"score_{place}"), getattr(row, f"sem_{place}")
        if pd.isna(score):
            continue
        value, margin = float(score), BAND_Z * float(sem) if pd.notna(sem) else None
        lowest, highest = facet.scale.lowest, facet.scale.highest
        found.append(
            {
                "facet": facet.id,
                "title": facet.title,
                "family": family,
                "family_title": say(f"results.families.{family}") if family else "",
                "place": place,
                "name": called[place],
                "value": value,
                "low": pd.NA if margin is None else max(value - margin, lowest),
                "high": pd.NA if margin is None else min(value + margin, highest),
                "assumed": bool(row.assumed),
                "is_claimed": told.mark(facet.id, "a", "b"),
                "is_whole_claimed": told.of_whole("a", "b"),
                "lowest": lowest,
                "highest": highest,
                "words": choice_words(facet.scale),
                "full": lowest + highest - value if facet.higher_is == "worse" else value,
            }
        )
    return found


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    full = table.groupby("facet", sort=False)["full"]
    table = table.assign(least=full.transform("min"), mean=full.transform("mean").round(6))
    families_full = table.drop_duplicates("facet").groupby("family", sort=False)["least"].mean().round(6)
    # A stable sort: equals stay in the order they first came in, and a family's topics together.
    first = {family: n for n, family in enumerate(dict.fromkeys(table["family"]))}
    table = table.assign(
        family_full=table["family"].map(families_full), family_first=table["family"].map(first)
    )
    return table.sort_values(
        ["family_full", "family_first", "least", "mean"],
        ascending=[False, True, False, False],
        kind="stable",
        ignore_index=True,
    )


def topics_of(prepared: pd.DataFrame) -> list[Topic]:
    """Return a prepared frame as topics, in its order."""
    found: dict[str, Topic] = {}
    for row in frames.rows(prepared):
        words = tuple(row.words.split("\n"))
        is_banded = pd.notna(row.low)
        half = Half(
            row.place,
            row.name,
            float(row.value),
            float(row.low) if is_banded else None,
            float(row.high) if is_banded else None,
            word_for(row.value, row.lowest, words),
        )
        topic = found.setdefault(
            row.facet,
            Topic(
                row.facet,
                row.title,
                row.family,
                row.family_title,
                {},
                pd.notna(row.is_claimed) and bool(row.is_claimed),
                bool(pd.notna(row.is_claimed)),
                float(row.lowest),
                words,
            ),
        )
        topic.halves[row.place] = half  # type: ignore[index]
    return list(found.values())


def by_family(topics: list[Topic]) -> list[tuple[str, list[Topic]]]:
    """Return topics in their families' order, each family under its title."""
    groups: dict[str, list[Topic]] = {}
    for topic in topics:
        groups.setdefault(topic.family, []).append(topic)
    return [(own[0].family_title, own) for own in groups.values()]


def names_of(prepared: pd.DataFrame) -> dict[str, str]:
    """Return what each partner who is there is called, by place."""
    return dict(sorted(dict(zip(prepared["place"], prepared["name"], strict=True)).items()))


def compared(prepared: pd.DataFrame) -> list[Topic]:
    """Return the topics of which it can be told whether the two differ."""
    return [topic for topic in topics_of(prepared) if topic.is_compared]


def how_sure(prepared: pd.DataFrame) -> Said:
    """Return how often chance says so of two who are alike, and what the bands rest on."""
    said: Said = []
    if compared(prepared):
        said.append(("results.plots.chance_alike", {}))
    if prepared["assumed"].any():
        said.append(("results.plots.band_assumed", {}))
    return said


def table_topics(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return topics as a table: for each partner the nearest word, and the score."""
    topics, names = topics_of(prepared), names_of(prepared)
    columns: dict[str, list[str]] = {}
    if any(topic.family_title for topic in topics):
        columns[say("results.plots.column_family")] = [topic.family_title for topic in topics]
    columns = {say("results.plots.column_facet"): [topic.title for topic in topics], **columns}
    for place, name in names.items():
        columns[name] = [_cell(topic.halves[place]) for topic in topics]
        heading = say("results.plots.column_band_of", name=name)
        columns[heading] = [_band(topic.halves[place]) for topic in topics]
    if len(names) > 1:
        yes, no = say("results.plots.differs_yes"), say("results.plots.differs_no")
        columns[say("results.plots.column_differs")] = [
            (yes if one.is_claimed else no) if one.is_compared else "" for one in topics
        ]
    return pd.DataFrame(columns)


def _cell(half: Half) -> str:
    return say("results.plots.word_and_score", word=half.word, score=number(half.value))


def _band(half: Half) -> str:
    if half.low is None or half.high is None:
        return ""
    return say("results.plots.from_to", low=number(half.low), high=number(half.high))
