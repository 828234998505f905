"""Tabs as a browser opens them, without the browser: page, websocket, heartbeat; and each way they close."""

import contextlib
import json
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import psutil
import websocket
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1

from tests.proofs._visitors import PROTOCOL, Visitor
from tests.server.conftest import is_waiting, is_warm
from workbook.server.testing import RunningServer

_HEADER = {"msg_type": "comm_info_request", "session": "s", "username": "", "version": "5.3"}


class Tab:
    """One page of a signed-in person, with its websocket open and its widgets asked for."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self.kernel = visitor.open_workbook()
        self.line: websocket.WebSocket | None = None

    def connect(self) -> "Tab":
        request = self._visitor.line_request(self.kernel)
        sent = [
            f"{name}: {value}" for name, value in request.headers.items() if name not in ("Host", "Origin")
        ]
        origin = request.headers["Origin"]
        self.line = websocket.create_connection(
            request.url,
            header=sent,
            origin=origin,
            host=request.headers["Host"],
            subprotocols=[PROTOCOL],
            timeout=30,
            http_no_proxy=["*"],
        )
        parts = [json.dumps(part).encode() for part in (_HEADER | {"msg_id": self.kernel}, {}, {}, {})]
        self.line.send_binary(bytes(serialize_msg_to_ws_v1(parts, "shell")))
        while b"comm_info_reply" not in self.line.recv():
            pass
        self._visitor.ask("/api/alive", {"kernel": self.kernel, "active": True})
        return self

    def say_goodbye(self) -> None:
        """Close the websocket and send the beacon, as the page does when it is left."""
        self.close_line()
        self._visitor.ask("/api/close", {"kernel": self.kernel})

    def close_line(self) -> None:
        """Close the websocket properly, and lose the beacon."""
        if self.line is not None:
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self.line.close(timeout=1)

    def cut_line(self) -> None:
        """The browser is killed: its system hangs up for it."""
        if self.line is not None:
            self.line.sock.close()

    def reset_line(self) -> None:
        """The connection is reset on its way."""
        if self.line is not None:
            self.line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.line.sock.close()

    def fall_silent(self) -> None:
        """The device is switched off: the connection stays, and nobody is at the other end."""


def leave_half_way(visitor: Visitor) -> None:
    """Ask for the page and go before it has come."""
    host = visitor.server.url.split("/")[2]
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=30) as line:
        line.sendall(
            f"GET /workbook HTTP/1.1\r\nHost: {host}\r\nCookie: {visitor.cookies()}\r\n\r\n".encode()
        )
        line.recv(1)


GONE: tuple[Callable[[Tab], None], ...] = (Tab.say_goodbye, Tab.close_line, Tab.cut_line, Tab.reset_line)


def processes(server: RunningServer) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Return the server, its fork server with the one kernel that waits and is nobody's, and the kernels."""
    own = psutil.Process(server.pid)
    children = own.children(recursive=True)
    warm = sorted((child for child in children if is_warm(child)), key=lambda child: child.create_time())
    waiting = [child for child in warm[1:] if is_waiting(child)][:1]  # a second one is one too many
    return [own, *warm[:1], *waiting], [child for child in warm[1:] if child not in waiting]


def zombies(server: RunningServer) -> int:
    """Return the server's zombies: processes that ended and were never waited for."""
    return sum(
        child.status() == psutil.STATUS_ZOMBIE
        for child in psutil.Process(server.pid).children(recursive=True)
    )


def megabytes(running: list[psutil.Process]) -> float:
    return sum(process.memory_full_info().uss for process in running) / 2**20


def descriptors(running: list[psutil.Process]) -> int:
    return sum(len(list(Path(f"/proc/{process.pid}/fd").iterdir())) for process in running)
