"""The gate between a browser and its kernel: which messages pass, tested without a network."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1

from workbook.server.kernels.websocket import ALLOWED_TYPES, LARGEST_MESSAGE, admit, scrub


def message(kind="comm_msg", content=None, channel="shell", header=None, **more) -> bytes:
    content = {"comm_id": "c", "data": {}} if content is None else content
    header = {"msg_id": "1", "msg_type": kind} if header is None else header
    parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
    return serialize_msg_to_ws_v1([*parts, *more.get("buffers", [])], channel)


def test_a_widget_message_passes_with_its_buffers():
    parts = admit(message(content={"comm_id": "c", "data": {"method": "update"}}, buffers=[b"\x00\xff"]))
    assert json.loads(parts[3]) == {"comm_id": "c", "data": {"method": "update"}}
    assert parts[4] == b"\x00\xff"


@pytest.mark.parametrize(
    "kind",
    [
        "execute_request",
        "shutdown_request",
        "interrupt_request",
        "inspect_request",
        "input_reply",
        "debug_request",
        "",
    ],
)
def test_code_and_control_never_pass(kind):
    assert admit(message(kind, {"code": "1", "comm_id": "c"})) is None


@pytest.mark.parametrize("channel", ["control", "stdin", "iopub", ""])
def test_only_the_shell_channel_passes(channel):
    assert admit(message(channel=channel)) is None


@pytest.mark.parametrize("target", ["jupyter.widget", "anything", None, 1, ["jupyter.widget.control"], {}])
def test_a_browser_can_create_no_widget_and_open_no_comm(target):
    assert admit(message("comm_open", {"comm_id": "c", "target_name": target})) is None
    assert admit(message("comm_open", {"comm_id": "c", "target_name": "jupyter.widget.control"}))


@pytest.mark.parametrize("kind", [None, 1, ["comm_msg"], {"comm_msg": 1}])
def test_a_message_type_of_another_kind_is_dropped_not_raised(kind):
    assert admit(message(header={"msg_type": kind})) is None


def test_an_oversized_message_is_dropped():
    assert admit(message(content={"comm_id": "c", "data": "x" * LARGEST_MESSAGE})) is None


def test_half_a_surrogate_pair_becomes_the_replacement_character():
    parts = admit(message(content={"comm_id": "c", "data": {"half \ud83d": "\ud83d", "whole": "\U0001f9e1"}}))
    assert json.loads(parts[3])["data"] == {"half \ufffd": "\ufffd", "whole": "\U0001f9e1"}


@pytest.mark.parametrize("count", [2**62, 65, 0, 1])
def test_a_message_with_a_false_part_count_is_dropped(count):
    assert admit(count.to_bytes(8, "little") + message()[8:]) is None


@given(st.binary(max_size=400))
def test_no_bytes_raise(noise):
    assert admit(noise) is None or isinstance(admit(noise), list)


@given(st.integers(0, 60), st.binary(min_size=1, max_size=12))
def test_no_damaged_message_raises_and_what_passes_is_of_an_allowed_type(place, noise):
    good = message()
    parts = admit(good[:place] + noise + good[place + len(noise) :])
    assert parts is None or json.loads(parts[0])["msg_type"] in ALLOWED_TYPES


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("error", {"ename": "E", "evalue": "Ann wrote: secret", "traceback": ["File secret"]}),
        ("execute_reply", {"status": "error", "ename": "E", "evalue": "secret", "traceback": ["secret"]}),
        ("stream", {"name": "stderr", "text": "secret"}),
    ],
)
def test_error_messages_are_stripped_of_their_content(kind, content):
    assert "secret" not in json.dumps(scrub(kind, content))


def test_messages_other_than_errors_pass_unchanged():
    assert scrub("comm_msg", {"comm_id": "c", "data": {"status": "saved"}}) is None
