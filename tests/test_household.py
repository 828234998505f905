"""What the project says of itself is so: each fact with a control that shows the check can fail."""

import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from tools import docs, environment, notebooks

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HEADLESS = ("workbook", "workbook.scoring", "workbook.dyads", "workbook.simulate", "workbook.sharing")
LOADED = "import sys; print(*sorted({'ipywidgets', 'anywidget', 'plotly'} & set(sys.modules)))"


def python(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip()


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def make_commands(page: str) -> set[str]:
    """What a page tells its reader to type after ``make``."""
    typed = re.findall(r"(?:^|`)make ((?:[a-z-]+ ?)+)", page, re.MULTILINE)
    return {word for words in typed for word in words.split()}


# -- generated files ------------------------------------------------------------------------


def test_the_conda_environment_is_in_step_with_pyproject() -> None:
    assert (ROOT / "environment.yml").read_text() == environment.environment()


def test_a_changed_dependency_puts_the_conda_environment_out_of_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = (ROOT / "pyproject.toml").read_text().replace('"segno>=', '"segno>9')
    (tmp_path / "pyproject.toml").write_text(changed)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert environment.main(["--check"]) == 1


def test_the_generated_pages_are_in_step() -> None:
    assert docs.main(["--check"]) == 0


def test_a_page_edited_by_hand_is_out_of_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in docs.pages().items():
        (tmp_path / name).write_text(text() + "edited")
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    assert docs.main(["--check"]) == 1


# -- notebooks ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_clean(path: Path) -> None:
    assert notebooks.find_problems(path) == []


def write(path: Path, *cells: nbformat.NotebookNode) -> Path:
    nbformat.write(v4.new_notebook(cells=list(cells)), path)
    return path


def test_an_output_is_noticed(tmp_path: Path) -> None:
    shown = v4.new_output("stream", text="an answer")
    path = write(tmp_path / "analysis.ipynb", v4.new_code_cell("1", outputs=[shown]))
    assert "has outputs" in notebooks.find_problems(path)[0]


@pytest.mark.parametrize("logic", ["x = 1", "import os", "open_workbook(debug=True)", "print('hello')"])
def test_logic_in_a_served_notebook_is_noticed(logic: str, tmp_path: Path) -> None:
    heading = v4.new_markdown_cell("# The workbook")
    fine = v4.new_code_cell("from workbook.ui import open_workbook\nopen_workbook()")
    assert notebooks.find_problems(write(tmp_path / "couple.ipynb", heading, fine)) == []
    found = notebooks.find_problems(write(tmp_path / "couple.ipynb", heading, fine, v4.new_code_cell(logic)))
    assert len(found) == 1


def test_a_served_notebook_without_its_heading_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "couple.ipynb", v4.new_code_cell("from workbook.ui import open_workbook"))
    assert "heading" in notebooks.find_problems(path)[0]


# -- layers ---------------------------------------------------------------------------------


def test_importing_the_package_loads_neither_widgets_nor_plotly() -> None:
    assert python(f"import {', '.join(HEADLESS)}; {LOADED}") == ""


def test_the_check_for_loaded_libraries_sees_them() -> None:
    assert python(f"import plotly, ipywidgets; {LOADED}") == "ipywidgets plotly"


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [linter, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_every_module_imports_only_from_the_layers_below() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("scoring.py", "import workbook.cli"),
        ("scoring.py", "import ipywidgets"),
        ("scoring.py", "import plotly"),
        ("without_a_place.py", ""),
    ],
)
def test_a_broken_layer_is_noticed(module: str, line: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "workbook", tmp_path / "workbook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "workbook" / module
    path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")
    # The copy has to be the one looked at, not the installed package.
    code = "import sys; sys.path.insert(0, '.'); from importlinter import cli; cli.lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout


# -- what people are told to type -----------------------------------------------------------


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "data/README.md"])
def test_every_make_command_a_page_names_exists(name: str) -> None:
    page = (ROOT / name).read_text()
    assert make_commands(page) - make_targets() == set()
    assert make_commands(page), "the page names none: is the pattern right?"


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert make_commands("Type `make coffee`, or\nmake start\n") - make_targets() == {"coffee"}


def test_every_workbook_command_the_readme_names_exists() -> None:
    from workbook.cli import main

    named = set(re.findall(r"(?:^|`|run )workbook ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert named
    assert named - set(main.commands) == set()


def links(page: Path) -> set[str]:
    found = re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", page.read_text())
    return {link for pair in found for link in pair if link and not link.startswith(("http", "mailto"))}


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "data" / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_a_page_links_to_is_there(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


def test_a_dangling_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('[one](two.md) <img src="three.png"> [four](https://example.org)')
    assert links(page) == {"two.md", "three.png"}


# -- set-up ---------------------------------------------------------------------------------


def put_old_python(folder: Path) -> None:
    script = """
        #!/bin/sh
        [ "$1" = -V ] && echo "Python 3.9.2" && exit 0
        exit 1
    """
    for name in ("python3", "python", *(f"python3.{minor}" for minor in range(11, 15))):
        (folder / name).write_text(textwrap.dedent(script).lstrip())
        (folder / name).chmod(0o755)


def set_up(folder: Path, venv: Path) -> subprocess.CompletedProcess[str]:
    """Run the set-up where ``folder`` is the whole path: a Debian with the given Python."""
    (folder / "apt-get").write_text("#!/bin/sh\n")
    (folder / "apt-get").chmod(0o755)
    for tool in ("uname", "touch", "rm", "mkdir"):
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    command = ["/bin/sh", str(ROOT / "tools" / "set_up.sh"), "start", str(venv)]
    return subprocess.run(
        command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_python_that_is_too_old_is_named_with_the_command_that_mends_it(tmp_path: Path) -> None:
    put_old_python(tmp_path)
    done = set_up(tmp_path, tmp_path / "venv")
    assert done.returncode == 1
    assert "this computer has Python 3.9.2" in done.stderr
    assert "sudo apt install python3 python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_missing_venv_package_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    body = """
        #!/bin/sh
        case "$2" in
            *ensurepip*) exit 1 ;;
            *print*) echo 3.11 ;;
        esac
        exit 0
    """
    (tmp_path / "python3").write_text(textwrap.dedent(body).lstrip())
    (tmp_path / "python3").chmod(0o755)
    done = set_up(tmp_path, tmp_path / "venv")
    assert done.returncode == 1
    assert "sudo apt install python3.11-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


# -- the project's own description ----------------------------------------------------------


def test_the_version_is_the_same_everywhere() -> None:
    version = PYPROJECT["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()


def test_every_ignored_lint_rule_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text().partition("ignore = [")[2].partition("\n]")[0].splitlines()
    assert [line for line in lines if line.strip() and "#" not in line] == []


def test_no_lock_file_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {Path(line).name for line in listed.splitlines()}
    assert names & {"uv.lock", ".env", "poetry.lock"} == set()
