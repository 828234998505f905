"""A cohort several times a worker's memory: the same figures, and cost that grows linearly."""

import resource
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import LocalCluster

from tests.proofs.harness import CannotRun, Counts, proof
from workbook.errors import StatisticsError
from workbook.instruments import catalogue
from workbook.research.scale import Parts, keep_quiet
from workbook.simulate import simulate_couples

SHOWN = {"connection": catalogue()["connection"]}
X, Y = "connection.open_talk", "connection.trust"
COUPLES = 2_000  # in a part
CAP_GIB = 0.5
CAP = f"{CAP_GIB}GiB"
TIMES = 3  # a worker's cap, at full size: less than that might lie in memory unnoticed
FULL = 300
FIGURES = ["estimate", "se", "low", "high"]


def write_parts(folder: Path, n_parts: int, seed: int, *, split: bool = False) -> tuple[int, float]:
    """Parts of 2,000 couples each, drawn once and then told apart by their ids.

    Gives the answers, and the GiB they would take as one frame: ids as categories, which in a whole
    cohort need four bytes for couple and person, their names not counted. It is pandas' smallest form.
    """
    drawn = simulate_couples(COUPLES, seed, SHOWN, compact=True).responses
    folder.mkdir(parents=True)
    keep = drawn
    for number in range(n_parts):
        mark = f"{number:05d}"
        part = keep.assign(
            couple_id=drawn["couple_id"].cat.rename_categories(lambda name, m=mark: f"{name}-{m}"),
            person_id=drawn["person_id"].cat.rename_categories(lambda name, m=mark: f"{name}-{m}"),
            # Other answers in each part: a shift within the scale, so that no part is a copy.
            value=_vary(drawn["value"], seed + number),
        )
        table = pa.Table.from_pandas(part, preserve_index=False)
        if split and number == 0:
            # The control: the second partners of the first part are put into a part of their own.
            first = ~part.duplicated(["couple_id", "item"])
            pq.write_table(table.filter(pa.array(~first)), folder / "stray.parquet")
            table = table.filter(pa.array(first))
        pq.write_table(table, folder / f"part-{mark}.parquet")
    codes = {name: drawn[name].cat.codes.astype("int32") for name in ("couple_id", "person_id")}
    size = drawn.assign(**codes).memory_usage(index=False, deep=True).sum()
    return len(drawn) * n_parts, float(size) * n_parts / 2**30


def _vary(values: pd.Series, seed: int) -> pd.Series:
    step = np.random.default_rng(seed).integers(-1, 2, len(values))
    return (values + step).clip(0, 4).where(values.notna()).astype("Int16")


def measure(n_parts: int, seed: int, *, split: bool = False) -> Counts:
    """Dask against pandas, part after part; beyond a handful of parts in processes under a cap."""
    if shutil.disk_usage(tempfile.gettempdir()).free < n_parts * 40e6:
        raise CannotRun(f"room for {n_parts * 40 // 1000} GB in the folder for temporary files")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "cohort"
        answers, gib = write_parts(folder, n_parts, seed, split=split)
        plain = Parts(folder, SHOWN, progress=keep_quiet)
        alone = n_parts <= 10
        cap = {"processes": False} if alone else {"memory_limit": CAP}
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, **cap) as cluster:
            dask = Parts(
                folder, SHOWN, engine="dask", scheduler=cluster.scheduler_address, progress=keep_quiet
            )
            began = time.monotonic()
            if _couples_checked(dask) != n_parts * COUPLES:
                return {
                    "trials": n_parts,
                    "answers": answers,
                    "lost": 1,
                    "gap": 0.0,
                    "gib": gib,
                    "seconds_per_million": 0.0,
                    "gib_of_a_child": 0.0,
                }
            ours, alpha = dask.apim(X, Y).table[FIGURES], dask.reliability(X).value
            n = dask.icc(X).n
            seconds = time.monotonic() - began
        gap = float(np.abs(ours.to_numpy() - plain.apim(X, Y).table[FIGURES].to_numpy()).max())
        gap = max(gap, abs(alpha - plain.reliability(X).value))
        lost = abs(n - plain.icc(X).n)
    return {
        "trials": n_parts,
        "answers": answers,
        "lost": int(lost),
        "gap": float(gap),
        "gib": gib,
        "seconds_per_million": float(seconds / answers * 1e6),
        "gib_of_a_child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20,
    }


def _couples_checked(parts: Parts) -> int:
    try:
        return parts.check()
    except StatisticsError:
        return -1


@proof(
    "scale",
    bound=(
        f"Dask under a cap of {CAP_GIB} GiB a worker = pandas to 1e-10 on 10⁸ answers, "
        f"{TIMES} × the cap or more in memory; no couple lost"
    ),
    full=FULL,
    short=2,
    holds=lambda c: (
        c["gap"] <= 1e-10
        and c["lost"] == 0
        and (c["trials"] < FULL or (c["answers"] >= 1e8 and c["gib"] >= TIMES * CAP_GIB))
    ),
    figure=lambda c: (
        f"{c['answers']:,} answers ({c['gib']:.1f} GiB in memory), gap {c['gap']:.1e}, {c['lost']} lost, "
        f"{c['seconds_per_million']:.2f} s per million, {c['gib_of_a_child']:.2f} GiB in the largest worker"
    ),
)
def scale(size: int, seed: int) -> Counts:
    """Sufficient statistics over parts, by Dask and by pandas."""
    return measure(size, seed)


@scale.control(size=2)
def a_couple_in_two_parts(size: int, seed: int) -> Counts:
    """Couples torn over two parts must be noticed."""
    return measure(size, seed, split=True)
