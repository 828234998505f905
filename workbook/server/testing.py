"""A real server for tests, in a process of its own, with its output in a file."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from workbook.server.launch import READY

_WAIT_SECONDS = 60.0
_STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers: its address, process id, data folder and output."""

    url: str
    pid: int
    data: Path
    output: Path


@contextmanager
def running_server(
    folder: Path, *options: str, environment: dict[str, str] | None = None, data: Path | None = None
) -> Iterator[RunningServer]:
    """Start the real server on a free port; stop it, and all it started, at the end.

    Parameters
    ----------
    folder : Path
        For the data, the keys and the output; the same folder again finds the same data.
    *options : str
        More arguments for ``python -m workbook.server``.
    environment : dict of str to str, optional
        Variables to add.
    data : Path, optional
        Another data folder.

    Raises
    ------
    RuntimeError
        The server did not become ready; holds its output.
    """
    place = data or folder / "data"
    output = folder / "server.txt"
    variables = os.environ | {"WORKBOOK_KEYS": str(folder / "keys"), "PYTHON_KEYRING_BACKEND": _NO_KEYRING}
    server = [sys.executable, "-m", "workbook.server", "--no-browser", "--data", str(place)]
    command = [*server, *_port(options), *options]
    with output.open("ab") as sink:
        start = sink.tell()
        process = subprocess.Popen(  # noqa: S603  our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=variables | (environment or {}),
            start_new_session=True,
        )
    try:
        yield RunningServer(_wait_for_url(process, output, start), process.pid, place, output)
    finally:
        stop(process)


_NO_KEYRING = "keyring.backends.fail.Keyring"  # tests leave nothing in the keyring of whoever runs them


def _port(options: Sequence[str]) -> list[str]:
    return [] if "--port" in options else ["--port", "0"]


def _wait_for_url(process: "subprocess.Popen[bytes]", output: Path, start: int) -> str:
    latest = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < latest and process.poll() is None:
        for line in output.read_bytes()[start:].decode("utf-8", "replace").splitlines():
            if line.startswith(READY):
                return line.removeprefix(READY).strip()
        time.sleep(0.05)
    raise RuntimeError(output.read_text(encoding="utf-8", errors="replace"))


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask a server to end; where it doesn't, end its whole process group."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(_STOP_SECONDS)
