"""The benchmarks run at a hundredth of their size; their figures are not judged."""

import sys

import pytest

from benchmarks.__main__ import main
from benchmarks.dyads import million
from benchmarks.harness import discover


def test_an_apim_of_two_hundred_thousand_couples_stays_within_its_memory() -> None:
    figures = million.run(0.2)
    assert figures["couples"] == 200_000
    assert figures["memory"] <= 2.5


def test_every_benchmark_has_a_bound_that_can_be_missed() -> None:
    worst = {"seconds": 1e9, "memory": 1e9, "exponent": 9.0, "score": 1e9, "loop": 1.0, "bare": 1e-9}
    assert all(
        not found.holds(worst) for name, found in discover().items() if name in ("apim", "scoring", "cluster")
    )


def test_an_unknown_benchmark_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "nonsense"])
    assert main() == 2
    assert "choose from" in capsys.readouterr().err
