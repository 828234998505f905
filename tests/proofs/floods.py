"""Another person's answers are saved while forty people begin at once.

A real server with the real cost of a passphrase, behind a proxy that names forty addresses or one. Beside the
forty, somebody who is signed in gives an answer every few moments, and how long each took is what is bounded.
"""

import asyncio
import os
import re
import time
import uuid
from pathlib import Path

import httpx

from tests.proofs._visitors import behind
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.instruments import catalogue
from workbook.server.testing import running_server

PUBLIC = "https://workbook.example.org"
N_BEGIN, N_QUIET, MOST_SECONDS = 40, 20, 0.3
ITEM = catalogue()["connection"].items[0].id
_HASTY = Path(__file__).parent / "hasty_keys"


def _figure(counts: Counts) -> str:
    return (
        f"{counts['trials']:,} answers beside {counts['begun']:,} beginnings: {counts['failed']} failed, "
        f"95 % within {counts['p95_seconds']:.3f} s (quiet: {counts['quiet_seconds']:.3f} s)"
    )


@proof(
    "floods",
    bound=f"{N_BEGIN} beginnings at once, from one address or from {N_BEGIN}: another's answer saved ≤300 ms at p95",
    full=2,
    short=1,
    portion=1,
    holds=lambda c: c["failed"] == 0 and c["begun"] > 0 and c["p95_seconds"] <= MOST_SECONDS,
    figure=_figure,
    alone=True,
    timed=("p95_seconds", "quiet_seconds"),
)
def floods(size: int, seed: int) -> Counts:
    """One flood from many addresses, or from one."""
    return _flood(n_addresses=N_BEGIN if seed % 2 else 1)


@floods.control(size=1)
def keys_derived_where_answers_are_saved(size: int, seed: int) -> Counts:
    """Without threads of their own that step back, the answers wait in line behind the keys."""
    paths = os.pathsep.join([str(_HASTY), str(Path.cwd())])
    return _flood(n_addresses=N_BEGIN, environment={"PYTHONPATH": paths})


def _flood(n_addresses: int, environment: dict[str, str] | None = None) -> Counts:
    with (
        scratch() as folder,
        running_server(folder, "--behind-proxy", PUBLIC, environment=environment) as server,
    ):
        return asyncio.run(_beside(behind(server).url, n_addresses))


async def _beside(url: str, n_addresses: int) -> Counts:
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=url, timeout=120, trust_env=False, limits=limits) as client:

        async def post(path: str, at: str, cookie: str = "", **sent: object) -> httpx.Response:
            headers = {"Host": PUBLIC.removeprefix("https://"), "X-Forwarded-For": at}
            headers["Cookie"] = "; ".join(filter(None, ["__Host-xsrf=token", cookie]))
            headers["X-XSRFToken"] = "token"
            return await client.post(path, headers=headers, **sent)

        def begin(at: str) -> "asyncio.Future[httpx.Response]":
            form = {"name": "Ann", "passphrase": "nine quiet words"}
            return asyncio.ensure_future(post("/begin", at, data=form))

        first = await begin("192.0.2.1")
        given = re.search(r"__Host-sitting=[^;]+", " ".join(first.headers.get_list("set-cookie")))
        sitting = given[0] if given else ""

        async def answer() -> float:
            row = {"operation_id": uuid.uuid4().hex, "occasion": "assessment-1", "item": ITEM, "value": 2}
            began = time.perf_counter()
            reply = await post("/api/answers", "192.0.2.1", sitting, json={"answers": [row]})
            failed.append(reply.status_code != httpx.codes.OK)
            return time.perf_counter() - began

        failed: list[bool] = []
        quiet = [await answer() for _ in range(N_QUIET)]
        flood = [begin(f"198.51.100.{n % n_addresses}") for n in range(N_BEGIN)]
        beside = []
        while not all(one.done() for one in flood):
            # Each at its time, whether or not those before are saved: else one that waits would hide others.
            beside.append(asyncio.ensure_future(answer()))
            await asyncio.sleep(0.1)
        took = await asyncio.gather(*beside)
        begun = [one.result().status_code for one in flood]
    return {
        "trials": len(took),
        "begun": begun.count(httpx.codes.SEE_OTHER),
        "failed": sum(failed),
        "p95_seconds": _p95(took),
        "quiet_seconds": _p95(quiet),
    }


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]
