"""How consistently a questionnaire's items measure: Cronbach's α, McDonald's ω, item statistics."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from workbook.errors import StatisticsError
from workbook.instruments.model import Instrument
from workbook.research.checks import places, require_share
from workbook.research.items import FEWEST_PERSONS, Missing, item_covariance
from workbook.research.moments import Moments
from workbook.research.one_factor import OneFactor, fit_one_factor

__all__ = [
    "FEWEST_PERSONS",
    "Estimate",
    "Missing",
    "cronbach_alpha",
    "item_matrix",
    "item_statistics",
    "mcdonald_omega",
    "subscale_reliability",
]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with its confidence interval.

    ``n`` persons and ``k`` items stand behind it; with pairwise deletion ``n`` is the
    smallest number of persons behind any covariance. The interval takes that number for what all
    covariances rest on: with missing answers to items that go closely together it is too narrow.
    """

    value: float
    low: float
    high: float
    n: int
    k: int


def cronbach_alpha(
    items: pd.DataFrame | Moments, *, missing: Missing = "pairwise", confidence: float = 0.95
) -> Estimate:
    """Cronbach's α of a set of items, with Feldt's interval.

    Formula
    -------
    α = k/(k − 1) · (1 − Σ variances / Σ of all covariances). Interval: (1 − α)·F quantiles
    on (n − 1, (n − 1)(k − 1)) degrees of freedom.

    Assumptions
    -----------
    Items are essentially τ-equivalent (equal true-score loadings) and errors uncorrelated:
    otherwise α is a lower bound, and ω the better coefficient. The interval further assumes
    normal items with compound symmetry. Reverse-keyed items must have been turned. Persons are
    independent: with both partners of couples in one sample the interval is too narrow.

    Missing
    -------
    *pairwise*: each covariance from the persons who answered both items. The interval is then too
    narrow where items go closely together (three items with loadings .95, n = 100, 30 % missing: a
    nominal 95 % covered about 62 % in a simulation, *listwise* 95 %).
    *listwise*: only persons who answered every item.

    Source
    ------
    Cronbach (1951), Psychometrika 16, 297–334; Feldt (1965), Psychometrika 30, 357–370.

    Checked against
    ---------------
    R's ``psych::alpha`` (value and Feldt interval) on 50 random data sets in ``make prove``.

    Parameters
    ----------
    items : DataFrame, (n persons, k items), or Moments
        One column per item, in scale points, NaN where not answered.
    missing : {"pairwise", "listwise"}
        What to do with unanswered items.
    confidence : float
        Level of the interval.

    Returns
    -------
    Estimate

    Raises
    ------
    StatisticsError
        Fewer than 2 items or 3 persons, items that do not vary, values that are not finite, a
        person twice (a named index says who is who), pairwise covariances that no data have.

    Examples
    --------
    >>> items = pd.DataFrame({"i1": [1, 2, 3, 4, 5], "i2": [2, 2, 3, 5, 4], "i3": [1, 3, 3, 4, 4]})
    >>> alpha = cronbach_alpha(items)
    >>> round(alpha.value, 3), round(alpha.low, 3), round(alpha.high, 3), alpha.n, alpha.k
    (0.938, 0.684, 0.993, 5, 3)
    """
    require_share(confidence, "confidence")
    covariance, n = item_covariance(items, missing)
    k = len(covariance)
    value = _alpha(covariance)
    df1, df2 = n - 1, (n - 1) * (k - 1)
    tail = (1.0 - confidence) / 2.0
    low = 1.0 - (1.0 - value) * stats.f.ppf(1.0 - tail, df1, df2)
    high = 1.0 - (1.0 - value) * stats.f.ppf(tail, df1, df2)
    return Estimate(value, float(low), float(high), n, k)


