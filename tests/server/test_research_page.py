"""``workbook research``: one page, on this computer alone, at an address only whoever started it knows."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

WAIT = 90


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("research")
    said = folder / "said"
    command = [sys.executable, "-m", "workbook", "research", "--no-browser", "--port", "0"]
    environment = os.environ | {"WORKBOOK_DATA": str(folder / "data"), "PYTHONUNBUFFERED": "1"}
    with said.open("w") as out:
        server = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, cwd=folder, env=environment, start_new_session=True
        )
        try:
            yield _ready(said, server)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def _ready(said: Path, server: subprocess.Popen[bytes]) -> str:
    for _ in range(WAIT * 5):
        found = re.search(r"WORKBOOK READY (\S+)", said.read_text())
        if found:
            break
        assert server.poll() is None, said.read_text()
        time.sleep(0.2)
    else:
        pytest.fail(said.read_text())
    return found[1]


def _host(address: str) -> str:
    return "/".join(address.split("/")[:3]) + "/"


SLOW = """
import sys, time
from voila.app import Voila

at_once = Voila.listen
Voila.listen = lambda self: (time.sleep(3), at_once(self))
from workbook.cli import main

main(["research", "--no-browser", "--port", "0"])
"""


def test_the_address_is_told_when_it_answers_and_not_before(tmp_path: Path) -> None:
    """On a busy computer seconds pass between the two."""
    said = tmp_path / "said"
    environment = os.environ | {"WORKBOOK_DATA": str(tmp_path / "data")}
    with said.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", SLOW],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            env=environment,
            start_new_session=True,
        )
    try:
        assert httpx.get(_host(_ready(said, server)), timeout=WAIT).status_code == 404
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def test_only_the_secret_address_is_served(address: str) -> None:
    assert len(address.removeprefix(_host(address)).strip("/")) >= 32
    for path in ("", "voila", "voila/render/research.ipynb", "api/kernels", "static/x"):
        assert httpx.get(_host(address) + path, timeout=10).status_code == 404


def test_it_listens_on_loopback_and_refuses_other_host_names(address: str) -> None:
    assert "127.0.0.1" in address or "localhost" in address
    assert httpx.get(address, headers={"Host": "evil.example"}, timeout=10).status_code == 403


def test_it_serves_its_fonts_and_no_other_file(address: str) -> None:
    font = httpx.get(f"{address}voila/files/fonts/literata.woff2", timeout=10)
    assert font.status_code == 200
    assert font.content.startswith(b"wOF2")
    hidden = (
        "research.ipynb",
        "said",
        ".",
        "./research.ipynb",
        "../said",
        "fonts/",
        "fonts/LICENSE-literata.txt",
    )
    for name in hidden:
        found = httpx.get(f"{address}voila/files/{name}", timeout=10, follow_redirects=True)
        assert found.status_code in (403, 404)


def test_the_page_loads_nothing_from_another_origin(address: str) -> None:
    page = httpx.get(address, timeout=WAIT)
    assert page.status_code == 200
    assert "jp-OutputArea" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"


def test_it_shows_the_page_of_the_notebook() -> None:
    import nbformat

    from workbook.server.researcher_server import CELL

    path = Path(__file__).parents[2] / "notebooks" / "research.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.source for cell in cells if cell.cell_type == "code"] == [CELL]


def test_it_refuses_an_unsafe_start_folder_and_reads_no_configuration(tmp_path: Path) -> None:
    """The same looks as the workbook's own start: here a `voila.py` lies where it is started."""
    from click.testing import CliRunner

    from workbook.cli import main

    (tmp_path / "voila.py").write_text("raise SystemExit('read')")
    with contextlib.chdir(tmp_path):
        done = CliRunner().invoke(
            main, ["research", "--no-browser", "--port", "0", "--data", str(tmp_path / "d")]
        )
    assert done.exit_code == 2
    assert "voila.py" in done.stderr


def test_its_files_are_private_and_core_dumps_are_disabled(address: str) -> None:
    port = int(address.split(":")[2].partition("/")[0])
    (server,) = {
        one.pid
        for one in psutil.net_connections("tcp")
        if one.laddr and one.laddr.port == port and one.status == "LISTEN"
    }
    limits = Path(f"/proc/{server}/limits")
    if not limits.exists():
        pytest.skip("only Linux shows a process's limits")
    (line,) = [line for line in limits.read_text().splitlines() if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]
    assert "Umask:\t0077" in Path(f"/proc/{server}/status").read_text()
