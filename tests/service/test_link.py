"""The roles' interfaces keep the contract over a real Unix socket; and tests only a socket needs."""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.service.contract import ServiceContract
from tests.service.household import Clock, House, answers, begin, offered
from workbook.content import say, sentences
from workbook.errors import AccessError, DefectError, SetupError, StorageError, name_defect, problem
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.roles import INTERFACES, PartnerService, RoleService
from workbook.service.formats.values import Actor, Change
from workbook.service.identity.sittings import Sittings
from workbook.service.link.calls import decode, encode, verbs_of
from workbook.service.link.defects import MOST_TOLD
from workbook.service.link.errors import Refusal
from workbook.service.link.remote import RemoteService, _post, connect, reach
from workbook.service.link.socket import ServiceSocket
from workbook.service.link.tickets import Tickets


class _Sockets:
    """Open a connection for each actor, and close them all."""

    def __init__(self) -> None:
        self.opened: list[RemoteService | ServiceSocket] = []

    def reach(self, local: Household) -> Callable[[Actor], tuple[RoleService, Actor]]:
        self.socket = ServiceSocket(local)
        self.opened.append(self.socket)

        def reach_as(actor: Actor) -> tuple[RoleService, Actor]:
            remote = reach(*self.socket.ticket_for(actor).values())
            assert isinstance(remote, RemoteService)
            self.opened.append(remote)
            return remote, remote.actor

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
def house(sockets: _Sockets) -> Iterator[House]:
    house = begin(reach=sockets.reach)
    yield house
    house.local.close()


class TestRemoteService(ServiceContract):
    @pytest.fixture
    def house(self, sockets: _Sockets) -> Iterator[House]:
        house = begin(reach=sockets.reach)
        yield house
        house.local.close()


def _send(service: object, verb: str, content: bytes) -> httpx.Response:
    return service._client.post(f"/verbs/{verb}", content=content)  # type: ignore[attr-defined]


def _refusal(response: httpx.Response) -> Refusal:
    assert response.status_code in (403, 409)
    found: Refusal = decode(response.content, Refusal)
    return found


@pytest.mark.parametrize("role", INTERFACES)
def test_a_role_has_every_verb_of_its_interface_and_no_other(house: House, role: str) -> None:
    """A forged call of another role's verb, or of none, is refused."""
    service = _seated(house, role)[0]
    interface = INTERFACES[role]  # type: ignore[index]
    assert offered(service) == interface.__abstractmethods__ - {"actor"}
    everybodys = {verb for one in INTERFACES.values() for verb in verbs_of(one)}
    others = everybodys - set(verbs_of(interface)) | {"watch", "actor", "close", "private_copy", "_ask"}
    for verb in others:
        response = _send(service, verb, encode({}))
        assert response.status_code == 404 or _refusal(response).kind == "AccessError", verb


def _seated(house: House, role: str) -> tuple[RoleService, Actor]:
    if role == "partner":
        return house.a
    if role == "together":
        return house.together()
    key = b"k" * 32 if role == "therapist" else None
    return house.reach(house.local.sittings.begin(Actor(role, "", f"{role}-1"), key))  # type: ignore[arg-type]


def test_both_ends_are_built_from_the_interfaces_own_annotations() -> None:
    """A verb added to an interface needs nothing else to go over the socket."""

    class Added(PartnerService):
        def hum(self, tune: str, *, times: int = 2) -> list[str]:
            raise NotImplementedError

    Added.__abstractmethods__ |= {"hum"}
    verb = verbs_of(Added)["hum"]
    sent = verb.write_arguments("la")
    assert verb.read_arguments(sent) == {"tune": "la", "times": 2}
    assert verb.read_result(encode(["la", "la"])) == ["la", "la"]
    for odd in ({"tune": 3}, {"tune": "la", "volume": 11}, {}, {"tune": "la", "times": "2"}):
        with pytest.raises(AccessError):
            verb.read_arguments(encode(odd))
    with pytest.raises(TypeError):
        verb.write_arguments("la", volume=11)


def test_the_socket_and_its_folder_are_owner_only(house: House, sockets: _Sockets) -> None:
    path = sockets.socket.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_caller_cannot_act_for_another_by_naming_them(house: House) -> None:
    service, _ = house.a
    service.save_answers(answers(1, most=1))
    assert house.local.seat_partner(house.actors[1]).read_responses().empty
    assert len(house.local.seat_partner(house.actors[0]).read_responses()) == 1


def test_a_kernel_never_learns_the_id_of_its_sitting(house: House) -> None:
    assert house.a[1] == Actor("partner", house.actors[0].couple_id, house.actors[0].person_id, "")


