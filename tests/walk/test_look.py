"""axe runs once per page kind and width; anything its rules judge makes another kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.walk.look import WIDTHS, Looks, Seen

pytestmark = pytest.mark.browser

SHELL = '<html lang="en"><head><title>A page</title></head><body><main><h1>{title}</h1>{body}</main></body></html>'


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    yield page
    page.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Looks:
    return Looks(Seen(tmp_path / "looked-at"))


def show(page: Page, body: str, title: str = "Words") -> Page:
    page.set_content(SHELL.format(title=title, body=body))
    return page


def test_axe_runs_once_per_page_kind_and_width(page: Page, fresh: Looks) -> None:
    """Other text, or one more of the same element in a row, is not another kind."""
    fresh.at(show(page, "<ul><li>one</li><li>two</li></ul>"), "first")
    assert fresh.n_asked == len(WIDTHS)
    fresh.at(show(page, "<ul><li>one</li><li>three</li><li>four</li></ul>", title="Others"), "second")
    assert (fresh.n_asked, fresh.n_pages, fresh.told()) == (len(WIDTHS), 2, "")


def test_a_page_checked_by_one_process_is_not_checked_by_another(
    page: Page, fresh: Looks, tmp_path: Path
) -> None:
    fresh.at(show(page, "<p>words</p>"), "here")
    there = Looks(Seen(tmp_path / "looked-at"))
    there.at(page, "there")
    assert there.n_asked == 0


@pytest.mark.parametrize(
    ("before", "barrier", "rule"),
    [
        ("<button>Go</button>", "<button></button>", "button-name"),
        ('<img src="data:," alt="a">', '<img src="data:,">', "image-alt"),
        ('<label for="a">A</label><input id="a">', '<label for="b">A</label><input id="a">', "label"),
        ('<p style="color:#111">words</p>', '<p style="color:#aaa">words</p>', "color-contrast"),
        ('<p id="a">A</p><input aria-labelledby="a">', '<p id="b">A</p><input aria-labelledby="a">', "label"),
        ('<p role="status">words</p>', '<p role="nonsense">words</p>', "aria-roles"),
        ("<h2>a</h2><h3>b</h3>", "<h2>a</h2><h4>b</h4>", "heading-order"),
        ('<p hidden style="color:#aaa">words</p>', '<p style="color:#aaa">words</p>', "color-contrast"),
    ],
)
def test_a_new_barrier_on_an_otherwise_known_page_is_found(
    page: Page, fresh: Looks, before: str, barrier: str, rule: str
) -> None:
    fresh.at(show(page, before), "before")
    assert fresh.told() == ""
    fresh.at(show(page, barrier), "with a barrier")
    assert rule in fresh.told()


def test_overflow_is_checked_on_every_page_even_of_a_known_kind(page: Page, fresh: Looks) -> None:
    fresh.at(show(page, "<p>short</p>"), "before")
    fresh.at(show(page, f"<p>{'wide' * 200}</p>"), "too wide")
    assert fresh.n_asked == len(WIDTHS)
    assert "too wide at 320 px: words reach" in fresh.told()
