"""The service's door for kernels: HTTP on a Unix socket that only this user can reach."""

import asyncio
import logging
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_unix_socket
from tornado.web import Application, RequestHandler

from workbook.errors import AccessError, DefectError, SetupError, WorkbookError, name_defect, problem
from workbook.service.desks.household import Household
from workbook.service.desks.roles import INTERFACES, HearingService, RoleService
from workbook.service.formats.values import Actor, Change
from workbook.service.link.calls import LARGEST_REQUEST, Granted, Signal, decode, encode, verbs_of
from workbook.service.link.defects import Defects
from workbook.service.link.errors import refusal_of
from workbook.service.link.path import LONGEST_PATH
from workbook.service.link.tickets import Tickets

PULSE_SECONDS = 10.0
_N_THREADS = 8
_log = logging.getLogger(__name__)


class ServiceSocket:
    """Serves kernels on a thread of its own, until closed.

    Parameters
    ----------
    household : Household
        Not closed with the socket.
    folder : Path, optional
        An existing private folder with a short path; by default a new temporary one.

    Raises
    ------
    SetupError
        The folder's path is too long for a socket.
    """

    def __init__(self, household: Household, folder: Path | None = None) -> None:
        self.tickets = Tickets(household.sittings, household.seat)
        self._own_folder = None if folder else Path(tempfile.mkdtemp(prefix="wb-"))
        self.path = (folder or self._own_folder or Path()) / "s"
        if len(str(self.path).encode()) > LONGEST_PATH:
            raise SetupError(problem("errors.connection.long_path", path=self.path))
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="service-socket", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise SetupError(problem("errors.connection.not_started")) from self._failure

    def ticket_for(self, actor: Actor) -> dict[str, str]:
        """Return the environment variables by which one kernel reaches the service as this actor."""
        return {"WORKBOOK_SOCKET": str(self.path), "WORKBOOK_TICKET": self.tickets.issue(actor)}

    def close(self) -> None:
        """Stop serving; open streams end. Closing twice is harmless."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(timeout=10)
        self.path.unlink(missing_ok=True)
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001  told to whoever waits for the start
            self._failure = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        with ThreadPoolExecutor(_N_THREADS, thread_name_prefix="service-verb") as threads:
            settings: dict[str, Any] = {
                "tickets": self.tickets,
                "defects": Defects(),
                "threads": threads,
                "stopping": self._stopping,
                "log_function": lambda _handler: None,
            }
            routes = [
                (r"/exchange", _Exchange),
                (r"/verbs/([a-z_]+)", _Verb),
                (r"/watch", _Watch),
                (r"/defect", _Defect),
            ]
            server = HTTPServer(Application(routes, **settings), max_body_size=LARGEST_REQUEST)
            server.add_socket(bind_unix_socket(str(self.path), mode=0o600))
            self._ready.set()
            await self._stopping.wait()
            server.stop()
            await server.close_all_connections()


class _Door(RequestHandler):
    """What every route shares: errors as sentences, never a traceback."""

    def service(self) -> RoleService:
        """Return the interface that the request's capability is bound to, while its sitting lives."""
        scheme, _, capability = self.request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise AccessError(problem("errors.access.bad_ticket"))
        tickets: Tickets = self.settings["tickets"]
        return tickets.service_of(capability)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        self.set_status(403 if isinstance(error, AccessError) else 409)
        if not isinstance(error, WorkbookError):
            error = DefectError(problem("errors.defect"))
        self.finish(encode(refusal_of(error)))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, WorkbookError):
            _log.error("a request to the service failed: %s", name_defect(value))


class _Exchange(_Door):
    def post(self) -> None:
        try:
            ticket = decode(self.request.body, str)
        except msgspec.DecodeError:
            raise AccessError(problem("errors.access.bad_ticket")) from None
        tickets: Tickets = self.settings["tickets"]
        capability = tickets.exchange(ticket)
        # The sitting's id is what the browser's cookie holds: no kernel needs to know it.
        actor = replace(tickets.service_of(capability).actor, sitting_id="")
        self.finish(encode(Granted(capability, actor)))


class _Verb(_Door):
    async def post(self, name: str) -> None:
        service = self.service()
        verb = verbs_of(INTERFACES[service.actor.role]).get(name)
        if verb is None:
            raise AccessError(problem("errors.access.not_yours"))
        arguments = verb.read_arguments(self.request.body)
        loop = asyncio.get_running_loop()
        self.finish(
            await loop.run_in_executor(
                self.settings["threads"], lambda: encode(getattr(service, name)(**arguments))
            )
        )


class _Defect(_Door):
    """What failed in a kernel, for the log: its own output goes nowhere."""

    def post(self) -> None:
        actor = self.service().actor
        try:
            text = decode(self.request.body, str)
        except msgspec.DecodeError:
            raise AccessError(problem("errors.events.not_a_form")) from None
        defects: Defects = self.settings["defects"]
        defects.take(actor, text)
        self.finish(encode(None))


class _Watch(_Door):
    """One line of JSON for every change, and a pulse, so that a dead end is noticed."""

    async def post(self) -> None:
        service = self.service()
        if not isinstance(service, HearingService):
            raise AccessError(problem("errors.access.not_yours"))
        loop = asyncio.get_running_loop()
        changes: asyncio.Queue[Change] = asyncio.Queue()
        stop = service.watch(lambda change: _from_thread(loop, changes, change))
        self.set_header("Content-Type", "application/x-ndjson")
        try:
            await self._send(Signal(watching=True))
            while not self.settings["stopping"].is_set():
                self.service()  # refuses once the sitting has ended
                await self._send(await _next(changes))
        except (StreamClosedError, AccessError):
            pass  # nobody listens any more, or they may not
        finally:
            stop()

    async def _send(self, signal: Signal) -> None:
        self.write(msgspec.json.encode(signal) + b"\n")
        await self.flush()


async def _next(changes: "asyncio.Queue[Change]") -> Signal:
    try:
        return Signal(change=await asyncio.wait_for(changes.get(), PULSE_SECONDS))
    except TimeoutError:
        return Signal()


def _from_thread(loop: asyncio.AbstractEventLoop, changes: "asyncio.Queue[Change]", change: Change) -> None:
    try:
        loop.call_soon_threadsafe(changes.put_nowait, change)
    except RuntimeError:  # the loop is closing, and so is the stream
        _log.debug("a change came after the socket closed")
