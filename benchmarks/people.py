"""Many people at once, at the level of their sockets: each with an open page, answering every five seconds.

Nobody draws anything: what is measured is the server with its kernels, on the machine that asks as well.
"""

import asyncio
import math
import random
import re
import statistics
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import tornado.httpclient
import tornado.websocket

from benchmarks.harness import Figures, benchmark
from benchmarks.peers.serving import Served
from benchmarks.reporting import exponent_of, keep
from tests.proofs._visitors import PROTOCOL, behind
from workbook.instruments import catalogue
from workbook.server.testing import running_server

COUNTS = (1, 10, 20, 50, 100, 200)
PAUSE_SECONDS, ROUNDS = 5.0, 6
AT_ONCE = 20
HOST = "workbook.example.org"
ITEMS = [item.id for item in catalogue()["connection"].items]


@dataclass
class Someone:
    """One who has begun, with an address and a browser of their own."""

    client: httpx.AsyncClient
    url: str
    number: int
    cookies: str = "__Host-xsrf=token"
    line: tornado.websocket.WebSocketClientConnection | None = None
    took: list[float] = field(default_factory=list)
    n_failed: int = 0

    @property
    def headers(self) -> dict[str, str]:
        address = f"198.51.{100 + self.number // 250}.{self.number % 250}"
        named = {"Host": HOST, "X-Forwarded-For": address, "X-XSRFToken": "token", "Cookie": self.cookies}
        return named | {"Origin": f"https://{HOST}"}

    async def begin(self) -> None:
        """Sign up."""
        form = {"name": "Ann", "passphrase": "nine quiet words"}
        reply = await self.client.post("/begin", headers=self.headers, data=form)
        given = re.search(r"__Host-sitting=[^;]+", " ".join(reply.headers.get_list("set-cookie")))
        if given is None:
            raise RuntimeError(f"/begin gave {reply.status_code} and no sitting")
        self.cookies += "; " + given[0]

    async def open(self) -> float:
        """Open the workbook and its line; give the seconds until both are there."""
        began = time.perf_counter()
        page = await self.client.get("/workbook", headers=self.headers)
        kernel = re.search(r'data-kernel="([^"]+)"', page.text)
        if kernel is None:
            raise RuntimeError(f"/workbook gave {page.status_code} and no kernel")
        address = f"{self.url.replace('http', 'ws', 1)}api/kernels/{kernel[1]}/channels"
        asked = tornado.httpclient.HTTPRequest(address, headers=self.headers)
        self.line = await tornado.websocket.websocket_connect(asked, subprotocols=[PROTOCOL])
        return time.perf_counter() - began

    async def answer(self, rounds: int) -> None:
        """Answer again and again, each time when it is due."""
        await asyncio.sleep(random.random() * PAUSE_SECONDS)  # noqa: S311 - not all at one moment
        for _ in range(rounds):
            row = {"operation_id": uuid.uuid4().hex, "occasion": "assessment-1", "value": 2}
            row["item"] = random.choice(ITEMS)  # noqa: S311
            began = time.perf_counter()
            reply = await self.client.post("/api/answers", headers=self.headers, json={"answers": [row]})
            self.took.append(1000 * (time.perf_counter() - began))
            self.n_failed += reply.status_code != httpx.codes.OK
            await asyncio.sleep(max(0.0, PAUSE_SECONDS - (time.perf_counter() - began)))


@benchmark(
    "people",
    bound="200 open pages, an answer each 5 s: p95 ≤ 300 ms, none fails; 20 pages ≤ 100 ms;"
    " 20 at once: last within 4 s",
    holds=lambda figures: (
        figures["p95_ms"] <= 300
        and figures.get("p95_ms_at_20", 0) <= 100
        and figures["failed"] == 0
        and figures["last_open_seconds"] <= 4
    ),
    figure=lambda figures: (
        f"{figures['people']:.0f} people: p50 {figures['p50_ms']:.0f}, p95 {figures['p95_ms']:.0f}, "
        f"p99 {figures['p99_ms']:.0f} ms (p95 of 20 {figures.get('p95_ms_at_20', math.nan):.0f}, alone "
        f"{figures.get('p95_ms_at_1', math.nan):.0f}; grows as people^{figures['p95_exponent']:.2f}), "
        f"{figures['failed']:.0f} failed, {figures['mb_each']:.1f} MB each; "
        f"{AT_ONCE} at once: last open after {figures['last_open_seconds']:.1f} s"
    ),
)
def people(share: float) -> Figures:
    """Let more and more people in; keep the figures at each count in ``build/reports/people.json``."""
    counts = COUNTS if share == 1 else (2,)
    with tempfile.TemporaryDirectory() as kept:
        options = ("--behind-proxy", f"https://{HOST}", "--most-pages", str(max(counts) + AT_ONCE))
        with running_server(Path(kept), *options) as server:
            served = Served("workbook", behind(server).url, server.pid, 0.0)
            found = asyncio.run(_grow(served, counts, ROUNDS if share == 1 else 1))
    keep("people", found)
    at = {f"p95_ms_at_{count}": one["p95_ms"] for count, one in found.items()}
    p95 = {count: one["p95_ms"] for count, one in found.items()}
    return found[max(counts)] | at | {"p95_exponent": exponent_of(p95)}


async def _grow(served: Served, counts: tuple[int, ...], rounds: int) -> dict[int, Figures]:
    found: dict[int, Figures] = {}
    limits = httpx.Limits(max_connections=2 * max(counts))
    idle = served.private_mb()
    last_open = 0.0
    async with httpx.AsyncClient(base_url=served.url, timeout=120, trust_env=False, limits=limits) as client:
        here: list[Someone] = []
        for count in counts:
            new = [Someone(client, served.url, number) for number in range(len(here), count)]
            for start in range(0, len(new), 5):  # the doors let so many be derived at once
                await asyncio.gather(*(one.begin() for one in new[start : start + 5]))
            for start in range(0, len(new), AT_ONCE):
                opened = await asyncio.gather(*(one.open() for one in new[start : start + AT_ONCE]))
                if len(opened) == AT_ONCE:
                    last_open = last_open or max(opened)
            last_open = last_open or max(opened)
            here += new
            for one in here:
                one.took, one.n_failed = [], 0
            await asyncio.gather(*(one.answer(rounds) for one in here))
            took = [ms for one in here for ms in one.took]
            cuts = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
            found[count] = {
                "people": count,
                "p50_ms": cuts[49],
                "p95_ms": cuts[94],
                "p99_ms": cuts[98],
                "failed": sum(one.n_failed for one in here),
                "mb_each": (served.private_mb() - idle) / count,
                "last_open_seconds": last_open,
            }
        for one in here:
            if one.line is not None:
                one.line.close()
    return found
