"""The APIM from every value that was given: full-information maximum likelihood.

The model is saturated in the means and covariances of x and y (within the symmetry of
exchangeable partners), so its full-information estimates are the regressions of the
maximum-likelihood moments, which the EM algorithm finds; standard errors come from the
observed information of those moments. All of it is worked out on columns standardised by
what was seen of them, since numerical derivatives need numbers of one size, and turned back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import block_diag
from statsmodels.tools.numdiff import approx_fprime, approx_hess3

from workbook.errors import StatisticsError
from workbook.research.checks import Array, check_keys, constant, read_each
from workbook.research.dyadic.design import Design
from workbook.research.dyadic.least_squares import Fit, fit
from workbook.research.dyadic.result import Apim, Setting
from workbook.research.moments import Moments

Places = NDArray[np.intp]
Counts = NDArray[np.int64]

MOST_STEPS = 20_000
SETTLED = 1e-12


@dataclass(frozen=True, eq=False)
class _Shape:
    """Couples that answered the same columns: which, how many, their mean and mean square."""

    seen: np.ndarray
    n: int
    mean: Array
    second: Array


def fit_incomplete(pairs: pd.DataFrame, design: Design, setting: Setting) -> Apim:
    """Fit an APIM to couples with missing values. See `workbook.research.dyadic.apim`.

    Raises
    ------
    StatisticsError
        Also when two columns are never answered together, or EM does not settle.
    """
    values = _read(pairs, design)
    mirror = None if setting.distinguishable else _mirror(design)
    centre, scale = _units(values, mirror)
    empty = np.isnan(values).all(axis=1)
    shapes = _shapes((values[~empty] - centre) / scale)
    n = int((~empty).sum())
    means, covariance = _settle(shapes, n, mirror)
    names = list(design.columns)
    unbiased = covariance * np.outer(scale, scale) * n / (n - 1)
    moments = Moments(
        n, pd.Series(centre + scale * means, names), pd.DataFrame(unbiased, index=names, columns=names)
    )
    fitted = _with_errors(shapes, n, means, covariance, design, mirror)
    seen = (~np.isnan(values)).sum(axis=0)
    as_given = _as_given(fitted, design, centre, scale, seen)
    return Apim(design, setting, moments, as_given, None, int(empty.sum()), is_joint=True)


def _read(pairs: pd.DataFrame, design: Design) -> Array:
    columns, problems = read_each(pairs, design.columns)
    problems += check_keys(pairs)
    problems += constant({name: column[~np.isnan(column)] for name, column in columns.items()})
    least = design.least_couples(distinguishable=True)
    for first, second in combinations(columns, 2):
        together = ~(np.isnan(columns[first]) | np.isnan(columns[second]))
        if together.sum() < least:
            problems.append(
                f"{first!r} and {second!r} are answered together by too few couples: {least} needed"
            )
    if problems:
        raise StatisticsError(problems)
    return np.column_stack([columns[name] for name in design.columns])


def _units(values: Array, mirror: Places | None) -> tuple[Array, Array]:
    """Mean and standard deviation of what was seen of each column, or of both partners' columns."""
    centre = np.nanmean(values, axis=0)
    square = np.nanmean((values - centre) ** 2, axis=0)
    if mirror is not None:
        apart = (centre - centre[mirror]) / 2.0
        centre = (centre + centre[mirror]) / 2.0
        square = (square + square[mirror]) / 2.0 + apart**2
    return centre, np.sqrt(square)


