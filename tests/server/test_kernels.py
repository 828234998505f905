"""Kernels: who may reach them, what they may know, and when they end."""

import asyncio
import contextlib
import json
import os
import signal
import time
import uuid
from pathlib import Path

import psutil
import pytest
import tornado.httpclient
import tornado.websocket

from tests.server.conftest import kernels_of, waiting_of
from tests.server.test_door import wait_until
from workbook.errors import SetupError
from workbook.server.application import SWEEP_SECONDS
from workbook.server.settings import ServerSettings
from workbook.server.testing import running_server

SECRET = "a-secret-of-the-servers-environment"


@pytest.fixture(scope="module")
def server(tmp_path_factory, notebook):
    folder = tmp_path_factory.mktemp("kernels")
    with running_server(
        folder, "--notebook", str(notebook), environment={"DATABASE_PASSWORD": SECRET}
    ) as running:
        yield running


def open_socket(server, person, kernel_id):
    """Return the status a browser gets for a kernel's websocket: 101 if admitted."""

    async def ask() -> int:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.client.cookies.jar)
        request = tornado.httpclient.HTTPRequest(
            f"{server.url.replace('http', 'ws')}api/kernels/{kernel_id}/channels",
            headers={"Cookie": cookies, "Origin": server.url.rstrip("/"), "Host": server.url.split("/")[2]},
        )
        try:
            line = await tornado.websocket.websocket_connect(
                request, subprotocols=["v1.kernel.websocket.jupyter.org"]
            )
        except tornado.httpclient.HTTPClientError as error:
            return error.code
        line.close()
        return 101

    return asyncio.run(ask())


def test_opening_the_workbook_starts_one_kernel_that_only_its_own_sitting_reaches(server, visit):
    ann, eve = visit().begin(), visit().begin("Eve")
    kernel_id = ann.open_workbook()
    assert len(kernels_of(server)) == 1
    assert open_socket(server, ann, kernel_id) == 101
    assert open_socket(server, eve, kernel_id) == 403
    assert open_socket(server, visit(), kernel_id) == 403
    assert open_socket(server, ann, uuid.uuid4()) == 403


def test_a_partner_cannot_reach_the_others_kernel(server, visit):
    ann, ben = visit().begin(), visit()
    ben.send("/join", code=ann.code, name="Ben", passphrase="bens own words")
    assert open_socket(server, ben, ann.open_workbook()) == 403


def test_a_second_browser_of_the_same_person_cannot_reach_the_first_kernel(server, visit):
    ann, also_ann = visit().begin(), visit()
    also_ann.send("/sign-in", code=ann.code, name="Ann", passphrase="seven quiet lanterns")
    assert open_socket(server, also_ann, ann.open_workbook()) == 403


def test_only_its_own_sitting_can_close_or_query_a_kernel(server, visit):
    ann, eve = visit().begin(), visit().begin("Eve")
    kernel_id = ann.open_workbook()
    before = len(kernels_of(server))
    eve.ask("/api/close", {"kernel": kernel_id})
    assert eve.ask("/api/alive", {"kernel": kernel_id}).json()["kernel_alive"] is False
    assert len(kernels_of(server)) == before
    assert ann.ask("/api/alive", {"kernel": kernel_id}).json()["kernel_alive"] is True
    assert ann.ask("/api/close", {"kernel": kernel_id}).status_code == 204
    wait_until(lambda: len(kernels_of(server)) == before - 1)


def test_a_kernel_knows_nothing_of_the_servers_environment(server, visit):
    """Neither in its own environment nor in /proc of the kernel and its parent."""
    ann = visit().begin()
    ann.open_workbook()
    newest = max(kernels_of(server), key=lambda process: process.create_time())
    shown = [Path(f"/proc/{pid}/environ").read_bytes() for pid in (newest.pid, newest.ppid())]
    assert SECRET not in b"".join(shown).decode()
    assert b"WORKBOOK_" not in b"".join(shown)
    assert (
        SECRET in Path(f"/proc/{server.pid}/environ").read_bytes().decode()
    )  # the control: it was there to leak


