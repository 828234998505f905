"""Connections that never ask anything: they have little time, and there may be few of them.

A browser asks within moments of connecting. Whoever opens hundreds of connections and sends half a request
on each would hold the server's descriptors. Behind a proxy all come from one address, so none counts by it.
"""

import asyncio
import ssl
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPMessageDelegate
from tornado.iostream import IOStream
from tornado.web import Application

ASK_SECONDS = 20.0  # from connecting to the end of the first request's head; a browser may connect in advance
BODY_SECONDS = 60.0  # from a head to the end of its body, half a megabyte at most
MOST_HALF_OPEN = 200
LARGEST_REQUEST = 512 * 1024


class PatientServer(HTTPServer):
    """Tornado's server, patient with those who ask and not with those who don't."""

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        super().initialize(*args, **kwargs)
        self._half_open: dict[IOStream, asyncio.TimerHandle] = {}

    def handle_stream(self, stream: IOStream, address: tuple[str, int]) -> None:
        """Wait for what a new connection asks; where too many wait, the one that has waited longest goes."""
        while len(self._half_open) >= MOST_HALF_OPEN:
            oldest = next(iter(self._half_open))
            self.note_asked(oldest)
            oldest.close()
        self._half_open[stream] = asyncio.get_running_loop().call_later(ASK_SECONDS, stream.close)
        super().handle_stream(stream, address)

    @property
    def n_open(self) -> int:
        """How many connections there are, answered or not."""
        return len(self._connections)

    def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
        """Note when the first request of a connection has come, and else let Tornado do it."""
        return _Heard(super().start_request(server_conn, request_conn), self, request_conn.stream)

    def on_close(self, server_conn: object) -> None:
        """Forget a connection that is closed."""
        stream = getattr(server_conn, "stream", None)
        if stream is not None:
            self.note_asked(stream)
        super().on_close(server_conn)

    def note_asked(self, stream: IOStream) -> None:
        """Note that a connection waits no longer: it asked, or it is closed."""
        timer = self._half_open.pop(stream, None)
        if timer is not None:
            timer.cancel()


class _Heard(HTTPMessageDelegate):
    """Passes a request on; its head, once whole, is the sign that somebody asks."""

    def __init__(self, inner: HTTPMessageDelegate, server: PatientServer, stream: IOStream) -> None:
        self._inner, self._server, self._stream = inner, server, stream

    def headers_received(self, *args: Any) -> Any:
        self._server.note_asked(self._stream)
        return self._inner.headers_received(*args)

    def data_received(self, chunk: bytes) -> Any:
        return self._inner.data_received(chunk)

    def finish(self) -> None:
        self._inner.finish()

    def on_connection_close(self) -> None:
        self._inner.on_connection_close()


def patient_server(
    application: Application, tls: ssl.SSLContext | None = None, *, keep_alive: bool = True
) -> PatientServer:
    """Return a server that listens nowhere yet, with the limits that hold for every request."""
    return PatientServer(
        application,
        ssl_options=tls,
        no_keep_alive=not keep_alive,
        xheaders=False,  # Tornado would believe an `X-Real-Ip` of a browser; see `PageHandler.address`
        max_body_size=LARGEST_REQUEST,
        max_header_size=16 * 1024,
        idle_connection_timeout=120,
        body_timeout=BODY_SECONDS,
    )
