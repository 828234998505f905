"""Means and covariances from every value that was given: full-information maximum likelihood.

Rows are grouped by what is missing in them; a group's part of the normal likelihood follows from
its size, its means and its products. The expectation–maximisation algorithm (Dempster, Laird &
Rubin 1977) comes near the maximum, Newton's method settles there. The errors of whatever is worked
out from the moments come from the observed information. That matrix is never written down: it is
only multiplied with, and its equations are solved by conjugate gradients, so that thirty items with
their 495 moments are as easy as four.

All of it is worked out on columns standardised by what was seen of them, and turned back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workbook.errors import StatisticsError
from workbook.research.checks import Array

Places = NDArray[np.intp]
Slope = tuple[Array, Array]
"""How a number changes with the means, (k,), and with the covariances, (k, k) symmetric."""

MOST_STEPS = 5000
NEAR = 0.1
"""Newton's method is tried once a step of expectation–maximisation moves the moments less than this."""
SETTLED = 1e-10
MOST_TURNS = 400
SOLVED = 1e-8
ROUGHLY = 1e-4
"""How far equations are solved for what is final, and for a step of Newton's method."""
SINGULAR = 1e-9
"""A smallest eigenvalue of the standardised covariances below this: a column follows from others."""


@dataclass(frozen=True, eq=False)
class FullInformation:
    """The maximum-likelihood moments of some columns over n rows, some of whose values are missing.

    Attributes
    ----------
    n : int
        Rows in which anything was given.
    means, covariance : ndarray, (k,) and (k, k)
        Maximum-likelihood estimates (divisor n), in the units of the columns.
    loglik : float
    n_parameters : int
        Means and covariances that were free.
    """

    n: int
    means: Array
    covariance: Array
    loglik: float
    n_parameters: int
    likelihood: "Likelihood"
    centre: Array
    scale: Array
    n_seen: Array

    @property
    def unbiased(self) -> Array:
        """The covariances with the divisor n − 1."""
        return self.covariance * (self.n / (self.n - 1.0))

    def error(self, slopes: Sequence[Slope]) -> Array:
        """Return the covariance matrix of numbers worked out from the moments, by their slopes."""
        own = [self._scaled(slope) for slope in slopes]
        solved = self.likelihood.solve(own)
        found = np.array([[_times(first, second) for second in solved] for first in own])
        return np.asarray((found + found.T) / 2.0)

    def error_if_complete(self, slope: Slope) -> float:
        """Return the variance that `error` would give had all n rows no missing value."""
        first, second = self._scaled(slope)
        _, spread = self.likelihood.at
        square = np.trace(spread @ second @ spread @ second)
        return float((first @ spread @ first + 2.0 * square) / self.n)

    def _scaled(self, slope: Slope) -> Slope:
        return self.likelihood.allowed((slope[0] * self.scale, slope[1] * np.outer(self.scale, self.scale)))


def full_information(values: Array, mirror: Places | None = None) -> FullInformation:
    """Return the maximum-likelihood moments of columns with missing values.

    Parameters
    ----------
    values : ndarray, (rows, k)
        NaN where missing. Rows in which nothing was given count for nothing.
    mirror : ndarray, (k,), optional
        Where each column's partner stands. The moments are then those of partners who may be
        swapped without changing anything.

    Raises
    ------
    StatisticsError
        When the likelihood has no maximum that these values determine.
    """
    values = values[~np.isnan(values).all(axis=1)]
    centre, scale = _units(values, mirror)
    likelihood = Likelihood.of((values - centre) / scale, mirror)
    likelihood.settle()
    means, covariance = likelihood.at
    n_seen = (~np.isnan(values)).sum(axis=0)
    return FullInformation(
        n=len(values),
        means=centre + scale * means,
        covariance=covariance * np.outer(scale, scale),
        loglik=likelihood.value(means, covariance) - float(n_seen @ np.log(scale)),
        n_parameters=likelihood.n_parameters,
        likelihood=likelihood,
        centre=centre,
        scale=scale,
        n_seen=n_seen,
    )


def settle_within(found: FullInformation, restrict: Callable[[Array, Array], tuple[Array, Array]]) -> float:
    """Return the greatest log-likelihood of moments that a model allows.

    Parameters
    ----------
    found : FullInformation
        Of the moments without the model.
    restrict : function
        From the moments of complete rows, (k,) and (k, k) with divisor n, to the most likely ones
        that the model allows: what expectation–maximisation asks of it in every step.

    Raises
    ------
    StatisticsError
        When it does not settle.
    """
    likelihood, centre, scale = found.likelihood, found.centre, found.scale
    units = np.outer(scale, scale)

    def allowed(means: Array, covariance: Array) -> tuple[Array, Array]:
        means, covariance = restrict(centre + scale * means, covariance * units)
        return (means - centre) / scale, covariance / units

    at = allowed(*likelihood.at)
    for _ in range(MOST_STEPS):
        step = allowed(*likelihood.climb(*at))
        moved = _moved((step[0] - at[0], step[1] - at[1]))
        at = step
        if moved < SETTLED:
            return likelihood.value(*at) - float(found.n_seen @ np.log(scale))
    raise StatisticsError(UNSETTLED)