def test_a_persons_oldest_kernel_ends_when_they_open_more_than_three(server, visit):
    ann = visit().begin()
    before = {process.pid for process in kernels_of(server)}
    ids = [ann.open_workbook() for _ in range(4)]
    alive = [ann.ask("/api/alive", {"kernel": kernel_id}).json()["kernel_alive"] for kernel_id in ids]
    assert alive == [False, True, True, True]
    wait_until(lambda: len({process.pid for process in kernels_of(server)} - before) == 3)


def test_signing_out_ends_the_kernels_of_the_sitting(server, visit):
    ann = visit().begin()
    before = {process.pid for process in kernels_of(server)}
    ann.open_workbook()
    assert len({process.pid for process in kernels_of(server)} - before) == 1
    ann.send("/sign-out")
    wait_until(lambda: not {process.pid for process in kernels_of(server)} - before)


def test_a_killed_kernel_is_reported_dead_and_not_restarted(server, visit):
    ann = visit().begin()
    before = {process.pid for process in kernels_of(server)}
    kernel_id = ann.open_workbook()
    pid = ({process.pid for process in kernels_of(server)} - before).pop()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: ann.ask("/api/alive", {"kernel": kernel_id}).json()["kernel_alive"] is False, 5)
    time.sleep(1)
    assert not {process.pid for process in kernels_of(server)} - before


def test_a_kernel_without_heartbeat_is_shut_down(notebook, tmp_path):
    """On a server of its own, which waits for less long."""
    import httpx

    from tests.server.conftest import Person

    with (
        running_server(tmp_path, "--notebook", str(notebook), "--keep-closed", "5") as own,
        httpx.Client(base_url=own.url, timeout=60, trust_env=False) as client,
    ):
        Person(
            client
        ).begin().open_workbook()  # a browser that never opens the websocket and never says it is alive
        assert len(kernels_of(own)) == 1
        wait_until(lambda: not kernels_of(own), 30)


def test_by_default_a_kernel_without_heartbeat_ends_within_a_minute():
    assert ServerSettings(port=1).unheard_seconds + SWEEP_SECONDS < 60


def test_the_heartbeat_reports_the_time_left_and_the_end_of_the_sitting(server, visit):
    ann = visit().begin()
    reply = ann.ask("/api/alive", {"kernel": "", "active": True}).json()
    assert reply["signed_in"] is True
    assert 29 * 60 < reply["seconds_left"] <= 30 * 60
    ann.send("/sign-out")
    assert ann.ask("/api/alive", {}).json() == {
        "signed_in": False,
        "kernel_alive": False,
        "seconds_left": None,
        "someone_else": False,
    }


def test_everything_ends_with_the_server_even_when_it_is_killed(notebook, tmp_path, visit):
    import httpx

    from tests.server.conftest import Person

    with running_server(tmp_path, "--notebook", str(notebook)) as own:
        with httpx.Client(base_url=own.url, timeout=60, trust_env=False) as client:
            Person(client).begin().open_workbook()
        wait_until(lambda: len(waiting_of(own)) == 1)
        started = psutil.Process(own.pid).children(recursive=True)
        assert len(started) == 3
        os.kill(own.pid, signal.SIGKILL)
        wait_until(lambda: not any(is_running(process) for process in started), 20)


def is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def answer(value=2, item="connection.talk.listening.1", **more):
    return {
        "operation_id": uuid.uuid4().hex,
        "occasion": "assessment-1",
        "item": item,
        "value": value,
        **more,
    }


def an_item() -> str:
    from workbook.instruments import catalogue

    return catalogue()["connection"].items[0].id


def test_an_answer_is_acknowledged_by_its_operation_id_and_may_be_sent_twice(visit):
    ann = visit().begin()
    one = answer(item=an_item())
    for _ in range(2):
        reply = ann.ask("/api/answers", {"answers": [one]})
        assert (reply.status_code, reply.json()) == (200, {"saved": [one["operation_id"]]})


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"answers": 1},
        {"answers": [1]},
        {"answers": [answer(value="2")]},
        {"answers": [answer(value=True)]},
        {"answers": [answer(value=2.0)]},
        {"answers": [answer()] * 201},
        {"answers": [answer(item="\ud800")]},
        {"answers": [answer(item="x" * 9000)]},
        {"answers": [answer(item="no.such.item")]},
        {"answers": [answer(value=99)]},
    ],
)
def test_a_malformed_or_impossible_answer_is_refused_in_a_sentence(visit, body):
    reply = visit().begin().ask("/api/answers", body)
    assert reply.status_code == 422
    assert reply.json()["error"].endswith((".", "…"))
    assert "Traceback" not in reply.text


