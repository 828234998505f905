"""A researcher in a real browser types the passphrase of their study's key, and only then sees the study."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.axe import violations
from tests.server.test_research_page import _ready
from tests.service.cohort import fill
from tests.service.household import STUDY
from tests.service.keyed import PASSPHRASE, write_keyed
from workbook.content import say
from workbook.storage.opening import open_store

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The researcher's page of a study to which six couples gave their answers."""
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    store = open_store(tmp_path / "data")
    fill(store, STUDY, 6)
    store.close()
    write_keyed(STUDY, tmp_path / "data")
    said, data = tmp_path / "said", str(tmp_path / "data")
    command = [sys.executable, "-m", "workbook", "research", "--no-browser", "--port", "0", "--data", data]
    with said.open("w") as out:
        server = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, cwd=tmp_path, env=dict(os.environ), start_new_session=True
        )  # fmt: skip
        try:
            yield _ready(said, server)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def test_the_study_is_seen_after_its_passphrase_and_not_before(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(address, timeout=90_000)
    field = page.get_by_label(say("dashboard.door.passphrase"))
    button = page.get_by_role("button", name=say("dashboard.door.open"), exact=True)
    expect(button).to_be_visible(timeout=90_000)
    assert field.get_attribute("type") == "password"
    # Stock Voila's page has no landmarks, before the door and behind it.
    assert {one["id"] for one in violations(page)} <= {"region"}
    who = page.get_by_role("heading", name=say("dashboard.cohort.title"), exact=True)

    field.fill("a wrong one")
    button.click()
    expect(page.get_by_text("does not open the study's key")).to_be_visible(timeout=30_000)
    assert who.count() == 0

    field.fill(PASSPHRASE)
    button.click()
    expect(who).to_be_visible(timeout=60_000)
    assert page.get_by_label(say("dashboard.door.passphrase")).count() == 0
    page.close()
