"""The fork server: forks kernels in a moment from one process with everything imported.

It runs as ``python -m workbook.server.kernels.fork_server <descriptor>`` with an allowlisted environment
of its own, so that not even ``/proc/<pid>/environ`` of a kernel shows the server's. It is
told over a socket, one JSON line per request, and exits when the server closes that socket.

Every kernel is forked as nobody's. With the order comes the reading end of a pipe, on which the server
tells that kernel alone whose it is; this process never learns it, so no later fork can hold it. A kernel
that hears nothing until the pipe is closed ends.
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

LARGEST_PIECE = 4096
STANDARD_INPUT = 0
# Imported once, before the first fork, so that kernels share their memory.
WARM = (
    "workbook.server.kernels.lean",  # first: what it leaves out is loaded by none of the others
    "IPython.core.completerlib",
    "ipywidgets",
    "anywidget",
    "pandas",
    "pyarrow.pandas_compat",
    "httpcore",
    "h11",
    "plotly.graph_objects",
    # What ipykernel loads only as it starts.
    "ipykernel.debugger",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "faulthandler",
    "tornado.locks",
    "tornado.platform.asyncio",
    "tornado.queues",
    "workbook.service.link.defects",
    "workbook.service.link.remote",
    "workbook.ui.app",
    "workbook.ui.cockpit",
)


def warm_up() -> None:
    """Import what kernels need; what is missing is left to the kernel, which will say so."""
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from workbook.server.kernels.rehearsal import rehearse

    rehearse()
    gc.collect()
    gc.freeze()  # otherwise the collector would write to every shared memory page and so copy it


def run_kernel(order: dict[str, Any]) -> None:
    """Be a kernel: own session, no output of the server's; wait to be told whose, then serve."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(order["cwd"])
    _be_silent(1, 2)
    import numpy as np  # imported by `warm_up`; its legacy state is shared by forks

    np.random.seed()  # noqa: NPY002  whoever still draws from it must not draw the parent's numbers
    from workbook.server.kernels.lean import start_lean

    kernel = start_lean(order["connection_file"])
    import ipywidgets  # as above: imported before there was a kernel to register with

    ipywidgets.register_comm_target()
    if take_environment():
        kernel.start()


def take_environment() -> bool:
    """Wait for the whole environment, on the standard input; tell whether there was one."""
    with os.fdopen(STANDARD_INPUT, closefd=False) as stream:
        text = stream.read()
    _be_silent(STANDARD_INPUT)
    if text:
        os.environ.clear()
        os.environ.update(json.loads(text))
    return bool(text)


def _be_silent(*descriptors: int) -> None:
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(silent, descriptor)
    os.close(silent)


def fork_kernel(order: dict[str, Any], told: int, line: socket.socket) -> int:
    """Fork one kernel and give its process id. It is born with the pipe as its standard input."""
    os.dup2(told, STANDARD_INPUT)
    os.close(told)
    pid = os.fork()
    if pid:
        _be_silent(STANDARD_INPUT)
        return pid
    code = 1
    try:
        os.close(line.detach())
        run_kernel(order)
        code = 0
    finally:
        os._exit(code)


def hear(line: socket.socket) -> tuple[dict[str, Any], int] | None:
    """Return the next order with the end of a pipe that came with it; None once the server hangs up."""
    text, descriptors, _, _ = socket.recv_fds(line, LARGEST_PIECE, 1)
    while text and not text.endswith(b"\n"):
        more = line.recv(LARGEST_PIECE)
        text = text + more if more else b""
    return (json.loads(text), descriptors[0]) if text else None


def serve(line: socket.socket) -> None:
    """Answer orders until the server hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels need no waiting for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle
    warm_up()
    # A server that ends during warm-up breaks the socket instead of closing it: treated alike.
    with contextlib.suppress(ConnectionError):
        line.sendall(b'{"ready": true}\n')
        while heard := hear(line):
            line.sendall(json.dumps({"pid": fork_kernel(*heard, line)}).encode() + b"\n")


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
