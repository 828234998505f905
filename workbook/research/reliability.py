"""How consistently a questionnaire's items measure: Cronbach's α, McDonald's ω, item statistics."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from workbook.errors import StatisticsError, StatisticsWarning
from workbook.instruments.model import Instrument
from workbook.research.checks import Array, places, require_enough, require_share
from workbook.research.items import FEWEST_PERSONS, ItemMoments, Missing, item_moments
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

    ``n`` persons and ``k`` items stand behind it, and ``n_effective`` persons without a missing
    answer would tell as much: the interval is the one for so many. With pairwise deletion both are
    the smallest number of persons behind any covariance, taken for what all covariances rest on:
    with missing answers to items that go closely together that interval is too narrow.
    """

    value: float
    low: float
    high: float
    n: int
    k: int
    n_effective: float = np.nan


def cronbach_alpha(
    items: pd.DataFrame | Moments, *, missing: Missing = "fiml", confidence: float = 0.95
) -> Estimate:
    """Cronbach's α of a set of items, with Feldt's interval.

    Formula
    -------
    α = k/(k − 1) · (1 − Σ variances / Σ of all covariances). Interval: (1 − α)·F quantiles
    on (n − 1, (n − 1)(k − 1)) degrees of freedom, n the persons that the answers are worth
    (``n_effective``): with *fiml* n times the variance that α would have without missing answers,
    over the one it has by the observed information.

    Assumptions
    -----------
    Items are essentially τ-equivalent (equal true-score loadings) and errors uncorrelated:
    otherwise α is a lower bound, and ω the better coefficient. The interval further assumes
    normal items with compound symmetry. Reverse-keyed items must have been turned. Persons are
    independent: with both partners of couples in one sample the interval is too narrow.

    Missing
    -------
    *fiml*: the maximum-likelihood covariances, from every answer that was given, of normal items
    whose missing answers depend on given ones only (missing at random). A nominal 95 % held the
    truth in 95.2 % of 2000 simulated samples (ω: 95.0 %; 2 to 8 equally good items, loadings .5 to
    .95, 80 to 250 persons, up to 30 % missing by chance or by the answer to another item), and in
    94.6 % where each answer went missing by what it would have been; that last is a figure of these
    samples and no promise.
    *listwise*: only persons who answered every item; right only where the missing answers depend
    on nothing. *pairwise*: each covariance from the persons who answered both items, as
    ``psych::alpha``. Its interval is too narrow where items go closely together (three items with
    loadings .95, n = 100, 30 % missing: a nominal 95 % covered about 62 %).

    Source
    ------
    Cronbach (1951), Psychometrika 16, 297–334; Feldt (1965), Psychometrika 30, 357–370.

    Checked against
    ---------------
    R's ``psych::alpha`` (value and Feldt interval) on 60 random data sets in ``make prove``, and
    on as many with missing answers (*pairwise*); the value by *fiml* and its standard error by
    ``lavaan`` on those; coverage of the interval, with missing answers too, by the proof
    ``coverage_missing``.

    Parameters
    ----------
    items : DataFrame, (n persons, k items), or Moments
        One column per item, in scale points, NaN where not answered.
    missing : {"fiml", "listwise", "pairwise"}
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
        person twice (a named index says who is who), an item's name twice, pairwise covariances
        that no data have, missing answers that the likelihood does not settle on.

    Warns
    -----
    StatisticsWarning
        Where α is negative, or items go against the others as a reverse-keyed item does that was
        not turned: α is then the wrong one, however well the items hang together.

    Examples
    --------
    >>> items = pd.DataFrame({"i1": [1, 2, 3, 4, 5], "i2": [2, 2, 3, 5, 4], "i3": [1, 3, 3, 4, 4]})
    >>> alpha = cronbach_alpha(items)
    >>> round(alpha.value, 3), round(alpha.low, 3), round(alpha.high, 3), alpha.n, alpha.k
    (0.938, 0.684, 0.993, 5, 3)
    """
    require_share(confidence, "confidence")
    moments = item_moments(items, missing)
    k = len(moments.covariance)
    value = _alpha(moments.covariance)
    for hint in _hints(moments, value):
        warnings.warn(hint, StatisticsWarning, stacklevel=2)
    worth = _worth(moments, _slope_of_alpha(moments.covariance.to_numpy()))
    df1, df2 = worth - 1, (worth - 1) * (k - 1)
    tail = (1.0 - confidence) / 2.0
    low = 1.0 - (1.0 - value) * stats.f.ppf(1.0 - tail, df1, df2)
    high = 1.0 - (1.0 - value) * stats.f.ppf(tail, df1, df2)
    return Estimate(value, float(low), float(high), moments.n, k, worth)


