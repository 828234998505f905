"""One real server per module, and people who sign in to it."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tools.chromium import find_chromium, launch_flags
from workbook.server.testing import RunningServer, running_server

SOURCE = """
import time
from ipywidgets import VBox
import plotly.graph_objects as go
from workbook.session.own_day import own_now
from workbook.ui.blocks import paragraph
from workbook.ui.components import Actions, Chart, Prose, TextField

def prose(text):
    return Prose(blocks=[paragraph(text)])

def say(text):
    said.blocks = [paragraph(text)]

def draw():
    figure = go.Figure(go.Bar(x=["a", "b"], y=[1, 2])).to_plotly_json()
    place.children = (Chart(figures=[figure], sentence="Two bars."),)

def turn():  # faster than a page can be drawn
    for n in range(20):
        place.children = (VBox([prose(f"gone {n}")]), prose(f"one {n}"), VBox([prose(f"two {n}")]))

def hear(change):
    if change["new"].startswith("slow"):
        time.sleep(1)
    say(f"heard {change['new']}")

PRESSES = {
    "Say it": lambda: say("said"),
    "Draw it": draw,
    "Break it": lambda: 1 / 0,
    "Turn it": turn,
    "Date it": lambda: say(f"dated {own_now():%Y-%m-%d %H}"),
    "Repeat it": lambda: say(f"pressed at {text.value}"),
}
buttons = Actions(buttons=[{"id": name, "label": name} for name in PRESSES])
buttons.on_press(lambda name: PRESSES[name]())
said, text, place = prose("not yet"), TextField(label="Words", max_length=10_000_000), VBox([])
text.observe(hear, "value")
VBox([buttons, said, text, place])
"""
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A small notebook"},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": SOURCE,
        },
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
PASSPHRASE = "seven quiet lanterns"
CHEAP = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1] / "proofs/cheap"), str(Path.cwd())])}


@dataclass
class Person:
    """Somebody at a browser without scripts: cookies, and the cross-site token of the last page."""

    client: httpx.Client
    code: str = ""
    recovery_code: str = ""

    def token(self) -> str:
        page = self.client.get("/leave").text
        return unescape(re.search(r'name="_xsrf" value="([^"]+)"', page)[1])

    def send(self, path: str, **fields: str) -> httpx.Response:
        return self.client.post(path, data={"_xsrf": self.token(), **fields})

    def ask(self, path: str, body: object) -> httpx.Response:
        headers = {"X-XSRFToken": self.token(), "Accept": "application/json"}
        return self.client.post(
            path, content=json.dumps(body), headers={**headers, "Content-Type": "application/json"}
        )

    def begin(self, name: str = "Ann") -> "Person":
        assert self.send("/begin", name=name, passphrase=PASSPHRASE).headers["Location"] == "/recovery-code"
        page = self.client.get("/recovery-code").text
        self.code = re.search(r'id="couple-code">([^<]+)<', page)[1]
        self.recovery_code = re.search(r'id="recovery-code">([^<]+)<', page)[1]
        return self

    def open_workbook(self) -> str:
        """Open the page; return the id of the kernel that was started for it."""
        page = self.client.get("/workbook", timeout=60).text
        return re.search(r'data-kernel="([^"]+)"', page)[1]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A notebook without the workbook's own pages, so that these tests are of the server alone."""
    folder = tmp_path_factory.mktemp("notebook")
    path = folder / "small.ipynb"
    path.write_text(json.dumps(NOTEBOOK))
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory, notebook) -> Iterator[RunningServer]:
    """Start a server with cheap key derivation (the walks use the real cost)."""
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, "--notebook", str(notebook), environment=CHEAP) as running:
        yield running


@pytest.fixture
def visit(server):
    """Return a function that makes people, each with their own browser."""
    clients = []

    def make() -> Person:
        client = httpx.Client(base_url=server.url, timeout=30, trust_env=False)
        clients.append(client)
        return Person(client)

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_chromium(), args=launch_flags())
        yield running
        running.close()


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    """Open a fresh browser profile; its errors are collected in ``page.complaints``."""
    context = browser.new_context(base_url=server.url)
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.complaints = []
    opened.on(
        "console",
        lambda message: message.type in {"error", "warning"} and opened.complaints.append(message.text),
    )
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.requests = []
    opened.on("request", lambda request: opened.requests.append(request.url))
    yield opened
    context.close()


def kernels_of(server: RunningServer) -> list[psutil.Process]:
    """Return the running kernels: the children of the fork server, but for one that waits and is nobody's."""
    forked = forked_of(server)
    waiting = [process for process in forked if is_waiting(process)]
    return [process for process in forked if process not in waiting[:1]]


def waiting_of(server: RunningServer) -> list[psutil.Process]:
    """Return the kernels that wait to be told whose they are."""
    return [process for process in forked_of(server) if is_waiting(process)]


def forked_of(server: RunningServer) -> list[psutil.Process]:
    """Return every child of the fork server."""
    children = psutil.Process(server.pid).children(recursive=True)
    warm = [process for process in children if is_warm(process)]
    oldest = min(warm, key=lambda process: process.create_time())
    return [process for process in warm if process.pid != oldest.pid]


def is_warm(process: psutil.Process) -> bool:
    try:
        return "workbook.server.kernels.fork_server" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def is_waiting(process: psutil.Process) -> bool:
    """Tell whether a kernel still waits: until it is told, its standard input is the pipe it hears on."""
    try:
        return Path(f"/proc/{process.pid}/fd/0").readlink().name.startswith("pipe:")
    except OSError:
        return False
