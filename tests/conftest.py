"""What every test run leaves alone, which tests it begins with, and how they are spread over workers."""

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
    """Folders that drive browsers and servers come first, and their longest; all else keeps its order."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, int]:
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    proof = item.nodeid.partition("[")[2] if folder == "proofs" else ""
    ranks = [n for n, name in enumerate(LONG_PROOFS) if proof.startswith(name)]
    return (LONG.index(folder) if folder in LONG else len(LONG)), *(ranks or [len(LONG_PROOFS)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """With ``-n auto``: one worker more than cores, for while a test waits for a server or a page a core is idle."""
    return (os.cpu_count() or 1) + 1


def group_of(nodeid: str) -> str:
    """What stays with one worker: a file, for its tests share a server; a proof shares nothing and is on its own."""
    return nodeid if nodeid.startswith(PROOFS) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """With ``--dist loadfile``: our own groups."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)
