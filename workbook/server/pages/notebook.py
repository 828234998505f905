"""A served notebook: its cells are run one after another, and of what they put out only widgets are shown."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import nbformat

from workbook.server.kernels.client import PromptClient

_WIDGET = "application/vnd.jupyter.widget-view+json"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Cell:
    """What is run, or a text between."""

    is_code: bool
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a page shows at one place: a widget by its id, a line of text, or that it failed and why."""

    kind: Literal["widget", "text", "failed"]
    content: str


def cells_of(path: Path) -> tuple[Cell, ...]:
    """Return the cells of a notebook, read anew where the file has changed."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> tuple[Cell, ...]:
    notebook: Any = nbformat.read(path, as_version=4)
    kinds = {"code": True, "markdown": False}
    return tuple(
        Cell(kinds[cell.cell_type], cell.source) for cell in notebook.cells if cell.cell_type in kinds
    )


async def run_cells(client: PromptClient, cells: tuple[Cell, ...]) -> list[Part]:
    """Run the cells; what the page shows, up to the one that fails."""
    parts: list[Part] = []
    for cell in cells:
        parts += await _outputs(client, cell.source) if cell.is_code else _lines(cell.source)
        if parts and parts[-1].kind == "failed":
            break
    return parts


async def _outputs(client: PromptClient, source: str) -> list[Part]:
    parts: list[Part] = []
    for message in await client.run(source):
        content = message["content"]
        if message["msg_type"] == "error":
            return [*parts, Part("failed", _class_name(content.get("ename")))]
        view = content.get("data", {}).get(_WIDGET)
        if view is not None:
            parts.append(Part("widget", str(view["model_id"])))
    return parts


def _lines(source: str) -> list[Part]:
    """Leave out headings: the pages inside have their own; the notebook's are for whoever opens the file."""
    lines = [line for line in source.splitlines() if line.strip() and not line.startswith("#")]
    return [Part("text", line) for line in lines]


def _class_name(told: Any) -> str:
    """Return the class of an error, if it is one: a kernel may say anything, and this is logged."""
    if isinstance(told, str) and told.isascii() and told.isidentifier() and len(told) <= _LONGEST_NAME:
        return told
    return "unknown"
