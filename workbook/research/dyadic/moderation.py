"""When the actor and partner effects depend on something."""

from dataclasses import replace

import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.checks import Array, check_keys, read_columns
from workbook.research.dyadic.apim import N_DRAWS, apim
from workbook.research.dyadic.design import Missing, Pair, check_missing
from workbook.research.dyadic.least_squares import Method
from workbook.research.dyadic.result import Apim


def moderated_apim(  # noqa: PLR0913 - a model's settings, by name
    pairs: pd.DataFrame,
    x: Pair = ("x_a", "x_b"),
    y: Pair = ("y_a", "y_b"),
    *,
    by: str,
    distinguishable: bool,
    method: Method = "REML",
    missing: Missing = "listwise",
    roles: tuple[str, str] = ("a", "b"),
    confidence: float = 0.95,
    n_draws: int = N_DRAWS,
) -> Apim:
    r"""Fit an APIM in which partners' scores work together, or a couple's circumstance changes them.

    Formula
    -------
    x is centred at the mean of all persons. ``by="product"`` adds x_a·x_b (term
    "actor × partner"); ``by="difference"`` adds \|x_a − x_b\| (term "\|difference\|"): both
    are one value per couple. ``by=<column>``, a couple-level moderator m, centred, adds m,
    "actor m" and "partner m" (the products x·m of each partner).

    Assumptions
    -----------
    As `apim`. The actor and partner effects are those at the average x (or m). An absolute
    difference next to both main effects asks whether *unlikeness* matters beyond them.

    Missing
    -------
    *listwise*: couples with a missing value are set aside. *fiml* (needs ``method="ML"``): couples
    who miss x or m are set aside, but one partner's y counts where the other's is missing. A missing
    x is not filled in, since products of normal values are not normal and what would be filled in
    is biased. x and m are centred before that, at the mean of everybody who has a value there: with
    many couples set aside, the effects are those at that mean and not at the mean of the couples in
    the model.

    Source
    ------
    Kenny, Kashy & Cook (2006), ch. 7; Garcia, Kenny & Ledermann (2015), Personal
    Relationships 22, 8–29.

    Checked against
    ---------------
    R's ``nlme::gls`` on the same columns in ``make prove``, partners exchangeable; *fiml* against
    ``gls`` on the rows of all persons who have a y, by ML.

    Parameters
    ----------
    pairs, x, y, distinguishable, method, missing, roles, confidence, n_draws
        As `apim`.
    by : "product", "difference" or a column's name

    Raises
    ------
    StatisticsError
        As `apim`; also an unknown moderator.

    Examples
    --------
    >>> import numpy as np
    >>> generator = np.random.default_rng(3)
    >>> pairs = pd.DataFrame(generator.normal(size=(60, 4)), columns=["x_a", "x_b", "y_a", "y_b"])
    >>> moderated_apim(pairs, by="product", distinguishable=False).table["term"].tolist()
    ['intercept', 'actor', 'partner', 'actor × partner']
    """
    names = [*x, *y] + ([] if by in ("product", "difference") else [by])
    vectors, problems = read_columns(pairs, names)
    problems += [*check_keys(pairs), *check_missing(missing, method)]
    if problems:
        raise StatisticsError(problems)
    by_name = dict(zip(names, vectors, strict=True))
    first, second = _centred(by_name[x[0]], by_name[x[1]])
    columns = {x[0]: first, x[1]: second, y[0]: by_name[y[0]], y[1]: by_name[y[1]]}
    covariates: list[str | Pair]
    if by == "product":
        columns["actor × partner"] = first * second
        covariates = ["actor × partner"]
    elif by == "difference":
        columns["|difference|"] = abs(first - second)
        covariates = ["|difference|"]
    else:
        moderator = by_name[by] - pd.Series(by_name[by]).mean()
        columns |= {by: moderator, f"{by}_a": first * moderator, f"{by}_b": second * moderator}
        covariates = [(f"{by}_a", f"{by}_b"), by]
    prepared = pd.DataFrame(columns, index=pairs.index)
    if "couple_id" in pairs:
        prepared["couple_id"] = pairs["couple_id"]
    n_before = len(prepared)
    if missing == "fiml":
        given = [name for name in columns if name not in y]
        prepared = prepared[prepared[given].notna().all(axis=1) & prepared[list(y)].notna().any(axis=1)]
    model = apim(
        prepared,
        x,
        y,
        distinguishable=distinguishable,
        method=method,
        covariates=covariates,
        missing=missing,
        roles=roles,
        confidence=confidence,
        n_draws=n_draws,
    )
    return replace(model, n_set_aside=model.n_set_aside + n_before - len(prepared))


def _centred(first: Array, second: Array) -> tuple[Array, Array]:
    """Return both partners' values less the mean of all persons."""
    mean = pd.concat([pd.Series(first), pd.Series(second)]).mean()
    return first - mean, second - mean
