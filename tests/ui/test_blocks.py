"""The kinds of block that are made and the kinds that can be drawn are the same."""

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
]


def test_every_kind_that_can_be_drawn_is_made_and_every_kind_made_is_drawn() -> None:
    script = (files("workbook") / "ui" / "components" / "prose.js").read_text(encoding="utf-8")
    table = script.partition("const DRAW = {\n")[2].partition("\n};")[0]
    drawn = set(re.findall(r"^  (\w+)[:,]", table, flags=re.MULTILINE))
    assert {block["kind"] for block in MADE} == drawn


def test_nobody_makes_a_block_elsewhere() -> None:
    """A kind written by hand would be noticed nowhere when it changes its name."""
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
