"""Every single figure of a run, kept as JSON with the machine it was measured on."""

import json
import math
import os
import platform
import statistics
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

REPORTS = Path(__file__).parent.parent / "build" / "reports"
OURS = ("voila", "ipykernel", "tornado", "pandas", "plotly")


def keep(name: str, figures: Any) -> Path:
    """Write what a benchmark measured to ``build/reports/<name>.json``; return where."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    path = REPORTS / f"{name}.json"
    content = {"about": about(), "figures": figures}
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path


def exponent_of(found: Mapping[int, float]) -> float:
    """Return with which power of their number something grows, by least squares of the logarithms.

    >>> round(exponent_of({10: 2.0, 20: 4.0, 40: 8.0}), 6)
    1.0
    """
    points = [(math.log(n), math.log(value)) for n, value in found.items() if n > 0 and value > 0]
    if len(points) < 2:
        return math.nan
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def about() -> dict[str, Any]:
    """Return day, machine, versions and commit of a run."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        cwd=REPORTS.parents[1],
    )
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "commit": done.stdout.strip(),
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "versions": {name: version(name) for name in OURS},
    }
