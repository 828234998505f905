"""Sign-in pages withstand wrong hosts, forged requests, session fixation, guessing and floods.

Two real servers: one of a household, on loopback, and one behind a TLS proxy, for which this
proof writes the headers that a proxy would, and those that a browser would forge.
"""

import os
from pathlib import Path
from unittest import mock

import httpx

from tests.proofs._visitors import Visitor, small_server
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.proofs.routes import ELSE, FILE, KERNEL, cells
from workbook.server.testing import RunningServer
from workbook.server.web.headers import SECURITY_HEADERS

HOSTS = ("evil.example", "127.0.0.1.evil.example", "localhost", "localhost:1", "192.0.2.1:80", "[::1]", "")
ORIGINS = ("https://evil.example", "null", "http://localhost.evil.example", "http://localhost:1")
PUBLIC = "https://workbook.example.org"
GUARDS = ("without_headers", "foreign_hosts", "forged", "planted", "too_many_kernels")
# What a passphrase costs is no matter of the door; `told-the-same` looks at it.
_CHEAP, _UNGUARDED = (
    {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / folder), str(Path.cwd())])}
    for folder in ("cheap", "unguarded")
)
_PATHS = {
    FILE: "/static/none.js",
    ELSE: "/no/such/page",
    KERNEL: f"/api/kernels/{'0' * 8}-0000-0000-0000-{'0' * 12}/channels",
}


@proof(
    "door",
    bound="0 answers without headers, to foreign hosts, to forged requests; 0 planted sittings or kernels too many",
    full=150,
    short=150,
    zero=GUARDS,
)
def door(size: int, seed: int) -> Counts:
    """Try every attack on the sign-in pages once."""
    return _try_the_door(_CHEAP)


@door.control(size=1, fails=lambda counts: all(counts[guard] > 0 for guard in GUARDS))
def a_server_without_its_guards(size: int, seed: int) -> Counts:
    """Each guard taken out: each is missed."""
    return _try_the_door(_UNGUARDED)


def _try_the_door(environment: dict[str, str]) -> Counts:
    counts: Counts = dict.fromkeys(("trials", *GUARDS), 0)
    with scratch() as folder, mock.patch.dict(os.environ, environment), small_server(folder) as server:
        _try_headers(server, counts)
        _try_hosts(server, counts)
        _try_forging(server, counts)
        _try_planting(server, counts)
        _try_kernels(server, counts)
    return counts


def _try_headers(server: RunningServer, counts: Counts) -> None:
    visitor = Visitor(server)
    for route, method in cells():
        counts["trials"] += 1
        reply = visitor.client.request(method.upper(), _PATHS.get(route, route))
        is_whole = all(reply.headers.get(name) == value for name, value in SECURITY_HEADERS.items())
        counts["without_headers"] += not is_whole or "Server" in reply.headers
        counts["without_headers"] += reply.headers.get("Cache-Control") != "no-store"
    visitor.close()


def _try_hosts(server: RunningServer, counts: Counts) -> None:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        for route in (route for route, method in cells() if method == "get"):
            for host in HOSTS:
                counts["trials"] += 1
                reply = client.get(_PATHS.get(route, route), headers={"Host": host})
                counts["foreign_hosts"] += reply.status_code not in (400, 403)


def _try_forging(server: RunningServer, counts: Counts) -> None:
    """Another site sends a form, a script's request, or opens a line to the kernel."""
    victim = Visitor(server, "Ann").begin()
    kernel = victim.open_workbook()
    paths = {path for path, method in cells() if method == "post" and path not in _PATHS}
    for path in sorted(paths):
        for token in ("", "made-up", "2|00000000|0|0"):
            counts["trials"] += 1
            reply = victim.client.post(
                path, data={"_xsrf": token, "name": "Eve", "passphrase": "nine quiet words"}
            )
            counts["forged"] += reply.status_code != 403
    for origin in ORIGINS:
        counts["trials"] += 2
        other = Visitor(server)  # nobody is signed in here yet, or the form would do nothing anyway
        form = {"_xsrf": other.token(), "name": "Eve", "passphrase": "nine quiet words"}
        counts["forged"] += other.client.post("/begin", data=form, headers={"Origin": origin}).is_redirect
        counts["forged"] += victim.line_status(kernel, Origin=origin) == 101
        other.close()
    victim.close()


def _try_planting(server: RunningServer, counts: Counts) -> None:
    """A cookie set beforehand is worth nothing after signing in, nor is the old one after signing out."""
    counts["trials"] += 2
    victim = Visitor(server, "Ann")
    victim.client.cookies.set("sitting", "planted-before", domain="localhost.local")
    victim.begin()
    attacker = Visitor(server)
    attacker.client.cookies.set("sitting", "planted-before", domain="localhost.local")
    counts["planted"] += attacker.client.get("/hand-over").status_code == httpx.codes.OK
    own = [c.value for c in victim.client.cookies.jar if c.name == "sitting" and c.value != "planted-before"]
    victim.send("/sign-out")
    attacker.client.cookies.set("sitting", own[-1] if own else "", domain="localhost.local")
    counts["planted"] += attacker.client.get("/hand-over").status_code == httpx.codes.OK
    victim.close()
    attacker.close()


def _try_kernels(server: RunningServer, counts: Counts) -> None:
    counts["trials"] += 1
    person = Visitor(server, "Ann").begin()
    kernels = [person.open_workbook() for _ in range(4)]
    alive = [person.ask("/api/alive", {"kernel": kernel}).json()["kernel_alive"] for kernel in kernels]
    counts["too_many_kernels"] += sum(alive) > 3
    person.close()
