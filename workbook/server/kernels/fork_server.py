"""The fork server: forks kernels in a moment from one process with everything imported.

It runs as ``python -m workbook.server.kernels.fork_server <descriptor>`` with an allowlisted environment
of its own, so that not even ``/proc/<pid>/environ`` of a kernel shows the server's. It is
told over a socket, one JSON line per request, and exits when the server closes that socket.

A kernel may be forked to *wait*: it comes up as nobody's, and listens to nobody until it is told for whom.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any

# Imported once, before the first fork, so that kernels share their memory.
WARM = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "IPython.core.completerlib",
    "ipywidgets",
    "anywidget",
    "pandas",
    "pyarrow.pandas_compat",
    "httpcore",
    "h11",
    "plotly.graph_objects",
    "workbook.server.kernels.lean",
    "workbook.service.link.remote",
    "workbook.ui.app",
)


def warm_up() -> None:
    """Import what kernels need; what is missing is left to the kernel, which will say so."""
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    rehearse()
    gc.collect()
    gc.freeze()  # otherwise the collector would write to every shared memory page and so copy it


def rehearse() -> None:
    """Do once what loads more on first use: checking a frame, reading the content."""
    from workbook.content import messages
    from workbook.content.formats import decimal, listed
    from workbook.frames import FRAMES, PREPARED, empty
    from workbook.instruments import catalogue

    for schema in (*FRAMES.values(), *PREPARED.values()):
        empty(schema)
    catalogue()
    for area in ("errors", "ui"):
        messages(area)
    decimal(1.0)
    listed(["", "", ""])


def run_kernel(order: dict[str, Any], told: int | None) -> None:
    """Be a kernel: own session, own environment, no output of the server's, then serve.

    ``told`` is a pipe on which one that waits hears its environment; where that is closed, it ends.
    """
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silent, descriptor)
    import numpy as np  # imported by `warm_up`; its legacy state is shared by forks

    np.random.seed()  # noqa: NPY002  whoever still draws from it must not draw the parent's numbers
    from workbook.server.kernels.lean import start_lean

    kernel = start_lean(order["connection_file"])
    import ipywidgets  # as above: imported before there was a kernel to register with

    ipywidgets.register_comm_target()
    if told is not None and not _take_environment(told):
        return
    kernel.start()


def _take_environment(told: int) -> bool:
    """Wait to be told for whom this kernel is; tell whether that came."""
    with os.fdopen(told) as stream:
        line = stream.readline()
    if line:
        os.environ.clear()
        os.environ.update(json.loads(line))
    return bool(line)


class Waiting:
    """The kernels that wait, by process id, each with the pipe on which it hears for whom it is."""

    def __init__(self) -> None:
        self._pipes: dict[int, int] = {}

    def add(self, pid: int, pipe: int) -> None:
        """Remember one that has just been forked."""
        self._pipes[pid] = pipe

    def bind(self, pid: int, environment: dict[str, str]) -> bool:
        """Give one that waits its environment; tell whether it was there to hear it."""
        pipe = self._pipes.pop(pid, None)
        if pipe is None:
            return False
        try:
            os.write(pipe, json.dumps(environment).encode() + b"\n")
        except OSError:
            return False
        finally:
            os.close(pipe)
        return True

    def hang_up(self) -> None:
        """Close every pipe: in a fork, whose own they are not."""
        for pipe in self._pipes.values():
            os.close(pipe)


def fork_kernel(order: dict[str, Any], line: socket.socket, waiting: Waiting) -> int:
    """Fork one kernel and give its process id; where the order says so, it waits."""
    told, tell = os.pipe() if order.get("waits") else (None, None)
    pid = os.fork()
    if pid:
        if told is not None and tell is not None:
            os.close(told)
            waiting.add(pid, tell)
        return pid
    code = 1
    try:
        os.close(line.detach())
        waiting.hang_up()
        if tell is not None:
            os.close(tell)
        run_kernel(order, told)
        code = 0
    finally:
        os._exit(code)


def serve(line: socket.socket) -> None:
    """Answer orders until the server hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels need no waiting for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a kernel that waited and has ended hears nothing
    warm_up()
    # A server that ends during warm-up breaks the socket instead of closing it: treated alike.
    with contextlib.suppress(ConnectionError), line.makefile("rwb") as stream:
        stream.write(b'{"ready": true}\n')
        stream.flush()
        waiting = Waiting()
        for text in stream:
            order = json.loads(text)
            if "bind" in order:
                answer: dict[str, Any] = {"bound": waiting.bind(order["bind"], order["env"])}
            else:
                answer = {"pid": fork_kernel(order, line, waiting)}
            stream.write(json.dumps(answer).encode() + b"\n")
            stream.flush()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
