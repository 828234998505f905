"""A PDF can be read aloud: tags in the order of the page, language, title, alternative texts, fonts within."""

import builtins
import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from tests.reports.sheets import page
from workbook.errors import WorkbookError
from workbook.reports import to_html, to_pdf

WORDS = "Anne-Sophie’s words"
TAGS = {"/H1", "/H2", "/H3", "/Figure", "/BlockQuote", "/L", "/Table"}


@pytest.fixture(scope="module")
def made() -> Iterator[pikepdf.Pdf]:
    try:
        file = to_pdf(to_html(page(words=WORDS), is_for_pdf=True))
    except WorkbookError:
        pytest.skip("this computer has no Pango")
    with pikepdf.open(io.BytesIO(file)) as opened:
        yield opened


def elements(node: Any) -> Iterator[Any]:
    """Yield every element of a structure tree, in its order."""
    if isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        below = node.get("/K")
        for one in below if isinstance(below, pikepdf.Array) else [below]:
            yield from elements(one)


def test_it_is_tagged_and_says_its_language_and_title(made: pikepdf.Pdf) -> None:
    assert made.Root.MarkInfo.Marked
    assert str(made.Root.Lang) == "en"
    assert str(made.docinfo.Title) == WORDS
    assert made.Root.ViewerPreferences.DisplayDocTitle
    with made.open_metadata() as described:
        assert described.get("pdfuaid:part") == "1"


def test_its_structure_has_the_order_of_the_page(made: pikepdf.Pdf) -> None:
    found = [str(one.S) for one in elements(made.Root.StructTreeRoot) if str(one.S) in TAGS]
    assert found == ["/H1", "/Figure", "/H2", "/H3", "/BlockQuote", "/L", "/H2", "/Table"]


def test_every_picture_has_an_alternative_text(made: pikepdf.Pdf) -> None:
    figures = [one for one in elements(made.Root.StructTreeRoot) if str(one.S) == "/Figure"]
    assert [str(one.get("/Alt")) for one in figures] == [f"A picture of {WORDS}"]


def test_a_picture_that_is_part_of_the_page_would_have_none() -> None:
    """The control: so a page is made for a screen."""
    try:
        file = to_pdf(to_html(page(words=WORDS)))
    except WorkbookError:
        pytest.skip("this computer has no Pango")
    with pikepdf.open(io.BytesIO(file)) as opened:
        figures = [one for one in elements(opened.Root.StructTreeRoot) if str(one.S) == "/Figure"]
        assert [one.get("/Alt") for one in figures] == [None]


def test_all_its_fonts_are_within(made: pikepdf.Pdf) -> None:
    found = 0
    for one in made.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
            found += 1
            assert any(name in one for name in ("/FontFile", "/FontFile2", "/FontFile3"))
    assert found >= 2, "letters for titles, and for text"


def test_table_heads_and_cells_are_told_apart(made: pikepdf.Pdf) -> None:
    kinds = {str(one.S) for one in elements(made.Root.StructTreeRoot)}
    assert {"/TH", "/TD", "/Caption"} <= kinds


def test_nothing_that_a_page_names_is_fetched(tmp_path: Any) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET-OF-THIS-COMPUTER")
    html = to_html(page(words=WORDS)).replace(
        "<main>", f'<main><img alt="" src="{secret.as_uri()}"><object data="{secret.as_uri()}"></object>'
    )
    try:
        file = to_pdf(html)
    except WorkbookError:
        pytest.skip("this computer has no Pango")
    with pikepdf.open(io.BytesIO(file)) as opened:
        assert not any(
            b"SECRET-OF" in one.read_bytes() for one in opened.objects if isinstance(one, pikepdf.Stream)
        )
        assert not opened.attachments


@pytest.mark.parametrize("error", [ImportError, OSError])
def test_without_pango_it_says_so_and_names_the_other_way(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise error("libpango is not there")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(WorkbookError, match="Save the page instead"):
        to_pdf("<p>")
