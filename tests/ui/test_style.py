"""What is written from right to left needs no style sheet of its own: no rule names the left or the right."""

import re
from pathlib import Path

import pytest

import workbook

SHEETS = sorted(path for path in Path(workbook.__file__).parent.rglob("*.css") if "static" not in path.parts)
PHYSICAL = re.compile(
    r"(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-[a-z]+)*"
    r"|border-(?:top|bottom)-(?:left|right)-radius|left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)


def sided(sheet: str) -> list[str]:
    """Return the declarations that name a side by left or right."""
    declared = re.split(r"[{};]", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))
    return [one.strip() for one in declared if PHYSICAL.match(one.strip())]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_no_rule_names_the_left_or_the_right(path: Path) -> None:
    assert sided(path.read_text(encoding="utf-8")) == []


def test_the_sheets_are_those_that_pages_and_files_have() -> None:
    assert {path.name for path in SHEETS} == {"page.css", "workbook.css"}


@pytest.mark.parametrize(
    "rule",
    [
        "margin-left: 4px",
        "padding-right:0",
        "left: 0",
        "text-align: left",
        "border-left-color: red",
        "float:right",
    ],
)
def test_a_rule_that_does_is_found(rule: str) -> None:
    assert sided(f".a {{ color: red; {rule}; }}") == [rule]
    assert sided(f"/* {rule} */ .a {{ margin-inline-start: 1px; inset-inline-end: 0 }}") == []
