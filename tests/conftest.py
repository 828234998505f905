"""What every test run leaves alone, which tests it begins with, and which of them stay together."""

from pathlib import Path
from typing import Any

import pytest

# Positive controls load these into a server of their own: they break a protection on purpose,
# and to collect them for doctests would break it here.
collect_ignore_glob = ["**/sitecustomize.py", "**/_thrift.py"]

# What takes minutes is begun first: then none of it is left running alone at the end.
LONG = ("walk", "proofs", "server", "ui")
TESTS = Path(__file__).parent
PROOFS = "tests/proofs/test_proofs.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders that drive browsers and servers come first; all else keeps its order."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    return LONG.index(folder) if folder in LONG else len(LONG)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """With ``--dist loadfile``: a file stays with one worker, for it shares a server; a proof shares nothing."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class EachProofAlone(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith(PROOFS) else str(super()._split_scope(nodeid))

    return EachProofAlone(config, log)
