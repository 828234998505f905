"""Are the partners distinguishable: a test, and what to do with a mixed cohort."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from workbook.errors import StatisticsError
from workbook.research.checks import check_keys, named_twice
from workbook.research.dyadic.design import Covariate, Design, Missing, Pair, check_missing, read_moments
from workbook.research.dyadic.incomplete import compare_incomplete
from workbook.research.dyadic.least_squares import fit, is_redundant
from workbook.research.moments import Moments


@dataclass(frozen=True, slots=True)
class Distinguishability:
    """A likelihood-ratio test of exchangeable against distinguishable partners.

    ``n`` counts couples; ``n_set_aside`` those left out because a value is missing.
    """

    chi2: float
    df: int
    p: float
    loglik_exchangeable: float
    loglik_distinguishable: float
    n: int
    n_set_aside: int = 0


def distinguishability(
    pairs: pd.DataFrame | None = None,
    x: Pair = ("x_a", "x_b"),
    y: Pair = ("y_a", "y_b"),
    *,
    covariates: Sequence[Covariate] | None = None,
    moments: Moments | None = None,
    test: Literal["conditional", "omnibus"] = "conditional",
    missing: Missing = "listwise",
) -> Distinguishability:
    """Test whether the roles make a difference that can be seen.

    Formula
    -------
    χ² = −2·(log L of the exchangeable − log L of the distinguishable model), both by ML.
    *conditional*: the APIM of y given x: equal intercepts, actor and partner effects and
    residual variances (4 df; each further covariate adds its own). *omnibus*: equal means,
    variances and cross-covariances of x and y together (6 df), whatever the model.

    Assumptions
    -----------
    As the APIM. A small sample that shows no difference does not show that there is none;
    theory decides first. χ² is right for many couples only and rejects too often with few: at
    a nominal .05, two thousand simulated cohorts without any difference (two predictors, either
    test) were rejected in .41 of cases with 6 couples, .15 with 12, .10 with 20, .08 with 30,
    .07 with 50 and .05 to .07 with 100. There is no correction for it here.

    Missing
    -------
    *listwise*: couples with a missing value are set aside and counted in ``n_set_aside``. *fiml*:
    every value that was given is used. The likelihoods are then of x and y together; the
    *conditional* test leaves the moments of x free in both models.

    Source
    ------
    Kenny, Kashy & Cook (2006), ch. 6–7; Olsen & Kenny (2006), Psych. Methods 11, 127–141
    (omnibus).

    Checked against
    ---------------
    The conditional test: R's ``nlme::gls`` on 50 random data sets in ``make prove``; a published
    workshop: χ²(4) = 7.277, p = .122. The omnibus test: its formula only. With *fiml* both tests
    against ``lavaan`` with equal parameters, on as many data sets with missing values.

    Parameters
    ----------
    pairs : DataFrame, one row per couple, or ``moments``
    x, y : (str, str)
    covariates : as `apim`
    test : {"conditional", "omnibus"}
    missing : {"listwise", "fiml"}

    Raises
    ------
    StatisticsError
        As `apim`; *omnibus* also where a column follows from the others.

    Examples
    --------
    >>> generator = np.random.default_rng(7)
    >>> pairs = pd.DataFrame(generator.normal(size=(80, 4)), columns=["x_a", "x_b", "y_a", "y_b"])
    >>> found = distinguishability(pairs)
    >>> found.df, round(found.chi2, 2), round(found.p, 2)
    (4, 1.61, 0.81)
    """
    design = Design.of(x, y, covariates)
    if problems := _misplaced(design, test, missing, pairs):
        raise StatisticsError(problems)
    if missing == "fiml" and pairs is not None:
        same, different, df, joint = compare_incomplete(pairs, design, omnibus=test == "omnibus")
        return _compared(same, different, df, joint.found.n, joint.n_set_aside)
    found, n_set_aside = read_moments(pairs, moments, design, distinguishable=True)
    if test == "omnibus":
        same, different, df = _omnibus(found, design)
    else:
        order = found.select(design.columns)
        shared, own = (fit(found.n, *order, design, "ML", distinguishable=d) for d in (False, True))
        same, different, df = shared.loglik, own.loglik, own.n_parameters - shared.n_parameters
    return _compared(same, different, df, found.n, n_set_aside)


def _misplaced(design: Design, test: str, missing: str, pairs: pd.DataFrame | None) -> list[str]:
    problems = check_missing(missing, "ML")
    if test not in ("conditional", "omnibus"):
        problems.append(f"test must be 'conditional' or 'omnibus', not {test!r}")
    if test == "omnibus" and design.couple_level:
        problems.append("test='omnibus' takes no couple-level covariates")
    if missing == "fiml" and pairs is None:
        problems.append("missing='fiml' needs the couples' rows, not moments")
    return problems


def _compared(same: float, different: float, df: int, n: int, n_set_aside: int) -> Distinguishability:
    chi2 = max(2.0 * (different - same), 0.0)
    return Distinguishability(chi2, df, float(stats.chi2.sf(chi2, df)), same, different, n, n_set_aside)


def _omnibus(moments: Moments, design: Design) -> tuple[float, float, int]:
    """Log-likelihoods of equal and of free moments, and how many parameters they differ by."""
    means, covariance = moments.select(design.columns)
    if is_redundant(covariance, np.zeros(len(means))):
        raise StatisticsError("test='omnibus': a column follows from the others, or does not vary")
    n, width = moments.n, len(means)
    covariance = covariance * (n - 1) / n
    mirror = np.arange(width).reshape(-1, 2)[:, ::-1].ravel()
    apart = (means - means[mirror]) / 2.0
    symmetric = (covariance + covariance[np.ix_(mirror, mirror)]) / 2.0 + np.outer(apart, apart)
    base = width * (np.log(2.0 * np.pi) + 1.0)
    same, different = (-0.5 * n * (base + np.linalg.slogdet(m)[1]) for m in (symmetric, covariance))
    k = width // 2
    # Equal means k, variances k, and for each two variables own–own and own–partner pairs.
    return float(same), float(different), 2 * k + k * (k - 1)


@dataclass(frozen=True, eq=False)
class AlignedCouples:
    """Couples put in the order of their roles, if every couple has both.

    ``distinguishable`` is False as soon as one couple cannot be told apart by role; then
    ``pairs`` is as it was and ``reason`` says how many couples that is.
    """

    pairs: pd.DataFrame = field(repr=False)
    distinguishable: bool
    roles: tuple[str, str]
    reason: str


def align_roles(
    pairs: pd.DataFrame,
    role: Pair = ("role_a", "role_b"),
    columns: Sequence[Pair] = (("x_a", "x_b"), ("y_a", "y_b")),
) -> AlignedCouples:
    """Decide from everybody's role whether a cohort is distinguishable, and order its partners.

    A role distinguishes a cohort only if every couple holds the same two different roles.
    One couple with two like roles, or without one, makes all of them exchangeable: a model of
    roles has no place for it, and leaving it out would leave those people out of the study.

    Source
    ------
    West, Popp & Kenny (2008), Pers. Soc. Psych. Bull. 34, 321–336 (gender and orientation).

    Parameters
    ----------
    pairs : DataFrame, one row per couple
    role : (str, str)
        Columns that hold each partner's role.
    columns : list of (str, str)
        Pairs of columns to be swapped where the roles stand the other way round: every pair of
        the frame. What belongs to the couple stays.

    Raises
    ------
    StatisticsError
        Absent columns, repeated couples; partners to be swapped while two columns
        ``…_a``, ``…_b`` of the frame are not listed and would stay with the wrong partner.

    Examples
    --------
    >>> pairs = pd.DataFrame({"role_a": ["guest", "host"], "role_b": ["host", "guest"],
    ...                       "y_a": [1.0, 2.0], "y_b": [3.0, 4.0]})
    >>> cohort = align_roles(pairs, columns=[("y_a", "y_b")])
    >>> cohort.roles, cohort.pairs[["y_a", "y_b"]].values.tolist()
    (('guest', 'host'), [[1.0, 3.0], [4.0, 2.0]])
    """
    wanted = [*role, *(name for pair in columns for name in pair)]
    problems = [f"column {name!r} is not in the frame" for name in wanted if name not in pairs]
    problems += named_twice(name for name in pairs.columns if name in set(wanted))
    problems += check_keys(pairs)
    if problems:
        raise StatisticsError(problems)
    first, second = (pairs[name].astype("string").str.strip() for name in role)
    unclear = (first.isna() | second.isna() | (first == second)).fillna(value=True)
    kinds = sorted({*first.dropna(), *second.dropna()})
    if unclear.any() or len(kinds) != 2:
        n = int(unclear.sum())
        reason = (
            f"{n} of {len(pairs)} couples have no two different roles"
            if n
            else f"{len(kinds)} roles in the cohort, and a model of roles takes 2"
        )
        return AlignedCouples(pairs, distinguishable=False, roles=("a", "b"), reason=reason)
    turned = pairs.copy()
    swap = (first == kinds[1]).to_numpy(dtype=bool)
    if swap.any() and (left := _unlisted(pairs, [role, *columns])):
        raise StatisticsError(left)
    for a, b in [role, *columns]:
        turned.loc[swap, [a, b]] = pairs.loc[swap, [b, a]].to_numpy()
    return AlignedCouples(
        turned, distinguishable=True, roles=(kinds[0], kinds[1]), reason="every couple has both roles"
    )


def _unlisted(pairs: pd.DataFrame, listed: Sequence[Pair]) -> list[str]:
    """Partners' columns that nobody asked to have swapped."""
    known = {name for pair in listed for name in pair}
    firsts = [name for name in map(str, pairs.columns) if name.endswith("_a")]
    left = [(name, f"{name[:-1]}b") for name in firsts if f"{name[:-1]}b" in pairs and name not in known]
    return [
        f"columns {a!r}, {b!r} would stay with the wrong partner: name them in columns, or leave them out"
        for a, b in left
    ]