def test_connect_takes_the_ticket_out_of_the_environment_and_it_works_once(
    house: House, sockets: _Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = sockets.socket.ticket_for(house.actors[0])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    service, _tell = connect(PartnerService)
    assert service.couple().code == house.code
    sockets.opened.append(service)  # type: ignore[arg-type]
    assert "WORKBOOK_TICKET" not in os.environ
    with pytest.raises(AccessError):
        reach(environment["WORKBOOK_SOCKET"], environment["WORKBOOK_TICKET"])
    with pytest.raises(SetupError):
        connect(PartnerService)


def test_every_verb_and_the_stream_need_a_capability(house: House, sockets: _Sockets) -> None:
    with httpx.Client(
        transport=httpx.HTTPTransport(uds=str(sockets.socket.path)), base_url="http://workbook"
    ) as client:
        for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic x"}):
            for address in ("/verbs/read_table", "/watch"):
                response = client.post(address, content=encode({}), headers=headers)
                assert response.status_code == 403
                assert _refusal(response).kind == "AccessError"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"{}",
        encode([]),
        encode(None),
        encode({"answers": 3}),
        encode({"answers": [{"item": 1}]}),
        b"\x91" * 50_000,
        b"\xdd\xff\xff\xff\xff",
        b"\x81\xa7answers\x91\xa1\xff",
    ],
    ids=range(10),
)
def test_any_malformed_request_is_answered_with_a_sentence(
    house: House, sockets: _Sockets, body: bytes
) -> None:
    response = _send(house.a[0], "save_answers", body)
    assert response.status_code == 403
    assert _refusal(response).problems and b"Traceback" not in response.content


SECRET = "the answer was 4, said Ada"


@pytest.mark.parametrize("bug", [KeyError, TypeError, ValueError, AttributeError, RuntimeError])
def test_an_internal_error_is_reported_as_such_and_logged_without_its_message(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, bug: type[Exception]
) -> None:
    """Otherwise people would be told to correct input that was fine."""

    def fail(*_: object, **__: object) -> None:
        raise bug(SECRET)

    monkeypatch.setattr(LocalPartner, "add_event", fail)
    service, _actor = house.a
    with pytest.raises(DefectError) as raised:
        service.add_event("own_need", {"id": "needs.own.k3fz", "text": SECRET})
    assert sentences(raised.value) == [say("errors.defect")]
    assert bug.__name__ in caplog.text and "test_link.py" in caplog.text, "what it was, and where"
    assert SECRET not in caplog.text and "needs.own" not in caplog.text


def test_a_malformed_request_is_refused_and_not_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    remote = house.a[0]
    for verb, body in (
        ("decide", encode({"instrument": 3})),
        ("order_for_me", encode({})),
        ("save_answers", encode({"answers": [{}]})),
    ):
        expected = Refusal("AccessError", [problem("errors.events.not_a_form")])
        assert _refusal(_send(remote, verb, body)) == expected
    assert caplog.text == ""


