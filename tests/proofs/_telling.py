"""Everything a person can observe, in comparable form: every verb, and pages that need no browser.

`Reading` is a page's line to its kernel without a browser: it opens the workbook, speaks the websocket as
our own script does, turns every page that is open to its person, and keeps every message.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import tornado.websocket
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

from tests.proofs._transcript import Ids, in_order, plain
from tests.proofs._visitors import PROTOCOL, Visitor
from tests.service.plain import table_as_json
from workbook.content import say
from workbook.errors import WorkbookError
from workbook.instruments import catalogue
from workbook.service.desks.roles import PartnerService
from workbook.service.desks.sight import Sight
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.publications import frame_to_json
from workbook.service.formats.rows import dump, event_to_json
from workbook.service.formats.values import CHANGES, Answer
from workbook.service.link.calls import verbs_of
from workbook.sharing import Grain

PATIENCE, SILENCE = 90.0, 1.5  # seconds
_CONTROL = "0" * 32
OF_B = ("connection.listening.1", "assessment-1")  # an item that anybody may answer
# Every page of the server that somebody signed in can open, and some that are nobody's.
ADDRESSES = (
    "/", "/begin", "/join", "/sign-in", "/recover", "/together", "/passphrase", "/go-alone", "/erase", "/hand-over",
    "/copy", "/recovery-code", "/demo", "/api/answers", "/static/none.js", "/no/such/page",
)  # fmt: skip
# The pages on which a decision of one's own could show what the other decided.
AFTER_DECIDING = (
    "results", "together", "exercises", "progress", "just-for-me", "resources", "sharing", "rights",
)  # fmt: skip


def ask_every_verb(service: PartnerService, occasions: Iterable[str]) -> list[str]:
    """Return every verb's reply, in this order; verbs that change or end something come last."""
    told: list[str] = []
    ids: Ids = {}
    asked: set[str] = set()

    def ask(name: str, *given: Any, **named: Any) -> None:
        asked.add(name)
        text = plain(_answer(service, name, given, named), ids)
        told.append(f"{name} {given[:2]} {len(text)} {text}")

    for name in (
        "couple",
        "read_responses",
        "read_events",
        "read_table",
        "read_audit",
        "my_data",
        "is_blocking",
        "wrong_tries",
        "study",
        "my_research",
        "my_case",
        "session_now",
        "room",
    ):
        ask(name)
    ask("look", CHANGES)
    ask("order_for_me", ["one", "two", "three"], ["three"])
    for occasion in occasions:
        for instrument in catalogue():
            ask("my_decision", instrument, occasion)
            ask("my_held_back", instrument, occasion)
            ask("decide", instrument, occasion, Grain.NOTHING)
            ask("withdraw", instrument, occasion)
    ask("choose_exercise", "fun_list", "done", stands=True)
    ask("choose_exercise", "tech_off", "aside", stands=True)
    ask("open_room", "nobody of the two")
    ask("move_in_room", "close")
    ask("block_free_text", blocked=True)
    ask("save_answers", [Answer("last", OF_B[1], OF_B[0], 1)])
    ask("add_event", "bookmark", {"page": "home"}, operation_id="last")
    ask("give_to_research", Grain.NOTHING, linked=False, text_hash="")
    ask("join_case", "nobody has this code")
    ask("grant_case", {"connection": Granted(ToCase.SCORES)}, until="", policy_hash="not what was read")
    ask("put_homework_aside", "no homework")
    ask("come_into_session")
    for verb in ("offer_in_session", "take_back_in_session"):
        ask(verb, "connection.listening")
    ask("rate_session", "no session", {"heard": 7})
    ask("leave_case")
    ask(
        "add_table_event",
        "gratitude.written",
        {"text": "for coming", "day": "2026-05-02"},
        operation_id="last",
    )
    for name in ("couple", "read_table", "read_audit", "my_data"):
        ask(name)
    ask("look", CHANGES)
    for name in ("unpair", "leave", "erase"):
        ask(name, "not the passphrase")
    if asked != set(verbs_of(PartnerService)):
        raise AssertionError(
            f"asked of a partner's verbs no more and no less: {asked ^ set(verbs_of(PartnerService))}"
        )
    return told


