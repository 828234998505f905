"""The small process at the door while the server is loaded: what it answers, what it keeps waiting."""

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from workbook.server.front import open_front
from workbook.server.network import bind, free_port
from workbook.server.settings import ServerSettings
from workbook.server.testing import RunningServer, running_server, stop

PATIENCE = httpx.Timeout(60)
AWAY = {"Host": "evil.example"}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks only on Linux")


DOOR = """
import sys
from workbook.server.front import open_front
from workbook.server.network import bind
from workbook.server.settings import ServerSettings

listener = bind("127.0.0.1", 0)
settings = ServerSettings(port=listener.getsockname()[1])
opened = open_front(settings, listener)
print(settings.port, opened._pid, flush=True)
for order in sys.stdin:
    opened.hand_over() if order.startswith("hand over") else opened.close()
    print("done", flush=True)
"""


class Door:
    """A front at a door behind which no server ever comes, in a process without any other thread."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        port, pid = self._hear().split()
        self.url, self.pid = f"http://127.0.0.1:{port}", int(pid)

    def hand_over(self) -> None:
        self.tell("hand over")

    def close(self) -> None:
        self.tell("close")

    def tell(self, order: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        assert self._hear() == "done"

    def _hear(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


@contextmanager
def at_the_door() -> Iterator[Door]:
    command = [sys.executable, "-c", DOOR]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
    try:
        yield Door(process)
    finally:
        process.communicate(timeout=10)


def without_tokens(page: str) -> str:
    return re.sub(r"[0-9a-f]{32,}|2\|[0-9a-f|]+", "…", page)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("front")) as server:
        yield server


def test_the_first_page_is_the_servers_own_with_its_headers(started: RunningServer) -> None:
    later = httpx.get(started.url, timeout=PATIENCE)
    with at_the_door() as door:
        now = httpx.get(door.url, timeout=PATIENCE)
    port = r":\d+"
    assert now.status_code == 200
    assert re.sub(port, "", without_tokens(now.text)) == re.sub(port, "", without_tokens(later.text))
    dated = {"date", "content-length", "connection"}
    told = [{name: one.headers[name] for name in one.headers if name not in dated} for one in (now, later)]
    cookies = [one.pop("set-cookie") for one in told]
    assert told[0] == told[1]
    assert without_tokens(cookies[0]) == without_tokens(cookies[1])


@pytest.mark.parametrize("path", ["/", "/sign-in", "/static/workbook.css", "/api/alive"])
def test_a_foreign_host_is_refused_at_once(path: str) -> None:
    with at_the_door() as door:
        answer = httpx.get(door.url + path, headers=AWAY, timeout=5)
    assert answer.status_code == 403
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("method", "path", "cookie"),
    [
        ("GET", "/sign-in", ""),
        ("GET", "/workbook", "sitting=stale"),
        ("GET", "/?language=en", ""),
        ("GET", "/", "notes=1"),
        ("POST", "/demo", ""),
        ("HEAD", "/", ""),
        ("PUT", "/anything", ""),
    ],
)
def test_everything_else_waits_for_the_server(method: str, path: str, cookie: str) -> None:
    async def ask(door: Door) -> tuple[bool, httpx.Response]:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            headers = {"Cookie": cookie} if cookie else {}
            asked = asyncio.create_task(client.request(method, door.url + path, headers=headers, content=b""))
            done, _ = await asyncio.wait([asked], timeout=0.4)
            door.hand_over()
            return bool(done), await asked

    with at_the_door() as door:
        was_answered_early, answer = asyncio.run(ask(door))
    assert not was_answered_early
    assert (answer.status_code, answer.headers["location"]) == (307, path)


@pytest.mark.parametrize("path", ["//evil.example/a", "/\\evil.example", "/%2F/evil.example"])
def test_what_waited_is_sent_to_no_other_place(path: str) -> None:
    with at_the_door() as door:
        timer = threading.Timer(0.3, door.hand_over)
        timer.start()
        answer = httpx.get(door.url + path, timeout=PATIENCE)
        timer.join()
    assert re.match(r"/(?![/\\])", answer.headers["location"])


def test_it_ends_with_the_server_that_never_came() -> None:
    with at_the_door() as door:
        assert psutil.pid_exists(door.pid)
        with pytest.raises(httpx.TimeoutException):
            httpx.get(door.url + "/sign-in", timeout=0.3)
        door.close()
        assert not psutil.pid_exists(door.pid)
        door.close()  # once more is harmless


def test_over_tls_and_elsewhere_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = bind("127.0.0.1", 0)
    try:
        assert not open_front(ServerSettings(port=1, share=True, lan_address="192.0.2.1"), listener).is_open
        monkeypatch.setattr(sys, "platform", "darwin")
        assert not open_front(ServerSettings(port=1), listener).is_open
    finally:
        listener.close()


def test_a_press_before_the_server_is_there_is_not_lost(tmp_path: Path) -> None:
    """Press the demo's button on the first page as soon as it shows: it ends where it would later."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    output = tmp_path / "server.txt"
    command = [sys.executable, "-m", "workbook.server", "--no-browser", "--demo", "--port", str(port)]
    with output.open("wb") as sink:
        process = subprocess.Popen(
            command, stdout=sink, stderr=sink, env=dict(os.environ), start_new_session=True
        )
    try:
        with httpx.Client(timeout=PATIENCE, follow_redirects=True) as browser:
            page = first_page(browser, url, process)
            assert b"READY" not in output.read_bytes()
            token = re.search(r'name="_xsrf" value="([^"]+)"', page)
            assert token
            sent = {"_xsrf": token[1], "place": "together"}
            answer = browser.post(f"{url}/demo", data=sent)
            assert [str(one.url.path) for one in answer.history] == ["/demo", "/demo"]
            assert (answer.status_code, answer.url.path) == (200, "/workbook")
        children = [one.cmdline() for one in psutil.Process(process.pid).children()]
        assert len([one for one in children if one[1:3] == command[1:3]]) == 0
    finally:
        stop(process)


def first_page(browser: httpx.Client, url: str, process: "subprocess.Popen[bytes]") -> str:
    for _ in range(600):
        assert process.poll() is None
        try:
            return browser.get(url).text
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("no first page")
