"""What is done to rows before they may leave: fresh ids, shuffling, bands, suppression."""

import secrets
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import optimize

from workbook.errors import ReleaseError, problem
from workbook.research.risk import class_numbers

SUPPRESSED = -7
"""Code of a value withheld because too few couples share it."""

DAYS = 182
"""Dates move by up to this many days either way."""


def draw_seed() -> int:
    """Return a seed nobody knows: whoever could repeat the shuffle could undo it."""
    return secrets.randbits(128)


def fresh_ids(keys: Sequence[str], prefix: str, generator: np.random.Generator) -> dict[str, str]:
    """Return new random ids for old ones, that say nothing of their order.

    >>> ids = fresh_ids(["p_1", "p_2"], "r", np.random.default_rng(1))
    >>> sorted(ids), len(set(ids.values()))
    (['p_1', 'p_2'], 2)
    """
    distinct = list(dict.fromkeys(keys))
    drawn: set[str] = set()
    while len(drawn) < len(distinct):
        drawn.add(f"{prefix}_{generator.integers(0, 2**48):012x}")
    shuffled = generator.permutation(sorted(drawn))
    return {key: str(new) for key, new in zip(distinct, shuffled, strict=True)}


def shuffle_rows(rows: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Return the rows in random order, their old numbers gone."""
    return rows.iloc[generator.permutation(len(rows))].reset_index(drop=True)


def band_edges(scores: pd.Series, n_bands: int) -> list[float]:
    """Inner edges that part a cohort's scores into bands of about equal size.

    Rounded to a tenth of a point, so that an edge is nobody's exact score; edges that fall
    together, or leave a band empty, are dropped, so there may be fewer bands.

    >>> band_edges(pd.Series([0.0, 1, 1, 2, 2, 3, 3, 4]), 4)
    [1.0, 2.0, 3.0]
    """
    known = scores.dropna().to_numpy(dtype=float)
    if not known.size:
        return []
    cuts = np.quantile(known, np.arange(1, n_bands) / n_bands)
    edges = sorted({round(float(cut), 1) for cut in cuts})
    kept: list[float] = []
    for edge in edges:
        low = kept[-1] if kept else -np.inf
        if ((known >= low) & (known < edge)).any() and (known >= edge).any():
            kept.append(edge)
    return kept


def to_bands(scores: pd.Series, edges: Sequence[float]) -> pd.Series:
    """Scores as band numbers 1, 2, …; a score on an edge belongs to the band above.

    >>> to_bands(pd.Series([0.5, 1.0, None]), [1.0]).tolist()
    [1, 2, <NA>]
    """
    values = scores.to_numpy(dtype=float, na_value=np.nan)
    bands = pd.array(np.searchsorted(np.asarray(edges), values, side="right") + 1, dtype="Int16")
    bands[np.isnan(values)] = pd.NA
    return pd.Series(bands, index=scores.index)


def suppress_small_classes(
    rows: pd.DataFrame, columns: Sequence[str], unit: pd.Series, k: int, code: int = SUPPRESSED
) -> pd.DataFrame:
    """Withhold these columns wherever fewer than k couples share their values.

    The withheld rows make a class of their own, which must hide k couples too: the smallest
    classes are added to it until it does (otherwise what was withheld could be told from what
    is left).

    Raises
    ------
    ReleaseError
        Fewer than k couples in all.
    """
    if unit.nunique() < k:
        raise ReleaseError(problem("research.refused.few", n=unit.nunique(), k=k))
    classes = class_numbers(rows, columns)
    sizes = pd.Series(unit.to_numpy()).groupby(classes).nunique().sort_values(kind="stable")
    small = list(sizes.index[sizes < k])
    rest = [number for number in sizes.index if number not in set(small)]
    while small and rest and unit.to_numpy()[np.isin(classes, small)].size:
        if pd.unique(unit.to_numpy()[np.isin(classes, small)]).size >= k:
            break
        small.append(rest.pop(0))
    withheld = np.isin(classes, small)
    result = rows.copy()
    for name in columns:
        result[name] = result[name].mask(withheld, code)
    return result


def suppress_table(counts: pd.DataFrame, k: int) -> pd.DataFrame:
    """Withhold a table's small cells, and enough others that none can be worked out.

    Cells of 1 to k − 1 are withheld (a zero says nobody, and stays). With row and column sums
    published, one withheld cell in a line is the sum less the others: every line that has a
    withheld cell gets at least two, and those of one line together count k or more.

    Parameters
    ----------
    counts : DataFrame of int
        Without sums.
    k : int

    Returns
    -------
    DataFrame of Int64
        NA where withheld.

    Examples
    --------
    >>> suppress_table(pd.DataFrame({"yes": [2, 30], "no": [20, 40]}), 5)
        yes    no
    0  <NA>  <NA>
    1  <NA>  <NA>
    """
    table = counts.to_numpy(dtype=np.int64)
    withheld = (table > 0) & (table < k)
    while True:
        before = int(withheld.sum())
        for line, hidden in [*zip(table, withheld, strict=True), *zip(table.T, withheld.T, strict=True)]:
            _complement(line, hidden, k)
        if int(withheld.sum()) == before and not _hide_another(table, withheld):
            break
    result = counts.astype("Int64")
    return result.mask(pd.DataFrame(withheld, index=counts.index, columns=counts.columns))


def _hide_another(table: np.ndarray, withheld: np.ndarray) -> bool:
    """Withhold one more cell if a withheld one can still be worked out from the sums."""
    if not any(low == high for low, high in attainable(table, withheld)):
        return False
    open_cells = np.argwhere(~withheld & (table > 0))
    if not len(open_cells):
        return False
    smallest = min(map(tuple, open_cells), key=lambda cell: (table[cell], cell))
    withheld[smallest] = True
    return True


def attainable(table: np.ndarray, withheld: np.ndarray) -> list[tuple[int, int]]:
    """Return what each withheld cell may be, given the others and all sums: from and to.

    The attacker's own sum: the linear programme of a transport table, whose ends are whole.
    """
    cells = np.argwhere(withheld)
    rows = np.zeros((table.shape[0], len(cells)))
    columns = np.zeros((table.shape[1], len(cells)))
    for number, (i, j) in enumerate(cells):
        rows[i, number] = columns[j, number] = 1.0
    hidden = np.where(withheld, table, 0)
    equal, sums = np.vstack([rows, columns]), np.concatenate([hidden.sum(axis=1), hidden.sum(axis=0)])
    found = []
    for number in range(len(cells)):
        aim = np.zeros(len(cells))
        aim[number] = 1.0
        ends = [optimize.linprog(sign * aim, A_eq=equal, b_eq=sums).fun * sign for sign in (1.0, -1.0)]
        found.append((round(ends[0]), round(ends[1])))
    return found


def _complement(line: np.ndarray, hidden: np.ndarray, k: int) -> None:
    """Withhold the smallest further cells of a line until its withheld ones cannot be told."""
    if not hidden.any():
        return
    for place in np.argsort(line, kind="stable"):
        if hidden.sum() >= 2 and line[hidden].sum() >= k:
            return
        # Withholding a zero protects nobody: everybody knows that it is zero.
        if not hidden[place] and line[place] > 0:
            hidden[place] = True
    hidden[line > 0] = True


def shift_dates(dates: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Move each couple's dates by one random number of days: intervals stay, dates do not.

    Parameters
    ----------
    dates : DataFrame
        ``couple_id`` and ``at`` (times); both partners of a couple move together.

    Returns
    -------
    DataFrame
        ``at`` replaced by ``date``, a whole day.

    Examples
    --------
    >>> at = pd.to_datetime(["2026-01-01 21:30", "2026-01-29 07:00"])
    >>> dates = pd.DataFrame({"couple_id": ["c", "c"], "at": at})
    >>> moved = shift_dates(dates, np.random.default_rng(1))
    >>> int((moved["date"].iloc[1] - moved["date"].iloc[0]).days)
    28
    """
    couples = pd.unique(dates["couple_id"])
    by_couple = dict(zip(couples, generator.integers(-DAYS, DAYS + 1, len(couples)), strict=True))
    days = pd.to_datetime(dates["at"]).dt.tz_localize(None).dt.normalize()
    shift = pd.to_timedelta(dates["couple_id"].map(by_couple).astype(int), unit="D")
    return dates.drop(columns="at").assign(date=days + shift)
