"""What every test run leaves alone, and which files it begins with."""

from pathlib import Path

import pytest

# Positive controls load these into a server of their own: they break a protection on purpose,
# and to collect them for doctests would break it here.
collect_ignore_glob = ["**/sitecustomize.py", "**/_thrift.py"]

# The files that take minutes: begun first, none of them is left running alone at the end.
LONG = ("walk", "proofs", "server", "ui")
TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders that drive browsers and servers come first; all else keeps its order."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    return LONG.index(folder) if folder in LONG else len(LONG)
