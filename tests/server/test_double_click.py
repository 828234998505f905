"""A button pressed twice, as a hand does it: one couple is begun, and its codes are shown.

A server of its own: one address may begin so many couples in a quarter of an hour, and no more.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.server.conftest import PASSPHRASE
from workbook.content import say


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("pause", [60, 400, 1000])
def test_a_double_click_on_begin_shows_the_codes_and_one_couple(browser, server, scripts, pause):
    context = browser.new_context(base_url=server.url, java_script_enabled=scripts)
    page = context.new_page()
    page.goto("/begin")
    page.fill("#name", "Ann")
    page.fill("#passphrase", PASSPHRASE)
    box = page.locator("main form button[type=submit]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    page.wait_for_timeout(pause)
    page.mouse.click(x, y)
    expect(page.locator("#recovery-code")).to_have_text(re.compile(r"^\S{35}$"))
    page.goto("/begin")
    expect(page.locator("h1")).to_have_text(say("server.signed_in.heading"))
    context.close()
