"""The message of a failing notebook cell is never logged: only its class is."""

import copy
import json
from pathlib import Path

from tests.server.conftest import NOTEBOOK, Person
from workbook.server.testing import running_server

MARKER = "only-these-words-7391"


def test_the_contents_of_a_failing_cell_are_in_no_log(tmp_path: Path) -> None:
    import httpx

    content = copy.deepcopy(NOTEBOOK)
    content["cells"][1]["source"] = f'words = "only-these-words"\nraise ValueError(words + "-{MARKER[-4:]}")'
    notebook = tmp_path / "failing.ipynb"
    notebook.write_text(json.dumps(content), encoding="utf-8")
    with (
        running_server(tmp_path, "--notebook", str(notebook)) as server,
        httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client,
    ):
        page = Person(client).begin().client.get("/workbook").text
        logged = server.output.read_text(encoding="utf-8")
    assert "the notebook failed: ValueError" in logged
    assert MARKER not in logged and "only-these-words" not in logged
    assert MARKER not in page


def test_a_defect_in_a_page_is_logged_without_its_message(tmp_path: Path) -> None:
    """A kernel's output is discarded, so its pages' log records have to be sent to the server."""
    import httpx

    content = copy.deepcopy(NOTEBOOK)
    content["cells"][1]["source"] = f"""
from workbook.ui import open_workbook
root = open_workbook()
def press():
    raise KeyError("only-these-words" + "-{MARKER[-4:]}")
root.app.guard(press)()
root
"""
    notebook = tmp_path / "failing.ipynb"
    notebook.write_text(json.dumps(content), encoding="utf-8")
    with (
        running_server(tmp_path, "--notebook", str(notebook)) as server,
        httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client,
    ):
        page = Person(client).begin().client.get("/workbook").text
        logged = server.output.read_text(encoding="utf-8")
    assert "a page failed: KeyError" in logged and "guard.py" in logged, "what failed, and where"
    assert MARKER not in logged
    assert "workbook_failed" not in page
