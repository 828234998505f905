"""Sample size, means and covariances: all that the linear statistics need.

Cronbach's α, the dyadic ICC and the APIM are functions of these numbers alone, so they can
be worked out from a published table, from an export that holds no person's row, or from the
parts of a data set larger than memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from numbers import Real
from typing import Any, Self

import numpy as np
import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.checks import Array, read_complete

BLOCK = 1 << 16
"""Rows centred at a time: large enough to be fast, small enough to need no second frame."""

APIM_NAMES = ("x_a", "x_b", "y_a", "y_b")


@dataclass(frozen=True, eq=False)
class Moments:
    """Means and unbiased covariances (divisor n − 1) of some columns over n rows.

    Parameters
    ----------
    n : int
        How many complete rows (couples, or persons for reliability).
    means : Series or array, (k,)
        Means, in scale points. Plain arrays of four are taken as x_a, x_b, y_a, y_b.
    covariance : DataFrame or array, (k, k)
        Covariances, in squared scale points.

    Raises
    ------
    StatisticsError
        When shapes or names differ, n is no whole number, a number is not finite, or the matrix
        is no covariance.

    Examples
    --------
    >>> pairs = pd.DataFrame({"y_a": [1.0, 2.0, 4.0], "y_b": [2.0, 2.0, 5.0]})
    >>> moments = Moments.of(pairs, ["y_a", "y_b"])
    >>> moments.n, moments.means.round(3).tolist(), float(moments.covariance.loc["y_a", "y_b"])
    (3, [2.333, 3.0], 2.5)
    """

    n: int
    means: pd.Series
    covariance: pd.DataFrame

    def __post_init__(self) -> None:
        means, covariance = _named(self.means, self.covariance)
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "covariance", covariance)
        problems = list(_faults(self.n, means, covariance))
        if problems:
            raise StatisticsError(problems)

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Sequence[str]) -> Self:
        """Moments of the rows of a frame that miss nothing in these columns."""
        vectors, _ = read_complete(frame, columns, at_least=2, unit="rows")
        return cls.of_vectors(vectors, columns)

    @classmethod
    def of_vectors(cls, vectors: Sequence[Array], names: Sequence[str]) -> Self:
        """Moments of equally long vectors without missing values, block by block."""
        n = len(vectors[0])
        parts = [_block([vector[i : i + BLOCK] for vector in vectors]) for i in range(0, n, BLOCK)]
        count, means, scatter = reduce(_merge, parts)
        divisor = max(count - 1, 1)
        index = list(names)
        return cls(
            count,
            pd.Series(means, index=index),
            pd.DataFrame(scatter / divisor, index=index, columns=index),
        )

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.means.index)

    def merged(self, other: Self) -> Self:
        """Return the moments of both samples together (Chan, Golub & LeVeque 1983).

        Parts of a data set merged in any order give the whole's to rounding.
        """
        if self.names != other.names:
            raise StatisticsError("moments of different columns cannot be merged")
        mine = (self.n, self.means.to_numpy(), self.covariance.to_numpy() * (self.n - 1))
        theirs = (other.n, other.means.to_numpy(), other.covariance.to_numpy() * (other.n - 1))
        n, means, scatter = _merge(mine, theirs)
        names = list(self.names)
        return type(self)(
            n,
            pd.Series(means, index=names),
            pd.DataFrame(scatter / max(n - 1, 1), index=names, columns=names),
        )

    def select(self, names: Sequence[str]) -> tuple[Array, Array]:
        """Means (k,) and covariance (k, k) of these columns in this order, as arrays."""
        absent = [name for name in names if name not in self.means.index]
        if absent:
            raise StatisticsError([f"the moments hold no column {name!r}" for name in absent])
        order = list(names)
        return self.means[order].to_numpy(float), self.covariance.loc[order, order].to_numpy(float)


Part = tuple[int, Array, Array]


def _block(vectors: Sequence[Array]) -> Part:
    block = np.column_stack(vectors)
    means = block.mean(axis=0)
    block -= means
    return len(block), means, block.T @ block


def _merge(left: Part, right: Part) -> Part:
    n = left[0] + right[0]
    step = right[1] - left[1]
    means = left[1] + step * (right[0] / n)
    scatter = left[2] + right[2] + np.outer(step, step) * (left[0] * right[0] / n)
    return n, means, scatter


def _named(means: Any, covariance: Any) -> tuple[pd.Series, pd.DataFrame]:
    if isinstance(means, dict):
        means = pd.Series(means)
    if not isinstance(means, pd.Series):
        values = np.asarray(means, dtype=float)
        names = list(covariance.columns) if isinstance(covariance, pd.DataFrame) else None
        default = list(APIM_NAMES) if len(values) == len(APIM_NAMES) else list(range(len(values)))
        means = pd.Series(values, index=[str(name) for name in (names or default)])
    if not isinstance(covariance, pd.DataFrame):
        matrix = np.asarray(covariance, dtype=float)
        if matrix.shape != (len(means), len(means)):
            raise StatisticsError(f"covariance is {matrix.shape}, means are ({len(means)},)")
        covariance = pd.DataFrame(matrix, index=means.index, columns=means.index)
    return means.astype(float), covariance.astype(float)


def _faults(n: object, means: pd.Series, covariance: pd.DataFrame) -> list[str]:
    if list(covariance.index) != list(means.index) or list(covariance.columns) != list(means.index):
        return ["means and covariance name different columns, or in a different order"]
    problems = []
    if not (isinstance(n, Real) and float(n).is_integer() and float(n) >= 1.0):
        problems.append("n must be a whole number, at least 1")
    matrix = covariance.to_numpy()
    if not (np.isfinite(matrix).all() and np.isfinite(means.to_numpy()).all()):
        return [*problems, "means and covariance must be finite numbers"]
    if not np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-12):
        problems.append("covariance is not symmetric")
    elif np.linalg.eigvalsh(matrix).min() < -1e-8 * max(np.trace(matrix), 1e-300):
        problems.append("covariance has a negative eigenvalue: no data have these covariances")
    return problems
