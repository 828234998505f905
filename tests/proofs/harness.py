"""What a proof is, how it is registered, and how slices of it are merged."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field

Counts = dict[str, int | float]
"""What one slice found. Whole numbers add up over slices, floats keep their largest."""
Run = Callable[[int, int], Counts]

PROOFS: dict[str, "Proof"] = {}


class CannotRun(Exception):  # noqa: N818 - a reason, and no fault of the code
    """This machine lacks something the proof needs; the message says what, and where to get it."""


@dataclass(slots=True)
class Control:
    """The same proof with its protection removed: it must fail, or the proof shows nothing."""

    name: str
    run: Run
    size: int
    fails: Callable[[Counts], bool]


@dataclass(slots=True)
class Proof:
    """One promise: what is counted, how much of it, and when it holds."""

    name: str
    bound: str
    full: int
    short: int
    portion: int
    run: Run
    holds: Callable[[Counts], bool]
    figure: Callable[[Counts], str]
    alone: bool = False
    timed: tuple[str, ...] = ()
    controls: list[Control] = field(default_factory=list)

    def control(self, *, size: int, fails: Callable[[Counts], bool] | None = None) -> Callable[[Run], Run]:
        """Register a control; by default it must make `holds` false."""

        def register(run: Run) -> Run:
            must = fails if fails is not None else lambda counts: not self.holds(counts)
            self.controls.append(Control(run.__name__.replace("_", " "), run, size, must))
            return run

        return register


def proof(
    name: str,
    *,
    bound: str,
    full: int,
    short: int,
    portion: int | None = None,
    zero: tuple[str, ...] = (),
    holds: Callable[[Counts], bool] | None = None,
    figure: Callable[[Counts], str] | None = None,
    alone: bool = False,
    timed: tuple[str, ...] = (),
) -> Callable[[Run], Proof]:
    """Register a function ``(size, seed) → Counts`` as a proof.

    Parameters
    ----------
    full, short : int
        Trials in ``make prove`` and in the tests.
    portion : int, optional
        Trials asked for at a time, each slice with a seed of its own; all at once by default.
    zero : tuple of str
        Counts that must stay 0; used when ``holds`` is not given.
    alone : bool
        It measures times or memory: nothing else may run beside it.
    timed : tuple of str
        Counts that are seconds. ``make prove`` bounds them; the tests, which run beside others, do not.
    """
    if holds is None and not zero:
        raise ValueError(f"the proof {name!r} bounds nothing: give zero=(…) or holds=…")

    def register(run: Run) -> Proof:
        PROOFS[name] = Proof(
            name,
            bound,
            full,
            short,
            portion or full,
            run,
            holds if holds is not None else lambda counts: all(counts[key] == 0 for key in zero),
            figure if figure is not None else _plainly,
            alone,
            timed,
        )
        return PROOFS[name]

    return register


def merge(earlier: Counts, later: Counts) -> Counts:
    """Two slices as one: whole numbers added, floats at their largest.

    >>> merge({"trials": 10, "worst": 0.5}, {"trials": 5, "worst": 0.25})
    {'trials': 15, 'worst': 0.5}
    """
    merged = dict(earlier)
    for key, value in later.items():
        known = merged.get(key)
        if known is None:
            merged[key] = value
        elif isinstance(value, float) or isinstance(known, float):
            merged[key] = max(float(known), float(value))
        else:
            merged[key] = known + value
    return merged


def discover() -> dict[str, Proof]:
    """Import every module of proofs; return the proofs by name."""
    package = importlib.import_module("tests.proofs")
    for module in pkgutil.iter_modules(package.__path__):
        if not module.name.startswith(("test_", "_")) and module.name not in ("harness", "ledger", "reach"):
            importlib.import_module(f"tests.proofs.{module.name}")
    return PROOFS


def _plainly(counts: Counts) -> str:
    return ", ".join(f"{_number(value)} {key.replace('_', ' ')}" for key, value in counts.items())


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
