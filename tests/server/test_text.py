"""Text being typed is not lost, whatever the page does next. On the real server, in real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.walk.person import PASSPHRASE
from tests.walk.seeded import in_folder
from workbook.address import at
from workbook.content.document import consent_hash
from workbook.instruments import catalogue
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household
from workbook.session import Session

pytestmark = pytest.mark.browser
CHAPTER = at("chapter", "background.about_you", 1)
FIELD = catalogue()["background"].free_text[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("text")


def seat_ana(folder: Path) -> str:
    """Make Ana, ready to answer the questions about herself; return the couple's code."""

    def begin(household: Household) -> str:
        begun = household.accounts.create_couple("Ana", PASSPHRASE)
        session = Session(household.seat_partner(begun.actor))
        session.mark_seen("introduction")
        session.agree("consent", consent_hash(), agreed=True)
        session.go(CHAPTER)
        return begun.code

    return in_folder(folder, begin)


def sign_in(page: Page, code: str) -> Page:
    """Ana at her field."""
    page.set_default_timeout(60_000)
    page.goto("/sign-in")
    for field, text in (("code", code), ("name", "Ana"), ("passphrase", PASSPHRASE)):
        page.fill(f"#{field}", text)
    page.click("main form button[type=submit]")
    page.get_by_label(FIELD.label).wait_for()
    return page


@pytest.fixture(scope="module")
def code(folder: Path) -> str:
    return seat_ana(folder)


@pytest.fixture(scope="module")
def server(folder: Path, code: str) -> Iterator[RunningServer]:
    with running_server(folder) as running:
        yield running


@pytest.fixture(scope="module")
def at_words(browser: Browser, server: RunningServer, code: str) -> Iterator[Page]:
    context = browser.new_context(base_url=server.url)
    yield sign_in(context.new_page(), code)
    context.close()


def words(page: Page) -> str:
    """Return the field's text on a freshly opened page."""
    page.goto("/workbook")
    field = page.get_by_label(FIELD.label)
    field.wait_for()
    return field.input_value()


@pytest.mark.parametrize("way", ["reload", "leave", "close"])
def test_text_typed_just_before_the_page_closed_is_kept(at_words: Page, way: str) -> None:
    """Without leaving the field, and sooner than it passes on what is typed."""
    page = at_words.context.new_page()
    page.set_default_timeout(60_000)
    words(page)
    page.get_by_label(FIELD.label).fill(f"typed before {way}")
    if way == "reload":
        page.reload(wait_until="commit")
    elif way == "leave":
        page.goto("/recovery-code")
    page.close(run_before_unload=way == "close")
    at_words.wait_for_timeout(1500)
    assert words(at_words) == f"typed before {way}"


def as_bytes(frame: bytes | str) -> bytes:
    """Return a frame of the line to the kernel as bytes; the page's heartbeat on it is text."""
    return frame.encode() if isinstance(frame, str) else frame


def test_typed_text_is_sent_within_300_ms_of_the_last_key(at_words: Page) -> None:
    """Observed on the page's websocket to its kernel."""
    sent: list[bytes] = []
    at_words.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(as_bytes(frame))))
    words(at_words)
    at_words.get_by_label(FIELD.label).fill("after a rest")
    at_words.wait_for_timeout(300)
    assert any(b"after a rest" in frame for frame in sent)


def test_half_an_emoji_and_five_megabytes_do_not_end_the_session(at_words: Page) -> None:
    words(at_words)
    field = at_words.get_by_label(FIELD.label)
    for text in ("'\\u{1F9E1}'", "'half \\ud83d'", "'x'.repeat(5_000_000)"):
        at_words.evaluate(
            f"""() => {{ const field = document.querySelector('.field input'); field.value = {text};
            field.dispatchEvent(new Event('input', {{ bubbles: true }})); field.dispatchEvent(new Event('blur')); }}"""
        )
        at_words.wait_for_timeout(400)
    field.fill("still here")
    field.blur()  # the kernel is busy with what came before, and the page goes at once
    words(at_words)  # it may be there before the last words are kept, and shows them then
    expect(at_words.get_by_label(FIELD.label)).to_have_value("still here", timeout=20_000)
