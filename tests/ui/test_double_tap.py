"""A double tap is one press, also where the next page has the same button; a test may press faster."""

import pytest
from ipywidgets import VBox
from playwright.sync_api import Browser, Page

from tests.ui.browser import show
from workbook.ui.components import Actions, TextField

pytestmark = pytest.mark.browser
TWICE = (
    "() => { const press = () => document.querySelector('button.button-primary').click(); press(); press(); }"
)


def pressed(page: Page) -> list[str]:
    return page.evaluate("window.sent.map((one) => one.content?.press)")


def buttons(browser: Browser, address: str) -> Page:
    row = Actions(buttons=[{"id": "next", "label": "Next", "kind": "primary"}])
    return show(browser, address, VBox([row]))[0]


def test_a_double_tap_counts_once_and_a_later_press_counts(browser: Browser, address: str) -> None:
    page = buttons(browser, address)
    page.evaluate(TWICE)
    assert pressed(page) == ["next"]
    page.wait_for_timeout(550)
    page.evaluate(TWICE)
    assert pressed(page) == ["next", "next"]
    page.close()


def test_without_the_double_tap_guard_both_presses_count(browser: Browser, address: str) -> None:
    """The control of the test above, and what the walks rely on."""
    page = buttons(browser, address)
    page.evaluate("window.doubleTapMs = 0")
    page.evaluate(TWICE)
    assert pressed(page) == ["next", "next"]
    page.close()


def test_a_press_after_typing_counts_however_soon_it_comes(browser: Browser, address: str) -> None:
    """Who mends what they typed means the second press; a manager of passphrases is that quick."""
    row = Actions(buttons=[{"id": "open", "label": "Open", "kind": "primary"}])
    page, _ = show(browser, address, VBox([TextField(label="Passphrase"), row]))
    page.evaluate(f"({TWICE})()")
    page.get_by_label("Passphrase").fill("the right one")
    page.evaluate(f"({TWICE})()")
    assert [one for one in pressed(page) if one] == ["open", "open"]
    page.close()
