"""Keys are derived in turn, on threads of their own, and the line has an end."""

import asyncio
import os
import sys
import threading
import time
from collections import Counter

import httpx
import pytest

from tests.server.conftest import PASSPHRASE
from tests.server.test_sent_twice import form_of
from workbook.content import say
from workbook.errors import BusyError
from workbook.server.web.turns import AT_ONCE, Turns


class Derivations:
    """Counts what runs at once, by address."""

    def __init__(self) -> None:
        self.lock, self.running, self.most, self.threads = threading.Lock(), Counter(), Counter(), set()

    def derive(self, address: str) -> str:
        with self.lock:
            self.running[address] += 1
            self.most[address] = max(self.most[address], self.running[address])
            self.threads.add(threading.current_thread().name)
        time.sleep(0.005)
        with self.lock:
            self.running[address] -= 1
        return address


def test_one_address_derives_two_keys_at_a_time_and_the_rest_wait():
    """Forty at once leave room for everybody's answers; another address does not wait for them."""
    seen = Derivations()

    async def all_at_once() -> list[str]:
        turns = Turns()
        try:
            return await asyncio.gather(
                *(turns.run(("one", "two")[n % 2], seen.derive, ("one", "two")[n % 2]) for n in range(40))
            )
        finally:
            turns.close()

    assert len(asyncio.run(all_at_once())) == 40
    assert max(seen.most.values()) <= AT_ONCE
    assert all(name.startswith("keys") for name in seen.threads)


@pytest.mark.parametrize(("line", "lines", "others"), [(5, 100, True), (100, 5, False)])
def test_a_full_line_refuses_the_next_one_and_tries_nothing(line, lines, others):
    seen = Derivations()

    async def flood() -> tuple[Counter, bool]:
        turns = Turns(line=line, lines=lines)
        many = [asyncio.ensure_future(turns.run("one", seen.derive, "one")) for _ in range(20)]
        await asyncio.sleep(0)
        try:
            other = await turns.run("two", seen.derive, "two") == "two"
        except BusyError:
            other = False
        told = Counter(type(one).__name__ for one in await asyncio.gather(*many, return_exceptions=True))
        await turns.run("one", seen.derive, "one")  # and again once there is room
        assert not turns._here
        turns.close()
        return told, other

    assert asyncio.run(flood()) == ({"str": 5, "BusyError": 15}, others)


def test_a_line_of_one_address_is_another_than_that_of_who_sits_in():
    """Or somebody in the same home could keep another from leaving, by trying to sign in without end."""
    from types import SimpleNamespace

    from workbook.server.pages.page import PageHandler

    async def whose(actor: object) -> str:
        seen: list[str] = []

        async def run(whose: str, *_: object) -> None:
            seen.append(whose)

        class At:
            in_turn = PageHandler.in_turn
            address = "192.0.2.1"
            context = SimpleNamespace(turns=SimpleNamespace(run=run))

        at = At()
        at.actor = actor
        await at.in_turn(print)
        return seen[0]

    assert asyncio.run(whose(None)) == "192.0.2.1"
    assert asyncio.run(whose(SimpleNamespace(sitting_id="s"))) == "sitting s"


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own here")
def test_a_derivation_steps_back_behind_everything_else():
    async def priority() -> int:
        turns = Turns()
        found = await turns.run("one", lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        turns.close()
        return found

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert asyncio.run(priority()) == min(19, own + 10)
    assert os.getpriority(os.PRIO_PROCESS, 0) == own, "and nothing else does"


def test_a_form_that_finds_the_line_full_is_shown_again_and_may_be_sent_again(visit):
    ann = visit()
    form = form_of(ann, "/begin", name="Ann", passphrase=PASSPHRASE)

    async def many() -> list[httpx.Response]:
        cookies = dict(ann.client.cookies)
        url, client = ann.client.base_url, httpx.AsyncClient
        async with client(base_url=url, cookies=cookies, timeout=120, trust_env=False) as asked:
            wrong = {"code": "no-such-code", "name": "Ann", "passphrase": "wrong words"}
            each = ({**form, **wrong, "once": f"{n}"} for n in range(90))
            return await asyncio.gather(*(asked.post("/sign-in", data=one) for one in each))

    told = asyncio.run(many())
    full = [reply for reply in told if reply.status_code == 503]
    assert full, "ninety at once are more than may wait"
    assert say("server.busy") in full[0].text and 'value="no-such-code"' in full[0].text
    assert ann.client.post("/begin", data=form).headers["Location"] == "/recovery-code"
