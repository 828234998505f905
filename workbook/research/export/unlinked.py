"""The default release: a few coarse scores per person, partners not linked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from workbook.errors import ReleaseError, problem
from workbook.research.anonymise import (
    SUPPRESSED,
    band_edges,
    draw_seed,
    fresh_ids,
    shuffle_rows,
    suppress_small_classes,
    to_bands,
)
from workbook.research.attacks import attack_as_outsider, attack_as_partner
from workbook.research.export.journal import Basis, Journal
from workbook.research.export.published import Published
from workbook.research.export.release import (
    MISSING_LABELS,
    MOST_SUCCESS,
    SMALLEST_CELL,
    Column,
    Level,
    Release,
    ReleaseTable,
    RiskReport,
    UnsafeReleaseError,
    at_least,
    at_most,
    column_name,
    find_item,
    find_subscale,
    for_information,
    item_column,
)
from workbook.research.risk import measure_anonymity

Edges = dict[str, list[float]]
"""Inner edges of each scale's bands."""

MOST_SCALES = 3
MOST_BANDS = 5

MOST_WITHHELD = 0.2
"""Share of rows that may be withheld before coarser bands serve readers better."""


@dataclass(frozen=True, eq=False)
class _Cohort:
    """Persons with their scores, facts and class of joining, row by row."""

    people: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    facts: pd.DataFrame = field(repr=False)
    joined: pd.Series = field(repr=False)


@dataclass(frozen=True, eq=False)
class _Attempt:
    rows: pd.DataFrame = field(repr=False)
    edges: Edges
    risk: RiskReport


def unlinked_release(
    published: Published,
    subscales: Sequence[str] | None = None,
    *,
    background: Sequence[str] = (),
    occasion: str | None = None,
    k: int = SMALLEST_CELL,
    seed: int | None = None,
    journal: Journal | None = None,
) -> Release:
    """At most three scores per person in bands, under fresh ids, in random order.

    The finest bands are taken (5 down to 2, then fewer scales) with which every attack on
    this very table stays within its bound; values that too few couples share are withheld.
    One occasion, no dates, no couple, no answers.

    Parameters
    ----------
    published : Published
    subscales : list of str
        At most three; by default those that most people scored on, or those of an earlier
        export of the same people.
    background : list of str
        Background items to add; each costs coarser scores.
    occasion : str
        The first by default.
    k : int
        Couples that must share every row's values.
    seed : int
        For tests only: whoever knows it can undo the shuffle. Drawn and forgotten by default.
    journal : Journal
        Of the folder this goes to (`open_journal`). Newcomers who are too few wait, bands stay
        as they were, and every bound holds as if others knew who joined when.

    Raises
    ------
    ReleaseError
        Unknown subscales or items, more than three scales, too few couples: all at once.
    UnsafeReleaseError
        A cohort in which even one scale in two bands is unsafe; it carries the risk report.
    """
    journal = journal or Journal()
    occasion = occasion or published.first_occasion()
    people = _people(published, occasion)
    everybody, basis = published.settle(people, Basis(Level.UNLINKED, occasion, k), journal)
    earlier = journal.shape(occasion, basis.members)
    chosen = list(subscales) if subscales is not None else _by_default(published, earlier)
    _refuse(published, chosen, background, occasion)
    generator = np.random.default_rng(draw_seed() if seed is None else seed)
    last: RiskReport | None = None
    for people, settled in _who(published, everybody, basis, chosen, journal):
        cohort = _Cohort(
            people,
            published.wide_scores(chosen, occasion).reindex(people["person_id"]),
            published.wide_answers(background, occasion).reindex(people["person_id"]),
            published.joined(people, settled, journal),
        )
        for edges in _banding(cohort.scores, earlier):
            attempt = _try(cohort, edges, k, generator)
            last = attempt.risk
            if attempt.risk.is_safe:
                shape = {column_name(name): tuple(cuts) for name, cuts in edges.items()}
                shape |= {column_name(name): () for name in background}
                whose = replace(settled, shape=shape, facts=tuple(background))
                return replace(_assemble(published, people, attempt, generator), basis=whose)
    refusal = problem("research.refused.unsafe")
    if last is None:
        raise ReleaseError(refusal)
    raise UnsafeReleaseError([refusal, *last.problems], last)


