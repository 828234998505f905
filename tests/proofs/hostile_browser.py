"""A browser that sends arbitrary messages to its own kernel harms nobody.

Most of the generated messages go through the gate alone and are looked at on its other side; every
twentieth goes through the real websocket into the real kernel of the real workbook, aimed at the widgets
that are there, the form of a chapter's questions among them, while the partner and another couple have theirs
open. So does a therapist, at their own page and at the view for a shared screen, whose kernel must say nothing of
labels and notes whatever it is sent. Answers, right and wrong, are also posted. Afterwards every row that was kept must be one its
questionnaire allows, some must have been kept on either way, the others' kernels must live, and nothing of
a traceback may have been sent.
"""

import asyncio
import itertools
import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import tornado.websocket
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

from tests.proofs._messages import OUT, answer, code, messages, right_answer
from tests.proofs._partners import CHEAP
from tests.proofs._visitors import PASSPHRASE, PROTOCOL, TherapistVisitor, Visitor
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.proofs.server_kills import kill_kernels
from workbook.address import at
from workbook.content.document import consent_hash
from workbook.errors import WorkbookError
from workbook.instruments import catalogue
from workbook.server.kernels import websocket
from workbook.server.testing import running_server
from workbook.service.couple.records import ANSWER
from workbook.service.desks.household import Household
from workbook.session import Session
from workbook.storage.opening import open_store

BAD = ("let_through", "invalid_rows", "others_dead", "tracebacks", "server_errors", "shared")
THERAPIST, LABEL, NOTE = "therapist", "a label of nobody else", "a note of nobody else"
"""A therapist's name, and what must not be on a screen that all look at."""
KEPT = ("kept_from_kernel", "kept_from_posts")  # valid rows: without any, none could have been invalid
_ONE_IN, _N_POSTED = 20, 60
_CHAPTER = at("chapter", "background.about_you", 1)
_GATE = websocket.admit
_BODIES = (
    b"", b"[]", b"null", b"7", b'"x"', b"{", b"\xff\xfe", b"[" * 5_000, b'{"answers": 7}', b'{"answers": [7]}',
    b'{"answers": [{"operation_id": "1", "occasion": "assessment-1", "item": "connection.listening.1", "value": 1e9}]}',
    b'{"answers": [{"operation_id": "1", "occasion": "x", "item": "connection.listening.1", "value": 99}]}',
    b'{"answers": [{"operation_id": "\\ud83d", "occasion": "assessment-1", "item": "\\u0000", "value": 1}]}',
    b'{"kernel": {"a": [1]}, "active": "yes"}', b'{"kernel": "\\ud83d"}',
    b'{"code": "\\ud83d", "name": "\\ud83d", "passphrase": "\\ud83d"}', b'{"code": {"a": 1}, "name": null}',
)  # fmt: skip


@proof(
    "hostile-browser",
    bound="0 messages let through that may not, 0 invalid rows, 0 dead sessions of others, 0 tracebacks, 0 words of a "
    "therapist's own from a shared screen in ≥100,000 messages",
    full=100_000,
    short=500,
    portion=50_000,
    holds=lambda counts: (
        all(counts[key] for key in (*KEPT, "by_therapist")) and not any(counts[key] for key in BAD)
    ),
)
def hostile_browser(size: int, seed: int) -> Counts:
    """``size`` messages, one in twenty to a real kernel."""
    return _attack(size, seed, {})


@hostile_browser.control(
    size=400, fails=lambda counts: counts["let_through"] > 0 and counts["tracebacks"] > 0
)
def a_gate_that_stands_open(size: int, seed: int) -> Counts:
    """Nothing filtered: code runs in the kernel, and its traceback comes back."""
    folders = [str(Path(__file__).parent / "ungated"), str(Path.cwd())]

    def whole(sent: bytes) -> list[bytes] | None:
        if int.from_bytes(sent[:8], "little") > websocket.MOST_OFFSETS:
            return None  # without the gate Jupyter would count up to it, for ever
        with suppress(Exception):
            return [bytes(part) for part in deserialize_msg_from_ws_v1(sent)[1]]
        return None

    with mock.patch.object(websocket, "admit", whole):
        return _attack(size, seed, {"PYTHONPATH": os.pathsep.join(folders)})


@hostile_browser.control(size=40, fails=lambda counts: counts["shared"] > 0)
def a_shared_screen_with_the_whole_practice(size: int, seed: int) -> Counts:
    """As if the kernel of a view for all were that of the therapist's own page."""
    with mock.patch.object(TherapistVisitor, "paths", ("/workbook", "/workbook")):
        return _attack(size, seed, {})


