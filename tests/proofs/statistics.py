"""Every statistic against R: nlme's gls, psych and lavaan, on random data sets of all kinds."""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.proofs import _missing_values
from tests.proofs._r import ask_r, draw_dyads, draw_items
from tests.proofs.harness import Counts, merge, proof
from workbook.research.dyadic import (
    Apim,
    apim,
    apimem,
    distinguishability,
    dyadic_icc,
    moderated_apim,
    truth_and_bias,
)
from workbook.research.reliability import cronbach_alpha, item_statistics, mcdonald_omega

SCRIPT = Path(__file__).with_name("_oracle.R")

# gls searches for ρ and the ratio of variances and stops near the optimum; what it works out in
# closed form from there inherits that. psych's own factor search is coarser than factanal's.
TOLERANCE = 5e-6
COARSE = {"omega_psych": 1e-4}

LEVEL, INTERVALS = 0.95, 6000
SLACK_OF_K = 0.02  # a bootstrap's interval of a ratio is 95 % only in large samples


def dyadic_figures(pairs: pd.DataFrame) -> dict[str, float]:
    """Return the same figures from the workbook, under the R script's names."""
    found = {
        "icc": dyadic_icc(pairs).value,
        "icc_roles": dyadic_icc(pairs, distinguishable=True).value,
        "chi2": distinguishability(pairs).chi2,
    }
    for method in ("REML", "ML"):
        one = apim(pairs, distinguishable=False, method=method)
        found |= {f"{method}_rho": one.rho, f"{method}_sigma": one.sigma, f"{method}_loglik": one.loglik}
        two = apim(pairs, distinguishable=True, method=method)
        found |= {f"{method}_roles_rho": two.rho, f"{method}_roles_loglik": two.loglik}
        for model, prefix in ((one, {"both": ""}), (two, {"a": "a_", "b": "b_"})):
            for row in model.table.itertuples():
                found[f"{method}_{prefix[row.role]}{row.term}"] = row.estimate
                found[f"{method}_{prefix[row.role]}se_{row.term}"] = row.se
    covariate = apim(pairs, distinguishable=False, covariates=["z"]).effect("z")
    product = moderated_apim(pairs, by="product", distinguishable=False).effect("actor × partner")
    return found | {
        "covariate": covariate["estimate"],
        "covariate_se": covariate["se"],
        "product": product["estimate"],
        "product_se": product["se"],
        **model_figures(pairs),
    }


def model_figures(pairs: pd.DataFrame) -> dict[str, float]:
    """As `dyadic_figures`, for what is built upon the APIM: moderation, truth and bias, mediation."""
    sets = [("difference", moderated_apim(pairs, by="difference", distinguishable=False), ["|difference|"])]
    by_z = moderated_apim(pairs, by="z", distinguishable=False)
    sets += [("moderator", by_z, ["actor z", "partner z", "z"])]
    through = ["actor", "partner", "actor x", "partner x"]
    found = {}
    for roles in (False, True):
        judged = truth_and_bias(pairs, ("y_a", "y_b"), ("x_a", "x_b"), distinguishable=roles).model
        steps = apimem(pairs, distinguishable=roles, n_draws=100)
        sets += [("truth", judged, ["intercept", "actor", "partner"]), ("paths_b", steps.to_outcome, through)]
        if not roles:
            sets += [("paths_a", steps.to_mediator, ["actor", "partner"])]
    for name, model, terms in sets:
        for role in model.setting.table_roles:
            found |= _numbered(name if role == "both" else f"{name}_{role}", model, role, terms)
    return found


def _numbered(name: str, model: Apim, role: str, terms: list[str]) -> dict[str, float]:
    rows = {i + 1: model.effect(term, role) for i, term in enumerate(terms)}
    return {f"{name}_{i}": row["estimate"] for i, row in rows.items()} | {
        f"{name}_se_{i}": row["se"] for i, row in rows.items()
    }


def reliability_figures(items: pd.DataFrame) -> dict[str, float]:
    """As `dyadic_figures`, for α, ω and the items."""
    alpha, omega, each = cronbach_alpha(items), mcdonald_omega(items).value, item_statistics(items)
    found = {"alpha": alpha.value, "alpha_low": alpha.low, "alpha_high": alpha.high}
    found |= {"omega": omega, "omega_psych": omega}
    found |= {f"drop_{i + 1}": value for i, value in enumerate(each["alpha_if_dropped"])}
    return found | {f"total_{i + 1}": value for i, value in enumerate(each["item_total"])}


def compare(size: int, seed: int, *, spoil: bool = False) -> Counts:
    """Figures of ``size`` data sets of each kind that differ from R's by more than rounding."""
    generator = np.random.default_rng(seed)
    seeds = generator.integers(0, 2**31, size)
    dyads = {f"d{i}": draw_dyads(int(s)) for i, s in enumerate(seeds)}
    items = {f"i{i}": draw_items(int(s)) for i, s in enumerate(seeds)}
    theirs = ask_r(dyads, items, SCRIPT)
    ours = {key: dyadic_figures(_without_pairing(p) if spoil else p) for key, p in dyads.items()}
    ours |= {key: reliability_figures(frame) for key, frame in items.items()}
    figures = differ = negative = 0
    worst = 0.0
    for key, found in ours.items():
        negative += found.get("icc", 1.0) < 0
        for name, value in found.items():
            gap = abs(value - theirs[key, name]) / max(1.0, abs(value))
            figures += 1
            differ += gap > COARSE.get(name, TOLERANCE)
            worst = max(worst, float(gap) if name not in COARSE else 0.0)
    return {
        "trials": size,
        "figures": figures,
        "unlike_couples": int(negative),
        "differ": int(differ),
        "worst": worst,
    }


