"""The notebooks run outside the server: each shows its heading and displays no error."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4

from workbook.content import say

FOLDER = Path(__file__).parents[2] / "notebooks"
SANITIZE = Path(__file__).with_name("sanitize.cfg")
RAISED = "1 / 0"
CAUGHT = "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()"


def execute(path: Path) -> nbformat.NotebookNode:
    """Run a notebook where it lies, on this environment's Python; errors become outputs."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": path.parent}}
    return NotebookClient(notebook, timeout=150, allow_errors=True, resources=where).execute()


def find_errors(notebook: nbformat.NotebookNode) -> list[str]:
    """Errors as Jupyter reports them, and those a cell caught and put on the page itself."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    raised = [f"{output.ename}: {output.evalue}" for output in outputs if output.output_type == "error"]
    texts = [
        str(output.get("text", "")) + "".join(map(str, output.get("data", {}).values())) for output in outputs
    ]
    return raised + [text for text in texts if "Traceback (most recent call last)" in text]


def texts_of_widgets(notebook: nbformat.NotebookNode) -> str:
    """Everything the notebook's widgets hold, as one text."""
    states = notebook.metadata.get("widgets", {}).values()
    return "\n".join(str(model["state"]) for state in states for model in state["state"].values())


def served(name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not part of this version")
    return path


def test_the_couples_notebook_opens_the_simulated_couple_without_an_error() -> None:
    from workbook.service.demo import open_demo

    notebook = execute(served("couple.ipynb"))
    assert find_errors(notebook) == []
    heading = notebook.cells[0].source
    assert heading.startswith("# ")
    shown = texts_of_widgets(notebook)
    household, service = open_demo()
    names = [member.name for member in service.couple().members]
    household.close()
    assert [name for name in names if name in shown], "no page was shown"


def test_the_therapists_notebook_opens_a_made_up_practice_of_three_cases_without_an_error() -> None:
    notebook = execute(served("therapist.ipynb"))
    assert find_errors(notebook) == []
    assert notebook.cells[0].source.startswith("# ")
    shown = texts_of_widgets(notebook)
    assert [n for n in (1, 2, 3) if say(f"errors.demo.label_{n}") not in shown] == []


def test_the_analysis_runs_from_its_data_to_its_figure() -> None:
    notebook = execute(FOLDER / "analysis.ipynb")
    assert find_errors(notebook) == []
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert "application/vnd.plotly.v1+json" in kinds
    assert "text/html" in kinds


def test_the_researchers_notebook_opens_the_simulated_cohort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    notebook = execute(served("research.ipynb"))
    assert find_errors(notebook) == []
    shown = texts_of_widgets(notebook)
    assert "These people were made up" in shown
    assert "What is missing" in shown


def test_the_methods_notebook_still_prints_what_it_claims() -> None:
    path = served("methods.ipynb")
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider"]
    strict = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", SANITIZE]
    done = subprocess.run([*pytest_, *strict, path], capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("code", [RAISED, CAUGHT])
def test_an_error_is_seen_whether_raised_or_caught(code: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(code)]), path)
    assert find_errors(execute(path))
