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
from workbook.content import say
from workbook.errors import AccessError, DefectError, SetupError, StorageError, name_defect
from workbook.service.defects import MOST_TOLD
from workbook.service.local import LocalService
from workbook.service.protocol import VERBS
from workbook.service.remote import RemoteService, _ask, connect
from workbook.service.sittings import Sittings
from workbook.service.socket import ServiceSocket
from workbook.service.tickets import Tickets
from workbook.service.verbs import Actor, Service
from workbook.service.wire import dump


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


SECRET = "the answer was 4, said Ada"


@pytest.mark.parametrize("bug", [KeyError, TypeError, ValueError, AttributeError, RuntimeError])
def test_a_bug_of_ours_is_told_as_ours_and_logged_without_its_words(
    house: Household, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, bug: type[Exception]
) -> None:
    """Nobody is told to mend what they sent, when what they sent was fine."""

    def fail(*_: object, **__: object) -> None:
        raise bug(SECRET)

    monkeypatch.setattr(house.local, "add_event", fail)
    service, actor = house.a
    with pytest.raises(DefectError) as raised:
        service.add_event(actor, "own_need", {"id": "needs.own.k3fz", "text": SECRET})
    assert raised.value.problems == (say("errors.defect"),)
    assert bug.__name__ in caplog.text and "test_remote.py" in caplog.text, "what it was, and where"
    assert SECRET not in caplog.text and "needs.own" not in caplog.text


def test_what_cannot_be_read_is_the_senders_and_not_logged(
    house: Household, caplog: pytest.LogCaptureFixture
) -> None:
    remote = house.a[0]
    for verb, body in (
        ("decide", b'{"instrument": 3}'),
        ("order_for_me", b"{}"),
        ("save_answers", b'{"answers": [{}]}'),
    ):
        response = remote._client.post(f"/verbs/{verb}", content=body)  # type: ignore[attr-defined]
        assert response.json()["error"] == {
            "class": "AccessError",
            "problems": [say("errors.events.not_a_form")],
        }
    assert caplog.text == ""


def test_a_defect_of_a_kernel_is_written_down_as_class_and_places_and_so_often(
    house: Household, caplog: pytest.LogCaptureFixture
) -> None:
    """What a kernel prints goes nowhere; and it is trusted with no other words."""
    remote = house.a[0]
    assert isinstance(remote, RemoteService)
    with pytest.raises(KeyError) as caught:
        {}[SECRET]
    remote.tell_defect(name_defect(caught.value))
    assert "KeyError" in caplog.text and "test_remote.py" in caplog.text
    assert SECRET not in caplog.text
    remote.tell_defect(f"{SECRET}!\nValueError\n{{'item': 4}}")
    assert "ValueError" in caplog.text and "item" not in caplog.text
    for _ in range(2 * MOST_TOLD):
        remote.tell_defect("RuntimeError")
    assert caplog.text.count("RuntimeError") < MOST_TOLD


def test_a_reply_that_is_no_reply_of_ours_is_not_blamed_on_the_disk() -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=b"<html>"))
    with httpx.Client(transport=transport, base_url="http://workbook") as client, pytest.raises(DefectError):
        _ask(client, "/verbs/couple", {})


ODD = [None, True, 3, 1.5, "", "x", "a\x00b", "assessment-1", [], [[]], ["x"], [None], {}, {"a": []}, [{}]]
_ANSWER = {"operation_id": "1", "occasion": "assessment-1", "item": "i", "value": 1, "declined": False}
ASKED: dict[str, dict[str, object]] = {
    "save_answers": {"answers": [_ANSWER]},
    "read_responses": {"instrument": "connection"},
    "add_event": {"kind": "setting", "payload": {"name": "week", "value": 1}, "operation_id": "1"},
    "read_events": {"kinds": ["setting"]},
    "decide": {"instrument": "connection", "occasion": "assessment-1", "grain": "scores", "passphrase": None},
    "my_decision": {"instrument": "connection", "occasion": "assessment-1"},
    "withdraw": {"instrument": "connection", "occasion": "assessment-1"},
    "add_table_event": {
        "kind": "gratitude.written",
        "payload": {"text": "tea", "day": "2026-11-28"},
        "operation_id": "1",
    },
    "block_free_text": {"blocked": True},
    "unpair": {"passphrase": "wrong"},
    "leave": {"passphrase": "wrong"},
    "erase": {"passphrase": "wrong"},
    "order_for_me": {"sections": ["a"], "first": []},
    "grant_therapist": {"code": "none"},
    "give_to_research": {"grain": "scores", "linked": False, "text_hash": "0"},
}


def _with_odd_parts(asked: dict[str, object]) -> Iterator[dict[str, object]]:
    """Every argument, every part of one, and every part of a list's first entry, each in turn odd or missing."""
    for name, value in asked.items():
        yield {other: kept for other, kept in asked.items() if other != name}
        yield from (asked | {name: odd} for odd in ODD)
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            wrap = (lambda part: [part]) if isinstance(value, list) else (lambda part: part)
            yield from (asked | {name: wrap(part)} for part in _with_odd_parts(inner))


@pytest.mark.parametrize("verb", sorted(ASKED))
def test_nothing_odd_that_is_sent_is_taken_for_a_bug_of_ours(
    house: Household, caplog: pytest.LogCaptureFixture, verb: str
) -> None:
    remote = house.a[0]
    n_sent = 0
    for asked in _with_odd_parts(ASKED[verb]):
        n_sent += 1
        reply = remote._client.post(f"/verbs/{verb}", content=dump(asked)).json()  # type: ignore[attr-defined]
        assert reply.get("error", {}).get("class") != "DefectError", asked
    assert n_sent > len(ODD)
    assert caplog.text == ""


def test_all_that_takes_arguments_was_asked_oddly() -> None:
    with pytest.raises(KeyError):
        VERBS["decide"]({})  # what needs an argument misses it
    needing = {verb for verb, read in VERBS.items() if _needs_something(read)}
    assert needing <= set(ASKED)


def _needs_something(read: Callable[[dict[str, object]], object]) -> bool:
    try:
        read({})
    except KeyError:
        return True
    return False


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
