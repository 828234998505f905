"""The fork server: forks kernels in a moment from one process with everything imported.

It runs as ``python -m workbook.server.kernels.fork_server <descriptor>`` with an allowlisted environment
of its own, so that not even ``/proc/<pid>/environ`` of a kernel shows the server's. It is
told over a socket, one JSON line per request, and exits when the server closes that socket.
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
    "workbook.server.kernels.lean",  # first: what it leaves out is loaded by none of the others
    "IPython.core.completerlib",
    "ipywidgets",
    "anywidget",
    "pandas",
    "pyarrow.pandas_compat",
    "httpcore",
    "h11",
    "plotly.graph_objects",
    "workbook.service.link.remote",
    "workbook.ui.app",
    "workbook.ui.cockpit",
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
    """Do once what loads more on first use: checking a frame, reading the content, drawing."""
    from workbook.content import messages
    from workbook.frames import FRAMES, PREPARED, empty
    from workbook.instruments import catalogue
    from workbook.plots.canvas import WIDTHS, Canvas

    for schema in (*FRAMES.values(), *PREPARED.values()):
        empty(schema)
    catalogue()
    for area in ("errors", "ui", "cockpit", "results"):
        messages(area)
    sheet = Canvas(WIDTHS[0])
    sheet.write(0, 0, "a")
    sheet.mark(9, 9, "a", 9)
    sheet.figure(18).to_plotly_json()


def run_kernel(order: dict[str, Any]) -> None:
    """Be a kernel: own session, own environment, no output of the server's, then serve."""
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
    kernel.start()


def fork_kernel(order: dict[str, Any], line: socket.socket) -> int:
    """Fork one kernel and give its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.close(line.detach())
        run_kernel(order)
        code = 0
    finally:
        os._exit(code)


def serve(line: socket.socket) -> None:
    """Answer orders until the server hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels need no waiting for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle
    warm_up()
    # A server that ends during warm-up breaks the socket instead of closing it: treated alike.
    with contextlib.suppress(ConnectionError), line.makefile("rwb") as stream:
        stream.write(b'{"ready": true}\n')
        stream.flush()
        for order in stream:
            stream.write(json.dumps({"pid": fork_kernel(json.loads(order), line)}).encode() + b"\n")
            stream.flush()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
