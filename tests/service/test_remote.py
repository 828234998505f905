"""The service over a real Unix socket keeps the contract; and what only the socket can break."""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.service.contract import ServiceContract
from tests.service.household import Clock, Household, answers, begin
from workbook.errors import AccessError, SetupError, StorageError
from workbook.service.local import LocalService
from workbook.service.protocol import VERBS
from workbook.service.remote import RemoteService, connect
from workbook.service.sittings import Sittings
from workbook.service.socket import ServiceSocket
from workbook.service.tickets import Tickets
from workbook.service.verbs import Actor, Service


class _Sockets:
    """Gives each actor a `RemoteService` of its own, and closes them all."""

    def __init__(self) -> None:
        self.opened: list[RemoteService | ServiceSocket] = []

    def reach(self, local: LocalService) -> Callable[[Actor], tuple[Service, Actor]]:
        self.socket = ServiceSocket(local)
        self.opened.append(self.socket)

        def reach_as(actor: Actor) -> tuple[Service, Actor]:
            environment = self.socket.ticket_for(actor)
            remote, seen = RemoteService.open(environment["WORKBOOK_SOCKET"], environment["WORKBOOK_TICKET"])
            self.opened.append(remote)
            return remote, seen

        return reach_as

    def close(self) -> None:
        for opened in reversed(self.opened):
            opened.close()


@pytest.fixture
def sockets() -> Iterator[_Sockets]:
    sockets = _Sockets()
    yield sockets
    sockets.close()


@pytest.fixture
def house(sockets: _Sockets) -> Iterator[Household]:
    house = begin(reach=sockets.reach)
    yield house
    house.local.close()


class TestRemoteService(ServiceContract):
    @pytest.fixture
    def house(self, sockets: _Sockets) -> Iterator[Household]:
        house = begin(reach=sockets.reach)
        yield house
        house.local.close()


def test_every_verb_of_the_service_can_be_asked_for_and_no_other(house: Household, sockets: _Sockets) -> None:
    assert set(VERBS) == {name for name in Service.__abstractmethods__ if name != "watch"}
    service, _ = house.a
    with pytest.raises(AccessError):
        service._do("close")  # type: ignore[attr-defined]


def test_the_socket_and_its_folder_are_the_owners_alone(house: Household, sockets: _Sockets) -> None:
    path = sockets.socket.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_caller_cannot_act_for_another_by_naming_them(house: Household) -> None:
    service, _ = house.a
    service.save_answers(house.actors[1], answers(1, most=1))
    assert house.local.read_responses(house.actors[1]).empty
    assert len(house.local.read_responses(house.actors[0])) == 1


def test_a_kernel_never_learns_the_id_of_its_sitting(house: Household) -> None:
    assert house.a[1] == Actor("partner", house.actors[0].couple_id, house.actors[0].person_id, "")


def test_connect_takes_the_ticket_out_of_the_environment_and_it_works_once(
    house: Household, sockets: _Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = sockets.socket.ticket_for(house.actors[0])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    service, actor = connect()
    assert service.couple(actor).code == house.code
    service.close()
    assert "WORKBOOK_TICKET" not in os.environ
    with pytest.raises(AccessError):
        RemoteService.open(environment["WORKBOOK_SOCKET"], environment["WORKBOOK_TICKET"])
    with pytest.raises(SetupError):
        connect()


def test_without_a_capability_no_verb_and_no_stream(house: Household, sockets: _Sockets) -> None:
    with httpx.Client(
        transport=httpx.HTTPTransport(uds=str(sockets.socket.path)), base_url="http://workbook"
    ) as client:
        for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic x"}):
            for address in ("/verbs/read_table", "/watch"):
                response = client.post(address, content=b"{}", headers=headers)
                assert response.status_code == 403
                assert set(response.json()) == {"error"}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"answers": 3}', b'{"answers": [{"item": 1}]}', b"[" * 50_000]
)
def test_whatever_is_sent_the_reply_is_a_sentence(house: Household, sockets: _Sockets, body: bytes) -> None:
    remote = house.a[0]
    response = remote._client.post("/verbs/save_answers", content=body)  # type: ignore[attr-defined]
    assert response.status_code == 403
    assert "Traceback" not in response.text and response.json()["error"]["problems"]


def test_a_sitting_that_ends_ends_its_stream(house: Household) -> None:
    service, actor = house.a
    service.watch(actor, lambda _: None)
    house.local.sittings.end(house.actors[0].sitting_id)
    with pytest.raises(AccessError):
        service.read_table(actor)


def test_after_the_server_is_back_the_stream_is_too_and_says_all_may_have_changed(tmp_path: Path) -> None:
    """The socket is replaced under a watching kernel, whose capability the new one knows as well."""
    house = begin()
    folder = Path(os.path.realpath(tmp_path))
    if len(str(folder)) > 80:
        pytest.skip("the temporary folder's path is too long for a socket")
    first = ServiceSocket(house.local, folder)
    remote, actor = RemoteService.open(
        **dict(zip(("path", "ticket"), first.ticket_for(house.actors[0]).values(), strict=True))
    )
    heard: list[str] = []
    both = threading.Event()

    def listen(what: str) -> None:
        heard.append(what)
        if {"drawer", "table"} <= set(heard):
            both.set()

    remote.watch(actor, listen)
    first.close()
    with pytest.raises(StorageError):
        remote.couple(actor)
    second = ServiceSocket(house.local, folder)
    second.tickets._capabilities.update(first.tickets._capabilities)
    assert both.wait(10), heard
    remote.close()
    second.close()
    house.local.close()


def test_tickets_and_capabilities_run_out() -> None:
    clock = Clock()
    sittings = Sittings(clock=lambda: 0.0)
    actor = sittings.begin(Actor("partner", "c_1", "p_1"), b"key")
    tickets = Tickets(sittings, clock)
    ticket = tickets.issue(actor)
    clock.now += 121
    with pytest.raises(AccessError):
        tickets.exchange(ticket)
    capability = tickets.exchange(tickets.issue(actor))
    assert tickets.actor_of(capability) == actor
    clock.now += 13 * 3600
    with pytest.raises(AccessError):
        tickets.actor_of(capability)
    capability = tickets.exchange(tickets.issue(actor))
    sittings.end(actor.sitting_id)
    with pytest.raises(AccessError):
        tickets.actor_of(capability)


def test_a_path_too_long_for_a_socket_is_refused_with_the_way_out(tmp_path: Path) -> None:
    house = begin()
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    with pytest.raises(SetupError, match="TMPDIR"):
        ServiceSocket(house.local, folder)
    house.local.close()
