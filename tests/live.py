"""The real server as a process of its own, for tests: started, awaited, ended by its id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

READY = "WORKBOOK READY "
PATIENCE_S = 60


@dataclass
class Live:
    """A running server. ``address`` ends without a slash; what it says is in ``log``."""

    address: str
    log: Path
    process: subprocess.Popen[bytes]
    data: Path


@contextmanager
def live_server(folder: Path, *options: str) -> Iterator[Live]:
    """Serve with all that is kept below ``folder``: data, key and settings.

    Output goes to a file: a forked kernel that inherited a pipe would hold it open.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log, data = folder / "server.log", folder / "data"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WORKBOOK_", "XDG_"))}
    environment = {
        **kept,
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "share"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    command = [sys.executable, "-m", "workbook.server", "--no-browser", "--port", "0"]
    command += [] if "--demo" in options else ["--data", str(data)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, *options],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
    try:
        yield Live(_await_address(process, log), log, process, data)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server and every kernel it started."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


def _await_address(process: subprocess.Popen[bytes], log: Path) -> str:
    before = time.monotonic()
    while time.monotonic() - before < PATIENCE_S:
        said = log.read_text()
        if READY in said:
            return said.rpartition(READY)[2].split()[0].rstrip("/")
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
