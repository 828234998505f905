"""People at a real server, each with a browser of their own that runs no scripts."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
import psutil
import tornado.httpclient
import tornado.websocket

from tests.server.conftest import NOTEBOOK
from workbook.server.testing import RunningServer, running_server

PROTOCOL = "v1.kernel.websocket.jupyter.org"
PASSPHRASE = "seven quiet lanterns of "


class Visitor:
    """Cookies, and the cross-site token of the last page."""

    def __init__(self, server: RunningServer, name: str = "") -> None:
        self.server, self.name, self.code, self.kernel = server, name, "", ""
        self.client = httpx.Client(base_url=server.url, timeout=60, trust_env=False)

    @property
    def passphrase(self) -> str:
        return PASSPHRASE + self.name

    def token(self) -> str:
        found = re.search(r'name="_xsrf" value="([^"]+)"', self.client.get("/leave").text)
        return unescape(found[1]) if found else ""

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Post a form."""
        return self.client.post(path, data={"_xsrf": self.token(), **fields})

    def ask(self, path: str, content: object) -> httpx.Response:
        """Post JSON as the page's own script does."""
        headers = {
            "X-XSRFToken": self.token(),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        return self.client.post(path, content=json.dumps(content), headers=headers)

    def begin(self) -> "Visitor":
        self.send("/begin", name=self.name, passphrase=self.passphrase)
        found = re.search(r'id="couple-code">([^<]+)<', self.client.get("/recovery-code").text)
        self.code = found[1] if found else ""
        return self

    def join(self, code: str) -> "Visitor":
        self.code = code
        self.send("/join", code=code, name=self.name, passphrase=self.passphrase)
        return self

    def sign_in(self, code: str) -> "Visitor":
        self.code = code
        self.send("/sign-in", code=code, name=self.name, passphrase=self.passphrase)
        return self

    def open_workbook(self) -> str:
        """Open the page; return the id of its kernel."""
        return self.open_page("/workbook")

    def open_page(self, path: str) -> str:
        """Open a page that has a kernel; return the id of it."""
        found = re.search(r'data-kernel="([^"]+)"', self.client.get(path, timeout=90).text)
        self.kernel = found[1] if found else ""
        return self.kernel

    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.client.cookies.jar)

    def line_request(self, kernel: str, **headers: str) -> tornado.httpclient.HTTPRequest:
        """The request for a kernel's websocket, as this browser would make it."""
        host = self.server.url.split("/")[2]
        sent = {"Cookie": self.cookies(), "Origin": self.server.url.rstrip("/"), "Host": host} | headers
        address = f"{self.server.url.replace('http', 'ws', 1)}api/kernels/{kernel}/channels"
        return tornado.httpclient.HTTPRequest(address, headers=sent)

    def line_status(self, kernel: str, **headers: str) -> int:
        """Return the status a browser gets for a kernel's websocket: 101 if admitted."""
        return asyncio.run(_status(self.line_request(kernel, **headers)))

    def close(self) -> None:
        self.client.close()


class TherapistVisitor(Visitor):
    """A therapist: of the pages they open every other is the view for a shared screen."""

    paths = ("/presentation", "/workbook")
    n_opened = 0

    def enter(self, code: str) -> "TherapistVisitor":
        self.code = code
        self.send("/therapist", code=code, passphrase=self.passphrase, digits="")
        return self

    def open_workbook(self) -> str:
        """Open the next of their pages."""
        path = self.paths[self.n_opened % len(self.paths)]
        self.n_opened += 1
        return self.open_page(path)


async def _status(request: tornado.httpclient.HTTPRequest) -> int:
    try:
        line = await tornado.websocket.websocket_connect(request, subprotocols=[PROTOCOL])
    except tornado.httpclient.HTTPClientError as error:
        return error.code
    line.close()
    return 101


@contextmanager
def small_server(
    folder: Path, *options: str, environment: dict[str, str] | None = None
) -> Iterator[RunningServer]:
    """The real server with a notebook of a few widgets, so that kernels are there at once."""
    notebook = folder / "small.ipynb"
    for served in (notebook, folder / "therapist.ipynb"):
        served.write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    with running_server(folder, "--notebook", str(notebook), *options, environment=environment) as server:
        yield server


def behind(server: RunningServer) -> RunningServer:
    """The same server by the address that only the proxy knows."""
    port = next(
        line.laddr.port
        for line in psutil.Process(server.pid).net_connections("tcp")
        if line.status == "LISTEN"
    )
    return RunningServer(f"http://127.0.0.1:{port}/", server.pid, server.data, server.output)
