"""The maps of the code are complete: everything they name exists, and everything there is named."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "workbook" / "server"
FOLDERS = [SERVER, *sorted(path.parent for path in SERVER.glob("*/__init__.py"))]
SERVICE = ROOT / "workbook" / "service"
ROOMS = [SERVICE, *sorted(path.parent for path in SERVICE.glob("*/__init__.py"))]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/privacy.md",
    "docs/hosting.md",
]
MADE = "build/"  # by `make release`
# Beginnings by which a page shortens a path.
FROM = ("", "workbook/", "docs/")


def named_in(folder: Path) -> set[str]:
    """Return the modules and folders that a folder's map names."""
    table = (folder / "__init__.py").read_text(encoding="utf-8").split("=\n")[1].split("\n==")[0]
    return {name.rstrip("/") for name in re.findall(r"``([\w/]+)``", table)}


def there(folder: Path) -> set[str]:
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("__")}
    return files | {path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_map_of_a_server_folder_lists_exactly_its_contents(folder: Path) -> None:
    assert named_in(folder) == there(folder)


@pytest.mark.parametrize("folder", ROOMS, ids=lambda folder: folder.name)
def test_a_folder_of_the_service_names_all_that_is_in_it_and_nothing_else(folder: Path) -> None:
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    assert set(re.findall(r"``(\w+)``", text)) == there(folder)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    named = set(
        re.findall(
            r"`([\w./-]+/(?:[\w.-]+\.(?:py|md|toml|ipynb|mjs|sh))?)(?:::\w+)?`",
            (ROOT / page).read_text("utf-8"),
        )
    )
    assert {
        path
        for path in named
        if not path.startswith(MADE) and not any((ROOT / start / path).exists() for start in FROM)
    } == set()
