"""Half-open connections have little time and there may be few; folders of killed servers are removed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import tornado.netutil
from tornado.web import Application, RequestHandler

from workbook.server import connections, run_folder
from workbook.server.connections import PatientServer
from workbook.server.testing import running_server


class Hello(RequestHandler):
    async def post(self) -> None:
        self.finish(str(len(self.request.body)))


def serve(scenario, **options) -> object:
    """Run a scenario against a server on a free port."""

    async def run() -> object:
        server = PatientServer(Application([("/", Hello)]), **options)
        (listener,) = tornado.netutil.bind_sockets(0, "127.0.0.1")
        server.add_socket(listener)
        try:
            return await scenario(listener.getsockname()[1], server)
        finally:
            server.stop()

    return asyncio.run(run())


async def connect(port: int, sent: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    return reader, writer


ASKED = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"


@pytest.mark.parametrize("sent", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nHost: x\r\nCookie: "])
def test_a_connection_that_asks_nothing_is_closed(monkeypatch, sent):
    monkeypatch.setattr(connections, "ASK_SECONDS", 0.2)

    async def scenario(port, server):
        reader, _writer = await connect(port, sent)
        told = await asyncio.wait_for(reader.read(), 5)
        return told, len(server._half_open)

    assert serve(scenario) == (b"", 0)


def test_a_body_that_does_not_come_is_not_waited_for():
    async def scenario(port, _server):
        reader, _writer = await connect(port, ASKED[:-1])
        return await asyncio.wait_for(reader.read(), 5)

    assert b"200 OK" not in serve(scenario, body_timeout=0.2)


def test_a_connection_that_asked_stays_open_for_the_next_request(monkeypatch):
    monkeypatch.setattr(connections, "ASK_SECONDS", 0.2)

    async def scenario(port, _server):
        reader, writer = await connect(port, ASKED)
        first = await reader.readuntil(b"\r\n\r\n2")
        await asyncio.sleep(0.5)
        writer.write(ASKED)
        return first, await asyncio.wait_for(reader.readuntil(b"\r\n\r\n2"), 5)

    assert all(b"200 OK" in reply for reply in serve(scenario))


def test_of_too_many_the_one_that_waited_longest_goes_and_others_are_served(monkeypatch):
    monkeypatch.setattr(connections, "MOST_HALF_OPEN", 10)

    async def scenario(port, server):
        half = [await connect(port, b"POST / HT") for _ in range(30)]
        reader, _writer = await connect(port, ASKED)
        served = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n2"), 5)
        assert await asyncio.wait_for(half[0][0].read(), 5) == b""
        return b"200 OK" in served, len(server._half_open)

    is_served, n_open = serve(scenario)
    assert is_served and n_open <= 10


# -- the run folder -----------------------------------------------------------------------------------
@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_of_a_server_that_runs_is_kept_and_that_of_a_dead_one_removed(temporary):
    own = run_folder.new_folder()
    (temporary / "wb-of-an-earlier-version").mkdir()
    (temporary / "wb-link").symlink_to(own)
    code = "from workbook.server import run_folder; print(run_folder.new_folder(), flush=True); input()"
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        folder = Path(other.stdout.readline().strip())
        assert folder.parent == temporary
        assert run_folder.remove_left_over() == 0
        other.kill()
    assert run_folder.remove_left_over() == 1
    assert {path.name for path in temporary.iterdir()} == {own.name, "wb-of-an-earlier-version", "wb-link"}
    assert (own / "running").exists()


def test_a_start_removes_what_a_killed_server_left(notebook, tmp_path):
    place = Path(tempfile.mkdtemp(prefix="t"))  # short: sockets lie in it
    environment = {"TMPDIR": str(place)}
    with running_server(tmp_path, "--notebook", str(notebook), environment=environment) as killed:
        os.kill(killed.pid, signal.SIGKILL)
        until = time.monotonic() + 10
        while time.monotonic() < until and _answers(killed.url):
            time.sleep(0.05)
    (left,) = place.iterdir()
    with running_server(tmp_path, "--notebook", str(notebook), environment=environment):
        assert left not in place.iterdir() and len(list(place.iterdir())) == 1
    assert list(place.iterdir()) == []
    place.rmdir()


def _answers(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))) == 0