def _as_given(fitted: Fit, design: Design, centre: Array, scale: Array, seen: Counts) -> Fit:
    """Return a fit of standardised columns in the units that the columns were given in."""
    outcomes = [len(scale) - 2, len(scale) - 1]
    turns, shifts = [], []
    for role in range(len(fitted.estimate) // design.n_terms):
        own_first = [2 * j + (place ^ role) for j in range(len(design.predictors)) for place in (0, 1)]
        slopes = scale[outcomes[role]] / scale[own_first]
        turn = np.diag([scale[outcomes[role]], *slopes])
        turn[0, 1:] = -slopes * centre[own_first]
        turns.append(turn)
        shifts += [centre[outcomes[role]], *np.zeros(len(own_first))]
    turn = block_diag(*turns)
    return Fit(
        estimate=turn @ fitted.estimate + np.array(shifts),
        covariance=turn @ fitted.covariance @ turn.T,
        df=fitted.df,
        residual=fitted.residual * np.outer(scale[outcomes], scale[outcomes]),
        loglik=fitted.loglik - float(seen @ np.log(scale)),
        n_parameters=fitted.n_parameters,
    )


def _shapes(values: Array) -> list[_Shape]:
    seen = ~np.isnan(values)
    patterns, which = np.unique(seen, axis=0, return_inverse=True)
    found = []
    for number, pattern in enumerate(patterns):
        rows = values[which.ravel() == number][:, pattern]
        found.append(_Shape(pattern, len(rows), rows.mean(axis=0), rows.T @ rows / len(rows)))
    return found


def _mirror(design: Design) -> Places:
    """Return where each column's partner stands: partners may be swapped without changing anything."""
    order = np.arange(len(design.columns))
    for first, second in pairwise(range(len(order))):
        if first % 2 == 0:
            order[[first, second]] = order[[second, first]]
    return order


def _settle(shapes: list[_Shape], n: int, mirror: Places | None) -> tuple[Array, Array]:
    """Maximum-likelihood moments by EM (Dempster, Laird & Rubin 1977)."""
    width = len(shapes[0].seen)
    whole = np.zeros(width)
    square = np.zeros(width)
    count = np.zeros(width)
    for shape in shapes:
        whole[shape.seen] += shape.n * shape.mean
        square[shape.seen] += shape.n * np.diag(shape.second)
        count[shape.seen] += shape.n
    means = whole / count
    covariance = np.diag(square / count - means**2)
    for _ in range(MOST_STEPS):
        next_means, next_covariance = _step(shapes, n, means, covariance)
        if mirror is not None:
            next_means = (next_means + next_means[mirror]) / 2.0
            next_covariance = _symmetrised(shapes, n, means, covariance, mirror, next_means)
        moved = np.abs(next_covariance - covariance).max() / np.abs(covariance).max()
        moved = max(moved, float((np.abs(next_means - means) / np.sqrt(np.diag(covariance))).max()))
        means, covariance = next_means, next_covariance
        if moved < SETTLED:
            return means, covariance
    raise StatisticsError("the likelihood does not settle on these missing values: set couples aside instead")


def _expected(shapes: list[_Shape], means: Array, covariance: Array) -> tuple[Array, Array]:
    """Return expected sums of values and of products, given what was seen."""
    width = len(means)
    first, second = np.zeros(width), np.zeros((width, width))
    for shape in shapes:
        seen, hidden = shape.seen, ~shape.seen
        fill = np.zeros((width, int(seen.sum())))
        fill[seen] = np.eye(int(seen.sum()))
        fill[hidden] = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, hidden)]).T
        offset = means - fill @ means[seen]
        mean = fill @ shape.mean + offset
        scatter = shape.second - np.outer(shape.mean, shape.mean)
        spread = fill @ scatter @ fill.T + np.outer(mean, mean)
        spread[np.ix_(hidden, hidden)] += (
            covariance[np.ix_(hidden, hidden)] - fill[hidden] @ covariance[np.ix_(seen, hidden)]
        )
        first += shape.n * mean
        second += shape.n * spread
    return first, second


def _step(shapes: list[_Shape], n: int, means: Array, covariance: Array) -> tuple[Array, Array]:
    first, second = _expected(shapes, means, covariance)
    centre = first / n
    return centre, second / n - np.outer(centre, centre)


