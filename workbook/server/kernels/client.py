"""The server's line to a kernel, on which the notebook is run: ready as soon as the kernel says so."""

import asyncio
import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

_PATIENCE_SECONDS = 0.5  # for one asking: a kernel that is being started hears nothing before it listens


_PUT_OUT = frozenset({"execute_result", "display_data", "error"})


class PromptClient(AsyncKernelClient):
    """Ready once the kernel has answered and is heard to be idle again; then it runs cells.

    Jupyter's own client waits until nothing has been heard for 0.2 seconds, at every opening of a page.
    That a message to all has come is what shows that the line for those is open.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        latest = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < latest:
            asked = self.kernel_info()
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._heard(asked)
            except TimeoutError:
                if not await self._async_is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
            else:
                return
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _heard(self, asked: str) -> None:
        """Wait for the reply to what was asked, and for word that the kernel is idle after it."""
        while (reply := await self._next(self.shell_channel))["parent_header"].get("msg_id") != asked:
            pass
        self._handle_kernel_info_reply(reply)
        while not _is_idle_after(await self._next(self.iopub_channel), asked):
            pass

    async def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell; return what it put out, each with its ``msg_type`` and ``content``, in order.

        Raises
        ------
        RuntimeError
            The kernel died of it.
        """
        asked = self.execute(code, store_history=False, allow_stdin=False)
        found = []
        while not _is_idle_after(message := await self._next(self.iopub_channel), asked):
            if message["parent_header"].get("msg_id") == asked and message["msg_type"] in _PUT_OUT:
                found.append(message)
        return found

    async def _next(self, channel: Any) -> dict[str, Any]:
        while True:
            try:
                message: dict[str, Any] = await channel.get_msg(timeout=_PATIENCE_SECONDS)
            except Empty:
                if not await self._async_is_alive():
                    raise RuntimeError("Kernel died") from None
                continue
            return message


def _is_idle_after(message: dict[str, Any], asked: str) -> bool:
    is_about = message["parent_header"].get("msg_id") == asked
    return bool(
        is_about and message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
    )
