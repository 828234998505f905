"""Figures in a real browser: the one that fits, never stretched; one topic at a time; on paper."""

import json
from dataclasses import replace
from typing import Any

import pytest
from ipywidgets import VBox
from playwright.sync_api import Browser, Page, expect

from tests.axe import violations
from tests.insights.couples import ASKED, FACETS, NAMES, NEEDS, SIGNS, A, B, answers, together
from tests.ui.browser import show
from workbook.content import say
from workbook.plots import Sheets
from workbook.plots.canvas import WIDTHS
from workbook.ui.blocks import heading
from workbook.ui.components import Chart, Prose
from workbook.ui.drawing import Source, draw, together_showings
from workbook.ui.guard import Guard
from workbook.ui.panel import Panel

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def source() -> Source:
    apart = dict.fromkeys(FACETS[:2], 4), dict.fromkeys(FACETS[:2], 0)
    middle, signs = dict.fromkeys(FACETS, 2), dict.fromkeys(SIGNS, 3)
    needs = {name: (4, n % 5) for n, name in enumerate(NEEDS)}
    both = [answers(who, middle | one | signs, needs=needs) for who, one in zip((A, B), apart, strict=True)]
    return Source(together(*both), ASKED, NAMES)


def panel_of(source: Source, name: str) -> Panel:
    panel = Panel(Guard(lambda _told: None))
    draw(panel, next(one for one in together_showings(source) if one.id == name), source)
    return panel


def shown(browser: Browser, address: str, panel: Panel, width: int = 1280, scheme: str = "light") -> Page:
    title = Prose(blocks=[heading(1, "A picture")])
    page, _ = show(browser, address, VBox([title, panel.root]), width=width, scheme=scheme)
    page.wait_for_selector(".main-svg")
    return page


def drawn_width(page: Page) -> int:
    return int(page.locator(".main-svg").first.get_attribute("width") or 0)


@pytest.mark.parametrize(("width", "sheet"), [(320, 268), (360, 308), (600, 440), (800, 680), (1280, 960)])
def test_the_widest_figure_that_fits_is_shown_and_the_page_never_scrolls_sideways(
    browser: Browser, address: str, source: Source, width: int, sheet: int
) -> None:
    page = shown(browser, address, panel_of(source, "profile"), width)
    try:
        assert drawn_width(page) == sheet
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert violations(page) == []
    finally:
        page.close()


def test_a_figure_follows_the_windows_width_and_the_scheme(
    browser: Browser, address: str, source: Source
) -> None:
    page = shown(browser, address, panel_of(source, "profile"))
    try:
        page.set_viewport_size({"width": 360, "height": 740})
        expect(page.locator(".main-svg").first).to_have_attribute("width", "308")
        assert "rgb(29, 111, 112)" in page.locator(".chart-plot").inner_html()
        page.emulate_media(color_scheme="dark")
        expect(page.locator(".chart-plot .shapelayer path").first).to_be_attached()
        page.wait_for_function(
            "document.querySelector('.chart-plot').innerHTML.includes('rgb(79, 169, 166)')"
        )
    finally:
        page.close()


def test_one_topic_is_shown_at_a_time_and_another_can_be_chosen(
    browser: Browser, address: str, source: Source
) -> None:
    panel = Panel(Guard(lambda _told: None))
    draw(panel, next(one for one in together_showings(source) if one.id == "signs"), source)
    picture = source.pictures["signs"]
    assert picture is not None and picture.choices == []

    chosen: list[str] = []

    def sheets(key: str) -> Sheets:
        chosen.append(key)
        return Sheets(picture.sheets.widths, picture.sheets.plot)

    several = type(picture)(
        picture.sheets, picture.said, picture.rows, picture.note, [("x", "One"), ("y", "Two")], sheets
    )
    panel.show("Signs", several, is_alone=True)
    page = shown(browser, address, panel, 360)
    try:
        choice = page.get_by_label(say("ui.view.choice"))
        assert choice.locator("option").all_inner_texts() == ["One", "Two"]
        choice.select_option("y")
        page.evaluate("window.settled()")
        assert chosen == ["y"]
        assert violations(page) == []
        panel.choice.value = "never offered"  # a browser may send anything
        assert chosen == ["y"]
    finally:
        page.close()


