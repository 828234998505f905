"""From the command to the first page: how long somebody waits who starts the workbook."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.harness import Figures, benchmark
from workbook.server.network import free_port
from workbook.server.testing import stop

STARTS = 7
MOST_SECONDS = {"start": 2.5, "demo": 4.0}
_PATIENCE_SECONDS = 60.0


@benchmark(
    "first-page",
    bound="first page after `workbook start` within 2.5 s, after `workbook demo` within 4 s",
    holds=lambda figures: all(figures[name] <= most for name, most in MOST_SECONDS.items()),
    figure=lambda figures: ", ".join(
        f"{name} {figures[name]:.2f} s (all answered after {figures[f'{name}_whole']:.2f})"
        for name in MOST_SECONDS
    ),
)
def first_page(share: float) -> Figures:
    """Start both in turn, on empty folders; the median of what a client on this computer sees."""
    found: dict[str, list[float]] = {f"{name}{of}": [] for name in MOST_SECONDS for of in ("", "_whole")}
    for _ in range(max(1, round(STARTS * share))):
        for command in MOST_SECONDS:
            first, whole = _start(command)
            found[command].append(first)
            found[f"{command}_whole"].append(whole)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def _start(command: str) -> tuple[float, float]:
    """Return the seconds until the first page, and until a page that needs the whole server."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        places = {"WORKBOOK_DATA": str(folder / "data"), "WORKBOOK_KEYS": str(folder / "keys")}
        started = [sys.executable, "-m", "workbook", command, "--no-browser", "--port", str(port)]
        with (folder / "output.txt").open("wb") as output:
            began = time.perf_counter()
            process = subprocess.Popen(  # noqa: S603  our own command
                started, stdout=output, stderr=output, env=os.environ | places, start_new_session=True
            )
        try:
            _get(f"http://127.0.0.1:{port}/", process)
            first = time.perf_counter() - began
            _get(f"http://127.0.0.1:{port}/sign-in", process)
            return first, time.perf_counter() - began
        finally:
            stop(process)


def _get(url: str, process: "subprocess.Popen[bytes]") -> None:
    latest = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < latest and process.poll() is None:
        try:
            httpx.get(url, timeout=_PATIENCE_SECONDS, follow_redirects=True).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"{url} was not answered")