def _answer(service: PartnerService, name: str, given: Any, named: Any) -> str:
    try:
        return _as_text(getattr(service, name)(*given, **named))
    except WorkbookError as error:
        return f"{type(error).__name__} {error.problems}"


def _as_text(given: Any) -> str:
    if isinstance(given, Sight):
        parts = vars(given) | {"decisions": [str(one) for one in given.decisions]}
        return "\n".join(f"{name} {_as_text(part)}" for name, part in parts.items())
    if hasattr(given, "publications"):
        given = table_as_json(given)
    elif hasattr(given, "columns"):
        given = frame_to_json(given)
    elif any(
        hasattr(given, name) for name in ("members", "chosen", "asks", "in_sitting", "therapist", "moves")
    ):
        given = str(given)
    elif isinstance(given, list | tuple) and given and hasattr(given[0], "payload"):
        given = [event_to_json(event) for event in given]
    elif hasattr(given, "payload"):
        given = event_to_json(given)
    return dump(given).decode()


class Reading:
    """One visit of somebody who is signed in, page by page.

    Attributes
    ----------
    pages, frames : list of str
        All they were told, by plain requests and by the kernel's line, asked or not, in the order in which it
        came. One thing is asked at a time, so that the order is no chance. Each of the two numbers its ids by
        their first appearance.
    """

    def __init__(self, visitor: Visitor) -> None:
        self.pages: list[str] = []
        self.frames: list[str] = []
        self._ids: tuple[Ids, Ids] = ({}, {})
        self._visitor = visitor
        self._states: dict[str, dict[str, Any]] = {}
        self._line: Any = None

    def look_at_addresses(self) -> None:
        """Request every address."""
        for address in ADDRESSES:
            reply = self._visitor.client.get(address)
            headers = sorted(
                (name, plain(value)) for name, value in reply.headers.items() if name not in _OF_THE_MOMENT
            )
            self._add(f"{address} {reply.status_code} {headers}", reply.text)

    def say(self, path: str, content: object) -> None:
        """Post what a page's script would, and keep the response."""
        reply = self._visitor.ask(path, content)
        self._add(f"{path} {reply.status_code}", reply.text)

    def open_and_turn(self, meanwhile: Callable[[], None]) -> None:
        """Open the workbook, and turn every page of it; ``meanwhile`` happens while it is open."""
        page = self._visitor.client.get("/workbook", timeout=PATIENCE)
        self._add("/workbook", page.text)
        self._visitor.kernel = page.text.partition('data-kernel="')[2].partition('"')[0]
        asyncio.run(self._turn(meanwhile))
        self.say("/api/alive", {"kernel": self._visitor.kernel, "active": True})

    async def _turn(self, meanwhile: Callable[[], None]) -> None:
        request = self._visitor.line_request(self._visitor.kernel)
        self._line = await tornado.websocket.websocket_connect(request, subprotocols=[PROTOCOL])
        try:
            await self._send(
                "comm_open", {"comm_id": _CONTROL, "target_name": "jupyter.widget.control", "data": {}}
            )
            await self._send("comm_msg", {"comm_id": _CONTROL, "data": {"method": "request_states"}})
            await self._turn_pages()
            await self._look_on(meanwhile)
            await self._decide()
            await self._turn_pages(AFTER_DECIDING)
            await self._look_back_alone()
            await self._press_and_choose()
        finally:
            self._line.close()

    async def _turn_pages(self, only: tuple[str, ...] = ()) -> None:
        """Each step of each menu, or only some, in the order in which the menus appear."""
        turned: set[str] = set()
        while step := next(
            (
                (menu, step)
                for menu, step in self._open_steps()
                if step not in turned and (not only or step in only)
            ),
            None,
        ):
            turned.add(step[1])
            await self._custom(step[0], {"press": step[1]})

    async def _look_on(self, meanwhile: Callable[[], None]) -> None:
        """Wait with the joint page open while something happens, and keep every message that comes."""
        menu = next(menu for menu, step in self._open_steps() if step == "together")
        await self._custom(menu, {"press": "together"})
        await asyncio.to_thread(meanwhile)
        with suppress(TimeoutError):
            while said := await asyncio.wait_for(self._line.read_message(), SILENCE):
                if isinstance(said, bytes):
                    self._hear(said)

    async def _look_back_alone(self) -> None:
        """Turn to how it has gone for oneself, which no menu leads to, by the button of the page of two."""
        menu = next(menu for menu, step in self._open_steps() if step == "progress")
        await self._custom(menu, {"press": "progress"})
        for actions in list(self._of("actions")):
            for button in list(self._states[actions]["buttons"]):
                if button["label"] == say("ui.progress.own"):
                    await self._custom(actions, {"press": button["id"]})
        if say("ui.progress-own.title") not in "".join(self.frames):
            raise AssertionError("the page of one's own was not turned to")

    async def _press_and_choose(self) -> None:
        """Every button as if in a hurry, and every choice set to nothing."""
        for page in ("results", "expectation", "together", "share"):
            for actions in list(self._of("actions")):
                for button in list(self._states[actions]["buttons"])[: 3 if page == "results" else 0]:
                    await self._custom(actions, {"press": button["id"]})
        for choices in list(self._of("choices")):
            await self._update(choices, {"value": "nothing"})

    async def _decide(self) -> None:
        """Show nothing, as one would: on that page, by its own button."""
        menu = next(menu for menu, step in self._open_steps() if step == "share")
        await self._custom(menu, {"press": "share"})
        for choices in list(self._of("choices")):
            await self._update(choices, {"value": "nothing"})
        for actions in list(self._of("actions")):
            buttons = list(self._states[actions]["buttons"])
            if say("ui.share.later") in [button["label"] for button in buttons]:
                await self._custom(actions, {"press": buttons[0]["id"]})

    def _open_steps(self) -> list[tuple[str, str]]:
        return [
            (menu, step["id"])
            for menu in self._of("menu")
            for part in self._states[menu].get("parts", ())
            for step in part["steps"]
            if step["status"] != "locked"
        ]

    def _of(self, component: str) -> list[str]:
        return [comm for comm, state in self._states.items() if state.get("_component") == component]

    async def _custom(self, comm: str, content: dict[str, Any]) -> None:
        await self._send("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": content}})

    async def _update(self, comm: str, state: dict[str, Any]) -> None:
        await self._send(
            "comm_msg", {"comm_id": comm, "data": {"method": "update", "state": state, "buffer_paths": []}}
        )

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        """Send one message and return all the kernel's messages until it is idle again."""
        asked = uuid.uuid4().hex
        header = {"msg_id": asked, "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
        parts = [json.dumps(part).encode() for part in (header, {}, {"version": "1.0.0"}, content)]
        await self._line.write_message(bytes(serialize_msg_to_ws_v1(parts, "shell")), binary=True)
        while True:
            said = await asyncio.wait_for(self._line.read_message(), PATIENCE)
            if said is None:
                raise ConnectionError("the kernel's line was closed")
            if isinstance(said, bytes) and self._hear(said, asked):
                return

    def _hear(self, said: bytes, asked: str = "") -> bool:
        parts = [bytes(part) for part in deserialize_msg_from_ws_v1(said)[1][:4]]
        head, parent, _, content = map(json.loads, parts)
        kind = head["msg_type"]
        if kind == "status":
            return content["execution_state"] == "idle" and parent.get("msg_id") == asked
        if kind == "stream" and not content["text"]:
            return False
        text = plain(json.dumps(in_order(content)), self._ids[1])
        self.frames.append(f"{kind} {len(parts[3])} {text}")
        self._remember(kind, content)
        return False

    def _remember(self, kind: str, content: dict[str, Any]) -> None:
        comm, data = content.get("comm_id", ""), content.get("data", {})
        if data.get("method") == "update_states":
            for known, state in data["states"].items():
                self._states.setdefault(known, {}).update(state.get("state", state))
        elif kind in ("comm_open", "comm_msg") and "state" in data:
            self._states.setdefault(comm, {}).update(data["state"])
        elif kind == "comm_close":
            with suppress(KeyError):
                del self._states[comm]

    def _add(self, what: str, text: str) -> None:
        text = plain(text, self._ids[0])
        self.pages.append(f"{what} {len(text)} {text}")


_OF_THE_MOMENT = ("date", "set-cookie", "etag", "content-length", "last-modified")
