"""The page for a copy of one's private answers: identical for everybody until the passphrase is given."""

import json
import os
import re
import time
from html import unescape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.server.conftest import PASSPHRASE, Person
from workbook.content import say
from workbook.server.testing import running_server

ANSWER = {"operation_id": "1", "occasion": "assessment-1", "item": "safety.fear.1", "value": 2}


@pytest.fixture(scope="module")
def server(tmp_path_factory, notebook):
    """Start a server with a wait of two seconds instead of a day."""
    paths = [str(Path(__file__).parent / "hasty"), os.environ.get("PYTHONPATH", "")]
    hasty = {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, "--notebook", str(notebook), environment=hasty) as running:
        yield running


def wish(person: Person, what: str, passphrase: str = PASSPHRASE) -> httpx.Response:
    return person.send("/copy", passphrase=passphrase, wish=what)


def look(person: Person) -> str:
    return re.sub(r"2\|[0-9a-f]{8}\|[0-9a-f]+\|\d+", "<token>", person.client.get("/copy").text)


def test_the_page_does_not_depend_on_answers_or_pending_requests(visit):
    ann, ben = visit().begin(), visit().begin("Ben")
    before = look(ann)
    ann.ask("/api/answers", {"answers": [ANSWER]})
    assert say("server.copy.waiting_heading") in wish(ann, "ask").text
    assert look(ann) == before == look(ben)


def test_the_file_is_served_after_the_wait_and_holds_the_answers(visit):
    ann = visit().begin()
    ann.ask("/api/answers", {"answers": [ANSWER]})
    wish(ann, "ask")
    early = wish(ann, "fetch")
    assert "Content-Disposition" not in early.headers and "safety.fear.1" not in early.text
    time.sleep(2.2)
    assert "Content-Disposition" not in wish(ann, "fetch").headers  # not in the sitting that asked
    ann.send("/sign-in", code=ann.code, name="Ann", passphrase=PASSPHRASE)
    given = wish(ann, "fetch")
    assert given.headers["Content-Disposition"] == 'attachment; filename="my-copy.json"'
    assert given.headers["Cache-Control"] == "no-store"
    assert [row["item"] for row in json.loads(given.text)["answers"]] == ["safety.fear.1"]
    assert say("server.copy.cancelled_heading") in wish(ann, "cancel").text
    assert say("server.copy.none_heading") in wish(ann, "fetch").text


def test_a_wrong_passphrase_reveals_nothing_else(visit):
    ann = visit().begin()
    wish(ann, "ask")
    told = unescape(wish(ann, "fetch", "not the passphrase").text)
    assert say("errors.access.wrong_passphrase") in told
    assert not any(
        say(f"server.copy.{state}_heading") in told for state in ("none", "waiting", "ready", "cancelled")
    )


def test_strangers_and_a_joint_sitting_are_refused(visit):
    ann, both = visit().begin(), visit()
    ben = visit()
    ben.send("/join", code=ann.code, name="Ben", passphrase=PASSPHRASE + " b")
    assert visit().client.get("/copy").status_code == 302
    names = {"code": ann.code, "name": "Ann", "passphrase": PASSPHRASE, "other_name": "Ben"}
    both.send("/together", **names, other_passphrase=PASSPHRASE + " b")
    assert both.client.get("/copy").status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_it_can_be_requested_and_fetched_in_a_browser(page, server, width, tmp_path):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/begin")
    page.fill("#name", "Ann")
    page.fill("#passphrase", PASSPHRASE)
    page.click("main form button[type=submit]")
    code = page.locator("#couple-code").inner_text()
    page.goto("/copy")
    assert page.title() == f"{say('server.copy.title')} · {say('server.title')}"
    page.fill("#passphrase", PASSPHRASE)
    page.keyboard.press("Enter")  # the first button, which asks and gives nothing out
    expect(page.locator(".callout-title")).to_have_text(say("server.copy.waiting_heading"))
    page.screenshot(path=tmp_path / f"copy-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.wait_for_timeout(2200)
    page.goto("/sign-in")
    for name, typed in (("code", code), ("name", "Ann"), ("passphrase", PASSPHRASE)):
        page.fill(f"#{name}", typed)
    page.click("main form button[type=submit]")
    page.goto("/copy")
    page.fill("#passphrase", PASSPHRASE)
    with page.expect_download() as coming:
        page.click("button[value=fetch]")
    assert coming.value.suggested_filename == "my-copy.json"
    assert json.loads(Path(coming.value.path()).read_text()) == {"answers": []}
    assert page.complaints == []