def _units(values: Array, mirror: Places | None) -> tuple[Array, Array]:
    """Mean and standard deviation of what was seen of each column, or of both partners' columns."""
    centre = np.nanmean(values, axis=0)
    square = np.nanmean((values - centre) ** 2, axis=0)
    if mirror is not None:
        apart = (centre - centre[mirror]) / 2.0
        centre = (centre + centre[mirror]) / 2.0
        square = (square + square[mirror]) / 2.0 + apart**2
    return centre, np.sqrt(square)


class Likelihood:
    """The normal likelihood of rows grouped by what is missing in them.

    ``seen`` (g, k) is 1 where the rows of a group have a value and 0 elsewhere; ``size`` (g,), ``mean``
    (g, k) and ``second`` (g, k, k), the mean product, are 0 where a value is missing.
    """

    def __init__(self, seen: Array, size: Array, mean: Array, second: Array, mirror: Places | None) -> None:
        self.seen, self.size, self.mean, self.second, self.mirror = seen, size, mean, second, mirror
        self.n = float(size.sum())
        width = seen.shape[1]
        self.at: tuple[Array, Array] = (np.zeros(width), np.eye(width))

    @classmethod
    def of(cls, values: Array, mirror: Places | None) -> "Likelihood":
        given = ~np.isnan(values)
        patterns, which, size = np.unique(given, axis=0, return_inverse=True, return_counts=True)
        which = which.ravel()
        order = np.argsort(which, kind="stable")
        filled = np.where(given, values, 0.0)[order]
        ends = np.concatenate([[0], np.cumsum(size)])
        rows = [filled[first:last] for first, last in pairwise(ends)]
        mean = np.stack([group.mean(axis=0) for group in rows])
        second = np.stack([group.T @ group / len(group) for group in rows])
        return cls(patterns.astype(float), size.astype(float), mean, second, mirror)

    @property
    def n_parameters(self) -> int:
        width = self.seen.shape[1]
        swap = np.arange(width) if self.mirror is None else self.mirror
        means = {frozenset({i, int(swap[i])}) for i in range(width)}
        entries = {
            frozenset({frozenset({i, j}), frozenset({int(swap[i]), int(swap[j])})})
            for i in range(width)
            for j in range(i + 1)
        }
        return len(means) + len(entries)

    def allowed(self, slope: Slope) -> Slope:
        """Return the part of a slope along which the moments may move: partners are alike, if mirrored."""
        first, second = slope[0], (slope[1] + slope[1].T) / 2.0
        if self.mirror is None:
            return first, second
        return (first + first[self.mirror]) / 2.0, (second + second[np.ix_(self.mirror, self.mirror)]) / 2.0

    def settle(self) -> None:
        """Move ``at`` to the maximum."""
        at = self._place(*self.at)
        for _ in range(MOST_STEPS):
            step = self._if_complete(at.covariance, at.score)
            if _moved(step) < SETTLED:
                self.at = at.means, at.covariance
                if np.linalg.eigvalsh(at.covariance).min() < SINGULAR:
                    break
                return
            newton = self._newton(at) if _moved(step) < NEAR else None
            at = newton or self._place(*_climbed(at, step))
        raise StatisticsError(UNSETTLED)

    def climb(self, means: Array, covariance: Array) -> tuple[Array, Array]:
        """Return the moments after one step of expectation–maximisation."""
        at = self._place(means, covariance)
        return _climbed(at, self._if_complete(covariance, at.score))

    def _place(self, means: Array, covariance: Array) -> "_Place":
        """Return where these moments are on the likelihood, and how it rises from there."""
        inverse = np.asarray(np.linalg.inv(self._blocks(covariance)), dtype=np.float64)
        inverse *= self.seen[:, :, None] * self.seen[:, None, :]
        off, scatter = self._deviations(means)
        turned_off = np.einsum("gij,gj->gi", inverse, off)
        weighed = scatter @ inverse
        by_covariance = inverse @ weighed - inverse
        score = self.size @ turned_off, 0.5 * np.tensordot(self.size, by_covariance, axes=1)
        return _Place(means, covariance, inverse, off, turned_off, weighed, self.allowed(score))

    def value(self, means: Array, covariance: Array) -> float:
        """Return the log-likelihood."""
        blocks = self._blocks(covariance)
        distance = np.trace(np.linalg.solve(blocks, self._deviations(means)[1]), axis1=1, axis2=2)
        constant = self.seen.sum(axis=1) * np.log(2.0 * np.pi)
        return float(-0.5 * (self.size @ (constant + np.linalg.slogdet(blocks)[1] + distance)))

    def solve(self, slopes: Sequence[Slope]) -> list[Slope]:
        """Return the observed information's inverse, at the maximum, times each slope.

        Raises
        ------
        StatisticsError
            When the values do not determine it.
        """
        at = self._place(*self.at)
        found = [self._solved(at, slope, SOLVED) for slope in slopes]
        sound = [answer for answer in found if answer is not None]
        if len(sound) < len(found):
            raise StatisticsError(UNSETTLED)
        return sound

    def _solved(self, at: "_Place", slope: Slope, solved: float) -> Slope | None:
        answer: Slope = (np.zeros_like(slope[0]), np.zeros_like(slope[1]))
        rest = slope
        towards = turned = self._if_complete(at.covariance, rest)
        size = start = _times(rest, turned)
        for _ in range(MOST_TURNS):
            if size <= solved**2 * start:
                return answer
            ahead = self._information(at, towards)
            curve = _times(towards, ahead)
            if not curve > 0.0:
                return None
            answer = _plus(answer, size / curve, towards)
            rest = _plus(rest, -size / curve, ahead)
            turned = self._if_complete(at.covariance, rest)
            size, before = _times(rest, turned), size
            towards = _plus(turned, size / before, towards)
        return None

    def _newton(self, at: "_Place") -> "_Place | None":
        """Return the place after a step of Newton's method, if it is nearer to the maximum."""
        step = self._solved(at, at.score, ROUGHLY)
        if step is None:
            return None
        covariance = at.covariance + step[1]
        if not np.linalg.eigvalsh(covariance).min() > 0.0:
            return None
        there = self._place(at.means + step[0], covariance)
        steep, before = (_times(p.score, self._if_complete(at.covariance, p.score)) for p in (there, at))
        return there if steep < 0.25 * before else None

    def _information(self, at: "_Place", slope: Slope) -> Slope:
        """Return the observed information times a direction."""
        first, second = slope
        shift = np.einsum("gij,gj->gi", at.inverse, self.seen * first)
        turned = at.inverse @ second @ at.inverse
        moved = 2.0 * turned @ at.weighed - turned  # made symmetric by `allowed`
        by_covariance = 0.5 * np.tensordot(self.size, moved, axes=1)
        by_covariance += np.einsum("g,gi,gj->ij", self.size, shift, at.turned_off)
        by_mean = np.einsum("gij,gj->gi", turned, at.off) + shift
        return self.allowed((self.size @ by_mean, by_covariance))

    def _if_complete(self, covariance: Array, slope: Slope) -> Slope:
        """Return the inverse of the information that complete rows would hold, times a slope."""
        return covariance @ slope[0] / self.n, 2.0 / self.n * covariance @ slope[1] @ covariance

    def _blocks(self, covariance: Array) -> Array:
        """Return what of the covariances each group saw, with a unit variance for what it did not."""
        both = self.seen[:, :, None] * self.seen[:, None, :]
        return np.asarray(covariance * both + np.eye(len(covariance)) * (1.0 - self.seen)[:, None, :])

    def _deviations(self, means: Array) -> tuple[Array, Array]:
        """Return each group's mean deviation and mean product of deviations."""
        centre = self.seen * means
        crossed = self.mean[:, :, None] * centre[:, None, :]
        scatter = self.second - crossed - crossed.transpose(0, 2, 1)
        return self.mean - centre, scatter + centre[:, :, None] * centre[:, None, :]


@dataclass(frozen=True, eq=False)
class _Place:
    """Moments, what follows from them for each group of rows, and the slope of the likelihood there.

    ``inverse`` (g, k, k) of the covariances, 0 where nothing was seen; ``off`` (g, k) mean
    deviations, ``turned_off`` and ``weighed`` these and their products times the inverse.
    """

    means: Array
    covariance: Array
    inverse: Array
    off: Array
    turned_off: Array
    weighed: Array
    score: Slope


UNSETTLED = (
    "the likelihood does not settle on these missing values, or a column follows from others: "
    "set rows aside with missing='listwise'"
)


def _climbed(at: _Place, step: Slope) -> tuple[Array, Array]:
    return at.means + step[0], at.covariance + step[1] - np.outer(step[0], step[0])


def _moved(step: Slope) -> float:
    return float(max(np.abs(step[0]).max(), np.abs(step[1]).max()))


def _times(first: Slope, second: Slope) -> float:
    return float(first[0] @ second[0] + np.sum(first[1] * second[1]))


def _plus(first: Slope, weight: float, second: Slope) -> Slope:
    return first[0] + weight * second[0], first[1] + weight * second[1]
