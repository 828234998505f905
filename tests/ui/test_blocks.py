"""The block kinds made in Python equal those the browser can draw."""

import re
from importlib.resources import files

from workbook.ui import blocks

MADE = [
    blocks.heading(1, "a"),
    blocks.kicker("a"),
    blocks.lead("a"),
    blocks.paragraph("a"),
    blocks.note("a"),
    blocks.quote("a"),
    blocks.code("a"),
    blocks.bullets(["a"]),
    blocks.links([("a", "/")]),
    blocks.callout("a", []),
    blocks.details("a", []),
    blocks.card([]),
    blocks.cards([[]]),
    blocks.progress("a", 0.5),
    blocks.table("a", ["b"], [["c"]]),
    blocks.steps([]),
]


def test_block_kinds_made_in_python_equal_those_drawn_in_the_browser() -> None:
    script = (files("workbook") / "ui" / "components" / "prose.js").read_text(encoding="utf-8")
    table = script.partition("const DRAW = {\n")[2].partition("\n};")[0]
    drawn = set(re.findall(r"^  (\w+)[:,]", table, flags=re.MULTILINE))
    assert {block["kind"] for block in MADE} == drawn


def test_blocks_are_made_only_through_the_blocks_module() -> None:
    """A handwritten kind would go unnoticed when the kind is renamed."""
    kinds = "|".join(sorted({block["kind"] for block in MADE}))
    folder = files("workbook") / "ui"
    written = re.compile(rf'"kind": "({kinds})"')
    found = [
        path.name
        for part in ("pages", "exercise_pages", "dashboard")
        for path in (folder / part).iterdir()
        if path.name.endswith(".py") and written.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
