"""Every statistic that takes missing values against R: lavaan's full information, psych and nlme."""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.proofs._r import ask_r, draw_dyads, draw_items
from tests.proofs.harness import Counts
from workbook.errors import StatisticsError
from workbook.research.dyadic import Apim, apim, apimem, distinguishability, moderated_apim
from workbook.research.items import Missing, item_moments
from workbook.research.reliability import cronbach_alpha, mcdonald_omega

SCRIPT = Path(__file__).with_name("_oracle_missing.R")

# lavaan searches for the maximum and takes second differences there; we solve for both.
TOLERANCE = 1e-4
MOST_MISSING = 0.25


def draw_couples(seed: int) -> pd.DataFrame:
    """Return couples with holes: by chance in all columns, and in y_b where y_a is low; z is complete."""
    generator = np.random.default_rng(seed)
    whole = draw_dyads(seed)
    while len(whole) < 60:  # of fewer, with holes, the likelihood may have no maximum that anybody finds
        whole = draw_dyads(int(generator.integers(0, 2**31)))
    frame = whole.rename(columns={"x_a": "full_a", "x_b": "full_b"})
    for name in ("x_a", "x_b"):
        frame[name] = whole[name]
    for name in ("x_a", "x_b", "m_a", "m_b", "y_a", "y_b"):
        frame.loc[generator.random(len(frame)) < generator.uniform(0.0, MOST_MISSING), name] = np.nan
    frame.loc[frame["y_a"] < frame["y_a"].quantile(0.15), "y_b"] = np.nan
    return frame[["x_a", "x_b", "y_a", "y_b", "m_a", "m_b", "z", "full_a", "full_b"]]


def draw_answers(seed: int) -> pd.DataFrame:
    """Return answers to 3 to 6 items with holes."""
    generator = np.random.default_rng(seed)
    items = draw_items(seed).iloc[:, : int(generator.integers(3, 7))]
    return items.mask(generator.random(items.shape) < generator.uniform(0.02, MOST_MISSING))


def couples_figures(pairs: pd.DataFrame) -> dict[str, float]:
    """Return the workbook's figures under the R script's names."""
    asked = {"method": "ML", "missing": "fiml"}
    roles = apim(pairs, distinguishable=True, **asked)  # type: ignore[arg-type]
    like = apim(pairs, distinguishable=False, **asked)  # type: ignore[arg-type]
    circumstance = apim(pairs, distinguishable=False, covariates=["z"], **asked)  # type: ignore[arg-type]
    found = {"loglik": roles.loglik, "bic": roles.bic}
    for number, role in (("1", "a"), ("2", "b")):
        found |= _named(
            roles, role, {"intercept": f"i{number}", "actor": f"a{number}", "partner": f"p{number}"}
        )
    plain = {"intercept": "i", "actor": "a", "partner": "p"}
    found |= _named(like, "both", plain)
    with_z = {**{term: f"z_{name}" for term, name in plain.items()}, "z": "z_Z"}
    found |= {name.replace("se_z_", "z_se_"): v for name, v in _named(circumstance, "both", with_z).items()}
    for test in ("omnibus", "conditional"):
        found[test] = distinguishability(pairs, test=test, missing="fiml").chi2  # type: ignore[arg-type]
    steps = apimem(pairs, distinguishable=False, n_draws=100, **asked).indirect  # type: ignore[arg-type]
    for row, name in zip(steps.itertuples(), ("aa_ba", "ap_bp", "aa_bp", "ap_ba"), strict=True):
        found |= {name: row.estimate, f"se_{name}": row.se}
    full = pairs.drop(columns=["x_a", "x_b"]).rename(columns={"full_a": "x_a", "full_b": "x_b"})
    moderated = moderated_apim(full, by="z", distinguishable=False, **asked)  # type: ignore[arg-type]
    for term, name in (("actor z", "xz"), ("partner z", "xpz"), ("z", "z_c")):
        found[f"moderated_{name}"] = moderated.effect(term)["estimate"]
    return found


def _named(model: Apim, role: str, names: dict[str, str]) -> dict[str, float]:
    found = {}
    for term, name in names.items():
        row = model.effect(term, role)
        found |= {name: row["estimate"], f"se_{name}": row["se"]}
    return found


def items_figures(items: pd.DataFrame) -> dict[str, float]:
    """Return the workbook's figures under the R script's names."""
    alpha = cronbach_alpha(items)
    moments = item_moments(items, "fiml")
    assert moments.information is not None  # holes were drawn
    matrix = moments.information.covariance
    k, total, own = len(matrix), matrix.sum(), np.trace(matrix)
    slope = (np.zeros(k), k / (k - 1.0) * (own / total**2 - np.eye(k) / total))
    return {
        "alpha_pairwise": cronbach_alpha(items, missing="pairwise").value,
        "omega_pairwise": _omega(items, "pairwise"),
        "fiml_alpha": alpha.value,
        "fiml_se_alpha": float(np.sqrt(moments.information.error([slope])[0, 0])),
        "fiml_omega": _omega(items, "fiml"),
    }


def _omega(items: pd.DataFrame, missing: Missing) -> float:
    """Return ω, or NaN where an item is left without error variance."""
    try:
        return mcdonald_omega(items, missing=missing).value
    except StatisticsError:
        return float("nan")


def compare(size: int, seed: int, *, spoil: bool = False) -> Counts:
    """Count figures that differ from R's by more than its search leaves."""
    generator = np.random.default_rng(seed)
    seeds = generator.integers(0, 2**31, size)
    dyads = {f"d{i}": draw_couples(int(s)) for i, s in enumerate(seeds)}
    items = {f"i{i}": draw_answers(int(s)) for i, s in enumerate(seeds)}
    theirs = ask_r(dyads, items, SCRIPT)
    whole = {key: frame.dropna() if spoil else frame for key, frame in dyads.items()}
    ours = {key: couples_figures(frame) for key, frame in whole.items()}
    ours |= {key: items_figures(frame) for key, frame in items.items()}
    figures = differ = 0
    worst = 0.0
    for key, found in ours.items():
        for name, value in found.items():
            if "omega" in name and np.isnan(theirs[key, name]):
                continue  # R has none; where it has one, ours must not refuse
            gap = abs(value - theirs[key, name]) / max(1.0, abs(value))
            figures += 1
            differ += not gap <= TOLERANCE
            worst = max(worst, float(gap))
    return {"trials": size, "figures": figures, "differ": int(differ), "worst": worst}
