"""Launching kernels by forking a warm process; where that can't be, launching them as usual."""

import asyncio
import contextlib
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from workbook.server.kernels.environment import kernel_environment

_log = logging.getLogger(__name__)
NAME = "workbook-forked"
NO_HISTORY = "--HistoryManager.enabled=False"  # no history of executed code is stored


class ForkServer:
    """The server's end of the warm process. One per server; see `workbook.server.kernels.fork_server`."""

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


class ForkedProcess:
    """A kernel's process as jupyter_client wants to hold it. It is no child of the server's."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        # A process descriptor, unlike a process id, is never reused for another process.
        self._handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None

    def poll(self) -> int | None:
        if self.returncode is None and self._has_ended():
            self.returncode = 0
            self._release()
        return self.returncode

    def _has_ended(self) -> bool:
        if self._handle is not None:
            return bool(select.select([self._handle], [], [], 0)[0])
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def _release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def wait(self) -> int:
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    terminate = kill


class ForkedProvisioner(LocalProvisioner):
    """Provide jupyter_client with a kernel from the fork server, or one launched as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        kernel: Any = self.parent
        file, cwd = kernel.connection_file, str(kwargs.get("cwd") or Path.cwd())
        pid = await asyncio.to_thread(fork_server.fork_kernel, file, dict(kwargs["env"]), cwd)
        if pid is None:
            return await super().launch_kernel(cmd, **kwargs)
        try:
            self.process = ForkedProcess(pid)  # type: ignore[assignment]
        except ProcessLookupError:
            return await super().launch_kernel(cmd, **kwargs)
        # `setsid` in the child makes it the leader of its own group; asking for the group
        # here would race with that.
        self.pid = self.pgid = pid
        self.cwd = cwd
        return self.connection_info


class OneKernel(KernelSpecManager):
    """The only kernel there is: this Python. Specs installed by others are not looked at."""

    def find_kernel_specs(self) -> dict[str, str]:
        return {"python3": ""}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", NO_HISTORY],
            display_name="Python 3",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": NAME}},
        )
