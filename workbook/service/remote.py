"""The service as a kernel sees it: the same verbs, over the local socket."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import httpx
import pandas as pd

from workbook.content import say
from workbook.errors import AccessError, DefectError, SetupError, StorageError
from workbook.service.refusals import error_from_json
from workbook.service.study import Study, study_from_json
from workbook.service.verbs import Actor, Answer, Case, Couple, Event, Given, ResearchChoice, Service, Table
from workbook.service.wire import (
    LARGEST_REQUEST,
    actor_from_json,
    case_from_json,
    choice_from_json,
    couple_from_json,
    dump,
    event_from_json,
    frame_from_json,
    given_from_json,
    load,
    table_from_json,
)
from workbook.sharing import Grain

_SECONDS = 30.0
_SILENCE_SECONDS = 25.0  # the stream has a pulse every ten seconds
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)


def connect() -> tuple["RemoteService", Actor]:
    """Reach the service with the ticket this kernel was started with.

    The ticket works once and is taken out of the environment; the capability it buys is kept
    in memory only. The actor has no ``sitting_id``: the capability stands for it.

    Raises
    ------
    SetupError
        This kernel was not started by the workbook's server.
    AccessError
        The ticket was used, or the sitting has ended.
    """
    path, ticket = os.environ.get("WORKBOOK_SOCKET"), os.environ.pop("WORKBOOK_TICKET", None)
    if not path or not ticket:
        raise SetupError(say("errors.connection.not_started"))
    return RemoteService.open(path, ticket)


class RemoteService(Service):
    """All verbs, each one request. Errors come back as the classes the service raised.

    Parameters
    ----------
    path : str
        Of the Unix socket.
    capability : str
        What the ticket was exchanged for. The actor a caller gives is ignored.
    """

    def __init__(self, path: str, capability: str) -> None:
        self._client = _client(path, capability)
        self._path = path
        self._capability = capability
        self._streams: list[_Stream] = []

    @classmethod
    def open(cls, path: str, ticket: str) -> tuple["RemoteService", Actor]:
        """Exchange a ticket; give the service and whom it acts for."""
        with _client(path) as client:
            given = _ask(client, "/exchange", {"ticket": ticket})
        return cls(path, given["capability"]), actor_from_json(given["actor"])

    # -- one's own drawer -------------------------------------------------------------
    def save_answers(self, actor: Actor, answers: Sequence[Answer]) -> list[str]:
        saved: list[str] = self._do("save_answers", answers=[asdict(answer) for answer in answers])
        return saved

    def read_responses(self, actor: Actor, instrument: str | None = None) -> pd.DataFrame:
        return frame_from_json(self._do("read_responses", instrument=instrument), "responses")

    def add_event(
        self, actor: Actor, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        return event_from_json(self._do("add_event", kind=kind, payload=payload, operation_id=operation_id))

    def read_events(self, actor: Actor, kinds: Sequence[str] | None = None) -> list[Event]:
        found = self._do("read_events", kinds=None if kinds is None else list(kinds))
        return [event_from_json(event) for event in found]

    # -- the couple's table -----------------------------------------------------------
    def couple(self, actor: Actor) -> Couple:
        return couple_from_json(self._do("couple"))

    def decide(
        self,
        actor: Actor,
        instrument: str,
        occasion: str,
        grain: Grain,
        *,
        person_id: str | None = None,
        passphrase: str | None = None,
    ) -> None:
        about = {"instrument": instrument, "occasion": occasion, "grain": str(grain)}
        self._do("decide", **about, person_id=person_id, passphrase=passphrase)

    def my_decision(self, actor: Actor, instrument: str, occasion: str) -> Grain | None:
        grain = self._do("my_decision", instrument=instrument, occasion=occasion)
        return None if grain is None else Grain(grain)

    def withdraw(self, actor: Actor, instrument: str, occasion: str) -> None:
        self._do("withdraw", instrument=instrument, occasion=occasion)

    def read_table(self, actor: Actor) -> Table:
        return table_from_json(self._do("read_table"))

    def add_table_event(
        self, actor: Actor, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        return event_from_json(
            self._do("add_table_event", kind=kind, payload=payload, operation_id=operation_id)
        )

    def read_audit(self, actor: Actor) -> list[Event]:
        return [event_from_json(event) for event in self._do("read_audit")]

    # -- each one's rights, alone -----------------------------------------------------
    def my_data(self, actor: Actor) -> dict[str, Any]:
        gathered: dict[str, Any] = self._do("my_data")
        return gathered

    def block_free_text(self, actor: Actor, *, blocked: bool) -> None:
        self._do("block_free_text", blocked=blocked)

    def is_blocking(self, actor: Actor) -> bool:
        return bool(self._do("is_blocking"))

    def unpair(self, actor: Actor, passphrase: str) -> None:
        self._do("unpair", passphrase=passphrase)

    def leave(self, actor: Actor, passphrase: str) -> str:
        return str(self._do("leave", passphrase=passphrase))

    def erase(self, actor: Actor, passphrase: str) -> None:
        self._do("erase", passphrase=passphrase)

    def order_for_me(self, actor: Actor, sections: Sequence[str], first: Sequence[str] = ()) -> list[str]:
        ordered: list[str] = self._do("order_for_me", sections=list(sections), first=list(first))
        return ordered

    # -- a therapist, if both let one read -----------------------------------------------
    def grant_therapist(self, actor: Actor, code: str) -> None:
        self._do("grant_therapist", code=code)

    def end_therapist(self, actor: Actor) -> None:
        self._do("end_therapist")

    def my_therapist(self, actor: Actor) -> str | None:
        name = self._do("my_therapist")
        return None if name is None else str(name)

    def read_cases(self, actor: Actor) -> list[Case]:
        return [case_from_json(case) for case in self._do("read_cases")]

    # -- research, where a study is run -----------------------------------------------
    def study(self, actor: Actor) -> Study | None:
        return study_from_json(self._do("study"))

    def give_to_research(self, actor: Actor, grain: Grain, *, linked: bool, text_hash: str) -> None:
        self._do("give_to_research", grain=str(grain), linked=linked, text_hash=text_hash)

    def my_research(self, actor: Actor) -> ResearchChoice | None:
        return choice_from_json(self._do("my_research"))

    def read_research(self, actor: Actor) -> list[Given]:
        return [given_from_json(one) for one in self._do("read_research")]

    # -- what happens -----------------------------------------------------------------
    def watch(self, actor: Actor, notify: Callable[[str], None]) -> Callable[[], None]:
        stream = _Stream(self._path, self._capability, notify)
        self._streams.append(stream)
        stream.start()
        return stream.stop

    def tell_defect(self, text: str) -> None:
        """Have the server write down what failed here; see `workbook.service.defects`."""
        _ask(self._client, "/defect", {"defect": text})

    def close(self) -> None:
        """End the event streams and the connections."""
        for stream in self._streams:
            stream.stop()
        self._client.close()

    def _do(self, verb: str, **given: Any) -> Any:
        return _ask(self._client, f"/verbs/{verb}", given)


class _Stream:
    """The event stream on a thread: it comes back after every break, and then says 'all may have changed'."""

    def __init__(self, path: str, capability: str, notify: Callable[[str], None]) -> None:
        self._path, self._capability, self._notify = path, capability, notify
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
            except (httpx.HTTPError, ValueError):
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
                self._take(load(line.encode()))
        return True

    def _take(self, content: dict[str, Any]) -> None:
        if content.get("watching"):
            came_back = self._watching.is_set()
            self._watching.set()
            for what in ("drawer", "table") if came_back else ():
                self._notify(what)
        elif "changed" in content:
            self._notify(str(content["changed"]))


def _client(path: str, capability: str = "") -> httpx.Client:
    headers = {"Authorization": f"Bearer {capability}"} if capability else {}
    # A local socket has no TLS; without this every kernel would load all the world's certificates.
    transport = httpx.HTTPTransport(uds=path, retries=1, verify=False)
    return httpx.Client(transport=transport, base_url="http://workbook", headers=headers, timeout=_SECONDS)


def _ask(client: httpx.Client, address: str, given: dict[str, Any]) -> Any:
    try:
        response = client.post(address, content=_dump(given))
        content = load(response.content)
    except (httpx.HTTPError, RuntimeError):  # RuntimeError: the client was closed
        raise StorageError(say("errors.connection.lost")) from None
    except ValueError:  # not what our own server answers: the disk is not to blame
        raise DefectError(say("errors.defect")) from None
    if "error" in content:
        raise error_from_json(content["error"])
    return content["result"]


def _dump(given: dict[str, Any]) -> bytes:
    try:
        content = dump(given)
    except (TypeError, ValueError):  # a lone surrogate, or something that is not JSON
        raise AccessError(say("errors.events.not_a_form")) from None
    if len(content) > LARGEST_REQUEST:
        raise AccessError(say("errors.events.too_big"))
    return content
