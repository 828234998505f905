"""Actor–partner models from every value that was given: full-information maximum likelihood.

A model here is saturated in the means and covariances of all its columns (within the symmetry of
exchangeable partners), so its full-information estimates are the regressions of the
maximum-likelihood moments; their errors come from the observed information of those moments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.checks import Array, check_keys, constant, read_each
from workbook.research.dyadic.design import Design
from workbook.research.dyadic.least_squares import fit, fit_exchangeable
from workbook.research.dyadic.result import Apim, Setting
from workbook.research.full_information import (
    FullInformation,
    Places,
    Slope,
    full_information,
    settle_within,
)
from workbook.research.moments import Moments


@dataclass(frozen=True, eq=False)
class Joint:
    """The maximum-likelihood moments of a model's columns, and the couples behind them."""

    names: tuple[str, ...]
    found: FullInformation
    n_set_aside: int
    distinguishable: bool

    @property
    def moments(self) -> Moments:
        """The moments with the divisor n − 1, as those of complete couples."""
        names = list(self.names)
        covariance = pd.DataFrame(self.found.unbiased, index=names, columns=names)
        return Moments(self.found.n, pd.Series(self.found.means, names), covariance)


def read_joint(
    pairs: pd.DataFrame, design: Design, *, distinguishable: bool, further: Sequence[str] = ()
) -> Joint:
    """Return the moments of a design's columns, and of further pairs of columns before them.

    Raises
    ------
    StatisticsError
        Everything wrong at once; also two columns that are hardly ever answered together.
    """
    names = (*further, *design.columns)
    values = _read(pairs, names, design.least_couples(distinguishable=True))
    mirror = None if distinguishable else _mirror(names, design)
    empty = int(np.isnan(values).all(axis=1).sum())
    return Joint(names, full_information(values, mirror), empty, distinguishable)


def fit_incomplete(pairs: pd.DataFrame, design: Design, setting: Setting) -> Apim:
    """Fit an APIM to couples with missing values. See `workbook.research.dyadic.apim`."""
    joint = read_joint(pairs, design, distinguishable=setting.distinguishable)
    (model,), _ = fit_joint(joint, [design], setting)
    return model


def fit_joint(joint: Joint, designs: Sequence[Design], setting: Setting) -> tuple[list[Apim], Array]:
    """Fit models of the same moments; and return the covariance of all their estimates, in this order."""
    moments = joint.moments
    fits, slopes = [], []
    for design in designs:
        order = moments.select(design.columns)
        fitted = fit(moments.n, *order, design, "ML", distinguishable=joint.distinguishable)
        fits.append(fitted)
        slopes += _slopes(joint, design, fitted.estimate)
    spread = joint.found.error(slopes)
    models, first = [], 0
    for design, fitted in zip(designs, fits, strict=True):
        p = len(fitted.estimate)
        own = spread[first : first + p, first : first + p]
        whole = type(fitted)(
            estimate=fitted.estimate,
            covariance=own,
            df=np.full(p, np.inf),
            residual=fitted.residual,
            loglik=joint.found.loglik,
            n_parameters=joint.found.n_parameters,
        )
        models.append(Apim(design, setting, moments, whole, None, joint.n_set_aside, is_joint=True))
        first += p
    return models, spread


def compare_incomplete(
    pairs: pd.DataFrame, design: Design, *, omnibus: bool
) -> tuple[float, float, int, Joint]:
    """Return the log-likelihoods of like and of free partners, and by how many parameters they differ.

    All moments alike (*omnibus*), or only the regressions of y, while those of x are free.
    """
    free = read_joint(pairs, design, distinguishable=True)
    if omnibus:
        alike = read_joint(pairs, design, distinguishable=False).found
        return alike.loglik, free.found.loglik, free.found.n_parameters - alike.n_parameters, free
    n = free.found.n

    def like_partners(means: Array, covariance: Array) -> tuple[Array, Array]:
        return _with_like_partners(n, means, covariance, design)

    shared, own = (
        fit(n, *free.moments.select(design.columns), design, "ML", distinguishable=d).n_parameters
        for d in (False, True)
    )
    return settle_within(free.found, like_partners), free.found.loglik, own - shared, free


def _with_like_partners(n: int, means: Array, covariance: Array, design: Design) -> tuple[Array, Array]:
    """Return the moments with those of x as they are, and y's regressions those of exchangeable partners."""
    fitted = fit_exchangeable(n, means, covariance * n / (n - 1), design, "ML")
    rows = np.array([_order(design.columns, design, role) for role in (0, 1)])
    slopes = np.zeros((2, len(means) - 2))
    for role in (0, 1):
        slopes[role, rows[role]] = fitted.estimate[1:]
    of_x, spread = means[:-2], covariance[:-2, :-2]
    across = spread @ slopes.T
    whole = np.block([[spread, across], [across.T, slopes @ across + fitted.residual]])
    return np.concatenate([of_x, fitted.estimate[0] + slopes @ of_x]), whole


def _slopes(joint: Joint, design: Design, estimate: Array) -> list[Slope]:
    """Return how each coefficient changes with the joint moments.

    A slope β = S⁻¹s changes with the covariances by S⁻¹(ds − dS β), an intercept with the means too.
    """
    width = len(joint.names)
    p = design.n_terms
    found = []
    for role in range(len(estimate) // p):
        own = estimate[role * p : (role + 1) * p]
        rows = _order(joint.names, design, role)
        outcome = joint.names.index(design.outcome[role])
        contrast = np.zeros(width)
        contrast[outcome] = 1.0
        contrast[rows] = -own[1:]
        inverse = np.linalg.inv(joint.found.covariance[np.ix_(rows, rows)])
        lever = np.zeros((len(rows) + 1, width))
        lever[0, rows] = -inverse @ joint.found.means[rows]
        lever[1:, rows] = inverse
        for term in range(p):
            by_means = contrast if term == 0 else np.zeros(width)
            found.append((by_means, np.outer(lever[term], contrast)))
    return found


def _order(names: Sequence[str], design: Design, role: int) -> list[int]:
    """Return where the predictors of one role's equation stand, in the order of its terms."""
    personal = [pair[place ^ role] for pair in design.predictors for place in (0, 1)]
    return [list(names).index(name) for name in (*personal, *design.couple_level)]


def _read(pairs: pd.DataFrame, names: Sequence[str], least: int) -> Array:
    columns, problems = read_each(pairs, names)
    problems += check_keys(pairs)
    problems += constant({name: column[~np.isnan(column)] for name, column in columns.items()})
    for first, second in combinations(columns, 2):
        together = ~(np.isnan(columns[first]) | np.isnan(columns[second]))
        if together.sum() < least:
            problems.append(
                f"{first!r} and {second!r} are answered together by too few couples: {least} needed"
            )
    if problems:
        raise StatisticsError(problems)
    return np.column_stack([columns[name] for name in names])


def _mirror(names: Sequence[str], design: Design) -> Places:
    """Return where each column's partner stands; what belongs to the couple is its own partner."""
    order = np.arange(len(names))
    shared = set(design.couple_level)
    partners = [place for place, name in enumerate(names) if name not in shared]
    order[partners] = np.array(partners).reshape(-1, 2)[:, ::-1].ravel()
    return order
