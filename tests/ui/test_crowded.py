"""Views in a real browser where everything comes at once: all needs wait, all topics are alike, words are long.

A word that lies on another can't be read; the sentence above must not name a few as if they were all.
"""

from itertools import combinations
from typing import Any

import pytest
from ipywidgets import VBox
from playwright.sync_api import Browser, Page

from tests.insights.couples import ASKED, FACETS, NAMES, NEEDS, SIGNS, A, B, alone, answers, together
from tests.ui.browser import show
from workbook.content import say
from workbook.plots import Showing
from workbook.ui.blocks import heading
from workbook.ui.components import Prose
from workbook.ui.drawing import Source, draw, own_showings, together_showings
from workbook.ui.guard import Guard
from workbook.ui.panel import Panel

pytestmark = pytest.mark.browser
SKILLS = [one.id for one in ASKED["skills"].subscales]
OWN = {
    "needs.own.00000001": "one-hundred-and-twenty-letters-without-a-place-to-break-" * 2 + "12345678",
    "needs.own.00000002": "an evening a week without the children, and without anybody who asks where I have been",
}
NARROW, WIDE = 360, 1280
OVERLAPPING = """() => {
    const texts = [...document.querySelectorAll('.main-svg text')].filter(one => one.textContent.trim());
    return texts.map(one => {
        const box = one.getBoundingClientRect();
        return [one.textContent, box.left, box.top, box.right, box.bottom];
    });
}"""


def crowded(*, own: bool) -> Source:
    """Every need matters as much as can be and is not met at all; every topic and sign is alike."""
    alike = dict.fromkeys(FACETS, 2) | dict.fromkeys(SIGNS, 3) | dict.fromkeys(SKILLS, 2)
    needs = dict.fromkeys([*NEEDS, *(OWN if own else ())], (4, 0))
    both = [answers(who, alike, needs=needs) for who in (A, B)]
    if own:
        return Source(alone(both[0]), ASKED, {"a": NAMES["a"]}, OWN)
    return Source(together(*both), ASKED, NAMES)


def overlapping(page: Page) -> list[tuple[str, str]]:
    """Return each two words of a drawing of which one lies on the other.

    The boxes of two lines, as a browser gives them, may share a little of their height.
    """
    boxes: list[Any] = page.evaluate(OVERLAPPING)
    return [
        (one[0], other[0])
        for one, other in combinations(boxes, 2)
        if min(one[3], other[3]) - max(one[1], other[1]) > 2
        and min(one[4], other[4]) - max(one[2], other[2]) > 0.25 * min(one[4] - one[2], other[4] - other[2])
    ]


def outside(page: Page) -> list[str]:
    """Return the words that reach over an edge of their drawing."""
    edge: Any = page.evaluate("() => document.querySelector('.main-svg').getBoundingClientRect().toJSON()")
    boxes: list[Any] = page.evaluate(OVERLAPPING)
    return [one[0] for one in boxes if one[1] < edge["left"] - 1 or one[3] > edge["right"] + 1]


def drawn(browser: Browser, address: str, source: Source, showing: Showing, width: int) -> Page | None:
    panel = Panel(Guard(lambda _told: None))
    draw(panel, showing, source)
    title = Prose(blocks=[heading(1, "A picture")])
    page, _kernel = show(browser, address, VBox([title, panel.root]), width=width)
    if not panel.chart.figures:
        page.close()
        return None
    page.wait_for_selector(".main-svg text")
    page.evaluate("window.settled()")
    return page


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("own", [False, True], ids=["together", "own"])
def test_no_word_lies_on_another_in_any_view(browser: Browser, address: str, own: bool, width: int) -> None:
    source = crowded(own=own)
    showings = own_showings(source) if own else together_showings(source)
    seen = []
    for showing in showings:
        page = drawn(browser, address, source, showing, width)
        if page is not None:
            assert overlapping(page) == [], showing.id
            assert outside(page) == [], showing.id
            assert page.evaluate("document.documentElement.scrollWidth") == width, showing.id
            seen.append(showing.id)
            page.close()
    assert {"profile", "waiting", "signs"} <= set(seen), "the control: they were drawn"


def test_words_on_each_other_are_noticed(browser: Browser, address: str) -> None:
    source = crowded(own=False)
    showing = next(one for one in together_showings(source) if one.id == "waiting")
    page = drawn(browser, address, source, showing, WIDE)
    assert page is not None
    page.evaluate(
        """() => {
            const [one, other] = document.querySelectorAll('.main-svg text');
            const [a, b] = [one, other].map(text => text.getBoundingClientRect());
            other.style.transform = `translate(${a.left - b.left + 3}px, ${a.top - b.top}px)`;
        }"""
    )
    assert overlapping(page)
    page.close()


@pytest.mark.parametrize("own", [False, True], ids=["together", "own"])
def test_where_all_wait_the_sentence_names_no_few_and_each_stands_in_the_drawing(
    browser: Browser, address: str, own: bool
) -> None:
    source = crowded(own=own)
    shown = own_showings(source) if own else together_showings(source)
    page = drawn(browser, address, source, next(one for one in shown if one.id == "waiting"), WIDE)
    assert page is not None
    sentence = page.locator(".chart-sentence").inner_text()
    titles = [one.topic for one in ASKED["needs"].subscales]
    # Being safe is on one's own page alone.
    n_drawn = page.locator("table tbody tr").count() // (1 if own else 2)
    assert say("results.plots.n_needs", n=n_drawn, of=n_drawn) in sentence
    assert not [title for title in titles if f"“{title}”" in sentence]
    assert n_drawn >= len(NEEDS) - 1
    page.close()
