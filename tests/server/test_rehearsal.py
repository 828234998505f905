"""What kernels are forked from has loaded and done all that a page needs, and keeps nothing of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.test_door import wait_until
from workbook.server.kernels.environment import kernel_environment

_BEGIN = """
import json, sys
from workbook.server.kernels.fork_server import warm_up
warm_up()
"""
# The notebook of a couple, which then writes down what is loaded in its kernel.
_OPEN = """
import json, sys
from workbook.ui import open_workbook
root = open_workbook()
with open({place!r}, "w") as file:
    json.dump(sorted(sys.modules), file)
root
"""


def _in_what_is_forked_from(code: str, folder: Path) -> object:
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + code],
        env=kernel_environment({"IPYTHONDIR": str(folder)}),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> Path:
    """Where the notebook of this test writes what is loaded in its kernel."""
    return tmp_path_factory.mktemp("seen") / "loaded.json"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, seen) -> Path:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": []}
    cell["source"] = _OPEN.format(place=str(seen))
    path = tmp_path_factory.mktemp("notebook") / "couple.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_nothing_is_imported_after_the_fork(server, visit, seen, tmp_path) -> None:
    """Up to the first page: what each page's kernel loads by itself, no other page shares."""
    visit().begin().open_workbook()
    wait_until(seen.exists)
    before = set(_in_what_is_forked_from("print(json.dumps(sorted(sys.modules)))", tmp_path))
    loaded = set(json.loads(seen.read_text()))
    assert "workbook.ui.app" in loaded
    assert loaded - before - {"runpy"} == set()  # it is what `python -m` begins with


def test_the_rehearsal_leaves_no_widget_no_line_and_no_thread(tmp_path) -> None:
    code = """
import comm, gc, threading
from ipywidgets import Widget
from workbook.service.couple.drawers import Drawer
from workbook.service.desks.household import Household
from workbook.session import Session
gc.unfreeze()  # or it would not be looked at
kinds = (Widget, Drawer, Household, Session)
left = [type(one).__name__ for one in gc.get_objects() if isinstance(one, kinds)]
print(json.dumps([left, list(comm.get_comm_manager().comms), threading.active_count()]))
"""
    assert _in_what_is_forked_from(code, tmp_path) == [[], [], 1]
