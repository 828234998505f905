"""The actor–partner interdependence mediation model (APIMeM)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.linalg import block_diag

from workbook.errors import StatisticsError
from workbook.research.checks import Array, check_keys, read_columns, require_share
from workbook.research.dyadic.apim import apim
from workbook.research.dyadic.design import Design, Missing, Pair, check_missing, warn_of_set_aside
from workbook.research.dyadic.incomplete import fit_joint, read_joint
from workbook.research.dyadic.least_squares import Method
from workbook.research.dyadic.result import Apim, Setting

PATHS = (
    ("actor", "actor–actor"),
    ("actor", "partner–partner"),
    ("partner", "actor–partner"),
    ("partner", "partner–actor"),
)
"""Whose x the indirect effect starts from, and its two steps (x on mediator, mediator on y)."""


@dataclass(frozen=True, eq=False)
class Mediation:
    """The two APIMs of a mediation, and its indirect effects.

    Attributes
    ----------
    to_mediator : Apim
        x on the mediator (the a paths).
    to_outcome : Apim
        Mediator and x on the outcome: terms "actor" and "partner" are the mediator's (the b
        paths), "actor x…" and "partner x…" the direct effects.
    indirect : DataFrame
        ``effect`` (actor: of one's own x; partner: of the partner's), ``path``, ``role`` (of
        the outcome), ``estimate``, ``se``, ``z``, ``p`` (Sobel), ``sobel_low``, ``sobel_high``,
        ``low``, ``high`` (Monte Carlo).
    n_set_aside : int
        Couples left out of both models because a value is missing.
    """

    to_mediator: Apim
    to_outcome: Apim
    indirect: pd.DataFrame
    n_set_aside: int = 0


def apimem(  # noqa: PLR0913 - a model's settings, by name
    pairs: pd.DataFrame,
    x: Pair = ("x_a", "x_b"),
    mediator: Pair = ("m_a", "m_b"),
    y: Pair = ("y_a", "y_b"),
    *,
    distinguishable: bool,
    method: Method = "REML",
    missing: Missing = "listwise",
    roles: tuple[str, str] = ("a", "b"),
    confidence: float = 0.95,
    n_draws: int = 20_000,
    seed: int = 20_110_901,
) -> Mediation:
    """Indirect effects of x on y through a mediator, for both partners.

    Formula
    -------
    Indirect effect = a·b. Actor: a_actor·b_actor (through one's own mediator) and
    a_partner·b_partner (through the partner's). Partner: a_actor·b_partner (the partner's x,
    their mediator) and a_partner·b_actor (the partner's x, one's own mediator). Sobel:
    se² = a²·se_b² + b²·se_a² (+ 2ab·cov with *fiml*, where a and b are not independent). Monte
    Carlo: quantiles of products of draws from the normal distribution of all a and b.

    Assumptions
    -----------
    As `apim`, and no common cause of mediator and outcome is left out: a cross-sectional
    indirect effect is an association that fits a story, not the story.

    Missing
    -------
    *listwise*: couples with any missing value are set aside from both models. *fiml* (needs
    ``method="ML"``): every value that was given is used, by the normal likelihood of x, mediator and
    y together, for both models; their ``loglik``, ``aic`` and ``bic`` are of them all.

    Source
    ------
    Ledermann, Macho & Kenny (2011), Struct. Eq. Modeling 18, 595–612; Sobel (1982);
    MacKinnon, Lockwood & Williams (2004), Multivariate Behav. Res. 39, 99–128.

    Checked against
    ---------------
    The a paths (exchangeable), b and direct paths (exchangeable and by role) against R's
    ``nlme::gls`` on 60 random data sets in ``make prove``; the Monte Carlo interval's coverage
    by simulation. Sobel's error is its formula alone. With *fiml* indirect effects and their errors
    against ``lavaan`` on as many data sets with missing values.

    Parameters
    ----------
    pairs : DataFrame, one row per couple
    x, mediator, y : (str, str)
    distinguishable, method, missing, roles, confidence
        As `apim`.
    n_draws, seed : int
        Of the Monte Carlo interval.

    Raises
    ------
    StatisticsError
        As `apim`.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> names = ["x_a", "x_b", "m_a", "m_b", "y_a", "y_b"]
    >>> pairs = pd.DataFrame(generator.normal(size=(90, 6)), columns=names)
    >>> apimem(pairs, distinguishable=False).indirect["path"].tolist()
    ['actor–actor', 'partner–partner', 'actor–partner', 'partner–actor']
    """
    require_share(confidence, "confidence")
    columns = [*x, *mediator, *y]
    vectors, problems = read_columns(pairs, columns)
    problems += [*check_keys(pairs), *check_missing(missing, method)]
    if problems:
        raise StatisticsError(problems)
    if missing == "fiml":
        setting = Setting(distinguishable, method, roles, confidence, 2000, seed)
        designs = [Design.of(x, mediator), Design.of(mediator, y, [x])]
        joint = read_joint(pairs, designs[1], distinguishable=distinguishable)
        (to_mediator, to_outcome), spread = fit_joint(joint, designs, setting)
    else:
        whole = ~np.isnan(np.column_stack(vectors)).any(axis=1)
        n_set_aside = int((~whole).sum())
        used = pairs[whole]
        asked = {
            "distinguishable": distinguishable,
            "method": method,
            "roles": roles,
            "confidence": confidence,
        }
        to_mediator = replace(apim(used, x, mediator, **asked), n_set_aside=n_set_aside)  # type: ignore[arg-type]
        outcome = apim(used, mediator, y, covariates=[x], **asked)  # type: ignore[arg-type]
        to_outcome = replace(outcome, n_set_aside=n_set_aside)
        warn_of_set_aside(n_set_aside, len(pairs))
        spread = block_diag(to_mediator.fit.covariance, to_outcome.fit.covariance)
    rows = _indirect(to_mediator, to_outcome, spread, np.random.default_rng(seed), n_draws)
    return Mediation(to_mediator, to_outcome, pd.DataFrame(rows), to_mediator.n_set_aside)


def _indirect(
    to_mediator: Apim, to_outcome: Apim, spread: Array, generator: np.random.Generator, n_draws: int
) -> list[dict[str, Any]]:
    setting = to_mediator.setting
    centre = np.concatenate([to_mediator.fit.estimate, to_outcome.fit.estimate])
    drawn = generator.multivariate_normal(centre, spread, n_draws, method="cholesky")
    keys = [
        [(model, term, role) for term, role in zip(fitted.table["term"], fitted.table["role"], strict=True)]
        for model, fitted in enumerate((to_mediator, to_outcome))
    ]
    place = {key: i for i, key in enumerate([*keys[0], *keys[1]])}
    rows = []
    for role in setting.table_roles:
        for effect, path in PATHS:
            first, second = _steps(path, role, setting.roles, distinguishable=setting.distinguishable)
            i, j = place[(0, *first)], place[(1, *second)]
            row = _row(effect, path, role, centre[[i, j]], spread[np.ix_([i, j], [i, j])])
            rows.append(row | _interval(row, drawn[:, i] * drawn[:, j], setting.confidence))
    return rows


def _steps(
    path: str, role: str, roles: tuple[str, str], *, distinguishable: bool
) -> tuple[tuple[str, str], tuple[str, str]]:
    """(term, role) of the a and of the b path that lead to this role's outcome.

    The mediator that the second step starts from is one's own for a b that is an actor
    effect, and the partner's for a b that is a partner effect.
    """
    first, second = path.split("–")
    other = roles[1] if role == roles[0] else roles[0]
    holder = role if second == "actor" or not distinguishable else other
    return (first, holder), (second, role)


def _row(effect: str, path: str, role: str, steps: Array, spread: Array) -> dict[str, Any]:
    """Return an indirect effect with Sobel's error, from its two steps and their covariance."""
    turned = steps[::-1]
    error = float(np.sqrt(turned @ spread @ turned))
    estimate = float(steps[0] * steps[1])
    return {
        "effect": effect,
        "path": path,
        "role": role,
        "estimate": estimate,
        "se": error,
        "z": estimate / error,
        "p": 2.0 * stats.norm.sf(abs(estimate / error)),
    }


def _interval(row: dict[str, Any], products: Array, confidence: float) -> dict[str, float]:
    """Return Sobel's interval and the Monte Carlo one."""
    tail = (1.0 - confidence) / 2.0
    half = stats.norm.ppf(1.0 - tail) * row["se"]
    low, high = np.quantile(products, [tail, 1.0 - tail])
    return {
        "sobel_low": row["estimate"] - half,
        "sobel_high": row["estimate"] + half,
        "low": float(low),
        "high": float(high),
    }
