"""The server's end of the process that kernels are forked from; see `.fork_server`."""

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

from workbook.server.forking import can_fork
from workbook.server.kernels.environment import kernel_environment

_log = logging.getLogger(__name__)


class Forked(NamedTuple):
    """A kernel that was forked as nobody's, and the writing end of the pipe on which it hears whose it is."""

    pid: int
    line: int


def tell(line: int, environment: Mapping[str, str]) -> bool:
    """Give a kernel its whole environment, once; say whether it was there to hear it."""
    try:
        os.write(line, json.dumps(environment).encode())
    except BrokenPipeError:
        return False
    finally:
        os.close(line)
    return True


class ForkServer:
    """The line to the warm process. One per server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._ready = False

    def open(self, folder: str) -> None:
        """Start warming up, at once and in the background, where a fork is safe."""
        if not can_fork():
            return
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "workbook.server.kernels.fork_server", str(theirs.fileno())]
        self._process = subprocess.Popen(  # noqa: S603  our own module, no text from outside
            command,
            env=kernel_environment({"IPYTHONDIR": folder}),
            cwd=folder,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._line = ours

    def close(self) -> None:
        """Hang up, upon which the process ends; kernels end with it."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)

    @property
    def is_there(self) -> bool:
        """Whether there is a process to fork from."""
        return self._line is not None

    def fork_kernel(self, connection_file: str, cwd: str) -> Forked | None:
        """Fork a kernel that waits for its environment, see `tell`; None when there is no warm process."""
        with self._lock:
            if self._line is None:
                return None
            theirs, ours = os.pipe()
            try:
                if not self._ready:
                    self._ready = bool(self._hear().get("ready"))
                order = json.dumps({"connection_file": connection_file, "cwd": cwd}).encode() + b"\n"
                socket.send_fds(self._line, [order], [theirs])
                return Forked(int(self._hear()["pid"]), ours)
            except (OSError, ValueError, KeyError) as error:
                _log.error("the warm process is gone (%s): kernels start the slow way", type(error).__name__)
                self._line.close()
                self._line = None
                os.close(ours)
                return None
            finally:
                os.close(theirs)

    def _hear(self) -> dict[str, Any]:
        assert self._line is not None  # noqa: S101  for the type checker; callers looked
        self._line.settimeout(60)
        heard = b""
        while not heard.endswith(b"\n"):
            chunk = self._line.recv(4096)
            if not chunk:
                raise OSError("hung up")
            heard += chunk
        answer: dict[str, Any] = json.loads(heard)
        return answer


fork_server = ForkServer()