@hostile_browser.control(
    size=100, fails=lambda counts: counts["invalid_rows"] > 0 and counts["others_dead"] > 0
)
def answers_that_nobody_checks(size: int, seed: int) -> Counts:
    """Whatever is sent as an answer is kept; and the others' kernels are killed from outside."""
    folders = [str(Path(__file__).parent / "unchecked"), str(Path.cwd())]
    return _attack(size, seed, {"PYTHONPATH": os.pathsep.join(folders)}, is_fatal=True)


def _attack(size: int, seed: int, environment: dict[str, str], *, is_fatal: bool = False) -> Counts:
    chance = random.Random(seed)
    counts: Counts = dict.fromkeys(("trials", "n_real", "by_therapist", *KEPT, *BAD), 0)
    n_real = max(1, size // _ONE_IN)
    for sent in messages(chance, size - n_real):
        counts["trials"] += 1
        counts["let_through"] += not _may_pass(websocket.admit(sent))
    with scratch() as folder:
        code, invited = _begin_at_questions(folder)
        with running_server(folder, "--practice", environment=environment) as server:
            a = Visitor(server, "Ann").sign_in(code)
            others = [Visitor(server, "Ben").join(a.code), Visitor(server, "Cas").begin()]
            for other in others:
                other.open_workbook()
            a.open_workbook()
            asyncio.run(_talk(a, chance, n_real, counts))
            _attack_as_therapist(TherapistVisitor(server, THERAPIST).enter(invited), chance, n_real, counts)
            _post(a, chance, counts)
            if is_fatal:
                kill_kernels(server)
            for other in others:
                counts["others_dead"] += _is_dead(other, seconds=20.0 if is_fatal else 0.0)
                other.close()
            a.close()
        _look_at_rows(folder, a, counts)
        counts["tracebacks"] += (
            (folder / "server.txt").read_text(errors="replace").count("a secret of the kernel")
        )
    return counts


def _attack_as_therapist(
    therapist: TherapistVisitor, chance: random.Random, size: int, counts: Counts
) -> None:
    """Send to both of a therapist's kernels; that of the shared screen may tell nothing of their own."""
    for is_shared in (True, False):
        therapist.open_workbook()
        before = counts["n_real"]
        heard = asyncio.run(_talk(therapist, chance, max(2, size // 5), counts, is_at_questions=False))
        counts["by_therapist"] += counts["n_real"] - before
        told = (LABEL.encode(), NOTE.encode())
        counts["shared"] += is_shared and any(words in said for said in heard for words in told)
    therapist.close()


def _is_dead(visitor: Visitor, *, seconds: float) -> bool:
    """Tell whether a kernel is gone; polled, as the server notices a kill a little later."""
    latest = time.monotonic() + seconds
    while is_alive := visitor.ask("/api/alive", {"kernel": visitor.kernel}).json()["kernel_alive"]:
        if time.monotonic() >= latest:
            break
        time.sleep(0.2)
    return not is_alive


def _may_pass(parts: list[bytes] | None) -> bool:
    """Tell whether every message on the kernel's side is of a kind that a page needs."""
    if parts is None:
        return True
    try:
        header, _, _, content = (json.loads(part.decode("utf-8")) for part in parts[:4])
        is_known = header["msg_type"] in websocket.ALLOWED_TYPES
    except (ValueError, KeyError, TypeError):
        return False
    return is_known and (
        header["msg_type"] != "comm_open" or content["target_name"] in websocket.ALLOWED_TARGETS
    )


async def _talk(
    visitor: Visitor, chance: random.Random, size: int, counts: Counts, *, is_at_questions: bool = True
) -> list[bytes]:
    """Send ``size`` messages to the real kernel, aimed at its widgets; return all its replies."""
    heard: list[bytes] = []
    line = await _connect(visitor)
    comms = await _widgets(line, heard)
    # The chapter is open, or this proves less.
    form = next(comm for comm, traits in comms.items() if OUT in traits) if is_at_questions else ""
    # Where the gate stands open any code may run: the one that tells is enough.
    hostile = messages(chance, size - 1, comms) if websocket.admit is _GATE else iter([code()] * 3)
    sendings = itertools.chain([right_answer(form)] if form else [], hostile)
    for sent in sendings:
        counts["trials"] += 1
        counts["n_real"] += 1
        try:
            await line.write_message(sent, binary=True)
        except tornado.websocket.WebSocketClosedError:
            line = await _connect(
                visitor
            )  # a frame the server takes for an attack closes the line: its right
        await _hear(line, heard, 0.0)
    await _hear(line, heard, 2.0)
    line.close()
    counts["tracebacks"] += sum(b"Traceback" in said or b"a secret of the kernel" in said for said in heard)
    return heard


async def _connect(visitor: Visitor) -> Any:
    return await tornado.websocket.websocket_connect(
        visitor.line_request(visitor.kernel), subprotocols=[PROTOCOL]
    )


async def _hear(line: Any, heard: list[bytes], seconds: float) -> None:
    """Take what has come; wait until nothing more comes for so long."""
    while True:
        try:
            said = await asyncio.wait_for(asyncio.shield(_next(line)), seconds or 0.001)
        except TimeoutError:
            return
        if said is None:
            return
        heard.append(said if isinstance(said, bytes) else str(said).encode())


def _next(line: Any) -> "asyncio.Future[Any]":
    """The one outstanding read of a line: a second would swallow a message."""
    waiting = getattr(line, "waiting", None)
    if waiting is None or waiting.done():
        waiting = line.waiting = asyncio.ensure_future(line.read_message())
    return waiting


async def _widgets(line: Any, heard: list[bytes]) -> dict[str, list[str]]:
    """Every widget of the kernel by id, with the names of its traits, asked for as the page asks."""
    header = {"msg_id": "ask", "session": "s", "username": "", "version": "5.4"}
    opening = {"comm_id": "0" * 32, "target_name": "jupyter.widget.control", "data": {}}
    wanted = {"comm_id": "0" * 32, "data": {"method": "request_states"}}
    for kind, content in (("comm_open", opening), ("comm_msg", wanted)):
        whole = ({**header, "msg_type": kind}, {}, {"version": "1.0.0"}, content)
        parts = [json.dumps(part).encode() for part in whole]
        await line.write_message(bytes(serialize_msg_to_ws_v1(parts, "shell")), binary=True)
    for _ in range(500):
        said = await asyncio.wait_for(_next(line), 60)
        heard += [said] if isinstance(said, bytes) else []
        if not isinstance(said, bytes) or b"update_states" not in said:
            continue
        content = json.loads(bytes(deserialize_msg_from_ws_v1(said)[1][3]))
        states: dict[str, dict[str, Any]] = content["data"]["states"]
        return {comm: sorted(state.get("state", state)) for comm, state in states.items()}
    raise RuntimeError("the kernel did not tell its widgets")


def _post(visitor: Visitor, chance: random.Random, counts: Counts) -> None:
    """What is no form at all, to every address that a script asks; and answers, one by one."""
    headers = {
        "X-XSRFToken": visitor.token(),
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    answers = [{"answers": [answer(chance) | {"operation_id": f"posted-{n}"}]} for n in range(_N_POSTED)]
    for given in answers:
        counts["trials"] += 1
        reply = visitor.client.post("/api/answers", content=json.dumps(given), headers=headers)
        counts["server_errors"] += reply.status_code >= 500
    for path in ("/api/answers", "/api/alive", "/sign-in", "/api/close"):
        for body in _BODIES:
            counts["trials"] += 1
            reply = visitor.client.post(path, content=body, headers=headers)
            counts["server_errors"] += reply.status_code >= 500
            counts["tracebacks"] += "Traceback" in reply.text


@contextmanager
def _household(folder: Path) -> Iterator[Household]:
    """The household of a folder that no server has open."""
    keys = {"WORKBOOK_KEYS": str(folder / "keys"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    with mock.patch.dict(os.environ, keys):
        household = Household(open_store(folder / "data"), cost=CHEAP)
    try:
        yield household
    finally:
        household.close()


def _begin_at_questions(folder: Path) -> tuple[str, str]:
    """Make Ann, who consented and is ready to answer a chapter, and a therapist; return the code of each."""
    with _household(folder) as household:
        begun = household.accounts.create_couple("Ann", PASSPHRASE + "Ann")
        session = Session(household.seat_partner(begun.actor))
        session.mark_seen("introduction")
        session.agree("consent", consent_hash(), agreed=True)
        session.go(_CHAPTER)
        made = household.therapists.create(THERAPIST, PASSPHRASE + THERAPIST)
        desk = household.seat_therapist(made.actor)
        desk.set_policy("no_secrets", "", 365)
        desk.write_note(desk.make_case(LABEL).case_id, "free", NOTE)
        return begun.code, made.code


def _look_at_rows(folder: Path, visitor: Visitor, counts: Counts) -> None:
    """Count what was kept for them that no questionnaire of ours allows, and what was kept rightly."""
    items = {item.id: item for instrument in catalogue().values() for item in instrument.items}
    try:
        with _household(folder) as household:
            actor = household.accounts.sign_in(visitor.code, visitor.name, visitor.passphrase)
            records = [
                record for record in household._core.drawer_of(actor).records() if record.kind == ANSWER
            ]
    except WorkbookError:
        counts["invalid_rows"] += 1
        return
    for record in records:
        is_posted = record.operation_id.startswith("posted-")
        counts[KEPT[is_posted] if _is_valid(record.payload, items) else "invalid_rows"] += 1


def _is_valid(row: dict[str, Any], items: dict[str, Any]) -> bool:
    item, value = items.get(row["item"]), row.get("value")  # of what was declined there is none
    if item is None:
        return str(row["item"]).startswith("needs.own.")
    return value is None or (type(value) is int and item.scale.lowest <= value <= item.scale.highest)
