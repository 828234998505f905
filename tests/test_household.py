"""What the project says about itself is true; each check has a control that shows it can fail."""

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

from tools import docs, environment, lock, notebooks

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HEADLESS = (
    "workbook",
    "workbook.scoring",
    "workbook.dyads",
    "workbook.simulate",
    "workbook.sharing",
    "workbook.results",
)
LOADED = "import sys; print(*sorted({'ipywidgets', 'anywidget', 'plotly'} & set(sys.modules)))"


def python(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip()


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def make_commands(page: str) -> set[str]:
    """Return the make targets that a page names."""
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
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text() + "edited")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
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
        ("scoring/rule.py", "import workbook.cli"),
        ("scoring/rule.py", "import ipywidgets"),
        ("scoring/rule.py", "import plotly"),
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


def test_an_outdated_python_is_reported_with_the_command_that_fixes_it(tmp_path: Path) -> None:
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


def put_environment(venv: Path, *refused: str) -> Path:
    """Make an environment whose pip and uv write down what they are asked, and refuse some of it."""
    (venv / "bin").mkdir(parents=True)
    asked = venv / "asked"
    refuse = "".join(f'case "$*" in *{part}*) exit 1 ;; esac\n' for part in refused)
    for name in ("python", "uv"):
        script = f'#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "{name} $*" >> "{asked}"\n{refuse}exit 0\n'
        (venv / "bin" / name).write_text(script)
        (venv / "bin" / name).chmod(0o755)
    return asked


def test_everything_installed_but_the_workbook_itself_is_locked_by_hash(tmp_path: Path) -> None:
    asked = put_environment(tmp_path / "venv")
    done = set_up(tmp_path, tmp_path / "venv")
    installs = [line for line in asked.read_text().splitlines() if " install " in line]
    assert (done.returncode, done.stderr) == (0, "")
    assert [re.findall(r"--require-hashes -r (\S+)|(--no-deps .*)", line)[0] for line in installs] == [
        ("requirements/tools.txt", ""),
        ("requirements/start.txt", ""),
        ("", "--no-deps --no-build-isolation --editable ."),
    ]


def test_without_uv_pip_installs_the_same_lock(tmp_path: Path) -> None:
    asked = put_environment(tmp_path / "venv")
    (tmp_path / "venv" / "bin" / "uv").unlink()
    done = set_up(tmp_path, tmp_path / "venv")
    assert (done.returncode, done.stderr) == (0, "Trying once more with pip, which is slower.\n")
    assert "python -m pip install --quiet --require-hashes -r requirements/start.txt" in asked.read_text()


def test_a_lock_that_does_not_fit_falls_back_to_the_newest_versions_with_a_notice(tmp_path: Path) -> None:
    asked = put_environment(tmp_path / "venv", "require-hashes")
    done = set_up(tmp_path, tmp_path / "venv")
    assert done.returncode == 0
    assert "The locked packages do not fit this computer" in done.stderr
    assert asked.read_text().splitlines()[-1] == "python -m pip install --quiet --editable ."
    assert "python -m pip install --quiet pip>=25.3 setuptools>=78.1.1" in asked.read_text()


def test_a_set_up_without_network_fails_with_a_message_and_leaves_no_stamp(tmp_path: Path) -> None:
    put_environment(tmp_path / "venv", "install")
    done = set_up(tmp_path, tmp_path / "venv")
    assert done.returncode == 1
    assert "could not be fetched" in done.stderr
    assert not (tmp_path / "venv" / ".set-up-for-start").exists()


# -- the lock -------------------------------------------------------------------------------


def test_the_lock_is_in_step_with_pyproject_and_with_itself() -> None:
    assert lock.problems(ROOT) == []


@pytest.mark.parametrize(
    ("name", "right", "wrong", "problem"),
    [
        ("pyproject.toml", '"segno>=1.6"', '"segno>=99"', "requirements/start.txt has segno"),
        (
            "pyproject.toml",
            '"segno>=1.6"',
            '"segno>=1.6", "brandnew>=1"',
            "requirements/start.txt lacks brandnew",
        ),
        ("pyproject.toml", '"psutil>=7"', '"psutil>=99"', "requirements/dev.txt has psutil"),
        ("pyproject.toml", '"uv>=0.8"', '"uv>=99"', "requirements/tools.txt has uv"),
        (
            "pyproject.toml",
            'requires-python = ">=3.11"',
            'requires-python = ">=3.12"',
            "other versions of Python",
        ),
        ("requirements/start.txt", "\nsegno==", "\nsegno==0.", "segno 0."),
        ("requirements/start.txt", "sha256:", "sha256:0", "otherwise than uv.lock"),
        ("requirements/start.txt", " \\\n    --hash=sha256:", " # ", "without a hash"),
        ("uv.lock", "files.pythonhosted.org", "mirror.example", "a lock names mirror.example"),
    ],
)
def test_a_lock_out_of_step_is_noticed(
    name: str, right: str, wrong: str, problem: str, tmp_path: Path
) -> None:
    for copied in ("pyproject.toml", "uv.lock", *(f"requirements/{one}.txt" for one in lock.FILES)):
        (tmp_path / copied).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / copied, tmp_path / copied)
    before = (tmp_path / name).read_text()
    (tmp_path / name).write_text(before.replace(right, wrong))
    assert before.count(right) > 0
    assert [found for found in lock.problems(tmp_path) if problem in found] != []


# -- the project's own description ----------------------------------------------------------


def test_the_version_is_the_same_everywhere() -> None:
    version = PYPROJECT["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()


def test_every_ignored_lint_rule_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text().partition("ignore = [")[2].partition("\n]")[0].splitlines()
    assert [line for line in lines if line.strip() and "#" not in line] == []


def test_no_settings_file_or_second_lock_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {Path(line).name for line in listed.splitlines()}
    assert names & {".env", "poetry.lock", "uv.toml", "pip.conf"} == set()
