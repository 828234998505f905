"""import-linter enforces which module may import which, and fails when a rule is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code and its contracts, to break one at a time."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        ROOT / "workbook",
        folder / "workbook",
        ignore=lambda here, names: [
            name for name in names if not (name.endswith(".py") or (Path(here) / name).is_dir())
        ],
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def is_kept(folder: Path, contract: str) -> bool:
    """Tell whether one contract holds in this folder."""
    command = [str(LINTER), "--no-cache", "--config", "pyproject.toml", "--contract", contract]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert ("1 kept, 0 broken" in told.stdout) != ("0 kept, 1 broken" in told.stdout), told.stdout
    return told.returncode == 0


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [
        ("figures", "exercises/gratitude_log.py", "import plotly"),
        ("figures", "cohort.py", "def draw():\n    import plotly.graph_objects"),
        ("figures", "a_new_module.py", "from plotly import graph_objects"),
        ("layers", "a_new_module.py", ""),
        ("layers", "scoring/rule.py", "import workbook.service"),
        ("service", "service/formats/rows.py", "import workbook.service.couple.rounds"),
        ("service", "service/erasing/rights.py", "def later():\n    import workbook.service.desks.core"),
        ("service", "service/a_new_module.py", ""),
        ("widgets", "cohort.py", "import ipywidgets"),
        ("circles", "ui/exercise_pages/activity.py", "def later():\n    from workbook.ui.pages import PAGES"),
        (
            "circles",
            "server/assets/static_files.py",
            "def later():\n    from workbook.server.web.headers import Secured",
        ),
        (
            "circles",
            "service/couple/drawers.py",
            "def later():\n    from workbook.service.couple.trail import PLACES",
        ),
    ],
)
def test_an_import_against_the_order_fails(copy: Path, contract: str, file: str, line: str) -> None:
    path = copy / "workbook" / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        assert not is_kept(copy, contract)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("contract", ["figures", "layers", "service", "widgets", "circles"])
def test_the_code_as_it_is_keeps_every_contract(copy: Path, contract: str) -> None:
    """The control: the copy fails only where it was broken."""
    assert is_kept(copy, contract)
