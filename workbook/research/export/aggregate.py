"""The aggregate release: tables about many couples, and the moments an APIM needs."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd

from workbook.errors import ReleaseError, StatisticsError, problem
from workbook.research.anonymise import band_edges, suppress_table, to_bands
from workbook.research.dyadic.icc import dyadic_icc
from workbook.research.dyadic.pairing import from_persons
from workbook.research.export.journal import COUPLES_PER_COLUMN, FEWEST, Basis, Journal
from workbook.research.export.published import Published
from workbook.research.export.release import (
    SMALLEST_CELL,
    Column,
    Level,
    Release,
    ReleaseTable,
    RiskReport,
    at_least,
    column_name,
    find_subscale,
    for_information,
)
from workbook.research.moments import Moments


def aggregate_release(
    published: Published,
    subscales: Sequence[str] | None = None,
    *,
    occasion: str | None = None,
    k: int = SMALLEST_CELL,
    journal: Journal | None = None,
) -> Release:
    """Tables only: no row stands for a person or a couple.

    All tables are about the same couples, those of whom both have every score: were one table
    about a few people more than another, the two could be subtracted. ``scales``: means,
    spreads and the partners' likeness. ``means`` and ``covariances``: of partners a and b, made
    symmetric (who is a says nothing), enough for `apim(moments=…)`. ``background``: who took
    part, by each fact and a low or high score, small cells withheld so that no sum gives them
    back; it is left out where an earlier export has such facts of not quite the same people.

    The risk report has no k, l, t and no attack by partner or outsider: these are figures of rows,
    and no row leaves. What a table can give away is a cell that is few people, a figure of few
    couples, or a sum that another table or an earlier export turns into a person by subtraction.
    So it says how many couples are behind every figure and every covariance column, and how many
    persons in the smallest cell shown; one set of people for all tables, withheld cells that no sum
    gives back (`suppress_table`) and the journal bound what subtraction can tell.

    Parameters
    ----------
    published : Published
    subscales : list of str
        By default as many of those with scores as the number of couples allows.
    occasion : str
    k : int
    journal : Journal
        Of the study (`open_journal`): whom earlier exports would give away is
        left out.

    Raises
    ------
    ReleaseError
        Fewer than 20 couples with both partners, or too few that earlier exports allow; unknown
        subscales or occasion; more subscales than the couples allow.
    """
    journal = journal or Journal()
    occasion = occasion or published.first_occasion()
    chosen = _choose(published, subscales, occasion)
    is_free = subscales is None
    found = _settled(published, chosen, occasion, journal)
    while is_free and len(chosen) > 1 and not _is_enough(found[1], len(chosen)):
        chosen = chosen[:-1]
        found = _settled(published, chosen, occasion, journal)
    persons, n, basis = found
    _refuse_few(published, chosen, occasion, journal, basis, n=n, may_choose=not is_free)
    pairs = from_persons(persons, chosen)
    moments = symmetric_moments(pairs, chosen)
    tables = [_scales(published, persons, pairs, chosen), *_moment_tables(moments, n)]
    background, smallest = _background(published, persons, chosen[0], occasion, k)
    if background and not journal.problems(basis):
        tables += background
    else:
        basis, smallest = replace(basis, facts=()), 0
    return Release(
        Level.AGGREGATE, tuple(tables), _assess(n, 2 * len(chosen), smallest, k), n, 2 * n, basis=basis
    )


def _whole_couples(published: Published, names: Sequence[str], occasion: str) -> pd.DataFrame:
    """Return persons of the couples in which both have all of these scores, with the scores."""
    scores = published.wide_scores(names, occasion).dropna()
    persons = published.people().merge(scores, left_on="person_id", right_index=True)
    sizes = persons.groupby("couple_id", observed=True)["person_id"].transform("size")
    return persons[(sizes == 2).to_numpy(dtype=bool)].reset_index(drop=True)


def _settled(
    published: Published, chosen: Sequence[str], occasion: str, journal: Journal
) -> tuple[pd.DataFrame, int, Basis]:
    """Return persons of whole couples whom the journal allows, how many couples that is, and the basis."""
    persons = _whole_couples(published, chosen, occasion)
    least = max(FEWEST, COUPLES_PER_COLUMN * 2 * len(chosen))
    basis = Basis(Level.AGGREGATE, occasion, least, facts=_facts(published))
    people, basis = published.settle(persons[["person_id", "couple_id"]], basis, journal)
    stays = persons["person_id"].isin(people["person_id"])
    return persons[stays].reset_index(drop=True), len(people) // 2, basis


def _is_enough(n: int, n_scales: int) -> bool:
    return n >= FEWEST and n_scales <= max(n // COUPLES_PER_COLUMN // 2, 1)


def _refuse_few(
    published: Published,
    chosen: Sequence[str],
    occasion: str,
    journal: Journal,
    basis: Basis,
    *,
    n: int,
    may_choose: bool,
) -> None:
    n_whole = len(_whole_couples(published, chosen, occasion)) // 2
    room = n_whole // COUPLES_PER_COLUMN // 2
    problems = []
    if n_whole < FEWEST:
        problems.append(problem("research.refused.few_scored", n=n_whole, least=FEWEST))
    if len(chosen) > max(room, 1) and may_choose:
        problems.append(problem("research.refused.room", n_scales=len(chosen), n=n_whole, most=room))
    if not problems and not _is_enough(n, len(chosen)):
        earlier = ", ".join(str(entry["folder"]) for entry in journal.entries)
        asked = {"n": n_whole, "left": n, "least": basis.least, "earlier": earlier}
        problems.append(problem("research.refused.held_back", **asked))
    if problems:
        raise ReleaseError(problems)


def _facts(published: Published) -> tuple[str, ...]:
    instrument = published.catalogue.get("background")
    return tuple(item.id for item in instrument.items) if instrument else ()


def symmetric_moments(pairs: pd.DataFrame, names: Sequence[str]) -> Moments:
    """Means and covariances as if every couple stood in the table both ways round.

    They give the exchangeable APIM and ICC exactly, except that the means of a and b are one.
    """
    columns = [f"{name}_{place}" for name in names for place in ("a", "b")]
    values = pairs[columns].to_numpy(float)
    n = len(values)
    mirror = np.arange(len(columns)).reshape(-1, 2)[:, ::-1].ravel()
    means = values.mean(axis=0)
    centre = (means + means[mirror]) / 2.0
    off = values - centre
    scatter = off.T @ off
    scatter = (scatter + scatter[np.ix_(mirror, mirror)]) / 2.0
    return Moments(n, pd.Series(centre, columns), pd.DataFrame(scatter / (n - 1), columns, columns))


def _scales(
    published: Published, persons: pd.DataFrame, pairs: pd.DataFrame, chosen: Sequence[str]
) -> ReleaseTable:
    rows = []
    for name in chosen:
        subscale = find_subscale(published.catalogue, name)
        title = subscale.title if subscale else name
        values = persons[name]
        likeness = [np.nan] * 3
        with suppress(StatisticsError):  # nobody differs, or all do alike: no likeness to tell
            icc = dyadic_icc(pairs, f"{name}_a", f"{name}_b")
            likeness = [round(value, 4) for value in (icc.value, icc.low, icc.high)]
        moments = [round(float(value), 4) for value in (values.mean(), values.std())]
        rows.append([name, title, len(values), *moments, len(pairs), *likeness])
    words = {
        "scale": "Facet",
        "title": "What the facet is called",
        "n_persons": "Persons with a score",
        "mean": "Mean, in scale points",
        "sd": "Standard deviation over persons",
        "n_couples": "Couples with both scores",
        "icc": "Likeness of partners (intraclass correlation)",
        "low": "Lower end of its 95 % interval",
        "high": "Upper end of its 95 % interval",
    }
    kinds = {"scale": "text", "title": "text"}
    columns = tuple(Column(n, w, kinds.get(n, "number")) for n, w in words.items())
    return ReleaseTable("scales", pd.DataFrame(rows, columns=list(words)), columns)


def _moment_tables(moments: Moments, n: int) -> list[ReleaseTable]:
    names = [column_name(name) for name in moments.names]
    means = pd.DataFrame({"column": names, "n_couples": n, "mean": moments.means.to_numpy()})
    matrix = pd.DataFrame(moments.covariance.to_numpy(), columns=names)
    matrix.insert(0, "column", names)
    about = Column("column", "A facet of partner a or b (who is a was averaged out)", "text")
    covariances = tuple(Column(name, f"Covariance with {name}, divisor n − 1", "number") for name in names)
    return [
        ReleaseTable(
            "means",
            means,
            (about, Column("n_couples", "Couples", "number"), Column("mean", "Mean", "number")),
        ),
        ReleaseTable("covariances", matrix, (about, *covariances)),
    ]


def _background(
    published: Published, persons: pd.DataFrame, scale: str, occasion: str, k: int
) -> tuple[list[ReleaseTable], int]:
    """Return persons per choice and low or high score, NA where withheld; and the smallest count shown.

    2k persons are at least k couples.
    """
    instrument = published.catalogue.get("background")
    if instrument is None:
        return [], 0
    answers = published.wide_answers([item.id for item in instrument.items], occasion).reindex(
        persons["person_id"]
    )
    half = to_bands(persons[scale], band_edges(persons[scale], 2))
    parts: list[pd.DataFrame] = []
    seen: list[float] = []
    for item in instrument.items:
        values = answers[item.id]
        if not values.notna().any():
            continue
        counts = pd.crosstab(values.to_numpy(), half.to_numpy()).reindex(columns=[1, 2], fill_value=0)
        shown = suppress_table(counts, 2 * k)
        labels = {choice.value: choice.label for choice in item.scale.choices}
        told = shown.to_numpy(dtype=float, na_value=0.0)
        seen += told[told > 0].tolist()
        parts.append(
            pd.DataFrame(
                {
                    "item": item.id,
                    "answer": [labels.get(int(value), str(value)) for value in counts.index],
                    "low": shown[1].array,
                    "high": shown[2].array,
                    "all": counts.sum(axis=1).where(counts.sum(axis=1) >= 2 * k).astype("Int64").array,
                }
            )
        )
    if not parts:
        return [], 0
    words = {
        "item": "Background item",
        "answer": "Answer",
        "low": f"Persons with a lower {scale}; empty: withheld",
        "high": f"Persons with a higher {scale}; empty: withheld",
        "all": "Both together; empty: withheld",
    }
    kinds = {"item": "text", "answer": "text"}
    columns = tuple(Column(n, w, kinds.get(n, "number")) for n, w in words.items())
    return [ReleaseTable("background", pd.concat(parts, ignore_index=True), columns)], int(
        min(seen, default=0)
    )


def _assess(n: int, width: int, smallest: int, k: int) -> RiskReport:
    cell = at_least("cell", smallest, 2 * k) if smallest else for_information("cell", 0)
    return RiskReport(
        (at_least("couples", n, FEWEST), at_least("per_column", n / width, COUPLES_PER_COLUMN), cell)
    )


def _choose(published: Published, subscales: Sequence[str] | None, occasion: str) -> list[str]:
    problems = []
    if occasion not in published.occasions:
        problems.append(
            problem("research.refused.occasion", occasion=occasion, known=", ".join(published.occasions))
        )
    if subscales is not None:
        problems += [
            problem("research.refused.subscale", name=n)
            for n in subscales
            if find_subscale(published.catalogue, n) is None
        ]
    if problems:
        raise ReleaseError(problems)
    if subscales is not None:
        return list(subscales)
    scored = published.scores[published.scores["score"].notna() & (published.scores["n_items"] > 1)]
    return list(dict.fromkeys(scored["subscale"]))
