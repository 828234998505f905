"""The actor–partner interdependence mediation model (APIMeM)."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from workbook.errors import StatisticsError
from workbook.research.checks import Array, check_keys, read_columns, require_share
from workbook.research.dyadic.apim import apim
from workbook.research.dyadic.design import Pair
from workbook.research.dyadic.least_squares import Method
from workbook.research.dyadic.result import Apim

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
    se² = a²·se_b² + b²·se_a². Monte Carlo: quantiles of products of draws from the normal
    distributions of all a and of all b.

    Assumptions
    -----------
    As `apim`, and no common cause of mediator and outcome is left out: a cross-sectional
    indirect effect is an association that fits a story, not the story.

    Missing
    -------
    Couples with any missing value are set aside from both models.

    Source
    ------
    Ledermann, Macho & Kenny (2011), Struct. Eq. Modeling 18, 595–612; Sobel (1982);
    MacKinnon, Lockwood & Williams (2004), Multivariate Behav. Res. 39, 99–128.

    Checked against
    ---------------
    The a paths (exchangeable), b and direct paths (exchangeable and by role) against R's
    ``nlme::gls`` on 60 random data sets in ``make prove``; the Monte Carlo interval's coverage
    by simulation. Sobel's error is its formula alone.

    Parameters
    ----------
    pairs : DataFrame, one row per couple
    x, mediator, y : (str, str)
    distinguishable, method, roles, confidence
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
    problems += check_keys(pairs)
    if problems:
        raise StatisticsError(problems)
    whole = ~np.isnan(np.column_stack(vectors)).any(axis=1)
    used = pairs[whole]
    asked = {"distinguishable": distinguishable, "method": method, "roles": roles, "confidence": confidence}
    to_mediator = apim(used, x, mediator, **asked)  # type: ignore[arg-type]
    to_outcome = apim(used, mediator, y, covariates=[x], **asked)  # type: ignore[arg-type]
    generator = np.random.default_rng(seed)
    draws = [_draw(model, n_draws, generator) for model in (to_mediator, to_outcome)]
    rows = []
    for role in to_mediator.setting.table_roles:
        for effect, path in PATHS:
            first, second = _steps(path, role, roles, distinguishable=distinguishable)
            a, b = to_mediator.effect(*first), to_outcome.effect(*second)
            rows.append(_row(effect, path, role, a, b, draws[0][first] * draws[1][second], confidence))
    n_set_aside = int((~whole).sum())
    to_mediator = replace(to_mediator, n_set_aside=n_set_aside)
    to_outcome = replace(to_outcome, n_set_aside=n_set_aside)
    return Mediation(to_mediator, to_outcome, pd.DataFrame(rows), n_set_aside)


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


def _draw(model: Apim, n_draws: int, generator: np.random.Generator) -> dict[tuple[str, str], Array]:
    drawn = generator.multivariate_normal(
        model.fit.estimate, model.fit.covariance, n_draws, method="cholesky"
    )
    keys = zip(model.table["term"], model.table["role"], strict=True)
    return {key: drawn[:, i] for i, key in enumerate(keys)}


def _row(
    effect: str, path: str, role: str, a: pd.Series, b: pd.Series, products: Array, confidence: float
) -> dict[str, object]:
    estimate = a["estimate"] * b["estimate"]
    error = np.hypot(a["estimate"] * b["se"], b["estimate"] * a["se"])
    tail = (1.0 - confidence) / 2.0
    half = stats.norm.ppf(1.0 - tail) * error
    low, high = np.quantile(products, [tail, 1.0 - tail])
    return {
        "effect": effect,
        "path": path,
        "role": role,
        "estimate": estimate,
        "se": error,
        "z": estimate / error,
        "p": 2.0 * stats.norm.sf(abs(estimate / error)),
        "sobel_low": estimate - half,
        "sobel_high": estimate + half,
        "low": float(low),
        "high": float(high),
    }
