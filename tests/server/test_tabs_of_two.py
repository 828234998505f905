"""Two people in two tabs of one browser: no answer reaches the other's drawer, no page the other's eyes."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.walk.person import PASSPHRASE
from tests.walk.seeded import in_folder, make_couple
from workbook.address import at
from workbook.content import say
from workbook.content.document import consent_hash
from workbook.server.testing import running_server
from workbook.service.desks.household import Household
from workbook.session import Session

pytestmark = pytest.mark.browser
CHAPTER = at("chapter", "connection.talk", 1)
QUESTION = "fieldset.question"


def seat_both(household: Household) -> str:
    """Make Ana and Ben, ready to answer the same questions; return their code."""
    code = make_couple(household)
    for name in ("Ana", "Ben"):
        session = Session(household.seat_partner(household.accounts.sign_in(code, name, PASSPHRASE + name)))
        session.mark_seen("introduction")
        session.agree("consent", consent_hash(), agreed=True)
        session.go(CHAPTER)
    return code


def sign_in(context: BrowserContext, code: str, name: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/sign-in")
    for field, text in (("code", code), ("name", name), ("passphrase", PASSPHRASE + name)):
        page.fill(f"#{field}", text)
    page.click("main form button[type=submit]")
    page.locator(QUESTION).first.wait_for()
    return page


def n_answers(folder: Path, code: str) -> dict[str, int]:
    """Return how many answers each drawer holds."""
    found: dict[str, int] = {}

    def count(household: Household) -> str:
        for name in ("Ana", "Ben"):
            actor = household.accounts.sign_in(code, name, PASSPHRASE + name)
            found[name] = int(Session(household.seat_partner(actor)).responses["value"].notna().sum())
        return ""

    in_folder(folder, count)
    return found


def test_an_answer_is_kept_for_its_author_until_they_sign_in_again(browser: Browser, tmp_path: Path) -> None:
    code = in_folder(tmp_path, seat_both)
    with running_server(tmp_path) as server:
        context = browser.new_context(base_url=server.url)
        anas = sign_in(context, code, "Ana")
        bens = sign_in(context, code, "Ben")
        # Before the page can know: the next heartbeat comes after two seconds.
        anas.evaluate("document.querySelectorAll('fieldset.question input[type=radio]')[1].click()")
        expect(anas.locator("html[data-ended]")).to_be_attached(timeout=5_000)
        expect(anas.locator(QUESTION).first).to_be_hidden()
        # That the sitting ended is known at once; whose it is now, with the next heartbeat.
        expect(anas.locator(".banner")).to_contain_text(say("server.shell.someone_else"), timeout=10_000)
        bens.wait_for_timeout(1_500)
        expect(bens.locator("html[data-ended]")).not_to_be_attached()
        anas.locator("dialog[open] input[type=password]").fill(PASSPHRASE + "Ana")
        with anas.expect_navigation(wait_until="commit"):
            anas.locator("dialog[open] button[type=submit]").click()
        expect(anas.locator(f"{QUESTION} input:checked")).to_have_count(1)
        expect(bens.locator("html[data-ended]")).to_be_attached(timeout=5_000)
        context.close()
    assert n_answers(tmp_path, code) == {"Ana": 1, "Ben": 0}