def _who(
    published: Published, everybody: pd.DataFrame, basis: Basis, chosen: Sequence[str], journal: Journal
) -> Iterator[tuple[pd.DataFrame, Basis]]:
    """Yield everybody with a score; then, where some are new, without them: they may be too few to hide."""
    scored = published.wide_scores(chosen, basis.occasion).index
    people, basis = published.settle(everybody[everybody["person_id"].isin(scored)], basis, journal)
    yield people, basis
    is_new = ~published.joined(people, basis, journal).str.contains("1")
    if is_new.any() and not is_new.all():
        yield published.settle(people[~is_new.to_numpy(dtype=bool)], basis, journal)


def _people(published: Published, occasion: str) -> pd.DataFrame:
    here = published.scores.loc[published.scores["occasion"] == occasion, "person_id"]
    people = published.people()
    return people[people["person_id"].isin(here)].reset_index(drop=True)


def _by_default(published: Published, earlier: Edges | None) -> list[str]:
    if earlier is None:
        return _most_scored(published)
    known = {column_name(name): name for name in dict.fromkeys(published.scores["subscale"])}
    return [known[column] for column in earlier if column in known]


def _banding(scores: pd.DataFrame, earlier: Edges | None) -> Iterator[Edges]:
    """Edges to try, finest first; of people who were shown before only those of that time."""
    names = [str(name) for name in scores]
    if earlier is not None:
        yield {name: earlier.get(column_name(name), []) for name in names}
        return
    for n_scales in range(len(names), 0, -1):
        for n_bands in range(MOST_BANDS, 1, -1):
            yield {name: band_edges(scores[name], n_bands) for name in names[:n_scales]}


def _try(cohort: _Cohort, edges: Edges, k: int, generator: np.random.Generator) -> _Attempt:
    columns = {column_name(name): to_bands(cohort.scores[name], edges[name]).to_numpy() for name in edges}
    columns |= {column_name(str(name)): cohort.facts[name].to_numpy() for name in cohort.facts}
    table = pd.DataFrame(columns)
    rows = table.copy()
    for label in sorted(set(cohort.joined)):
        own = (cohort.joined == label).to_numpy(dtype=bool)
        couple = cohort.people.loc[own, "couple_id"]
        rows[own] = suppress_small_classes(table[own], list(table.columns), couple, k)
    fact_names = [column_name(str(name)) for name in cohort.facts]
    risk = _assess(rows, cohort, fact_names, [column_name(name) for name in edges], k, generator)
    return _Attempt(rows, edges, risk)


def _assess(
    rows: pd.DataFrame,
    cohort: _Cohort,
    facts: list[str],
    scores: list[str],
    k: int,
    generator: np.random.Generator,
) -> RiskReport:
    people = cohort.people
    known = rows.assign(joined=cohort.joined.to_numpy())
    names = list(known.columns)
    anonymity = measure_anonymity(
        known.assign(couple=people["couple_id"].to_numpy()), names, (), unit="couple"
    )
    # Suppressed rows reveal no score, however alike they are.
    told = known[known[scores[0]] != SUPPRESSED]
    by_facts = measure_anonymity(told if len(told) else known, facts, scores)
    seed = int(generator.integers(2**31))
    owner, partner_of = list(people["person_id"]), partners(people)
    partner = max(
        attack_as_partner(known, owner, partner_of, names, shared=shared, seed=seed).success
        for shared in (facts, [*facts, "joined"])
    )
    outsider = attack_as_outsider(known, names)
    return RiskReport(
        (
            at_least("k", anonymity.k, k),
            at_least("l", by_facts.l, 2),
            for_information("t", by_facts.t),
            at_most("unique", anonymity.unique, 0.0),
            at_most("partner", partner, MOST_SUCCESS),
            at_most("outsider", outsider.success, MOST_SUCCESS),
            at_most("withheld", float((rows[scores[0]] == SUPPRESSED).mean()), MOST_WITHHELD),
        )
    )


