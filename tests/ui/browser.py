"""The real pages in a real browser, connected to real Python widgets by one binding."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import plotly
from ipywidgets import Box, Widget
from playwright.sync_api import Browser, Page, sync_playwright

from tools.chromium import find_chromium, launch_flags

HERE = Path(__file__).parent
UI = Path(str(files("workbook") / "ui"))
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
SHELL = """<!doctype html><html class="wb" lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Workbook</title>
<link rel="stylesheet" href="/workbook.css"><link rel="icon" href="data:,"></head><body>
<header class="header"><div class="header-row"><a class="brand" href="/">Workbook</a>
<div class="header-links"><a class="button button-quiet" href="/">Hand over</a><a class="button button-quiet" href="/">Sign out</a></div>
<form class="exit"><button class="exit-button" type="button">Leave now</button></form></div></header>
<main class="main" id="main"><div id="workbook"></div></main>
<script>window.workbook = { plotly: () => window.loaded ??= new Promise((done) => {
  const script = document.createElement("script"); script.src = "/plotly.js";
  script.onload = () => done(window.Plotly); document.head.append(script); }) };</script>
<script type="module" src="/bridge.js"></script></body></html>"""


class _Files(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        path = path.partition("?")[0]
        special = {"/bridge.js": HERE / "bridge.js", "/plotly.js": PLOTLY}
        return str(special.get(path, UI / path.lstrip("/")))

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        body = SHELL.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *_: object) -> None:
        """Quiet: a test's output is its own."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the front end's files on a free port; return the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=launch_flags())
        try:
            yield browser
        finally:
            browser.close()


class Kernel:
    """Stand in for the kernel: handle the page's messages, return all widgets' state."""

    def __init__(self, root: Widget) -> None:
        self.root = root
        self.received: list[dict[str, Any]] = []

    def __call__(self, _source: object, message: dict[str, Any]) -> dict[str, Any]:
        widgets = {widget.model_id: widget for widget in _leaves(self.root)}
        widget = widgets.get(message.get("id", ""))
        if widget is not None:
            self.received.append(message)
            if "traits" in message:
                widget.set_state(message["traits"])
            else:
                widget._handle_custom_msg(message["content"], [])
        return {"tree": _tree(self.root), "states": {one.model_id: _state(one) for one in _leaves(self.root)}}


def _leaves(widget: Widget) -> list[Widget]:
    return (
        [leaf for child in widget.children for leaf in _leaves(child)]
        if isinstance(widget, Box)
        else [widget]
    )


def _tree(widget: Widget) -> dict[str, Any]:
    if isinstance(widget, Box):
        return {"children": [_tree(child) for child in widget.children], "classes": list(widget._dom_classes)}
    return {"id": widget.model_id, "component": widget._component}


def _state(widget: Widget) -> dict[str, Any]:
    return {
        name: value
        for name, value in widget.get_state().items()
        if not name.startswith("_") and name != "layout"
    }


def show(
    browser: Browser, address: str, root: Widget, *, width: int = 1280, scheme: str = "light"
) -> tuple[Page, Kernel]:
    """Open the widget ``root`` in a new page."""
    kernel = Kernel(root)
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.expose_binding("toKernel", kernel)
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]")
    return page, kernel


__all__ = ["Kernel", "chromium", "served", "show"]
