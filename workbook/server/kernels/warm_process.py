"""The server's end of the process that kernels are forked from; see `.fork_server`."""

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from typing import Any

from workbook.server.kernels.environment import kernel_environment

_log = logging.getLogger(__name__)


class ForkServer:
    """The line to the warm process. One per server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._ready = False

    def open(self, folder: str) -> None:
        """Start warming up, at once and in the background."""
        if not hasattr(os, "fork"):
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

    def fork_kernel(self, connection_file: str, env: dict[str, str], cwd: str) -> int | None:
        """Fork a kernel; its process id, or None when there is no warm process."""
        with self._lock:
            if self._line is None:
                return None
            try:
                if not self._ready:
                    self._ready = bool(self._hear().get("ready"))
                order = {"connection_file": connection_file, "env": env, "cwd": cwd}
                self._line.sendall(json.dumps(order).encode() + b"\n")
                return int(self._hear()["pid"])
            except (OSError, ValueError, KeyError) as error:
                _log.error("the warm process is gone (%s): kernels start the slow way", type(error).__name__)
                self._line.close()
                self._line = None
                return None

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
