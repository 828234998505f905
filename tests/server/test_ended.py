"""A page whose sitting has ended shows nothing of it, and never drops unsaved text silently."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server.test_text import FIELD, seat_ana, sign_in
from tests.walk.person import PASSPHRASE
from workbook.content import say
from workbook.server.testing import RunningServer, running_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ended")


@pytest.fixture(scope="module")
def code(folder: Path) -> str:
    return seat_ana(folder)


@pytest.fixture(scope="module")
def server(folder: Path, code: str) -> Iterator[RunningServer]:
    with running_server(folder) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: RunningServer, code: str) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url)
    yield sign_in(context.new_page(), code)
    context.close()


def second_tab(page: Page) -> Page:
    other = page.context.new_page()
    other.goto("/hand-over")
    return other


def kernels(server: RunningServer) -> list[psutil.Process]:
    forks = [one for child in psutil.Process(server.pid).children() for one in child.children()]
    return [one for one in forks if one.is_running()]


def test_signing_out_in_another_tab_hides_the_page(page: Page) -> None:
    other = page.context.new_page()
    other.goto("/hand-over")
    other.context.request.post("/sign-out", form={"_xsrf": other.locator("[name=_xsrf]").first.input_value()})
    expect(page.get_by_label(FIELD.label)).to_be_hidden(timeout=5_000)
    expect(page.locator("dialog[open]")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
    expect(page.locator("dialog[open]")).to_be_visible()
    expect(page.get_by_label(FIELD.label)).to_be_hidden()
    page.locator(".exit-button").click()  # in reach all the time
    page.wait_for_url("**/leave")


def test_the_quick_exit_closes_every_tab(page: Page) -> None:
    other = second_tab(page)
    shown = other.locator("main").inner_text()
    page.locator(".exit-button").click()
    for one in (page, other):
        one.wait_for_url("**/leave", timeout=5_000)
        assert one.title() == say("server.shell.neutral_title")
    assert shown not in other.locator("body").inner_text()


def test_text_typed_just_before_signing_out_is_kept(page: Page, code: str) -> None:
    """Even if the kernel is busy with something else just then."""
    page.get_by_label(FIELD.label).fill("typed before signing out")
    page.get_by_role("button", name=say("server.links.sign_out")).click()
    page.wait_for_url(lambda url: not url.endswith("/workbook"))
    assert sign_in(page, code).get_by_label(FIELD.label).input_value() == "typed before signing out"


def test_text_typed_after_the_kernel_died_stays_and_is_marked_unsaved(
    page: Page, server: RunningServer, code: str
) -> None:
    for kernel in kernels(server):
        os.kill(kernel.pid, signal.SIGKILL)
    page.get_by_label(FIELD.label).fill("typed into nothing")
    page.get_by_label(FIELD.label).blur()
    expect(page.locator(".banner")).to_contain_text(say("server.shell.words_unsaved"), timeout=5_000)
    assert page.get_by_label(FIELD.label).input_value() == "typed into nothing"


def test_unsaved_text_survives_signing_in_again(page: Page) -> None:
    """A reload would lose the text: the page stays, says so, and offers the reload."""
    other = page.context.new_page()
    other.goto("/hand-over")
    token = other.locator("[name=_xsrf]").first.input_value()
    page.evaluate("() => { window.kept = 'the same page'; }")
    other.context.request.post("/sign-out", form={"_xsrf": token})
    page.evaluate(
        """(text) => { const field = document.querySelector('.field input'); field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true })); }""",
        "typed as the sitting ended",
    )
    page.locator("dialog[open] input[type=password]").fill(PASSPHRASE)
    page.locator("dialog[open] button[type=submit]").click()
    expect(page.locator(".banner")).to_contain_text(say("server.shell.words_unsaved"), timeout=8_000)
    field = page.get_by_label(FIELD.label)
    expect(field).to_be_visible()
    assert field.input_value() == "typed as the sitting ended"
    assert page.evaluate("window.kept") == "the same page"