def test_a_stranger_cannot_keep_answers(visit):
    reply = visit().ask("/api/answers", {"answers": [answer(item=an_item())]})
    assert reply.status_code == 401
    assert json.loads(reply.text)["error"]


def test_a_full_server_says_so_and_a_closed_page_makes_room(notebook, tmp_path):
    import httpx

    from tests.server.conftest import Person

    options = ("--notebook", str(notebook), "--most-pages", "9")
    with running_server(tmp_path, *options) as own, contextlib.ExitStack() as at_end:
        people = []
        for name in ("Ann", "Ben", "Cem", "Dia"):
            client = at_end.enter_context(httpx.Client(base_url=own.url, timeout=60, trust_env=False))
            people.append(Person(client).begin(name))
        opened = [person.open_workbook() for person in people[:3] for _ in range(3)]
        page = people[3].client.get("/workbook")
        assert (page.status_code, len(kernels_of(own))) == (503, 9)
        assert "The workbook is busy right now" in page.text
        assert int(page.headers["Retry-After"]) > 0
        # Whoever has three pages may open a fourth all the same: their own oldest ends for it.
        assert people[0].open_workbook() not in opened
        people[1].ask("/api/close", {"kernel": opened[3]})
        assert people[3].open_workbook()


def test_a_stranger_who_took_all_pages_shuts_out_nobody_who_answered(notebook, tmp_path):
    """Four couples that never answered hold all pages, and say that they are there; see `.room`."""
    import httpx

    from tests.server.conftest import Person

    options = ("--notebook", str(notebook), "--most-pages", "9")
    with running_server(tmp_path, *options) as own, contextlib.ExitStack() as at_end:
        names = ("Ann", "Eve", "Eva", "Evi")
        people = [
            Person(at_end.enter_context(httpx.Client(base_url=own.url, timeout=60, trust_env=False))).begin(
                name
            )
            for name in names
        ]
        ann, strangers = people[0], people[1:]
        held = [(one, one.open_workbook()) for one in strangers for _ in range(3)]
        for one, kernel in held:
            assert one.ask("/api/alive", {"kernel": kernel, "active": True}).json()["kernel_alive"]
        assert ann.client.get("/workbook").status_code == 503
        assert ann.ask("/api/answers", {"answers": [answer(item=an_item())]}).status_code == 200
        assert ann.open_workbook()
        wait_until(lambda: len(kernels_of(own)) == 9)


def test_a_heartbeat_alone_holds_no_kernel(notebook, tmp_path):
    """It costs whoever sends it nothing; the page's own line to its kernel does hold it."""
    import httpx

    from tests.server.conftest import Person

    with (
        running_server(tmp_path, "--notebook", str(notebook), "--keep-closed", "5") as own,
        httpx.Client(base_url=own.url, timeout=60, trust_env=False) as client,
    ):
        ann = Person(client).begin()
        kernel = ann.open_workbook()

        def is_gone() -> bool:
            return not ann.ask("/api/alive", {"kernel": kernel, "active": True}).json()["kernel_alive"]

        wait_until(is_gone, 30)


def test_many_pages_opened_at_once_by_one_person_start_three_kernels(server, visit):
    ann = visit().begin()
    before = {process.pid for process in kernels_of(server)}
    cookies = dict(ann.client.cookies)

    async def open_all() -> list[int]:
        import httpx

        async with httpx.AsyncClient(
            base_url=server.url, cookies=cookies, timeout=60, trust_env=False
        ) as client:
            replies = await asyncio.gather(*(client.get("/workbook") for _ in range(6)))
        return [reply.status_code for reply in replies]

    assert asyncio.run(open_all()) == [200] * 6
    wait_until(lambda: len({process.pid for process in kernels_of(server)} - before) == 3)


def test_a_page_limit_below_what_one_couple_can_open_is_refused():
    """Otherwise "full" would reveal to one partner that the other is signed in."""
    with pytest.raises(SetupError, match="At least 9"):
        ServerSettings(port=1, most_kernels=8)
    with pytest.raises(SetupError, match="5 to 300 seconds"):
        ServerSettings(port=1, unheard_seconds=0)
    assert ServerSettings(port=1).most_kernels >= 9
