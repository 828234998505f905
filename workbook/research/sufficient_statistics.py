"""Counts and sums that add up over the parts of a data set, whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.checks import Array, require_enough
from workbook.research.moments import Moments
from workbook.research.reliability import FEWEST_PERSONS
from workbook.research.risk import Anonymity


@dataclass(frozen=True, eq=False)
class ItemSums:
    """Sums over persons, each pair of items over those who answered both, (k, k) each.

    Answers are whole numbers, so sums of them and of their products are exact in float64 up
    to 2⁵³: no part's order or size changes the result.
    """

    n: Array
    sums: Array
    products: Array

    @classmethod
    def of(cls, values: Array) -> "ItemSums":
        """From persons × items with NaN where not answered."""
        present = (~np.isnan(values)).astype(float)
        filled = np.nan_to_num(values)
        return cls(present.T @ present, filled.T @ present, filled.T @ filled)

    def merged(self, other: "ItemSums") -> "ItemSums":
        return ItemSums(self.n + other.n, self.sums + other.sums, self.products + other.products)

    def moments(self, names: Sequence[str]) -> Moments:
        """Pairwise covariances, with the smallest n behind any of them.

        Raises
        ------
        StatisticsError
            Too few persons behind a pair of items, or an item that does not vary.
        """
        require_enough(int(self.n.min()), FEWEST_PERSONS, "persons behind every pair of items")
        covariance = (self.products - self.sums * self.sums.T / self.n) / (self.n - 1.0)
        constant = [name for name, own in zip(names, np.diag(covariance), strict=True) if own <= 0.0]
        if constant:
            raise StatisticsError([f"column {name!r} does not vary: leave it out" for name in constant])
        means = np.diag(self.sums) / np.diag(self.n)
        order = list(names)
        return Moments(int(self.n.min()), pd.Series(means, order), pd.DataFrame(covariance, order, order))


@dataclass(frozen=True, eq=False)
class ClassCounts:
    """How many couples are in each class, and how often each sensitive value occurs in it.

    ``couples``: indexed by the quasi-identifiers; ``answers``: by these and the value; ``alone``:
    whose class it is, of each class that holds one couple only. A couple lies in one part wholly, so
    its classes are counted once, and partners who are alone in two classes are one couple alone.
    """

    couples: pd.Series = field(repr=False)
    answers: pd.Series = field(repr=False)
    alone: pd.Series = field(repr=False)
    n_couples: int

    @classmethod
    def of(cls, table: pd.DataFrame, quasi: Sequence[str], sensitive: str, unit: str) -> "ClassCounts":
        coded = table[list(quasi)].astype("string").fillna("")
        keys = list(quasi)
        units = coded.assign(_unit=table[unit].to_numpy()).drop_duplicates()
        values = coded.assign(_value=table[sensitive].to_numpy(dtype=float, na_value=np.nan))
        own = units.groupby(keys, observed=True)["_unit"]
        sizes = own.size()
        answers = values.groupby([*keys, "_value"], observed=True, dropna=False).size()
        return cls(sizes, answers, own.first()[sizes == 1], int(units["_unit"].nunique()))

    def merged(self, other: "ClassCounts") -> "ClassCounts":
        couples = self.couples.add(other.couples, fill_value=0)
        levels = list(range(self.answers.index.nlevels))
        both = pd.concat([self.answers, other.answers])
        alone = pd.concat([self.alone, other.alone])
        return ClassCounts(
            couples,
            both.groupby(level=levels, observed=True, dropna=False).sum(),
            alone[couples.reindex(alone.index).to_numpy() == 1],
            self.n_couples + other.n_couples,
        )

    def anonymity(self) -> Anonymity:
        """k, l, t and the share of couples alone, as `measure_anonymity` finds them.

        Raises
        ------
        StatisticsError
            Nobody is in any class.
        """
        if not self.n_couples:
            raise StatisticsError("the table is empty")
        levels = list(range(self.answers.index.nlevels - 1))
        counts = self.answers.unstack(-1, fill_value=0)  # noqa: PD010 - a table of counts
        counts = counts.sort_index(axis=1)  # NaN counts as a value of its own and comes last
        table = counts.groupby(level=levels, observed=True).sum().to_numpy(dtype=float)
        whole = table.sum(axis=0) / table.sum()
        gaps = table / table.sum(axis=1, keepdims=True) - whole
        t = np.abs(np.cumsum(gaps, axis=1)).sum(axis=1).max() / max(table.shape[1] - 1, 1)
        sizes = self.couples.to_numpy()
        return Anonymity(
            int(sizes.min()),
            int((table > 0).sum(axis=1).min()),
            float(t),
            float(self.alone.nunique() / self.n_couples),
            len(sizes),
            self.n_couples,
        )


def merge_moments(parts: Sequence[Moments]) -> Moments:
    """Return all parts' moments as one, merged pairwise in a tree: rounding stays small."""
    found = list(parts)
    if not found:
        raise StatisticsError("no part holds a complete couple")
    while len(found) > 1:
        found = [reduce(Moments.merged, found[i : i + 2]) for i in range(0, len(found), 2)]
    return found[0]