def mcdonald_omega(
    items: pd.DataFrame | Moments, *, missing: Missing = "pairwise", confidence: float = 0.95
) -> Estimate:
    """McDonald's ω (total) of a set of items that measure one thing.

    Formula
    -------
    ω = (Σλ)² / ((Σλ)² + Σ(1 − λ²)), λ the standardised loadings of a one-factor model fitted
    by maximum likelihood to the correlations. Interval: delta method on the logit of ω, from
    the model's expected information.

    Assumptions
    -----------
    One factor, uncorrelated errors, normal items for the interval, at least three items.
    Five-step answers are treated as numbers. Persons are independent: with both partners of
    couples in one sample the interval is too narrow.

    Missing
    -------
    *pairwise* (covariances of those who answered both items, over the standard deviations of all who
    answered each; the smallest n counts; intervals too narrow as `cronbach_alpha`'s) or *listwise*.

    Source
    ------
    McDonald (1999), Test theory: a unified treatment; Jöreskog (1967), Psychometrika 32,
    443–482.

    Checked against
    ---------------
    The loadings of R's ``psych::fa(nfactors = 1, fm = "ml")`` put into the formula, on 50
    random data sets in ``make prove``; coverage of the interval by simulation.
    (``psych::omega`` divides by the observed rather than the fitted total variance, which
    moves the fifth digit.)

    Parameters
    ----------
    items, missing, confidence
        As for `cronbach_alpha`.

    Returns
    -------
    Estimate

    Raises
    ------
    StatisticsError
        As `cronbach_alpha`; fewer than 3 items; items without a common factor; a Heywood case
        (an item without error variance); loadings of both signs, naming the items that look
        un-turned.

    Examples
    --------
    >>> correlations = np.full((4, 4), 0.49) + 0.51 * np.eye(4)
    >>> omega = mcdonald_omega(Moments(200, np.zeros(4), correlations))
    >>> round(omega.value, 4), round(omega.low, 3), round(omega.high, 3)
    (0.7935, 0.743, 0.836)
    """
    require_share(confidence, "confidence")
    covariance, n = item_covariance(items, missing)
    if len(covariance) < 3:
        raise StatisticsError("omega needs at least 3 items: a factor of fewer is not determined")
    factor = fit_one_factor(covariance)
    _refuse_improper(factor, covariance)
    value, standard_error = factor.omega(n)
    half = stats.norm.ppf(0.5 + confidence / 2.0) * standard_error / (value * (1.0 - value))
    centre = np.log(value / (1.0 - value))
    low, high = stats.logistic.cdf([centre - half, centre + half])
    return Estimate(value, float(low), float(high), n, len(covariance))


def item_statistics(items: pd.DataFrame, *, missing: Missing = "pairwise") -> pd.DataFrame:
    """Return what each item adds: one row per item.

    Formula
    -------
    Corrected item–total correlation: item with the sum of the *other* items. α if dropped:
    α of the others.

    Assumptions
    -----------
    As `cronbach_alpha`. An item whose removal raises α is not thereby a bad one: with few
    items and few persons that is often chance.

    Missing
    -------
    As `cronbach_alpha`; both are worked out from the same covariances.

    Source
    ------
    Nunnally & Bernstein (1994), Psychometric theory, ch. 8.

    Checked against
    ---------------
    R's ``psych::alpha`` (``r.drop``, ``alpha.drop``).

    Parameters
    ----------
    items : DataFrame, (n persons, k ≥ 3 items)
    missing : {"pairwise", "listwise"}

    Returns
    -------
    DataFrame, (k, 7)
        ``item``, ``n`` (answers), ``n_missing``, ``mean``, ``sd``, ``item_total``,
        ``alpha_if_dropped``.

    Examples
    --------
    >>> items = pd.DataFrame({"i1": [1, 2, 3, 4, 5], "i2": [2, 2, 3, 5, 4], "i3": [1, 3, 3, 4, 4]})
    >>> item_statistics(items)[["item", "item_total", "alpha_if_dropped"]].round(3)
      item  item_total  alpha_if_dropped
    0   i1       0.927             0.877
    1   i2       0.840             0.933
    2   i3       0.883             0.909
    """
    covariance, _ = item_covariance(items, missing)
    if len(covariance) < 3:
        raise StatisticsError("item statistics need at least 3 items: alpha if dropped needs 2")
    matrix = covariance.to_numpy()
    own = np.diag(matrix)
    with_rest = matrix.sum(axis=0) - own
    rest = matrix.sum() - 2.0 * matrix.sum(axis=0) + own
    names = list(covariance.index)
    items = items.set_axis(names, axis=1)
    answered = items if missing == "pairwise" else items.dropna()
    return pd.DataFrame(
        {
            "item": names,
            "n": answered[names].notna().sum().to_numpy(),
            "n_missing": items[names].isna().sum().to_numpy(),
            "mean": answered[names].mean().to_numpy(dtype=float),
            "sd": np.sqrt(own),
            "item_total": with_rest / np.sqrt(own * rest),
            "alpha_if_dropped": [_alpha(covariance.drop(index=name, columns=name)) for name in names],
        }
    )


