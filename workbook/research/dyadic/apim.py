"""The actor–partner interdependence model: how my score goes with my outcome, and with yours."""

from collections.abc import Sequence

import pandas as pd

from workbook.errors import Problem, StatisticsError
from workbook.research.checks import require_share
from workbook.research.dyadic.design import Covariate, Design, Missing, Pair, check_missing, read_moments
from workbook.research.dyadic.incomplete import fit_incomplete
from workbook.research.dyadic.least_squares import Method, fit
from workbook.research.dyadic.result import Apim, Setting
from workbook.research.moments import Moments

N_DRAWS = 2000


def apim(  # noqa: PLR0913 - a model's settings, by name
    pairs: pd.DataFrame | None = None,
    x: Pair = ("x_a", "x_b"),
    y: Pair = ("y_a", "y_b"),
    *,
    distinguishable: bool,
    method: Method = "REML",
    covariates: Sequence[Covariate] | None = None,
    moments: Moments | None = None,
    missing: Missing = "listwise",
    roles: tuple[str, str] = ("a", "b"),
    confidence: float = 0.95,
    n_draws: int = N_DRAWS,
    seed: int = 20_110_319,
) -> Apim:
    """Fit an APIM to one row per couple, or to a table of moments.

    Formula
    -------
    yᵢ = intercept + actor·xᵢ + partner·x of the partner + error, the two errors of a couple
    correlated. Exchangeable: sums and differences of the partners are regressed apart;
    actor = (b_sum + b_difference)/2, partner = (b_sum − b_difference)/2,
    ρ = (s²_between − s²_within)/(s²_between + s²_within). Distinguishable: one regression
    per role with the same regressors; the residuals' covariance is free. For complete couples
    both are exactly generalised least squares. df: Satterthwaite. Standardised: by the standard deviations
    over all persons. Pseudo-R²: 1 − residual variance / that of the empty model. k: partner
    over actor, with a bootstrap over couples; with ``moments``, with *fiml* and above 20 000
    couples, with draws from the estimates' normal distribution.

    Assumptions
    -----------
    Couples are independent, effects linear, errors normal with one covariance; x is measured
    without error. ρ may be negative.

    Missing
    -------
    *listwise*: couples with any missing value are set aside whole and counted, with a warning
    above 5 %. R's ``gls`` with ``na.omit`` and SPSS's MIXED on a row per person do another thing:
    they keep the partner whose own row is whole, and give other figures. *fiml* (needs
    ``method="ML"``): every value that was given is used, by the normal likelihood of all the
    model's columns together, under missing at random. Its ``loglik``, ``aic`` and ``bic`` are of
    them together too, so compare them with those of another *fiml* model of the same columns only;
    its intervals are normal ones, without a small sample's t (of 20 couples 93 % instead of 95 %).

    Source
    ------
    Kenny, Kashy & Cook (2006), ch. 7; Kenny & Ledermann (2010), J. Family Psych. 24,
    359–366 (k).

    Checked against
    ---------------
    R's ``nlme::gls`` (``corCompSymm``, ``varIdent``) on 50 random data sets in ``make
    prove``, for both methods; a published workshop's R and SAS listings of 148 couples. *fiml*
    against ``lavaan`` on as many data sets with missing values, estimates, errors, log-likelihood
    and BIC, with a couple-level covariate too.

    Parameters
    ----------
    pairs : DataFrame, one row per couple
    x, y : (str, str)
        Columns of partner a and partner b.
    distinguishable : bool
        Whether a and b are roles that mean something (then effects may differ by role).
    method : {"REML", "ML"}
        ML standard errors are enlarged by N/(N − p), as ``gls`` does.
    covariates : list of str or (str, str)
        A column name is a couple-level covariate; a pair of names is a personal one and gets
        an actor and a partner effect.
    moments : Moments
        Instead of ``pairs``: enough for everything except a bootstrap.
    missing : {"listwise", "fiml"}
        Whether couples with a missing value are set aside, or all that was given is used.
    roles : (str, str)
        What the table calls a and b: two different names.
    confidence : float
    n_draws, seed : int
        Draws behind k's interval, and their seed.

    Returns
    -------
    Apim
        With ``table``, ``rho``, ``sigma``, ``loglik``, ``n_couples``, ``k`` and more.

    Raises
    ------
    StatisticsError
        Everything wrong at once: absent columns, infinite values, repeated couples; too few
        couples; constant or redundant predictors; two terms or two roles of one name.

    Examples
    --------
    >>> import numpy as np
    >>> generator = np.random.default_rng(5)
    >>> pairs = pd.DataFrame(generator.normal(size=(60, 4)), columns=["x_a", "x_b", "y_a", "y_b"])
    >>> pairs["y_a"] += 0.5 * pairs["x_a"]
    >>> pairs["y_b"] += 0.5 * pairs["x_b"]
    >>> apim(pairs, distinguishable=False).table[["term", "role", "estimate", "df"]].round(2)
            term  role  estimate      df
    0  intercept  both     -0.09   58.00
    1      actor  both      0.40  114.62
    2    partner  both      0.12  114.62
    """
    setting = Setting(distinguishable, method, roles, confidence, n_draws, seed)
    design = _read_design(setting, missing, x, y, covariates)
    if missing == "fiml":
        if pairs is None:
            raise StatisticsError("missing='fiml' needs the couples' rows, not moments")
        return fit_incomplete(pairs, design, setting)
    found, n_set_aside = read_moments(pairs, moments, design, distinguishable=distinguishable)
    order = found.select(design.columns)
    fitted = fit(found.n, *order, design, method, distinguishable=distinguishable)
    return Apim(design, setting, found, fitted, pairs, n_set_aside)


def _read_design(
    setting: Setting, missing: str, x: Pair, y: Pair, covariates: Sequence[Covariate] | None
) -> Design:
    """Return the design, if it and everything that was set can be had."""
    problems: list[str | Problem] = []
    try:
        require_share(setting.confidence, "confidence")
    except StatisticsError as refusal:
        problems += refusal.problems
    if setting.method not in ("REML", "ML"):
        problems.append(f"method must be 'REML' or 'ML', not {setting.method!r}")
    problems += check_missing(missing, setting.method)
    if setting.n_draws < 100:
        problems.append("n_draws must be at least 100")
    if len(set(setting.roles)) != 2:
        problems.append(f"roles must be two different names, not {setting.roles!r}")
    try:
        design = Design.of(x, y, covariates)
    except StatisticsError as refusal:
        raise StatisticsError([*problems, *refusal.problems]) from None
    if problems:
        raise StatisticsError(problems)
    return design