def test_on_paper_a_figure_has_a_pages_width_and_the_days_colours(
    browser: Browser, address: str, source: Source
) -> None:
    page = shown(browser, address, panel_of(source, "profile"), scheme="dark")
    try:
        page.emulate_media(media="print", color_scheme="dark")
        page.wait_for_function(
            "document.querySelector('.main-svg').getAttribute('width') === '680'"
            " && document.querySelector('.chart-plot').innerHTML.includes('rgb(29, 111, 112)')"
        )
    finally:
        page.close()


def test_on_paper_the_table_below_a_picture_is_open(browser: Browser, address: str, source: Source) -> None:
    """Nobody can unfold paper; on a screen it stays folded until it is wanted."""
    page = shown(browser, address, panel_of(source, "profile"))
    row = page.locator("details > .details-body tbody tr").first
    try:
        assert row.is_hidden()
        page.emulate_media(media="print")
        expect(row).to_be_visible()
        assert page.locator("details > .details-body").first.bounding_box()["height"] > 100
        page.emulate_media(media="screen")
        expect(row).to_be_hidden()
    finally:
        page.close()


@pytest.mark.parametrize("name", ["profile", "side_by_side", "differences", "waiting", "signs"])
def test_every_picture_is_whole_in_words_too(
    browser: Browser, address: str, source: Source, name: str
) -> None:
    """A label for who cannot see it, a sentence above, and the same as a table below; without a fault."""
    page = shown(browser, address, panel_of(source, name), 360)
    try:
        label = page.locator(".chart-plot").get_attribute("aria-label") or ""
        assert say(f"ui.view.titles.{name}") in label
        assert page.locator(".chart-sentence").inner_text()
        assert page.locator("table tbody tr").count() > 0
        assert violations(page) == []
    finally:
        page.close()


def test_sheets_are_light(source: Source) -> None:
    """All widths of the heaviest figure together take less than a fifth of a megabyte."""
    panel_of(source, "profile")
    picture = source.pictures["profile"]
    assert picture is not None
    figures = picture.sheets.all()

    assert [figure["layout"]["width"] for figure in figures] == list(WIDTHS)
    assert len(json.dumps(figures)) < 250_000


def test_a_figure_is_drawn_only_at_the_widths_that_are_looked_at(
    browser: Browser, address: str, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window's and a page's of paper; another when the window changes; each of them once."""
    monkeypatch.setattr(Panel, "room", 960.0)
    panel = panel_of(source, "side_by_side")
    assert len(panel.chart.figures) == 1, "nothing has asked yet: one is drawn ahead"
    picture, drawn = source.pictures["side_by_side"], []
    assert picture is not None

    def plot(width: float) -> dict[str, Any] | None:
        drawn.append(width)
        return picture.sheets.plot(width)

    panel.show("A", replace(picture, sheets=Sheets(picture.sheets.widths, plot)), is_alone=True)
    page = shown(browser, address, panel, 800)
    try:
        page.wait_for_function("document.querySelector('.main-svg')?.getAttribute('width') === '680'")
        page.set_viewport_size({"width": 360, "height": 740})
        expect(page.locator(".main-svg").first).to_have_attribute("width", "308")
        page.evaluate("window.settled()")
        assert drawn == [960.0, 680.0, 308.0]
        assert Panel.room == 308, "the next figure is drawn at once at the width this page told"

        again = drawn.copy()
        for asked in ("now 12345", "now 308", "paper 680", "now", "x 440", "later 440"):
            panel.chart._handle_custom_msg({"width": asked}, [])
        panel.chart._handle_custom_msg({"width": ["now 440"]}, [])
        assert drawn == again, "what a browser sends draws nothing that is there, or that there is none of"
    finally:
        page.close()


def test_a_page_that_awaits_a_figure_tells_its_width_and_shows_nothing(
    browser: Browser, address: str
) -> None:
    told: list[tuple[float, bool]] = []
    chart = Chart(awaits=True, widths=list(WIDTHS))
    chart.on_width(lambda width, *, is_now: told.append((width, is_now)))
    page, _ = show(browser, address, VBox([Prose(blocks=[heading(1, "A picture")]), chart]), width=600)
    try:
        page.evaluate("window.settled()")
        page.wait_for_function("() => window.sent.some((one) => one.content?.width)")
        assert told == [(440.0, True)]
        assert page.locator("figure").count() == 0
        assert violations(page) == []
    finally:
        page.close()
