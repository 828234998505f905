"""What is shown of a notebook that is served: its widgets, and its text but for headings."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from workbook.server.assets.rendering import render
from workbook.server.pages.notebook import Part, cells_of, run_cells

WIDGET = "application/vnd.jupyter.widget-view+json"


class _Kernel:
    """Puts out what it is told to for each cell, and remembers what it ran."""

    def __init__(self, **outputs: list[tuple[str, dict[str, Any]]]) -> None:
        self.outputs, self.ran = outputs, []

    async def run(self, code: str) -> list[dict[str, Any]]:
        self.ran.append(code)
        return [{"msg_type": kind, "content": content} for kind, content in self.outputs.get(code, [])]


def _file(folder: Path, *cells: tuple[str, str]) -> Path:
    made = [
        {"cell_type": kind, "id": f"c{n}", "metadata": {}, "source": source}
        for n, (kind, source) in enumerate(cells)
    ]
    for cell in made:
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
    path = folder / "one.ipynb"
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def _shown(kernel: _Kernel, path: Path) -> list[Part]:
    return asyncio.run(run_cells(kernel, cells_of(path)))


def _view(model_id: str) -> tuple[str, dict[str, Any]]:
    return "execute_result", {"data": {WIDGET: {"model_id": model_id}, "text/plain": "VBox()"}}


def test_widgets_and_lines_are_shown_in_order_and_headings_and_all_else_are_not(tmp_path) -> None:
    path = _file(tmp_path, ("markdown", "# Ours\n\nA line\n"), ("code", "a"), ("raw", "raw"), ("code", "b"))
    plain = ("display_data", {"data": {"text/html": "<script>", "text/plain": "words"}})
    kernel = _Kernel(a=[plain, _view("m1")], b=[_view("m2")])
    assert _shown(kernel, path) == [Part("text", "A line"), Part("widget", "m1"), Part("widget", "m2")]
    assert kernel.ran == ["a", "b"]


@pytest.mark.parametrize(
    ("told", "logged"),
    [
        ("KeyError", "KeyError"),
        ("what Ann wrote", "unknown"),
        ("x" * 81, "unknown"),
        (None, "unknown"),
        (3, "unknown"),
    ],
)
def test_after_a_cell_that_fails_none_is_run_and_no_word_of_the_kernels_is_kept(
    tmp_path, told, logged
) -> None:
    path = _file(tmp_path, ("code", "a"), ("code", "b"))
    kernel = _Kernel(
        a=[_view("m1"), ("error", {"ename": told, "evalue": "private", "traceback": ["private"]})]
    )
    assert _shown(kernel, path) == [Part("widget", "m1"), Part("failed", logged)]
    assert kernel.ran == ["a"]


def test_nothing_that_a_kernel_or_a_notebook_says_is_markup() -> None:
    parts = [Part("widget", '"><script>'), Part("text", "<img src=x>"), Part("failed", "<b>")]
    page = render("workbook_cells.html", kernel_id='"><i>', parts=parts)
    assert "<script" not in page and "<img" not in page and "<b>" not in page and "<i>" not in page


def test_a_notebook_that_was_changed_is_read_anew(tmp_path) -> None:
    path = _file(tmp_path, ("code", "a"))
    assert [cell.source for cell in cells_of(path)] == ["a"]
    _file(tmp_path, ("code", "b"))
    os.utime(path, ns=(1, 1))
    assert [cell.source for cell in cells_of(path)] == ["b"]
