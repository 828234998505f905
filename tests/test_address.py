"""Page addresses are parsed and written in one place only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook
from workbook.address import Address, at
from workbook.ui.pages import PAGES

ROOT = Path(workbook.__file__).parent
KINDS = {page.kind for page in PAGES}


@given(st.text())
def test_any_address_round_trips(written: str) -> None:
    assert str(Address.read(written)) == written
    assert Address.read(Address.read(written)) == Address.read(written)


@given(st.text(alphabet="ab.-", min_size=1), st.lists(st.text(alphabet="ab:.-")))
def test_a_built_address_equals_the_parsed_one(kind: str, names: list[str]) -> None:
    assert Address.read(str(at(kind, *names))) == at(kind, *names)


@pytest.mark.parametrize(
    ("written", "kind", "name", "rest"),
    [
        ("home", "home", "", ""),
        ("chapter:connection.talk:2", "chapter", "connection.talk", "2"),
        ("view:profile:kindness", "view", "profile", "kindness"),
        ("exercise:request:a:b", "exercise", "request", "a:b"),
        ("", "", "", ""),
    ],
)
def test_an_address_exposes_its_kind_and_names(written: str, kind: str, name: str, rest: str) -> None:
    address = Address.read(written)
    assert (address.kind, address.name, address.rest(1)) == (kind, name, rest)


def taken_apart(source: str) -> Iterator[str]:
    """Return the lines that parse or build an address by hand."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="partition" | "rpartition" | "split" | "rsplit"),
                args=[ast.Constant(value=":"), *_],
            ):
                yield ast.unparse(node)
            case ast.Constant(value=str(text)) if text.partition(":")[0] in KINDS and text.partition(":")[1]:
                if " " not in text:
                    yield ast.unparse(node)
            case ast.Subscript(
                value=ast.Name(id="page" | "address") | ast.Attribute(attr="page" | "address"),
                slice=ast.Slice(),
            ):
                yield ast.unparse(node)


@pytest.mark.parametrize("folder", ["session", "ui", "service"])
def test_only_the_address_module_parses_addresses(folder: str) -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (lines := list(taken_apart(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        'kind = page.partition(":")[0]',
        "chapter = page[8:]",
        'to(f"chapter:{chapter}:1")',
        'go("together:now")',
        'a.split(":", 1)',
    ],
)
def test_the_check_finds_each_way_to_parse_an_address(line: str) -> None:
    """The control."""
    assert list(taken_apart(line))
