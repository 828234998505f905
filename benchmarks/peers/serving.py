"""Servers to be measured: started on a free port, stopped with all they started, weighed by process."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.peers.environments import APPS, python_of

_WAIT_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers: its name, address, process id, and how long its first answer took in seconds."""

    name: str
    url: str
    pid: int
    seconds: float

    def processes(self) -> list[psutil.Process]:
        """Return it and all it started, also what was forked off into sessions of their own."""
        return tree_of(self.pid)

    def private_mb(self) -> float:
        """Return the memory that would be free if it ended, in 10^6 bytes (USS over all its processes)."""
        total = 0
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                total += process.memory_full_info().uss
        return total / 1e6

    def shared_mb(self) -> float:
        """Return all the memory they hold, in 10^6 bytes: what several share is counted once (PSS)."""
        total = 0
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                total += process.memory_full_info().pss
        return total / 1e6

    def cpu_seconds(self) -> float:
        """Return the CPU time of its living processes so far, user and system."""
        total = 0.0
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return total


def tree_of(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants that are alive."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


@contextmanager
def serving(peer: str, folder: Path) -> Iterator[Served]:
    """Serve a peer's form, or the static page (``static``); its output goes to a file in ``folder``."""
    port = _free_port()
    command = _command(peer, port, folder)
    variables = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ
    }
    began = time.monotonic()
    with (folder / f"{peer}.txt").open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own apps
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=variables | {"PYTHONPATH": str(APPS), "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"},
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}/{'app' if peer == 'panel' else ''}"
    try:
        yield Served(peer, url, process.pid, _wait_for(url, process, began, folder / f"{peer}.txt"))
    finally:
        _end(process)


def _command(peer: str, port: int, folder: Path) -> list[str]:
    app = str(APPS / peer / "app.py")
    if peer == "static":
        subprocess.run([sys.executable, APPS / peer / "write.py", folder / "index.html"], check=True)  # noqa: S603
        return [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    python = str(python_of(peer))
    if peer == "voila":
        notebook = folder / "form.ipynb"
        subprocess.run([python, APPS / peer / "write.py", notebook], check=True)  # noqa: S603
        return [
            python,
            "-m",
            "voila",
            str(notebook),
            "--no-browser",
            f"--port={port}",
            "--Voila.ip=127.0.0.1",
        ]
    started: dict[str, list[str]] = {
        "nicegui": [python, app, str(port)],
        "shiny": [python, "-m", "shiny", "run", "--port", str(port), app],
        "panel": [python, "-m", "panel", "serve", app, "--port", str(port), "--address", "127.0.0.1"],
        "streamlit": [
            *(python, "-m", "streamlit", "run", app, "--server.headless=true"),
            *(f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"),
        ],
    }
    return started[peer]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(url: str, process: "subprocess.Popen[bytes]", began: float, output: Path) -> float:
    import httpx

    with httpx.Client(trust_env=False, timeout=_WAIT_SECONDS) as client:
        while time.monotonic() < began + _WAIT_SECONDS and process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if client.get(url).status_code == 200:
                    return time.monotonic() - began
            time.sleep(0.02)
    raise RuntimeError(
        f"{url} did not answer:\n{output.read_text(encoding='utf-8', errors='replace')[-3000:]}"
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    for one in reversed(tree_of(process.pid)):
        with contextlib.suppress(psutil.Error):
            one.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(5)
