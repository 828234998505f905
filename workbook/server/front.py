"""The first page, while all else is loaded: a small process at the door, gone once the server is ready.

Loading Jupyter's server, pandas and the store takes seconds. Meanwhile this process answers on the same
socket: with the first page, which is the same for every stranger, and the files it needs. Whatever else is
asked waits here until the server is ready, and is then sent to ask it again, a form with all that was typed.
Nobody is signed in yet: sittings live in the server's memory, so none outlives a start.

It is forked before anything is loaded, knows no key and opens no store.
"""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from typing import NoReturn
from urllib.parse import quote

from tornado.web import Application, HTTPError, RequestHandler

from workbook.content.language import speak
from workbook.server.assets.rendering import render
from workbook.server.connections import patient_server
from workbook.server.forking import can_fork
from workbook.server.pages.landing import common_values, landing_values
from workbook.server.settings import ServerSettings
from workbook.server.web.cookies import LEFT_COOKIE, cross_site_settings
from workbook.server.web.headers import Secured
from workbook.server.web.language import language_of
from workbook.server.web.static_handler import StaticHandler

_READY = b"r"
_LOOK_SECONDS = 0.02
_AS_IT_IS = "/%:@!$&'()*+,;="  # in a path
_LAST_WORDS_SECONDS = 2.0  # for what was asked to be answered, once the server is ready


class Front:
    """The server's end of it. One that was never opened is closed."""

    def __init__(self, pid: int = 0, line: int = -1) -> None:
        self._pid, self._line = pid, line

    @property
    def is_open(self) -> bool:
        """Whether it answers at the door now."""
        return self._line >= 0

    def hand_over(self) -> None:
        """Leave the door to the server, which answers from now on; what waits is sent on to it."""
        if self.is_open:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._line, _READY)
            # Waited for, so that nothing is left of it, but by nobody who has anything else to do.
            threading.Thread(target=self.close, daemon=True).start()

    def close(self) -> None:
        """Hang up, upon which it ends."""
        line, self._line = self._line, -1
        if line >= 0:
            os.close(line)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._pid, 0)


def open_front(settings: ServerSettings, listener: socket.socket) -> Front:
    """Fork the process that answers until `Front.hand_over`; none where that is not safe.

    Not on macOS and Windows, whose own libraries may break in a fork; nor over TLS, whose certificate is
    in the data folder and is the server's to open.
    """
    if not can_fork() or settings.share or threading.active_count() > 1:
        return Front()
    theirs, ours = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        _stand_at_the_door(settings, listener, theirs)
    os.close(theirs)
    return Front(pid, ours)


def _stand_at_the_door(settings: ServerSettings, listener: socket.socket, line: int) -> NoReturn:
    """Be that process. It ends here: what the server does at its end is the server's alone."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle
        asyncio.run(_answer(settings, listener, line))
        code = 0
    finally:
        os._exit(code)


async def _answer(settings: ServerSettings, listener: socket.socket, line: int) -> None:
    ready = asyncio.Event()
    # Each connection serves one request: the next is the server's.
    server = patient_server(_application(settings, ready), keep_alive=False)
    server.add_socket(listener)
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(line, told.set)
    await told.wait()
    loop.remove_reader(line)
    server.stop()
    if os.read(line, 1) == _READY:  # else the server is gone, and nothing is left to wait for
        ready.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                while server.n_open:
                    await asyncio.sleep(_LOOK_SECONDS)


def _application(settings: ServerSettings, ready: asyncio.Event) -> Application:
    told = {"workbook": settings, "ready": ready, "log_function": lambda _handler: None}
    routes = [(r"/", FirstPage), (r"/static/(.+)", StaticHandler), (r".*", Later)]
    given = cross_site_settings(settings) | {"xsrf_cookies": False}  # the server checks what is sent on to it
    return Application(routes, None, None, **told, **given)


class Later(Secured, RequestHandler):
    """Whatever only the server can answer: it is asked again there as soon as it is ready."""

    async def prepare(self) -> None:
        if not self.check_host():
            raise HTTPError(403)
        speak(language_of(self))
        if not self.is_answered_now:
            await self.settings["ready"].wait()
            # Of what was asked only the path: a browser must be sent nowhere else, and takes `\` for `/`.
            path = quote(self.request.path.lstrip("/"), safe=_AS_IT_IS)
            query = f"?{self.request.query}" if self.request.query else ""
            self.redirect(f"/{path}{query}", status=307)

    @property
    def is_answered_now(self) -> bool:
        """Whether the answer is the same as the server's would be."""
        return False


class FirstPage(Later):
    """The first page, as every stranger sees it."""

    @property
    def is_answered_now(self) -> bool:
        is_plain = self.request.method == "GET" and not self.request.query
        return is_plain and not self.get_cookie(LEFT_COOKIE)

    async def get(self) -> None:
        """Show what `workbook.server.pages.sign_in_pages.Landing` shows."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        values = landing_values(self.settings["workbook"]) | common_values(self)
        self.finish_packed(render("landing.html", on_host=False, **values))
