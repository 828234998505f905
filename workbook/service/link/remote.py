"""A role's interface as a kernel has it: each verb one request over the local socket."""

import os
import threading
from abc import ABCMeta
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

import httpx
import msgspec

from workbook.errors import DefectError, SetupError, StorageError, problem
from workbook.service.desks.roles import INTERFACES, HearingService, RoleService
from workbook.service.formats.values import CHANGES, Actor, Change
from workbook.service.link.calls import Granted, Signal, Verb, decode, encode, verbs_of
from workbook.service.link.errors import Refusal, error_of

Wanted = TypeVar("Wanted", bound=RoleService)
_SECONDS = 30.0
_SILENCE_SECONDS = 25.0  # the stream has a pulse every ten seconds
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)


def connect(interface: type[Wanted]) -> tuple[Wanted, Callable[[str], None]]:
    """Reach the service with the ticket this kernel was started with.

    Returns the interface, which has to be of the role whose page this is, and what has the server write
    down a defect of this kernel's.

    The ticket works once and is taken out of the environment; the capability it buys is kept
    in memory only.

    Raises
    ------
    SetupError
        This kernel was not started by the workbook's server, or for a page of another role.
    AccessError
        The ticket was used, or the sitting has ended.
    """
    path, ticket = os.environ.get("WORKBOOK_SOCKET"), os.environ.pop("WORKBOOK_TICKET", None)
    if not path or not ticket:
        raise SetupError(problem("errors.connection.not_started"))
    service: Any = reach(path, ticket)
    if not isinstance(service, interface):
        raise SetupError(problem("errors.connection.not_started"))
    tell_defect = cast("RemoteService", service).tell_defect
    return service, tell_defect


def reach(path: str, ticket: str) -> RoleService:
    """Exchange a ticket for the interface of its person's role.

    The actor has no ``sitting_id``: the capability stands for it.
    """
    with _client(path) as client:
        granted = decode(_post(client, "/exchange", encode(ticket)), Granted)
    return cast("RoleService", _class_for(INTERFACES[granted.actor.role])(path, granted))


class RemoteService:
    """What every interface has in a kernel: the connection, the event stream, and `close`."""

    def __init__(self, path: str, granted: Granted) -> None:
        self._path, self._capability, self._actor = path, granted.capability, granted.actor
        self._client = _client(path, granted.capability)
        self._streams: list[_Stream] = []

    @property
    def actor(self) -> Actor:
        return self._actor

    def follow(self, notify: Callable[[Change], None]) -> Callable[[], None]:
        """Follow the event stream of a role that has one; see `HearingService.watch`."""
        stream = _Stream(self._path, self._capability, self._actor.couple_id, notify)
        self._streams.append(stream)
        stream.start()
        return stream.stop

    def tell_defect(self, text: str) -> None:
        """Have the server write down what failed here; see `workbook.service.link.defects`."""
        _post(self._client, "/defect", encode(text))

    def close(self) -> None:
        """End the event streams and the connections."""
        for stream in self._streams:
            stream.stop()
        self._client.close()

    def _ask(self, verb: Verb, *given: Any, **named: Any) -> Any:
        raw = _post(self._client, f"/verbs/{verb.name}", verb.write_arguments(*given, **named))
        return verb.read_result(raw)


@cache
def _class_for(interface: type[RoleService]) -> type[Any]:
    """Return the interface with every verb a request: whatever it declares is there, and nothing else."""
    body: dict[str, Any] = {name: _request(verb) for name, verb in verbs_of(interface).items()}
    body["actor"] = RemoteService.actor
    if issubclass(interface, HearingService):
        body["watch"] = RemoteService.follow
    body["__module__"] = __name__
    return cast("type[Any]", ABCMeta(f"Remote{interface.__name__}", (RemoteService, interface), body))


def _request(verb: Verb) -> Callable[..., Any]:
    def request(self: RemoteService, *given: Any, **named: Any) -> Any:
        return self._ask(verb, *given, **named)

    request.__name__, request.__qualname__ = verb.name, f"Remote.{verb.name}"
    return request


class _Stream:
    """The event stream on a thread: it comes back after every break, and then says 'all may have changed'."""

    def __init__(self, path: str, capability: str, couple_id: str, notify: Callable[[Change], None]) -> None:
        self._path, self._capability, self._couple_id = path, capability, couple_id
        self._notify = notify
        self._stopped = threading.Event()
        self._watching = threading.Event()

    def start(self) -> None:
        """Begin, and wait until the service watches, so that nothing after this call is missed."""
        threading.Thread(target=self._run, name="workbook-watch", daemon=True).start()
        self._watching.wait(timeout=5)

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        n_failed = 0
        while not self._stopped.is_set():
            try:
                if not self._listen():
                    return
                n_failed = 0
            except (httpx.HTTPError, msgspec.DecodeError):
                n_failed += 1
            self._stopped.wait(_RETRY_SECONDS[min(n_failed, len(_RETRY_SECONDS) - 1)])

    def _listen(self) -> bool:
        """Follow one stream to its end; give whether to come back."""
        timeout = httpx.Timeout(_SECONDS, read=_SILENCE_SECONDS)
        with (
            _client(self._path, self._capability) as client,
            client.stream("POST", "/watch", timeout=timeout) as stream,
        ):
            if stream.status_code != httpx.codes.OK:
                return stream.status_code != httpx.codes.FORBIDDEN  # signed out: nothing to come back for
            for line in stream.iter_lines():
                if self._stopped.is_set():
                    return False
                self._take(msgspec.json.decode(line, type=Signal))
        return True

    def _take(self, signal: Signal) -> None:
        if signal.watching:
            came_back = self._watching.is_set()
            self._watching.set()
            if came_back:
                for what in CHANGES:
                    self._notify(Change(what, self._couple_id))
        elif signal.change is not None:
            self._notify(signal.change)


def _client(path: str, capability: str = "") -> httpx.Client:
    headers = {"Authorization": f"Bearer {capability}"} if capability else {}
    # A local socket has no TLS; without this every kernel would load all the world's certificates.
    transport = httpx.HTTPTransport(uds=path, retries=1, verify=False)
    return httpx.Client(transport=transport, base_url="http://workbook", headers=headers, timeout=_SECONDS)


def _post(client: httpx.Client, address: str, content: bytes) -> bytes:
    """Send a request and return what came back, or raise the error that did."""
    try:
        response = client.post(address, content=content)
    except (httpx.HTTPError, RuntimeError):  # RuntimeError: the client was closed
        raise StorageError(problem("errors.connection.lost")) from None
    if response.status_code == httpx.codes.OK:
        return response.content
    try:
        refusal = decode(response.content, Refusal)
    except msgspec.DecodeError:  # not what our own server answers: the disk is not to blame
        raise DefectError(problem("errors.defect")) from None
    raise error_of(refusal)
