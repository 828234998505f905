"""The server's line to a kernel: ready by what the kernel says, and not by how long nothing was heard."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from queue import Empty
from typing import Any

import pytest

from workbook.server.kernels.client import PromptClient
from workbook.server.kernels.manager import WorkbookKernel


class _Channel:
    """Gives what it was handed, then nothing any more."""

    def __init__(self, messages: Iterable[dict[str, Any]] = ()) -> None:
        self.messages = list(messages)

    async def get_msg(self, timeout: float) -> dict[str, Any]:
        if self.messages:
            return self.messages.pop(0)
        await asyncio.sleep(timeout)
        raise Empty


def _message(kind: str, about: str, **content: Any) -> dict[str, Any]:
    return {"msg_type": kind, "parent_header": {"msg_id": about}, "content": content}


def _reply(about: str) -> dict[str, Any]:
    return _message("kernel_info_reply", about, protocol_version="5.3")


class _Client(PromptClient):
    """Asks under numbers; what comes is scripted."""

    is_there = True

    def script(self, shell: list[dict[str, Any]], iopub: list[dict[str, Any]]) -> "_Client":
        self.asked: list[str] = []
        self._shell_channel, self._iopub_channel = _Channel(shell), _Channel(iopub)
        return self

    def kernel_info(self) -> str:  # type: ignore[override]
        self.asked.append(f"ask {len(self.asked) + 1}")
        if len(self.asked) > 1:  # by then the line to all is open
            self._iopub_channel.messages.append(_idle(self.asked[-1]))
        return self.asked[-1]

    async def _async_is_alive(self) -> bool:
        return self.is_there


def _idle(about: str) -> dict[str, Any]:
    return _message("status", about, execution_state="idle")


def test_a_kernels_own_line_is_the_prompt_one() -> None:
    """jupyter_client binds the name of the method at import: overriding the one behind it changes nothing."""
    made = WorkbookKernel(transport="tcp").client()
    assert type(made) is PromptClient
    assert type(made).wait_for_ready.__module__ == PromptClient.__module__


def test_it_is_ready_with_the_reply_and_word_of_idleness_and_needs_no_silence() -> None:
    busy = _message("status", "ask 1", execution_state="busy")
    still_coming = [_message("status", "another", execution_state="idle")]
    client = _Client().script([_reply("earlier"), _reply("ask 1")], [busy, _idle("ask 1"), *still_coming])
    asyncio.run(client.wait_for_ready(timeout=20))
    assert client.asked == ["ask 1"]
    assert client._iopub_channel.messages == still_coming, "it did not wait until nothing came any more"


def test_it_asks_again_where_the_first_word_to_all_was_missed() -> None:
    client = _Client().script([_reply("ask 1"), _reply("ask 2")], [])
    asyncio.run(client.wait_for_ready(timeout=20))
    assert client.asked == ["ask 1", "ask 2"]


def test_a_kernel_that_died_is_waited_for_no_longer() -> None:
    client = _Client().script([], [])
    client.is_there = False
    with pytest.raises(RuntimeError, match="died"):
        asyncio.run(client.wait_for_ready(timeout=20))


class _Runner(_Client):
    """Runs what it is given as number 1."""

    def execute(self, code: str, **_how: Any) -> str:  # type: ignore[override]
        return f"run {code}"


def test_a_cell_gives_what_it_put_out_in_order_and_nothing_of_another() -> None:
    put_out = [_message("display_data", "run a"), _message("execute_result", "run a")]
    others = [
        _message("error", "run b"),
        _idle("run b"),
        _message("stream", "run a"),
        _message("comm_open", "run a"),
    ]
    client = _Runner().script([], [*others, *put_out, _idle("run a"), _message("error", "run a")])
    assert asyncio.run(client.run("a")) == put_out


def test_a_cell_of_which_the_kernel_dies_is_waited_for_no_longer() -> None:
    client = _Runner().script([], [_message("display_data", "run a")])
    client.is_there = False
    with pytest.raises(RuntimeError, match="died"):
        asyncio.run(client.run("a"))


def test_what_kernels_are_forked_from_loads_no_debugger_and_says_nothing() -> None:
    """A debugger greets on the terminal of whoever started the server, and costs each page 9 MB."""
    code = (
        "import sys; from workbook.server.kernels.fork_server import warm_up; warm_up(); "
        "print([name for name, one in sys.modules.items() if one and name.startswith(('debugpy', 'pydevd'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
