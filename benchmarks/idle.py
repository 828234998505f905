"""A server that nobody uses: what its processes hold together, and what they do."""

import tempfile
import time
from pathlib import Path

from benchmarks.harness import Figures, benchmark
from benchmarks.peers.serving import Served
from benchmarks.reporting import keep
from workbook.server.testing import running_server

REST_SECONDS, SECONDS = 15.0, 60.0
MOST_MB, MOST_PERCENT = 200, 0.5


@benchmark(
    "idle",
    bound=f"all processes of an idle server hold at most {MOST_MB} MB and use no CPU (< {MOST_PERCENT} %)",
    holds=lambda figures: figures["mb"] <= MOST_MB and figures["percent"] < MOST_PERCENT,
    figure=lambda figures: (
        f"{figures['mb']:.0f} MB in {figures['processes']:.0f} processes (shared memory counted once), "
        f"{figures['percent']:.2f} % of a core"
    ),
)
def idle(share: float) -> Figures:
    """Let a server come to rest, then watch it for a minute."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        served = Served("workbook", server.url, server.pid, 0.0)
        time.sleep(max(1.0, REST_SECONDS * share))
        before, began = served.cpu_seconds(), time.monotonic()
        time.sleep(max(1.0, SECONDS * share))
        used = served.cpu_seconds() - before
        figures = {
            "mb": served.shared_mb(),
            "private_mb": served.private_mb(),
            "processes": len(served.processes()),
            "percent": 100 * used / (time.monotonic() - began),
        }
    keep("idle", figures)
    return figures