def test_a_kernel_defect_is_logged_by_class_and_location_up_to_a_limit(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """A kernel's output is discarded, and no other text of it is logged."""
    remote = house.a[0]
    assert isinstance(remote, RemoteService)
    with pytest.raises(KeyError) as caught:
        {}[SECRET]
    remote.tell_defect(name_defect(caught.value))
    assert "KeyError" in caplog.text and "test_link.py" in caplog.text
    assert SECRET not in caplog.text
    remote.tell_defect(f"{SECRET}!\nValueError\n{{'item': 4}}")
    assert "ValueError" in caplog.text and "item" not in caplog.text
    for _ in range(2 * MOST_TOLD):
        remote.tell_defect("RuntimeError")
    assert caplog.text.count("RuntimeError") < MOST_TOLD


def test_a_foreign_http_reply_is_reported_as_a_defect() -> None:
    for status in (200, 500):
        reply = httpx.Response(status, content=b"<html>")
        transport = httpx.MockTransport(lambda _request, reply=reply: reply)
        with (
            httpx.Client(transport=transport, base_url="http://workbook") as client,
            pytest.raises(DefectError),
        ):
            verbs_of(PartnerService)["couple"].read_result(_post(client, "/verbs/couple", b""))


ODD = [None, True, 3, 1.5, "", "x", "a\x00b", "assessment-1", [], [[]], ["x"], [None], {}, {"a": []}, [{}]]
_ANSWER = {"operation_id": "1", "occasion": "assessment-1", "item": "i", "value": 1, "declined": False}
ASKED: dict[str, dict[str, object]] = {
    "save_answers": {"answers": [_ANSWER]},
    "read_responses": {"instrument": "connection"},
    "add_event": {"kind": "setting", "payload": {"name": "week", "value": 1}, "operation_id": "1"},
    "read_events": {"kinds": ["setting"]},
    "decide": {
        "instrument": "connection",
        "occasion": "assessment-1",
        "grain": "scores",
        "held_back": ["connection.open_talk.1"],
    },
    "my_held_back": {"instrument": "connection", "occasion": "assessment-1"},
    "my_decision": {"instrument": "connection", "occasion": "assessment-1"},
    "look": {"what": ["drawer", "table"]},
    "withdraw": {"instrument": "connection", "occasion": "assessment-1"},
    "choose_exercise": {"exercise": "fun_list", "choice": "aside", "stands": True},
    "open_room": {"first": "ana"},
    "move_in_room": {"move": "pause", "minutes": 20},
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
    "join_case": {"code": "none"},
    "grant_case": {
        "grants": {"connection": {"to_case": "scores", "in_session": True}},
        "until": "",
        "policy_hash": "0",
    },
    "put_homework_aside": {"homework_id": "0"},
    "offer_in_session": {"facet": "connection.trust"},
    "take_back_in_session": {"facet": "connection.trust"},
    "rate_session": {"session_id": "0", "items": {"heard": 7}},
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
def test_malformed_arguments_are_never_reported_as_internal_errors(
    house: House, caplog: pytest.LogCaptureFixture, verb: str
) -> None:
    remote = house.a[0]
    n_sent = 0
    for asked in _with_odd_parts(ASKED[verb]):
        n_sent += 1
        response = _send(remote, verb, encode(asked))
        assert response.status_code == 200 or _refusal(response).kind != "DefectError", asked
    assert n_sent > len(ODD)
    assert caplog.text == ""


def test_every_verb_with_arguments_is_fuzzed() -> None:
    needing = {verb for verb, found in verbs_of(PartnerService).items() if found.signature.parameters}
    assert needing == set(ASKED)


def test_ending_a_sitting_ends_its_stream(house: House) -> None:
    service, _actor = house.a
    service.watch(lambda _: None)
    house.local.sittings.end(house.actors[0].sitting_id)
    with pytest.raises(AccessError):
        service.read_table()


def test_the_stream_reconnects_after_a_restart_and_reports_that_all_may_have_changed(tmp_path: Path) -> None:
    """The socket is replaced under a watching kernel, whose capability the new one knows as well."""
    house = begin()
    folder = Path(os.path.realpath(tmp_path))
    if len(str(folder)) > 80:
        pytest.skip("the temporary folder's path is too long for a socket")
    first = ServiceSocket(house.local, folder)
    remote = reach(*first.ticket_for(house.actors[0]).values())
    assert isinstance(remote, RemoteService) and isinstance(remote, PartnerService)
    heard: list[str] = []
    both = threading.Event()

    def listen(change: Change) -> None:
        heard.append(change.what)
        if {"drawer", "table"} <= set(heard):
            both.set()

    remote.watch(listen)
    first.close()
    with pytest.raises(StorageError):
        remote.couple()
    second = ServiceSocket(house.local, folder)
    second.tickets._capabilities.update(first.tickets._capabilities)
    assert both.wait(10), heard
    remote.close()
    second.close()
    house.local.close()


def test_tickets_and_capabilities_expire() -> None:
    clock = Clock()
    sittings = Sittings(clock=lambda: 0.0)
    actor = sittings.begin(Actor("partner", "c_1", "p_1"), b"key")
    bound: list[Actor] = []

    def seat(actor: Actor) -> RoleService:
        bound.append(actor)
        return LocalPartner(None, actor)  # type: ignore[arg-type]

    tickets = Tickets(sittings, seat, clock)
    ticket = tickets.issue(actor)
    clock.now += 121
    with pytest.raises(AccessError):
        tickets.exchange(ticket)
    capability = tickets.exchange(tickets.issue(actor))
    assert [tickets.service_of(capability).actor for _ in range(2)] == [actor, actor]
    assert bound == [actor], "to its person once, where the ticket is exchanged"
    clock.now += 13 * 3600
    with pytest.raises(AccessError):
        tickets.service_of(capability)
    capability = tickets.exchange(tickets.issue(actor))
    sittings.end(actor.sitting_id)
    with pytest.raises(AccessError):
        tickets.service_of(capability)


def test_a_path_too_long_for_a_socket_is_refused_with_the_way_out(tmp_path: Path) -> None:
    house = begin()
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    with pytest.raises(SetupError, match="TMPDIR"):
        ServiceSocket(house.local, folder)
    house.local.close()
