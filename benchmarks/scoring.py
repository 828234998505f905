"""Scoring ten million answers, compared with a loop over persons and bare numpy; time and memory.

The scores are a table larger than the answers (a row of 13 columns per person and facet, against a
few bytes per answer): what is handed back is told apart from what the work itself takes.
"""

import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.harness import Figures, benchmark
from workbook.instruments import Instrument, catalogue
from workbook.scoring import score
from workbook.simulate import simulate_couples

ANSWERS = 10_000_000
LOOPED = 200  # persons: the loop's time grows with them, so the rest is reckoned


@benchmark(
    "scoring",
    bound=(
        "10⁷ answers ≥ 20 × a loop over persons and ≤ 2 × a bare numpy pass; "
        "peak memory without the scores themselves ≤ 2.5 × the data"
    ),
    holds=lambda f: (
        f["loop"] / f["score"] >= 20 and f["score"] / f["bare"] <= 2 and f["memory"] - f["scores"] <= 2.5
    ),
    figure=lambda f: (
        f"{f['score']:.2f} s for {f['answers']:,.0f}; {f['loop'] / f['score']:.0f} × faster than the loop, "
        f"{f['score'] / f['bare']:.2f} × the bare pass; peak {f['memory']:.2f} × the data, "
        f"{f['scores']:.2f} of it the scores"
    ),
)
def scoring(share: float) -> Figures:
    """Score a cohort as read from Parquet: categorical ids, every item in each sheet."""
    instrument = catalogue()["connection"]
    n_items = len(instrument.items)
    couples = max(int(ANSWERS * share / n_items / 2), 50)
    responses = simulate_couples(couples, 1, {"connection": instrument}, compact=True).responses
    size = float(responses.memory_usage(deep=True).sum())
    peak, kept = peak_and_kept(lambda: score(responses, instrument))
    return {
        "answers": float(len(responses)),
        "memory": 1.0 + peak / size,
        "scores": kept / size,
        "score": fastest(lambda: score(responses, instrument)),
        "bare": fastest(lambda: bare_pass(responses, instrument)),
        "loop": loop_over_persons(responses, instrument),
    }


def fastest(work: Callable[[], object], times: int = 7) -> float:
    """Return the seconds of the fastest of some runs: the others were disturbed."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def peak_and_kept(work: Callable[[], object]) -> tuple[int, int]:
    """Return the peak extra bytes of some work, and the bytes of its result."""
    tracemalloc.start()
    try:
        result = work()  # held, so that it counts
        kept, peak = tracemalloc.get_traced_memory()
        del result
    finally:
        tracemalloc.stop()
    return peak, kept


def bare_pass(responses: pd.DataFrame, instrument: Instrument) -> np.ndarray:
    """Do the least any scoring must: reverse each answer, then a mean per person and facet."""
    n_items = len(instrument.items)
    place = {item.id: number for number, item in enumerate(instrument.items)}
    values = responses["value"].to_numpy(dtype=np.float32, na_value=np.nan).reshape(-1, n_items)
    turned = np.array([item.reverse for item in instrument.items])
    ends = np.array([item.scale.lowest + item.scale.highest for item in instrument.items], dtype=np.float32)
    values = np.where(turned, ends - values, values)
    parts = []
    for subscale in instrument.subscales:
        own = values[:, [place[item] for item in subscale.items]]
        answered = (~np.isnan(own)).sum(axis=1)
        parts.append(np.nansum(own, axis=1) / np.maximum(answered, 1))
    return np.column_stack(parts)


def loop_over_persons(responses: pd.DataFrame, instrument: Instrument) -> float:
    """Return the seconds a plain loop would take over everybody, estimated from the first few."""
    people = responses["person_id"].unique()
    few = responses[responses["person_id"].isin(people[:LOOPED])]
    items = instrument.item_by_id
    began = time.perf_counter()
    for _, own in few.groupby("person_id", observed=True):
        values = dict(zip(own["item"], own["value"], strict=True))
        for subscale in instrument.subscales:
            answers = [
                items[name].scale.lowest + items[name].scale.highest - values[name]
                if items[name].reverse
                else values[name]
                for name in subscale.items
                if not pd.isna(values[name])
            ]
            if len(answers) >= subscale.min_answered:
                sum(answers) / len(answers)
    return (time.perf_counter() - began) * len(people) / min(LOOPED, len(people))
