"""Data sets of all kinds, and what R makes of them."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from tests.proofs.harness import CannotRun

WANTED = (
    "R with lavaan, nlme and psych (Debian: apt-get install r-cran-lavaan r-cran-nlme r-cran-psych "
    "r-cran-gparotation)"
)


def draw_dyads(seed: int) -> pd.DataFrame:
    """Couples of random size, likeness (also negative), effects and unequal variances."""
    generator = np.random.default_rng(seed)
    n = int(generator.integers(25, 200))
    rho, rho_x = generator.uniform(-0.8, 0.8, 2)
    x = generator.multivariate_normal([0, 0.3], [[1, rho_x], [rho_x, 1]], n) * generator.uniform(0.5, 2, 2)
    spread = generator.uniform(0.5, 2.0, 2)
    errors = generator.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n) * spread
    effects = generator.uniform(-0.7, 0.7, 4)
    y = 3 + x * effects[:2] + x[:, ::-1] * effects[2:] + errors
    frame = pd.DataFrame(np.hstack([x, y]), columns=["x_a", "x_b", "y_a", "y_b"])
    frame = frame.assign(z=generator.normal(5, 2, n))
    weights = generator.uniform(-0.7, 0.7, 3)
    mediator = weights[0] * x + weights[1] * x[:, ::-1] + weights[2] * y + generator.normal(0, spread, (n, 2))
    return frame.assign(m_a=mediator[:, 0], m_b=mediator[:, 1])


def draw_items(seed: int) -> pd.DataFrame:
    """Five-step answers to 4 to 9 items of one factor."""
    generator = np.random.default_rng(seed)
    n, k = int(generator.integers(60, 400)), int(generator.integers(4, 10))
    loadings = generator.uniform(0.4, 0.85, k)
    noise = generator.normal(size=(n, k)) * np.sqrt(1 - loadings**2)
    values = np.clip(np.round(generator.normal(size=(n, 1)) * loadings + noise) + 2, 0, 4)
    return pd.DataFrame(values, columns=[f"i{j}" for j in range(k)])


def ask_r(
    dyads: dict[str, pd.DataFrame],
    items: dict[str, pd.DataFrame],
    script: Path,
) -> pd.Series:
    """Return the figures of a script in R, by data set and name."""
    if shutil.which("Rscript") is None:
        raise CannotRun(WANTED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, sets in (("dyads", dyads), ("items", items)):
            whole = pd.concat([frame.assign(set=key) for key, frame in sets.items()])
            ordered = whole[["set", *(c for c in whole if c != "set")]]
            ordered.to_csv(folder / f"{kind}.csv", index=False, float_format="%.17g")
        ran = subprocess.run(
            ["Rscript", "--vanilla", str(script), name],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        if ran.returncode:
            if "there is no package" in ran.stderr:
                raise CannotRun(WANTED)
            raise RuntimeError(ran.stderr)
        return pd.read_csv(folder / "found.csv", names=["set", "name", "value"]).set_index(["set", "name"])[
            "value"
        ]
