"""The heartbeat of a page goes along its line to its kernel; by requests only where there is no line."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import websocket

from tests.server.conftest import Person
from tests.server.test_page import READY, begin

PROTOCOL = "v1.kernel.websocket.jupyter.org"


@contextmanager
def line_of(server, person: Person, kernel_id: str) -> Iterator[websocket.WebSocket]:
    """The websocket of somebody's own kernel, as their page opens it."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.client.cookies.jar)
    line = websocket.create_connection(
        f"{server.url.replace('http', 'ws', 1)}api/kernels/{kernel_id}/channels",
        cookie=cookies,
        origin=server.url.rstrip("/"),
        subprotocols=[PROTOCOL],
        timeout=20,
        http_no_proxy=["*"],
    )
    try:
        yield line
    finally:
        line.close()


def told(line: websocket.WebSocket, text: str) -> dict[str, object]:
    """Say something on a line; return the next text that comes, whatever the kernel says meanwhile."""
    line.send(text)
    while not isinstance(said := line.recv(), str):
        pass
    return json.loads(said)


def _until_silent(line: websocket.WebSocket) -> Iterator[str | bytes]:
    with suppress(websocket.WebSocketTimeoutException):
        while True:
            yield line.recv()


def seconds_left(answer: dict[str, object]) -> float:
    assert answer["signed_in"] is True and answer["kernel_alive"] is True
    return float(answer["seconds_left"])


def test_a_beat_says_how_long_the_sitting_lasts_and_only_an_action_makes_it_longer(server, visit) -> None:
    ann = visit().begin()
    with line_of(server, ann, ann.open_workbook()) as line:
        seconds_left(told(line, "active"))
        time.sleep(2.2)
        assert seconds_left(told(line, "beat")) < 1799
        assert seconds_left(told(line, "active")) >= 1799


@pytest.mark.parametrize("text", ["", "beat ", "BEAT", '{"active": true}', "x" * 5000])
def test_no_other_text_is_answered(server, visit, text) -> None:
    ann = visit().begin()
    with line_of(server, ann, ann.open_workbook()) as line:
        line.send(text)
        line.send("beat")
        line.settimeout(1.0)
        texts = [said for said in _until_silent(line) if isinstance(said, str)]
        assert len(texts) == 1


def test_after_the_sitting_has_ended_a_line_that_still_stands_says_so(server, visit) -> None:
    ann = visit().begin()
    with line_of(server, ann, ann.open_workbook()) as line:
        ann.send("/sign-out")
        try:
            answer = told(line, "active")
        except (websocket.WebSocketException, OSError):
            return  # closed, which says as much
        assert answer == {"signed_in": False, "kernel_alive": False, "seconds_left": None}


def test_a_page_with_a_line_sends_no_requests_for_it(page) -> None:
    begin(page)
    sent = []
    page.on("websocket", lambda line: line.on("framesent", lambda frame: sent.extend([frame])))
    page.reload()
    page.wait_for_selector(READY)
    page.requests.clear()
    page.wait_for_timeout(5_000)
    assert [frame for frame in sent if frame in ("beat", "active")] != []
    assert [address for address in page.requests if "alive" in address] == []


def test_a_line_that_gives_no_answer_is_said_within_five_seconds_and_then_asked_no_more(page) -> None:
    begin(page)
    page.evaluate(
        "() => { workbook.beatOnLine = () => {"
        " window.asked = (window.asked ?? 0) + 1; return new Promise(() => {}); }; }"
    )
    with page.expect_request("**/api/alive", timeout=7_000):
        pass
    page.wait_for_timeout(3_000)
    assert page.evaluate("window.asked") == 1


def test_where_the_line_says_one_is_signed_out_the_page_asks_by_a_request_who_is(page) -> None:
    begin(page)
    page.evaluate("() => { workbook.beatOnLine = async () => ({ signed_in: false }); }")
    with page.expect_request("**/api/alive", timeout=4_000) as asked:
        pass
    assert asked.value.post_data_json["kernel"]
