"""One browser and one real server for the walks, and the checks that every page has to pass."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.walk.look import Looks, Seen
from tests.walk.person import Person
from tools.chromium import WAY_OUT, find_chromium, launch_flags
from workbook.server.testing import RunningServer, running_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail(WAY_OUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=launch_flags())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("walk")) as running:
        yield running


@pytest.fixture
def looks(tmp_path_factory: pytest.TempPathFactory) -> Looks:
    """Return a `Looks` that shares what was checked with every other process of this run."""
    own = tmp_path_factory.getbasetemp()
    return Looks(Seen((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "looked-at"))


@pytest.fixture
def visit(browser: Browser, server: RunningServer, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Return a function that gives a person their own browser; no browser may have logged an error at the end.

    What each saw last is left as a picture in the test's folder.
    """
    people: list[Person] = []

    def come(kind: type[Person], name: str, width: int, height: int = 800) -> Person:
        people.append(kind(browser, server.url.rstrip("/"), name, width, height))
        return people[-1]

    yield come
    complaints = {person.name: person.complaints for person in people if person.complaints}
    elsewhere = {person.name: person.off_origin for person in people if person.off_origin}
    for person in people:
        person.page.screenshot(path=tmp_path / f"last-of-{person.name}.png", full_page=True)
        person.close()
    assert complaints == {}
    assert elsewhere == {}


@pytest.fixture
def said(server: RunningServer) -> Path:
    """Return the file with the server's log."""
    return server.output
