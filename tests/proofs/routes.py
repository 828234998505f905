"""Access control over the network: every registered route and method, every kernel, every role.

Routes and methods are those that the application registers; one without a rule in the server's own table
of rules fails. Researchers have no way in, so over the network they are strangers; what they would be as
actors is in `isolation`.
"""

import uuid
from unittest import mock

from tests.proofs._visitors import PASSPHRASE, Visitor, small_server
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.server.test_routes import RULES, methods_of
from tests.walk.seeded import in_folder
from workbook.server.application import WorkbookApp
from workbook.server.testing import RunningServer
from workbook.service.desks.household import Household

KERNEL, FILE, ELSE = "/api/kernels/<kernel>/channels", "/static/<file>", "<anything else>"
THERAPIST = "therapist"
_LAST = ("/hand-over", "/sign-out", "/leave")  # they end the sitting that asks
_READABLE = {r"/static/(.+)": FILE, ".*": ELSE}


def registered() -> dict[str, type]:
    """Handlers by readable route, from what the application really registers."""
    application = mock.Mock(
        spec=WorkbookApp, notebook_path="x.ipynb", template_paths=[], config={}, voila_configuration=None
    )
    return {
        KERNEL if "kernel_id" in pattern else _READABLE.get(pattern, pattern): handler
        for pattern, handler, *_ in WorkbookApp.init_handlers(application)
    }


def cells() -> list[tuple[str, str]]:
    """Every route with every method it answers, those that end a sitting last."""
    inherited = {"options", "head"}
    found = [
        (route, method)
        for route, handler in registered().items()
        for method in sorted(methods_of(handler) - (inherited if route != ELSE else set()))
    ]
    return sorted(found, key=lambda cell: (cell[0] in _LAST, cell[1] != "get"))


class Cast:
    """Everybody who asks, each with a browser; those signed in have a kernel of their own."""

    def __init__(self, server: RunningServer, therapist_code: str, *, kernels: bool) -> None:
        a = Visitor(server, "Ann").begin()
        b, c = Visitor(server, "Ben").join(a.code), Visitor(server, "Cas").begin()
        both = Visitor(server)
        names = {"name": a.name, "passphrase": a.passphrase, "other_name": b.name}
        both.send("/together", code=a.code, **names, other_passphrase=b.passphrase)
        ended, planted = Visitor(server, "Ann").sign_in(a.code), Visitor(server)
        stale = ended.client.cookies.get("sitting") or ""
        ended.send("/sign-out")
        ended.client.cookies.set("sitting", stale, domain="localhost.local")
        planted.client.cookies.set("sitting", "planted-by-somebody", domain="localhost.local")
        therapist = Visitor(server, THERAPIST)
        therapist.send("/therapist", code=therapist_code, passphrase=therapist.passphrase, digits="")
        self.signed_in = {"A": a, "B": b, "another couple": c, "together": both, "therapist": therapist}
        self.strangers = {"a stranger": Visitor(server), "signed out": ended, "a planted cookie": planted}
        for visitor in self.signed_in.values() if kernels else ():
            visitor.open_workbook()

    def close(self) -> None:
        for visitor in (*self.signed_in.values(), *self.strangers.values()):
            visitor.close()


@proof(
    "routes",
    bound="0 unexpected allows or refusals for every role × registered route, method and kernel",
    full=150,
    short=150,
    zero=("allowed", "refused", "without_rule"),
)
def routes(size: int, seed: int) -> Counts:
    """All cells on one real server."""
    return _look(RULES)


@routes.control(size=1, fails=lambda counts: counts["allowed"] > 0)
def a_wish_for_more_privacy_than_there_is(size: int, seed: int) -> Counts:
    """Demand a rule the server does not keep (a private landing page): it is noticed."""
    return _look({"/": {"get": "sitting"}}, kernels=False)


@routes.control(size=1, fails=lambda counts: counts["without_rule"] > 0)
def a_route_nobody_made_a_rule_for(size: int, seed: int) -> Counts:
    """As if a route had been added and nothing been said about it."""
    known = {route: rule for route, rule in RULES.items() if route != "/recovery-code"}
    missing = sum(method not in known.get(route, {}) for route, method in cells())
    return {"trials": len(cells()), "allowed": 0, "refused": 0, "without_rule": missing}


def _look(rules: dict[str, dict[str, str]], *, kernels: bool = True) -> Counts:
    counts: Counts = dict.fromkeys(("trials", "allowed", "refused", "without_rule"), 0)
    with scratch() as folder:
        code = in_folder(folder, _make_therapist)
        with small_server(folder, "--practice") as server:
            cast = Cast(server, code, kernels=kernels)
            _ask_all(cast, rules, counts, kernels=kernels)
    return counts


def _make_therapist(household: Household) -> str:
    return household.therapists.create(THERAPIST, PASSPHRASE + THERAPIST).code


def _ask_all(cast: Cast, rules: dict[str, dict[str, str]], counts: Counts, *, kernels: bool) -> None:
    if kernels:
        _look_at_kernels(cast, counts)
    for route, method in cells():
        rule = rules.get(route, {}).get(method)
        if rule is None:
            counts["without_rule"] += 1
        elif route != KERNEL:
            _look_at_route(cast, (route, method, rule), counts)
    cast.close()


def _look_at_kernels(cast: Cast, counts: Counts) -> None:
    kernels = {name: visitor.kernel for name, visitor in cast.signed_in.items()} | {"none": str(uuid.uuid4())}
    for name, visitor in (cast.signed_in | cast.strangers).items():
        for owner, kernel in kernels.items():
            counts["trials"] += 1
            is_in = visitor.line_status(kernel) == 101
            counts["allowed" if is_in else "refused"] += is_in != (name == owner)


def _look_at_route(cast: Cast, cell: tuple[str, str, str], counts: Counts) -> None:
    route, method, rule = cell
    for name, visitor in (cast.signed_in | cast.strangers).items():
        counts["trials"] += 1
        is_in = _gets_in(visitor, route, method)
        if name in cast.strangers and rule != "anyone":
            counts["allowed"] += is_in
        elif rule == THERAPIST:
            counts["allowed"] += is_in and name != THERAPIST
            counts["refused"] += not is_in and name == THERAPIST
        elif route not in (
            "/recovery-code",
            "/demo",
            "/passphrase",
            "/go-alone",
            "/erase",
            "/copy",
            "/hand-over",
        ):  # not everybody has one
            counts["refused"] += not is_in


def _gets_in(visitor: Visitor, route: str, method: str) -> bool:
    """Tell whether the handler itself answered, rather than the sign-in check in front of it."""
    path = {FILE: "/static/none.js", ELSE: "/no/such/page"}.get(route, route)
    headers = {"X-XSRFToken": visitor.token()} if method not in ("get", "head", "options") else {}
    headers["Accept"] = "application/json" if path.startswith("/api") else "text/html"
    reply = visitor.client.request(method.upper(), path, headers=headers)
    sent_to_door = reply.is_redirect and reply.headers["Location"].startswith("/?next=")
    return not sent_to_door and reply.status_code != 403
