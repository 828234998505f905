"""An APIM on a million couples: time and memory."""

import tracemalloc

import numpy as np
import pandas as pd

from benchmarks.harness import Figures, benchmark
from benchmarks.scoring import fastest
from workbook.research.dyadic import apim

COUPLES = 1_000_000


@benchmark(
    "apim",
    bound="10⁶ couples ≤ 1 s, peak memory ≤ 2.5 × the data",
    holds=lambda f: f["seconds"] <= 1 and f["memory"] <= 2.5,
    figure=lambda f: (
        f"{f['seconds']:.2f} s for {f['couples']:,.0f} couples, peak {f['memory']:.2f} × the data"
    ),
)
def million(share: float) -> Figures:
    """Return both kinds of model, table and k, from a frame with couple ids."""
    n = max(int(COUPLES * share), 1000)
    generator = np.random.default_rng(1)
    x, noise = generator.normal(size=(2, n, 2))
    pairs = pd.DataFrame(
        np.hstack([x, 0.4 * x + 0.2 * x[:, ::-1] + noise]), columns=["x_a", "x_b", "y_a", "y_b"]
    )
    pairs.insert(0, "couple_id", np.arange(n))
    size = float(pairs.memory_usage(deep=True).sum())

    def fit() -> object:
        model = apim(pairs, distinguishable=False)
        return model.table, model.k

    seconds = fastest(fit)
    tracemalloc.start()
    fit()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"couples": float(n), "seconds": seconds, "memory": 1.0 + peak / size}