def _without_pairing(pairs: pd.DataFrame) -> pd.DataFrame:
    """Partners of different couples put together: what a lost couple id does."""
    return pairs.assign(x_b=np.roll(pairs["x_b"], 1), y_b=np.roll(pairs["y_b"], 1))


@proof(
    "statistics",
    bound="as R to 5e-6 on 60 data sets of each kind, and to 1e-4 on 60 with missing values",
    full=60,
    short=1,
    portion=20,
    zero=("differ",),
)
def statistics(size: int, seed: int) -> Counts:
    """ICC, APIM (both kinds, REML and ML), χ², covariates, moderation, truth and bias, mediation's
    paths, α, ω, items: nlme and psych. With missing values all but the first of these, by full
    information: lavaan, psych and nlme.
    """
    complete, missing = compare(size, seed), _missing_values.compare(size, seed)
    return merge(complete, missing) | {"trials": complete["trials"], "with_missing": missing["figures"]}


@statistics.control(size=2)
def partners_of_other_couples(size: int, seed: int) -> Counts:
    """With the pairing lost the figures must not be R's."""
    return compare(size, seed, spoil=True)


@statistics.control(size=1)
def couples_with_a_hole_set_aside(size: int, seed: int) -> Counts:
    """Complete couples alone must not give the figures of all that was given."""
    return _missing_values.compare(size, seed, spoil=True)


def _bounds(n: int, slack: float) -> tuple[float, float]:
    """The share of n intervals at 95 % that may hold the truth: three Monte Carlo errors off, and slack."""
    off = slack + 3.0 * float(np.sqrt(LEVEL * (1 - LEVEL) / n))
    return LEVEL - off, LEVEL + off


def _in_words(slack: float) -> str:
    low, high = _bounds(INTERVALS, slack)
    return f"{100 * low:.2f} to {100 * high:.2f} %"


@proof(
    "coverage",
    bound=f"95 % intervals hold the truth in {_in_words(0.0)}, the bootstrap of k in {_in_words(SLACK_OF_K)}",
    full=INTERVALS,
    short=150,
    portion=1500,
    holds=lambda c: (
        all(_near(c, key, 0.0) for key in ("actor", "partner", "icc", "alpha", "omega"))
        and _near(c, "k", SLACK_OF_K)
    ),
    figure=lambda c: ", ".join(
        f"{key} {100 * c[key] / c['trials']:.1f} %"
        for key in ("actor", "partner", "icc", "k", "alpha", "omega")
    ),
)
def coverage(size: int, seed: int) -> Counts:
    """How often each interval holds the value the data were drawn with."""
    return _coverage(size, seed, shrink=1.0)


@coverage.control(size=250)
def intervals_a_quarter_too_short(size: int, seed: int) -> Counts:
    """Shortened intervals must be caught."""
    return _coverage(size, seed, shrink=0.75)


def _near(counts: Counts, key: str, slack: float) -> bool:
    low, high = _bounds(int(counts["trials"]), slack)
    return low <= counts[key] / counts["trials"] <= high


def _coverage(size: int, seed: int, shrink: float) -> Counts:
    generator = np.random.default_rng(seed)
    counts = dict.fromkeys(("actor", "partner", "icc", "k", "alpha", "omega"), 0)
    omega = 2.8**2 / (2.8**2 + 4 * 0.51)
    for _ in range(size):
        pairs = _known_couples(generator)
        model = apim(pairs, distinguishable=False, n_draws=400)
        ends = {term: tuple(model.effect(term)[["low", "high"]]) for term in ("actor", "partner")}
        alike = pd.DataFrame(
            generator.multivariate_normal([0, 0], [[1, -0.3], [-0.3, 1]], 60), columns=["y_a", "y_b"]
        )
        items = pd.DataFrame(
            0.7 * generator.normal(size=(200, 1)) + np.sqrt(0.51) * generator.normal(size=(200, 4))
        )
        for key, found in (
            ("icc", dyadic_icc(alike)),
            ("k", model.k),
            ("alpha", cronbach_alpha(items)),
            ("omega", mcdonald_omega(items)),
        ):
            ends[key] = (found.low, found.high)
        truth = {"actor": 0.6, "partner": 0.3, "icc": -0.3, "k": 0.5, "alpha": omega, "omega": omega}
        for key, (low, high) in ends.items():
            middle, half = (low + high) / 2, shrink * (high - low) / 2
            counts[key] += bool(middle - half <= truth[key] <= middle + half)
    return {"trials": size, **counts}


def _known_couples(generator: np.random.Generator) -> pd.DataFrame:
    x = generator.multivariate_normal([0, 0], [[1, 0.25], [0.25, 1]], 60)
    errors = generator.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], 60)
    return pd.DataFrame(
        np.hstack([x, 0.6 * x + 0.3 * x[:, ::-1] + errors]), columns=["x_a", "x_b", "y_a", "y_b"]
    )
