"""A file needs nothing else and runs nothing, whatever people typed."""

import re
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Request

from tests.axe import violations
from tests.reports.sheets import HOSTILE, drawn, page
from tests.ui.browser import chromium
from workbook.reports import Sheet, to_html
from workbook.reports.picture import to_svg


def test_what_people_typed_stands_there_as_text_and_never_as_markup() -> None:
    made = to_html(page())
    assert "<script" not in made and "<img" not in made
    assert made.count("&lt;script&gt;alert(1)") >= 11
    assert "onerror=alert(2)>" not in made.replace("&gt;", "")


@pytest.mark.parametrize("is_for_pdf", [False, True])
def test_nothing_outside_the_file_is_named(is_for_pdf: bool) -> None:
    made = to_html(page(words="plain"), is_for_pdf=is_for_pdf)
    assert set(re.findall(r"""(?:src|href)\s*=?\(?\s*["']?(\w+:)""", made)) <= {"data:"}
    named = set(re.findall(r"https?://[^\s\"'<)]+", made))
    assert named <= {"http://www.w3.org/2000/svg"}, "a name, and no address"
    assert "script-src" not in made and "default-src 'none'" in made


def test_a_language_and_a_direction_are_named() -> None:
    assert '<html lang="ar-XB" dir="rtl">' in to_html(page(language="ar-XB", direction="rtl"))


def test_a_block_that_a_file_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="progress"):
        to_html(Sheet("", "en", "ltr", [{"kind": "progress", "words": "3 of 4", "share": 0.75}], ""))


def test_a_picture_has_all_its_words_and_shapes_and_says_what_it_is() -> None:
    root = ET.fromstring(to_svg(drawn(), f"A picture of {HOSTILE}"))
    assert root.attrib["aria-label"] == f"A picture of {HOSTILE}" and root.attrib["role"] == "img"
    words = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words == [HOSTILE, "often"]
    (path,) = root.iter("{http://www.w3.org/2000/svg}path")
    assert path.attrib["stroke-dasharray"] == "1,4" and path.attrib["fill"] == "#12595b"


def test_a_figure_that_is_no_sheet_is_refused() -> None:
    marks = {"data": [{"mode": "markers"}], "layout": {"width": 100, "height": 100}}
    with pytest.raises(ValueError, match="only a sheet"):
        to_svg(marks, "")
    circle = {"data": [], "layout": {"width": 100, "height": 100, "shapes": [{"type": "circle"}]}}
    with pytest.raises(ValueError, match="only a sheet"):
        to_svg(circle, "")


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_it_opens_without_a_fault_and_asks_for_nothing(browser: Browser, tmp_path, width: int) -> None:
    file = tmp_path / "workbook.html"
    file.write_text(to_html(page(words="Anne-Sophie’s words")), encoding="utf-8")
    opened = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[Request] = []
    dialogs: list[object] = []

    def note_asked(request: Request) -> None:
        asked.append(request)

    def note_dialog(dialog: object) -> None:
        dialogs.append(dialog)

    opened.on("request", note_asked)
    opened.on("dialog", note_dialog)
    try:
        opened.goto(file.as_uri())
        assert {one.url.partition(":")[0] for one in asked} <= {"file", "data"}
        assert violations(opened) == []
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        seen = [one.get_attribute("width") for one in opened.locator("svg").all() if one.is_visible()]
        assert seen == ["680" if width > 700 else "308"], "one picture, and the one that fits"
        assert opened.evaluate("[...document.fonts].some((font) => font.status === 'loaded')")
        assert dialogs == []
    finally:
        opened.close()
