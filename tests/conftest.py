"""Order the tests, spread them over workers, and skip what no run collects."""

import os
from pathlib import Path
from typing import Any

import pytest

# Positive controls load these into a server of their own: they break a protection on purpose,
# and to collect them for doctests would break it here.
collect_ignore_glob = ["**/sitecustomize.py", "**/_thrift.py"]

# What takes minutes is begun first: then none of it is left running alone at the end.
LONG = ("walk", "proofs", "server", "ui")
LONG_PROOFS = ("worlds", "tabs", "coverage", "markup", "quick-exit", "private-screen", "faults")
TESTS = Path(__file__).parent
PROOFS = "tests/proofs/test_proofs.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put folders that drive browsers and servers first, the longest of them first; keep the rest in order."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, int]:
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    proof = item.nodeid.partition("[")[2] if folder == "proofs" else ""
    ranks = [n for n, name in enumerate(LONG_PROOFS) if proof.startswith(name)]
    return (LONG.index(folder) if folder in LONG else len(LONG)), *(ranks or [len(LONG_PROOFS)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Use one worker more than cores with ``-n auto``: a core is idle while a test waits for a server or page."""
    return (os.cpu_count() or 1) + 1


def group_of(nodeid: str) -> str:
    """Return the group that stays with one worker: a file, as its tests share a server; a proof alone."""
    return nodeid if nodeid.startswith(PROOFS) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """Schedule by our own groups with ``--dist loadfile``."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)