def _symmetrised(
    shapes: list[_Shape], n: int, means: Array, covariance: Array, mirror: Places, centre: Array
) -> Array:
    _, second = _expected(shapes, means, covariance)
    second = (second + second[np.ix_(mirror, mirror)]) / (2.0 * n)
    return np.asarray(second - np.outer(centre, centre))


def _with_errors(
    shapes: list[_Shape], n: int, means: Array, covariance: Array, design: Design, mirror: Places | None
) -> Fit:
    """Fit the regressions of the moments, with errors from the observed information."""
    free = _Free(len(means), mirror)
    point = free.pack(means, covariance)

    def estimates(parameters: Array) -> Array:
        centre, spread = free.unpack(parameters)
        found = fit(n, centre, spread * n / (n - 1), design, "ML", distinguishable=mirror is None)
        return found.estimate

    def loglik(parameters: Array) -> float:
        return _loglik(shapes, *free.unpack(parameters))

    information = -approx_hess3(point, loglik)
    slope = approx_fprime(point, estimates, centered=True)
    spread = slope @ np.linalg.inv(information) @ slope.T
    whole = fit(n, means, covariance * n / (n - 1), design, "ML", distinguishable=mirror is None)
    infinite = np.full(len(whole.estimate), np.inf)
    return Fit(whole.estimate, spread, infinite, whole.residual, loglik(point), n_parameters=len(point))


class _Free:
    """The free means and covariances: all, or those that differ when partners are swapped."""

    def __init__(self, width: int, mirror: Places | None) -> None:
        self.width = width
        rows, columns = np.tril_indices(width)
        swap = np.arange(width) if mirror is None else mirror
        self.mean_class, first_means = _classes([(i,) for i in range(width)], swap)
        entries = [(int(i), int(j)) for i, j in zip(rows, columns, strict=True)]
        self.entry_class, first_entries = _classes(entries, swap)
        self.rows, self.columns = rows, columns
        self.first_means = np.array(first_means)
        self.first_entries = np.array(first_entries)

    def pack(self, means: Array, covariance: Array) -> Array:
        entries = covariance[self.rows, self.columns]
        return np.concatenate([means[self.first_means], entries[self.first_entries]])

    def unpack(self, parameters: Array) -> tuple[Array, Array]:
        n_means = len(self.first_means)
        means = parameters[:n_means][self.mean_class]
        entries = parameters[n_means:][self.entry_class]
        covariance = np.empty((self.width, self.width))
        covariance[self.rows, self.columns] = entries
        covariance[self.columns, self.rows] = entries
        return means, covariance


def _classes(entries: Sequence[tuple[int, ...]], swap: Places) -> tuple[np.ndarray, list[int]]:
    """Entries that the swap makes equal share a number; and the first entry of each number."""
    number: dict[frozenset[tuple[int, ...]], int] = {}
    first: list[int] = []
    kinds = []
    for place, entry in enumerate(entries):
        swapped = tuple(sorted((int(swap[i]) for i in entry), reverse=True))
        key = frozenset({tuple(sorted(entry, reverse=True)), swapped})
        if key not in number:
            number[key] = len(first)
            first.append(place)
        kinds.append(number[key])
    return np.array(kinds), first


def _loglik(shapes: list[_Shape], means: Array, covariance: Array) -> float:
    total = 0.0
    for shape in shapes:
        seen = shape.seen
        block = covariance[np.ix_(seen, seen)]
        centre = means[seen]
        scatter = (
            shape.second
            - np.outer(shape.mean, centre)
            - np.outer(centre, shape.mean)
            + np.outer(centre, centre)
        )
        log_determinant = np.linalg.slogdet(block)[1]
        distance = np.trace(np.linalg.solve(block, scatter))
        total -= 0.5 * shape.n * (seen.sum() * np.log(2.0 * np.pi) + log_determinant + distance)
    return float(total)
