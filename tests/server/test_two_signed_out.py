"""Two at one device whose table is closed meanwhile are told that they are signed out, and why it may be."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.server.conftest import Person
from tests.walk.person import PASSPHRASE
from tests.walk.seeded import in_folder, make_open_couple
from workbook.content import say
from workbook.server.testing import RunningServer, running_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def code_and_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, RunningServer]]:
    folder: Path = tmp_path_factory.mktemp("two")
    code = in_folder(folder, make_open_couple)
    with running_server(folder) as running:
        yield code, running


def test_two_whose_table_is_closed_meanwhile_are_told_so(
    browser: Browser, code_and_server: tuple[str, RunningServer]
) -> None:
    code, server = code_and_server
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda one: one.type == "error" and complaints.append(one.text))
    page.goto("/together")
    names = {"name": "Ana", "other_name": "Ben"}
    secrets = {"passphrase": f"{PASSPHRASE}Ana", "other_passphrase": f"{PASSPHRASE}Ben"}
    for field, text in {"code": code, **names, **secrets}.items():
        page.fill(f"#{field}", text)
    page.click("main form button[type=submit]")
    page.locator("#workbook h1").wait_for(timeout=60_000)
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        ben = Person(client)
        assert ben.send("/sign-in", code=code, name="Ben", passphrase=f"{PASSPHRASE}Ben").status_code == 303
        assert ben.send("/go-alone", passphrase=f"{PASSPHRASE}Ben", once="once").status_code in (200, 303)
    expect(page.locator(".banner")).to_contain_text(say("server.shell.signed_out_two"), timeout=10_000)
    expect(page.locator("#workbook h1")).to_be_hidden()
    page.locator(".banner").get_by_role("link").click()
    expect(page.locator("main h1")).to_have_text(say("server.landing.heading"))
    assert complaints == []
    context.close()
