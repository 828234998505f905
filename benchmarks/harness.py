"""What a benchmark is: a name, a bound, and a run that returns figures for that bound."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

Figures = dict[str, float]
Run = Callable[[float], Figures]

BENCHMARKS: dict[str, "Benchmark"] = {}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One promise of speed or memory.

    ``run(share)`` does the work at a share of its full size: 1 in ``make bench``, small in the
    tests, where figures mean nothing and only that it runs is shown.
    """

    name: str
    bound: str
    run: Run
    holds: Callable[[Figures], bool]
    figure: Callable[[Figures], str]


def benchmark(
    name: str, *, bound: str, holds: Callable[[Figures], bool], figure: Callable[[Figures], str]
) -> Callable[[Run], Benchmark]:
    """Register a function ``share → figures`` as a benchmark."""

    def register(run: Run) -> Benchmark:
        BENCHMARKS[name] = Benchmark(name, bound, run, holds, figure)
        return BENCHMARKS[name]

    return register


def discover() -> dict[str, Benchmark]:
    """Import every module of benchmarks; return the benchmarks by name."""
    package = importlib.import_module("benchmarks")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in ("apart", "harness", "peers", "performance_page", "reporting", "__main__"):
            importlib.import_module(f"benchmarks.{module.name}")
    return BENCHMARKS
