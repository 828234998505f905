"""Launching kernels by forking a warm process; where that can't be, launching them as usual."""

import asyncio
import contextlib
import os
import select
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from workbook.server.kernels.warm_process import fork_server, tell

NAME = "workbook-forked"
NO_HISTORY = "--HistoryManager.enabled=False"  # no history of executed code is stored


class NoWarmProcessError(Exception):
    """There is nothing to fork a kernel from that could wait."""


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
    """Provide jupyter_client with a kernel from the fork server, or one launched as usual.

    One that is launched with ``waits`` is nobody's, and listens to nobody, until `tell`.
    """

    _line: int | None = None

    async def launch_kernel(self, cmd: list[str], *, waits: bool = False, **kwargs: Any) -> Any:
        if not await self._fork(str(kwargs.get("cwd") or Path.cwd())):
            if waits:
                raise NoWarmProcessError
            return await super().launch_kernel(cmd, **kwargs)
        if not waits:
            self.tell(kwargs["env"])
        return self.connection_info

    async def _fork(self, cwd: str) -> bool:
        kernel: Any = self.parent
        forked = await asyncio.to_thread(fork_server.fork_kernel, kernel.connection_file, cwd)
        if forked is None:
            return False
        self._line = forked.line
        try:
            self.process = ForkedProcess(forked.pid)  # type: ignore[assignment]
        except ProcessLookupError:
            self._hang_up()
            return False
        # `setsid` in the child makes it the leader of its own group; asking for the group
        # here would race with that.
        self.pid = self.pgid = forked.pid
        self.cwd = cwd
        return True

    def tell(self, environment: Mapping[str, str]) -> bool:
        """Bind a kernel that waits to the page with this environment; say whether it was there to hear it."""
        line, self._line = self._line, None
        return line is not None and tell(line, environment)

    async def cleanup(self, *args: Any, **kwargs: Any) -> None:
        """Hang up on a kernel that was told nothing."""
        self._hang_up()
        await super().cleanup(*args, **kwargs)

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            os.close(line)


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