def partners(people: pd.DataFrame) -> dict[str, str]:
    """Person → partner, for couples of whom both are there."""
    found: dict[str, str] = {}
    for _, group in people.groupby("couple_id", observed=True)["person_id"]:
        if len(group) == 2:
            first, second = group
            found |= {first: second, second: first}
    return found


def _assemble(
    published: Published, people: pd.DataFrame, attempt: _Attempt, generator: np.random.Generator
) -> Release:
    owners = people["person_id"]
    ids = fresh_ids(list(owners), "r", generator)
    rows = attempt.rows.assign(row_id=owners.map(ids).to_numpy(), owner=owners.to_numpy())
    rows = shuffle_rows(rows, generator)
    columns = [Column("row_id", "A random name for this row; it stands for nothing else", "id")]
    for name, edges in attempt.edges.items():
        subscale = find_subscale(published.catalogue, name)
        title = subscale.title if subscale else name
        columns.append(
            Column(column_name(name), f"{title}, in bands", "code", _band_words(edges), MISSING_LABELS)
        )
    for instrument in published.catalogue.values():
        shown = () if instrument.is_private else instrument.items
        columns += [item_column(item) for item in shown if column_name(item.id) in rows]
    table = ReleaseTable("persons", rows[[c.name for c in columns]], tuple(columns))
    return Release(
        Level.UNLINKED,
        (table,),
        attempt.risk,
        int(people["couple_id"].nunique()),
        len(people),
        owners=tuple(rows["owner"]),
    )


def _band_words(edges: list[float]) -> dict[int, str]:
    """Return what each band number stands for.

    >>> _band_words([1.5, 2.5])
    {1: 'below 1.5', 2: '1.5 to below 2.5', 3: '2.5 and above'}
    """
    if not edges:
        return {1: "all"}
    words = {1: f"below {edges[0]:g}", len(edges) + 1: f"{edges[-1]:g} and above"}
    words |= {i + 2: f"{low:g} to below {high:g}" for i, (low, high) in enumerate(pairwise(edges))}
    return dict(sorted(words.items()))


def _most_scored(published: Published) -> list[str]:
    own = published.scores[published.scores["score"].notna()]
    multi = own[own["n_items"] > 1]
    counts = (multi if len(multi) else own)["subscale"].value_counts()
    order = {name: place for place, name in enumerate(dict.fromkeys(published.scores["subscale"]))}
    best = sorted(counts.index, key=lambda name: (-int(counts[name]), order[name]))
    if not best:
        raise ReleaseError(problem("research.refused.no_score"))
    return best[:MOST_SCALES]


def _refuse(published: Published, chosen: list[str], background: Sequence[str], occasion: str) -> None:
    problems = []
    if not 1 <= len(chosen) <= MOST_SCALES:
        problems.append(problem("research.refused.scales", n=len(chosen), most=MOST_SCALES))
    problems += [
        problem("research.refused.subscale", name=n)
        for n in chosen
        if find_subscale(published.catalogue, n) is None
    ]
    problems += [
        problem("research.refused.item", name=n)
        for n in background
        if find_item(published.catalogue, n) is None
    ]
    problems += [
        problem("research.refused.no_fact", name=n)
        for n in background
        if find_item(published.catalogue, n) is not None and not n.startswith("background.")
    ]
    if occasion not in published.occasions:
        problems.append(
            problem("research.refused.occasion", occasion=occasion, known=", ".join(published.occasions))
        )
    if problems:
        raise ReleaseError(problems)
