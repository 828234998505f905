"""The aggregate release: tables about many couples, and the moments an APIM needs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbook.errors import ReleaseError, StatisticsError
from workbook.research.anonymise import band_edges, suppress_table, to_bands
from workbook.research.dyadic.icc import dyadic_icc
from workbook.research.dyadic.pairing import from_persons
from workbook.research.export.published import Published
from workbook.research.export.release import (
    SMALLEST_CELL,
    Column,
    Level,
    Release,
    RiskReport,
    Table,
    at_least,
    column_name,
    find_subscale,
    for_information,
)
from workbook.research.moments import Moments

FEWEST = 20
"""Couples behind any mean or covariance."""

COUPLES_PER_COLUMN = 3
"""Couples per column of a covariance matrix: near one, the matrix would give rows away."""


def aggregate_release(
    published: Published,
    subscales: Sequence[str] | None = None,
    *,
    occasion: str | None = None,
    k: int = SMALLEST_CELL,
) -> Release:
    """Tables only: no row stands for a person or a couple.

    ``scales``: means, spreads and the partners' likeness. ``means`` and ``covariances``: of
    partners a and b, made symmetric (who is a says nothing), enough for `apim(moments=…)`.
    ``background``: who took part, by each fact and a low or high score, small cells withheld
    so that no sum gives them back.

    Parameters
    ----------
    published : Published
    subscales : list of str
        By default as many of those with scores as the number of couples allows.
    occasion : str
    k : int

    Raises
    ------
    ReleaseError
        Fewer than 20 couples with both partners, unknown subscales or occasion; more
        subscales than the couples allow.
    """
    occasion = occasion or published.first_occasion()
    chosen = _choose(published, subscales, occasion)
    people = published.people()
    scores = published.wide_scores(chosen, occasion)
    persons = people.merge(scores, left_on="person_id", right_index=True)
    pairs = from_persons(persons, chosen)
    whole = pairs.dropna()
    n = len(whole)
    room = n // COUPLES_PER_COLUMN // 2
    if subscales is None:
        chosen = chosen[:room]
        whole = pairs[[c for name in chosen for c in (f"{name}_a", f"{name}_b")]].dropna()
        n = len(whole)
    problems = []
    if n < FEWEST:
        problems.append(f"{n} couples of whom both have every score: at least {FEWEST} are needed")
    if len(chosen) > max(room, 1):
        problems.append(f"{len(chosen)} scales for {n} couples: at most {room}")
    if problems:
        raise ReleaseError(problems)
    moments = symmetric_moments(whole, chosen)
    tables = [_scales(published, persons, pairs, chosen), *_moment_tables(moments, n)]
    background, smallest = _background(published, people, scores[chosen[0]], occasion, k)
    tables += background
    return Release(
        Level.AGGREGATE, tuple(tables), _assess(n, 2 * len(chosen), smallest, k),
        int(people["couple_id"].nunique()), len(people),
    )  # fmt: skip


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


def _scales(published: Published, persons: pd.DataFrame, pairs: pd.DataFrame, chosen: Sequence[str]) -> Table:
    rows = []
    for name in chosen:
        subscale = find_subscale(published.catalogue, name)
        values = persons[name].dropna()
        row: dict[str, object] = {
            "scale": name, "title": subscale.title if subscale else name, "n_persons": len(values),
            "mean": round(float(values.mean()), 4), "sd": round(float(values.std()), 4),
        }  # fmt: skip
        try:
            icc = dyadic_icc(pairs, f"{name}_a", f"{name}_b")
            row |= {
                "n_couples": icc.n,
                "icc": round(icc.value, 4),
                "low": round(icc.low, 4),
                "high": round(icc.high, 4),
            }
        except StatisticsError:
            row |= {"n_couples": 0, "icc": np.nan, "low": np.nan, "high": np.nan}
        rows.append(row)
    words = {
        "scale": "Facet", "title": "What the facet is called", "n_persons": "Persons with a score",
        "mean": "Mean, in scale points", "sd": "Standard deviation over persons",
        "n_couples": "Couples with both scores", "icc": "Likeness of partners (intraclass correlation)",
        "low": "Lower end of its 95 % interval", "high": "Upper end of its 95 % interval",
    }  # fmt: skip
    table = pd.DataFrame(rows)[list(words)]
    kinds = {"scale": "text", "title": "text"}
    return Table("scales", table, tuple(Column(n, w, kinds.get(n, "number")) for n, w in words.items()))


def _moment_tables(moments: Moments, n: int) -> list[Table]:
    names = [column_name(name) for name in moments.names]
    means = pd.DataFrame({"column": names, "n_couples": n, "mean": moments.means.to_numpy()})
    matrix = pd.DataFrame(moments.covariance.to_numpy(), columns=names)
    matrix.insert(0, "column", names)
    about = Column("column", "A facet of partner a or b (who is a was averaged out)", "text")
    covariances = tuple(Column(name, f"Covariance with {name}, divisor n − 1", "number") for name in names)
    return [
        Table(
            "means",
            means,
            (about, Column("n_couples", "Couples", "number"), Column("mean", "Mean", "number")),
        ),
        Table("covariances", matrix, (about, *covariances)),
    ]


def _background(
    published: Published, people: pd.DataFrame, score: pd.Series, occasion: str, k: int
) -> tuple[list[Table], int]:
    """Persons per choice and low or high score, NA where withheld; and the smallest count shown.

    2k persons are at least k couples.
    """
    instrument = published.catalogue.get("background")
    if instrument is None:
        return [], 0
    answers = published.wide_answers([item.id for item in instrument.items], occasion).reindex(
        people["person_id"]
    )
    half = to_bands(score, band_edges(score, 2)).reindex(people["person_id"])
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
        "low": f"Persons with a lower {score.name}; empty: withheld",
        "high": f"Persons with a higher {score.name}; empty: withheld",
        "all": "Both together; empty: withheld",
    }
    kinds = {"item": "text", "answer": "text"}
    columns = tuple(Column(n, w, kinds.get(n, "number")) for n, w in words.items())
    return [Table("background", pd.concat(parts, ignore_index=True), columns)], int(min(seen, default=0))


def _assess(n: int, width: int, smallest: int, k: int) -> RiskReport:
    cell = at_least("cell", smallest, 2 * k) if smallest else for_information("cell", 0)
    return RiskReport(
        (at_least("couples", n, FEWEST), at_least("per_column", n / width, COUPLES_PER_COLUMN), cell)
    )


def _choose(published: Published, subscales: Sequence[str] | None, occasion: str) -> list[str]:
    problems = []
    if occasion not in published.occasions:
        problems.append(f"no occasion {occasion!r}: there is {', '.join(published.occasions)}")
    if subscales is not None:
        problems += [f"no subscale {n!r}" for n in subscales if find_subscale(published.catalogue, n) is None]
    if problems:
        raise ReleaseError(problems)
    if subscales is not None:
        return list(subscales)
    scored = published.scores[published.scores["score"].notna() & (published.scores["n_items"] > 1)]
    return list(dict.fromkeys(scored["subscale"]))
