"""Which columns an actor–partner model uses, and in what order its moments stand."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from workbook.errors import StatisticsError, StatisticsWarning
from workbook.research.checks import Array, read_complete, require_enough
from workbook.research.moments import Moments

Pair = tuple[str, str]
Covariate = str | Pair
Missing = Literal["listwise", "fiml"]

MUCH = 0.05
"""A share of couples set aside above this is worth a warning."""


@dataclass(frozen=True)
class Design:
    """Predictors, covariates and outcome of an APIM.

    ``predictors`` are pairs of columns (partner a's, partner b's), the first being x; each
    has an actor and a partner effect. ``couple_level`` columns hold one value per couple.
    """

    predictors: tuple[Pair, ...]
    couple_level: tuple[str, ...]
    outcome: Pair

    @classmethod
    def of(cls, x: Pair, y: Pair, covariates: Sequence[Covariate] | None = None) -> "Design":
        """Sort covariates: a name is couple-level, a pair of names is a personal one."""
        given = [covariates] if isinstance(covariates, str) else list(covariates or ())
        personal = tuple((c[0], c[1]) for c in given if not isinstance(c, str))
        couple_level = tuple(c for c in given if isinstance(c, str))
        design = cls(((x[0], x[1]), *personal), couple_level, (y[0], y[1]))
        names = design.columns
        terms = design.terms()
        twice = sorted({name for name in names if names.count(name) > 1})
        alike = sorted({term for term in terms if terms.count(term) > 1})
        problems = [f"column {name!r} is used twice in the model" for name in twice]
        if not twice:
            problems += [
                f"two terms of the model would be called {term!r}: rename the covariate" for term in alike
            ]
        if problems:
            raise StatisticsError(problems)
        return design

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column, in the order x_a, x_b, further pairs, couple-level, y_a, y_b."""
        return tuple(name for pair in self.predictors for name in pair) + self.couple_level + self.outcome

    @property
    def n_terms(self) -> int:
        """Coefficients of one partner's equation, the intercept included."""
        return 1 + 2 * len(self.predictors) + len(self.couple_level)

    def terms(self) -> list[str]:
        """Return names of one equation's coefficients, in the order of the fit."""
        extra = [
            f"{effect} {shared_name(pair)}" for pair in self.predictors[1:] for effect in ("actor", "partner")
        ]
        first = ["actor", "partner"] if self.predictors else []
        return ["intercept", *first, *extra, *self.couple_level]

    @property
    def empty(self) -> "Design":
        """The same outcome without any predictor: what explained variance is measured against."""
        return Design((), (), self.outcome)

    def least_couples(self, *, distinguishable: bool) -> int:
        """Fewest couples that leave a residual degree of freedom in every stratum."""
        per_equation = self.n_terms if distinguishable else 1 + len(self.predictors) + len(self.couple_level)
        return per_equation + 2


def shared_name(pair: Pair) -> str:
    """Return what the two columns of a pair have in common, as a term's name.

    >>> shared_name(("trust_a", "trust_b")), shared_name(("his", "hers"))
    ('trust', 'his/hers')
    """
    first, second = pair
    if first[:-1] == second[:-1] and len(first) > 2:
        return first[:-1].rstrip("_ .")
    return f"{first}/{second}"


def read_moments(
    pairs: pd.DataFrame | None, moments: Moments | None, design: Design, *, distinguishable: bool
) -> tuple[Moments, int]:
    """Return the design's moments, from a frame or as given, and how many couples were set aside."""
    least = design.least_couples(distinguishable=distinguishable)
    if (pairs is None) == (moments is None):
        raise StatisticsError("give either pairs or moments")
    if moments is not None:
        require_enough(moments.n, least)
        means, covariance = moments.select(design.columns)
        return Moments(moments.n, pd.Series(means, list(design.columns)), _frame(covariance, design)), 0
    assert pairs is not None  # noqa: S101  (narrowing for the type checker; refused above)
    vectors, n_set_aside = read_complete(pairs, design.columns, at_least=least)
    warn_of_set_aside(n_set_aside, len(pairs))
    return Moments.of_vectors(vectors, design.columns), n_set_aside


def warn_of_set_aside(n: int, of: int) -> None:
    """Warn where so many couples miss a value that leaving them out may bend the result."""
    if n > MUCH * of:
        warnings.warn(
            f"{n} of {of} couples miss a value and are set aside with all that they did answer: "
            "method='ML', missing='fiml' uses it",
            StatisticsWarning,
            stacklevel=4,
        )


def check_missing(missing: str, method: str) -> list[str]:
    """Return problems with what was asked about missing values."""
    if missing not in ("listwise", "fiml"):
        return [f"missing must be 'listwise' or 'fiml', not {missing!r}"]
    if missing == "fiml" and method != "ML":
        return ["missing='fiml' is a maximum likelihood: say method='ML'"]
    return []


def _frame(matrix: Array, design: Design) -> pd.DataFrame:
    names = list(design.columns)
    return pd.DataFrame(matrix, index=names, columns=names)