def subscale_reliability(
    responses: pd.DataFrame, instrument: Instrument, *, missing: Missing = "pairwise"
) -> pd.DataFrame:
    """α and ω of every subscale of an instrument, from its responses.

    Reverse-keyed items are turned first. Where a coefficient is refused, its cells are NaN
    and ``reason`` says why; other subscales are unaffected.

    Parameters
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES`, one occasion only.
    instrument : Instrument
    missing : {"pairwise", "listwise"}

    Returns
    -------
    DataFrame, (subscales, 10)
        ``subscale``, ``title``, ``n``, ``k``, ``alpha``, ``alpha_low``, ``alpha_high``,
        ``omega``, ``omega_low``, ``omega_high``, ``reason``.
    """
    wide = item_matrix(responses, instrument)
    rows = []
    for subscale in instrument.subscales:
        if len(subscale.items) < 2:
            continue
        items = wide.reindex(columns=list(subscale.items))
        row: dict[str, object] = {"subscale": subscale.id, "title": subscale.title}
        reasons = []
        for name, statistic in (("alpha", cronbach_alpha), ("omega", mcdonald_omega)):
            try:
                found = statistic(items, missing=missing)
            except StatisticsError as refusal:
                reasons += [str(problem) for problem in refusal.problems if str(problem) not in reasons]
                found = Estimate(np.nan, np.nan, np.nan, int(items.notna().any(axis=1).sum()), items.shape[1])
            row |= {"n": found.n, "k": found.k, name: found.value}
            row |= {f"{name}_low": found.low, f"{name}_high": found.high}
        rows.append(row | {"reason": "; ".join(reasons)})
    return pd.DataFrame(rows)


def item_matrix(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Responses as persons × items, reverse-keyed items turned, NaN where not answered.

    Raises
    ------
    StatisticsError
        Unknown items, other instruments or versions, several occasions of one person: all at
        once, by row.
    """
    items = instrument.item_by_id
    problems = [
        f"{places(responses.index[(responses['item'] == item).to_numpy(dtype=bool)])}: item {item!r} "
        f"is not in {instrument.id} {instrument.version}"
        for item in sorted(set(responses["item"]) - set(items))
    ]
    if "version" in responses:
        other = (responses["version"].astype("string") != instrument.version).fillna(value=True)
        where = places(responses.index[other.to_numpy(dtype=bool)])
        if other.any():
            problems.append(f"{where}: answers another version than {instrument.id} {instrument.version}")
    again = responses.duplicated(["person_id", "item"]).to_numpy(dtype=bool)
    if again.any():
        problems.append(
            f"{places(responses.index[again])}: a person answers an item more than once: choose one occasion"
        )
    if problems:
        raise StatisticsError(problems)
    keyed = responses.set_index(["person_id", "item"])["value"]
    wide = keyed.unstack("item").astype("Float64")  # noqa: PD010 - no aggregation is meant
    wide = wide.reindex(columns=list(items)).astype(float)
    for item in instrument.items:
        if item.reverse:
            wide[item.id] = item.scale.lowest + item.scale.highest - wide[item.id]
    return wide


def _alpha(covariance: pd.DataFrame) -> float:
    matrix = covariance.to_numpy()
    k = len(matrix)
    total = matrix.sum()
    if total <= 0.0:
        raise StatisticsError("the items' total does not vary: are reverse-keyed items turned?")
    return float(k / (k - 1.0) * (1.0 - np.trace(matrix) / total))


def _refuse_improper(factor: OneFactor, covariance: pd.DataFrame) -> None:
    names = np.asarray(covariance.index, dtype=object)
    problems = [
        f"item {name!r} is left without error variance (a Heywood case): omega does not exist here"
        for name in names[factor.at_bound]
    ]
    against = np.sign(factor.loadings) != np.sign(factor.loadings.sum())
    problems += [
        f"item {name!r} loads against the others: turn it if it is reverse-keyed, or leave it out"
        for name in names[against]
    ]
    if problems:
        raise StatisticsError(problems)
