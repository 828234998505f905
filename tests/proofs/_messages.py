"""Messages a hostile browser might send to its kernel: anything at all, drawn from a seed."""

import json
import random
import secrets
from collections.abc import Iterator
from typing import Any

from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1

from workbook.instruments import catalogue

KINDS = ("comm_msg", "comm_open", "comm_close", "comm_info_request", "kernel_info_request")
FORBIDDEN = (
    "execute_request", "inspect_request", "complete_request", "history_request", "is_complete_request",
    "shutdown_request", "interrupt_request", "debug_request", "input_reply", "apply_request", "", "comm_MSG",
)  # fmt: skip
CHANNELS = ("shell", "control", "stdin", "iopub", "hb", "")
TARGETS = ("jupyter.widget.control", "jupyter.widget", "jupyter.widget.version", "builtins.eval", "", None, 7)
ITEMS = catalogue()["background"].items
OUT = "answers_out"  # by which the form of a chapter sends answers through its kernel
CODE = "raise ZeroDivisionError('a secret of the kernel')"


def values(chance: random.Random) -> Any:
    """One value of any kind: of the wrong type, far out of its range, nested, huge, or not quite text."""
    return chance.choice(
        [
            None,
            True,
            -1,
            10**30,
            1e308,
            -0.0,
            "",
            "\ud83d",
            "\x00",
            "é" * 3_000,
            "<img src=x onerror=alert(1)>",
            "../../etc/passwd",
            "__class__",
            "IPY_MODEL_none",
            [],
            [[]] * 20,
            {},
            {"__proto__": {"x": 1}},
            ["IPY_MODEL_" + "0" * 32],
            {"answers": [{"item": "connection.listening.1", "value": 99}]},
            chance.randrange(-100, 100),
            chance.random(),
            chance.choice(["NaN", "1", "null", "assessment-1"]),
        ]
    )


def message(chance: random.Random, comms: dict[str, list[str]] | None = None) -> bytes:
    """One message; with ``comms`` (widgets by id, with their traits) aimed at what is really there."""
    if chance.random() < 0.1:
        return noise(chance)
    kind = chance.choice(FORBIDDEN) if chance.random() < 0.2 else chance.choice(KINDS[:1] * 6 + KINDS)
    comm = (
        chance.choice(sorted(comms))
        if comms and chance.random() < 0.8
        else chance.choice(["none", 7, None, ""])
    )
    if comms and chance.random() < 0.2:
        comm = next((one for one, traits in comms.items() if OUT in traits), comm)
    traits = (comms or {}).get(comm if isinstance(comm, str) else "", ["value", "children", "_esm"])
    content: dict[str, Any] = {"comm_id": comm, "data": data(chance, traits), "code": CODE, "silent": False}
    content |= {"target_name": chance.choice(TARGETS)} if kind == "comm_open" else {}
    header: Any = {
        "msg_id": secrets.token_hex(4),
        "msg_type": kind,
        "session": "s",
        "username": "",
        "version": "5.4",
    }
    if chance.random() < 0.05:
        header = values(chance)
    channel = chance.choice(CHANNELS) if chance.random() < 0.1 else "shell"
    parts = [json.dumps(part).encode("utf-8", "surrogatepass") for part in (header, {}, {}, content)]
    buffers = [chance.randbytes(chance.randrange(40))] if chance.random() < 0.1 else []
    return damage(chance, bytes(serialize_msg_to_ws_v1([*parts, *buffers], channel)))


def data(chance: random.Random, traits: list[str]) -> Any:
    """The inside of a comm message, as widgets expect it or not."""
    state = {chance.choice([*traits, "nonsense"]): values(chance) for _ in range(chance.randrange(1, 4))}
    if OUT in traits and chance.random() < 0.5:
        state[OUT] = [answer(chance) for _ in range(chance.randrange(1, 4))]
    custom = {chance.choice(["event", "kind", "answers", "operation_id", "value", "text"]): values(chance)}
    return chance.choice(
        [
            {"method": "update", "state": state, "buffer_paths": chance.choice([[], [["value"]], 7])},
            {"method": "custom", "content": chance.choice([custom, {"event": "click"}, values(chance)])},
            {"method": "request_state"},
            {"method": values(chance)},
            values(chance),
        ]
    )


def answer(chance: random.Random) -> dict[str, Any]:
    """An answer to an item that there is; now and then one part of it is anything at all."""
    item = chance.choice(ITEMS)
    value = chance.choice([item.scale.lowest, item.scale.highest, item.scale.highest + 1, -1, None])
    whole = {
        "operation_id": chance.randbytes(4).hex(),
        "occasion": "assessment-1",
        "item": item.id,
        "value": value,
    }
    whole["declined"] = value is None
    return whole | ({chance.choice(sorted(whole)): values(chance)} if chance.random() < 0.3 else {})


def right_answer(form: str) -> bytes:
    """The message by which the form of this id sends one answer, as its script would."""
    item = ITEMS[0]
    given = {"operation_id": "right", "occasion": "assessment-1", "item": item.id, "value": item.scale.lowest}
    update = {"method": "update", "state": {OUT: [given | {"declined": False}]}, "buffer_paths": []}
    header = {"msg_id": "right", "msg_type": "comm_msg", "session": "s", "username": "", "version": "5.4"}
    parts = [json.dumps(part).encode() for part in (header, {}, {}, {"comm_id": form, "data": update})]
    return bytes(serialize_msg_to_ws_v1(parts, "shell"))


def noise(chance: random.Random) -> bytes:
    """Return bytes that are not a message, some with a false part count."""
    counted = chance.choice([0, 1, 5, 64, 65, 2**31, 2**62]).to_bytes(8, "little")
    return counted + chance.randbytes(chance.randrange(200))


def damage(chance: random.Random, sent: bytes) -> bytes:
    """Now and then a message with some bytes changed, or cut short."""
    if chance.random() > 0.1:
        return sent
    place = chance.randrange(len(sent))
    return chance.choice([sent[:place], sent[:place] + chance.randbytes(4) + sent[place + 4 :]])


def messages(chance: random.Random, size: int, comms: dict[str, list[str]] | None = None) -> Iterator[bytes]:
    """``size`` messages."""
    for _ in range(size):
        yield message(chance, comms)


def code() -> bytes:
    """A request to run code, which no page needs."""
    header = {
        "msg_id": "code",
        "msg_type": "execute_request",
        "session": "s",
        "username": "",
        "version": "5.4",
    }
    content = {
        "code": CODE,
        "silent": False,
        "store_history": False,
        "user_expressions": {},
        "allow_stdin": False,
    }
    parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
    return bytes(serialize_msg_to_ws_v1(parts, "shell"))