def mcdonald_omega(
    items: pd.DataFrame | Moments, *, missing: Missing = "fiml", confidence: float = 0.95
) -> Estimate:
    """McDonald's ω (total) of a set of items that measure one thing.

    Formula
    -------
    ω = (Σλ)² / ((Σλ)² + Σ(1 − λ²)), λ the standardised loadings of a one-factor model fitted
    by maximum likelihood to the correlations. Interval: delta method on the logit of ω, from
    the model's expected information for the persons that the answers are worth (``n_effective``,
    as `cronbach_alpha`'s, of ω as a function of the covariances: two-stage, Savalei & Bentler 2009).

    Assumptions
    -----------
    One factor, uncorrelated errors, normal items for the interval, at least three items.
    Five-step answers are treated as numbers. Persons are independent: with both partners of
    couples in one sample the interval is too narrow.

    Missing
    -------
    As `cronbach_alpha`: *fiml* (the factor is fitted to the correlations of the maximum-likelihood
    covariances), *listwise*, or *pairwise* (to the correlations of those who answered both items;
    the smallest n counts; the interval is too narrow as α's is).

    Source
    ------
    McDonald (1999), Test theory: a unified treatment; Jöreskog (1967), Psychometrika 32,
    443–482; Savalei & Bentler (2009), Struct. Eq. Modeling 16, 477–497 (missing answers).

    Checked against
    ---------------
    The loadings of R's ``psych::fa(nfactors = 1, fm = "ml")`` put into the formula, on 60
    random data sets in ``make prove``; those of ``factanal`` on the correlations that ``lavaan``
    (full information) and R's ``cor`` (*pairwise*) give for as many with missing answers; coverage
    of the interval by the proofs ``coverage`` and ``coverage_missing``. (``psych::omega`` divides
    by the observed rather than the fitted total variance, which moves the fifth digit.)

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
    moments = item_moments(items, missing)
    correlation = moments.correlation
    if len(correlation) < 3:
        raise StatisticsError("omega needs at least 3 items: a factor of fewer is not determined")
    factor = fit_one_factor(correlation)
    _refuse_improper(factor, correlation)
    scale = np.sqrt(np.diag(moments.covariance.to_numpy()))
    worth = _worth(moments, factor.slope() / np.outer(scale, scale))
    value, standard_error = factor.omega(worth)
    half = stats.norm.ppf(0.5 + confidence / 2.0) * standard_error / (value * (1.0 - value))
    centre = np.log(value / (1.0 - value))
    low, high = stats.logistic.cdf([centre - half, centre + half])
    return Estimate(value, float(low), float(high), moments.n, len(correlation), worth)


def item_statistics(items: pd.DataFrame, *, missing: Missing = "fiml") -> pd.DataFrame:
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
    As `cronbach_alpha`; all but ``n`` and ``n_missing`` are worked out from the same moments.

    Source
    ------
    Nunnally & Bernstein (1994), Psychometric theory, ch. 8.

    Checked against
    ---------------
    R's ``psych::alpha`` (``r.drop``, ``alpha.drop``).

    Parameters
    ----------
    items : DataFrame, (n persons, k ≥ 3 items)
    missing : {"fiml", "listwise", "pairwise"}

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
    moments = item_moments(items, missing)
    covariance = moments.covariance
    if len(covariance) < 3:
        raise StatisticsError("item statistics need at least 3 items: alpha if dropped needs 2")
    matrix = covariance.to_numpy()
    own = np.diag(matrix)
    with_rest = matrix.sum(axis=0) - own
    rest = matrix.sum() - 2.0 * matrix.sum(axis=0) + own
    names = list(covariance.index)
    items = items.set_axis(names, axis=1)
    answered = items.dropna() if missing == "listwise" else items
    return pd.DataFrame(
        {
            "item": names,
            "n": answered[names].notna().sum().to_numpy(),
            "n_missing": items[names].isna().sum().to_numpy(),
            "mean": moments.means,
            "sd": np.sqrt(own),
            "item_total": with_rest / np.sqrt(own * rest),
            "alpha_if_dropped": [_alpha(covariance.drop(index=name, columns=name)) for name in names],
        }
    )


def subscale_reliability(
    responses: pd.DataFrame, instrument: Instrument, *, missing: Missing = "fiml"
) -> pd.DataFrame:
    """α and ω of every subscale of an instrument, from its responses.

    Reverse-keyed items are turned first. Where a coefficient is refused, its cells are NaN
    and ``reason`` says why; other subscales are unaffected. Where α stands but items look
    un-turned, ``reason`` says so too.

    Parameters
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES`, one occasion only.
    instrument : Instrument
    missing : {"fiml", "listwise", "pairwise"}

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
                with warnings.catch_warnings(record=True) as noted:
                    warnings.simplefilter("always", StatisticsWarning)
                    found = statistic(items, missing=missing)
                reasons += [str(note.message) for note in noted]
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
        wanted = responses["item"].astype("string").map({name: one.version for name, one in items.items()})
        other = wanted.notna() & (responses["version"].astype("string") != wanted).fillna(value=True)
        where = places(responses.index[other.to_numpy(dtype=bool)])
        if other.any():
            problems.append(
                f"{where}: answers an item in another version than {instrument.id} {instrument.version}"
            )
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


def _slope_of_alpha(matrix: Array) -> Array:
    """Return how α changes with the covariances, (k, k), but for a factor."""
    total, own = matrix.sum(), np.trace(matrix)
    return np.asarray(own / total**2 - np.eye(len(matrix)) / total)


def _worth(moments: ItemMoments, slope: Array) -> float:
    worth = moments.worth(slope)
    require_enough(int(worth), FEWEST_PERSONS, "persons' worth of answers")
    return worth


def _hints(moments: ItemMoments, alpha: float) -> list[str]:
    """Say which items look un-turned: they go against the component that most of the others share."""
    correlation = moments.correlation
    towards = np.linalg.eigh(correlation.to_numpy())[1][:, -1]
    towards = towards * (1.0 if towards.sum() >= 0.0 else -1.0)
    shared = correlation.to_numpy() @ towards / np.sqrt(towards @ correlation.to_numpy() @ towards)
    against = shared < -2.0 / np.sqrt(moments.n)
    if alpha < 0.0 and 2 * against.sum() in (0, len(against)):  # nobody can tell which ones are turned
        return ["alpha is negative: on the whole the items go against each other; are some not turned?"]
    return [
        f"item {name!r} goes against the others: turn it if it is reverse-keyed, or leave it out"
        for name in np.asarray(correlation.index, dtype=object)[against]
    ]


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
