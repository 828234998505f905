"""What an APIM gives back."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from workbook.research.checks import Array, read_complete
from workbook.research.dyadic.design import Design, Pair
from workbook.research.dyadic.icc import dyadic_icc
from workbook.research.dyadic.least_squares import Fit, Method, fit
from workbook.research.dyadic.pattern import MOST_RESAMPLED, Pattern, draw_normal, read_pattern, resample
from workbook.research.moments import Moments


@dataclass(frozen=True, slots=True)
class Setting:
    """How a model was asked to be fitted."""

    distinguishable: bool
    method: Method
    roles: tuple[str, str]
    confidence: float
    n_draws: int
    seed: int

    @property
    def table_roles(self) -> tuple[str, ...]:
        return self.roles if self.distinguishable else ("both",)


@dataclass(frozen=True, slots=True)
class ExplainedNonindependence:
    """How much of the partners' likeness in y the model accounts for.

    ``explained`` = ``spurious`` (from actor with partner effects; 2ap if exchangeable)
    + ``covariation`` (from likeness in x; r(a² + p²)), all standardised; ``total`` is the
    likeness in y, and ``share`` explained/total. Standard deviations are over all persons, but
    within roles if these are distinguishable, as ``total`` leaves the roles' means out too.

    With covariates, actor and partner effects are partial ones and do not add up to what is
    explained: then ``explained`` is by how much the partners' errors covary less than in the
    model without predictors, over the outcome's variance, and the two parts are NaN.
    """

    explained: float
    spurious: float
    covariation: float
    total: float

    @property
    def share(self) -> float:
        return self.explained / self.total


@dataclass(frozen=True, eq=False, repr=False)
class Apim:
    """A fitted APIM. See `workbook.research.dyadic.apim`.

    Shown in a notebook, it tells its effects and no row of a respondent.

    Attributes
    ----------
    table : DataFrame
        ``term``, ``role``, ``estimate``, ``se``, ``df``, ``t``, ``p``, ``low``, ``high``,
        ``standardised``. Role "both" for exchangeable partners.
    rho : float
        Correlation of the partners' errors.
    sigma : float or (float, float)
        Standard deviation of the errors, in the outcome's points; one per role if
        distinguishable.
    loglik, aic, bic : float
    n_couples, n_set_aside : int
    covariance : DataFrame
        Of the estimates.
    k : Pattern, or one per role
    pseudo_r2 : float, or one per role
    explained_nonindependence : ExplainedNonindependence
    """

    design: Design
    setting: Setting
    moments: Moments
    fit: Fit
    pairs: pd.DataFrame | None
    n_set_aside: int
    is_joint: bool = False
    """Whether the likelihood is that of x and y together (*fiml*), an observation a couple."""

    def __repr__(self) -> str:
        shown = self.table[["term", "role", "estimate", "se", "low", "high", "p"]].to_string(
            index=False,
            float_format="{:.3f}".format,
            formatters={"p": lambda p: "< .001" if p < 0.001 else f"{p:.3f}"},
        )
        of = f"{self.n_couples:,} couples, {self.n_set_aside:,} set aside, {self.setting.method}"
        return f"Apim of {of}, rho {self.rho:.3f}\n{shown}"

    @property
    def n_couples(self) -> int:
        return self.moments.n

    @property
    def loglik(self) -> float:
        return self.fit.loglik

    @property
    def rho(self) -> float:
        residual = self.fit.residual
        return float(residual[0, 1] / np.sqrt(residual[0, 0] * residual[1, 1]))

    @property
    def sigma(self) -> float | tuple[float, float]:
        first, second = (float(value) for value in np.sqrt(np.diag(self.fit.residual)))
        return (first, second) if self.setting.distinguishable else first

    @property
    def aic(self) -> float:
        return -2.0 * self.loglik + 2.0 * self.fit.n_parameters

    @property
    def bic(self) -> float:
        """With the number of outcomes (persons; less the coefficients under REML), as R's gls.

        Under *fiml* with the number of couples, whose joint likelihood it is, as lavaan.
        """
        if self.is_joint:
            return -2.0 * self.loglik + float(np.log(self.n_couples)) * self.fit.n_parameters
        n = 2 * self.n_couples - (0 if self.setting.method == "ML" else len(self.fit.estimate))
        return -2.0 * self.loglik + float(np.log(n)) * self.fit.n_parameters

    @cached_property
    def table(self) -> pd.DataFrame:
        terms, roles = self.design.terms(), self.setting.table_roles
        error = np.sqrt(np.diag(self.fit.covariance))
        ratio = self.fit.estimate / error
        half = stats.t.ppf(0.5 + self.setting.confidence / 2.0, self.fit.df) * error
        return pd.DataFrame(
            {
                "term": terms * len(roles),
                "role": [role for role in roles for _ in terms],
                "estimate": self.fit.estimate,
                "se": error,
                "df": self.fit.df,
                "t": ratio,
                "p": 2.0 * stats.t.sf(np.abs(ratio), self.fit.df),
                "low": self.fit.estimate - half,
                "high": self.fit.estimate + half,
                "standardised": self.fit.estimate * np.tile(self._scales, len(roles)),
            }
        )

    def effect(self, term: str, role: str | None = None) -> pd.Series:
        """Return one row of the table.

        Raises
        ------
        KeyError
            When the model has no such term, or has two roles and none is named.
        """
        rows = self.table[self.table["term"] == term]
        if role is not None:
            rows = rows[rows["role"] == role]
        if len(rows) != 1:
            raise KeyError(f"{len(rows)} rows for term {term!r}, role {role!r}")
        return rows.iloc[0]

    @cached_property
    def covariance(self) -> pd.DataFrame:
        keys = pd.MultiIndex.from_frame(self.table[["role", "term"]])
        return pd.DataFrame(self.fit.covariance, index=keys, columns=keys)

    @cached_property
    def k(self) -> Pattern | dict[str, Pattern]:
        draws, method = self._draws()
        found = {}
        for i, role in enumerate(self.setting.table_roles):
            actor, partner = self.effect("actor", role), self.effect("partner", role)
            found[role] = read_pattern(
                actor["estimate"],
                partner["estimate"],
                actor["standardised"],
                draws[:, i],
                method,
                self.setting.confidence,
            )
        return found if self.setting.distinguishable else found["both"]

    @cached_property
    def empty(self) -> Fit:
        """The model without predictors: means, their errors, residuals, log-likelihood."""
        design = self.design.empty
        return fit(
            self.n_couples,
            *self.moments.select(design.columns),
            design,
            self.setting.method,
            distinguishable=self.setting.distinguishable,
        )

    @cached_property
    def pseudo_r2(self) -> float | dict[str, float]:
        share = 1.0 - np.diag(self.fit.residual) / np.diag(self.empty.residual)
        if self.setting.distinguishable:
            return dict(zip(self.setting.roles, map(float, share), strict=True))
        return float(share[0])

    @cached_property
    def explained_nonindependence(self) -> ExplainedNonindependence:
        x, y = self.design.predictors[0], self.design.outcome
        total = self.likeness(y)
        if len(self.design.predictors) > 1 or self.design.couple_level:
            without = self.empty.residual
            less = float(without[0, 1] - self.fit.residual[0, 1]) / float(np.trace(without) / 2.0)
            return ExplainedNonindependence(less, np.nan, np.nan, total)
        spread = self._within_sd if self.setting.distinguishable else self._pooled_sd
        unit = spread(x) / spread(y)
        effects = [
            [self.effect(term, role)["estimate"] * unit for term in ("actor", "partner")]
            for role in self.setting.table_roles
        ]
        (a1, p1), (a2, p2) = effects[0], effects[-1]
        r_x = self.likeness(x)
        spurious, covariation = float(a1 * p2 + p1 * a2), float(r_x * (a1 * a2 + p1 * p2))
        return ExplainedNonindependence(spurious + covariation, spurious, covariation, total)

    def likeness(self, pair: Pair) -> float:
        """Return the intraclass correlation of two of the model's columns."""
        return dyadic_icc(self.moments, *pair, distinguishable=self.setting.distinguishable).value

    @cached_property
    def _scales(self) -> Array:
        """What turns each coefficient of one equation into a standardised one."""
        outcome = self._pooled_sd(self.design.outcome)
        personal = [self._pooled_sd(pair) for pair in self.design.predictors for _ in range(2)]
        _, shared = self.moments.select(self.design.couple_level)
        return np.array([np.nan, *personal, *np.sqrt(np.diag(shared))]) / outcome

    def _pooled_sd(self, pair: Pair) -> float:
        """Return the standard deviation over all persons, about the mean of all persons."""
        n = self.n_couples
        means, covariance = self.moments.select(pair)
        apart = n * (means[0] - means[1]) ** 2 / 2.0
        return float(np.sqrt((np.trace(covariance) * (n - 1) + apart) / (2 * n - 1)))

    def _within_sd(self, pair: Pair) -> float:
        """Return the standard deviation over all persons, each about the mean of the own role."""
        _, covariance = self.moments.select(pair)
        return float(np.sqrt(np.trace(covariance) / 2.0))

    def _draws(self) -> tuple[Array, str]:
        setting = self.setting
        if self.pairs is None or self.n_couples > MOST_RESAMPLED:
            n_roles = len(setting.table_roles)
            return draw_normal(self.fit, setting.n_draws, setting.seed, n_roles), "normal draws"
        vectors, _ = read_complete(self.pairs, self.design.columns, at_least=3)
        draws = resample(
            vectors,
            self.design,
            distinguishable=setting.distinguishable,
            n_draws=setting.n_draws,
            seed=setting.seed,
        )
        return draws, "bootstrap over couples"
