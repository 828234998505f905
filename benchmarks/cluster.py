"""A hundred million answers through Dask, each worker under a cap of two gibibytes."""

import math
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import LocalCluster

from benchmarks.harness import Figures, benchmark
from workbook.instruments import catalogue
from workbook.research.scale import Parts, keep_quiet
from workbook.simulate import simulate_couples

ANSWERS = 100_000_000
COUPLES = 4_000  # in a part
CAP = "2GiB"
SHARES = (0.25, 0.5, 1.0)


@benchmark(
    "cluster",
    bound="10⁸ answers under 2 GiB a worker; cost grows with exponent ≤ 1.05",
    holds=lambda f: f["exponent"] <= 1.05 and f["largest"] < 2.0,
    figure=lambda f: (
        f"{f['answers']:,.0f} answers ({f['gib']:.1f} GiB in memory) in {f['seconds']:.0f} s, "
        f"exponent {f['exponent']:.2f}, largest worker {f['largest']:.2f} GiB"
    ),
)
def cluster(share: float) -> Figures:
    """Measure α, ICC and an APIM over a quarter, a half and all of the parts."""
    shown = {"connection": catalogue()["connection"]}
    drawn = simulate_couples(COUPLES, 1, shown, compact=True).responses
    wanted = max(math.ceil(ANSWERS * share / len(drawn)), 4)
    seconds, answers = [], []
    with (
        tempfile.TemporaryDirectory() as name,
        LocalCluster(n_workers=2, threads_per_worker=1, memory_limit=CAP, dashboard_address=None) as workers,
    ):
        folder, written = Path(name), 0
        for part in SHARES:
            until = max(int(wanted * part), 1)
            for number in range(written, until):
                _write(drawn, folder / f"part-{number:05d}.parquet", number)
            written = until
            parts = Parts(
                folder, shown, engine="dask", scheduler=workers.scheduler_address, progress=keep_quiet
            )
            if not seconds:
                parts.icc("connection.trust")  # the workers' imports are not the data's cost
            began = time.perf_counter()
            parts.apim("connection.open_talk", "connection.trust")
            parts.icc("connection.trust")
            parts.reliability("connection.trust")
            seconds.append(time.perf_counter() - began)
            answers.append(written * len(drawn))
    exponent = float(np.polyfit(np.log(answers), np.log(seconds), 1)[0])
    gib = drawn.memory_usage(deep=True).sum() / len(drawn) * answers[-1] / 2**30
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20  # of those that ended: KiB → GiB
    figures = {"answers": answers[-1], "seconds": seconds[-1], "gib": gib, "largest": largest}
    return {"exponent": exponent} | {name: float(value) for name, value in figures.items()}


def _write(drawn: object, path: Path, number: int) -> None:
    """Write the same couples under other names: what is measured does not depend on their answers."""
    mark = f"-{number:05d}"
    part = drawn.assign(
        couple_id=drawn["couple_id"].cat.rename_categories(lambda name: f"{name}{mark}"),
        person_id=drawn["person_id"].cat.rename_categories(lambda name: f"{name}{mark}"),
    )
    pq.write_table(pa.Table.from_pandas(part, preserve_index=False), path)
