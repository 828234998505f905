"""Every registered route has an access rule: a new route fails here until it gets one."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from tornado.web import RequestHandler

from workbook.server import pages
from workbook.server.application import WorkbookApp
from workbook.server.pages.account_pages import Farewell
from workbook.server.pages.form_page import DoorPage, FormPage
from workbook.server.pages.page import PageHandler
from workbook.server.pages.sign_in_pages import NewcomerPage
from workbook.server.pages.therapist_pages import TherapistForm
from workbook.server.web.headers import Secured

# Who may do what: strangers ("anyone"), whoever is signed in ("sitting"), or the very sitting
# that a kernel was started for ("owner"), or a therapist who is signed in ("therapist").
RULES = {
    "/": {"get": "anyone"},
    "/begin": {"get": "anyone", "post": "anyone"},
    "/join": {"get": "anyone", "post": "anyone"},
    "/sign-in": {"get": "anyone", "post": "anyone"},
    "/recover": {"get": "anyone", "post": "anyone"},
    "/together": {"get": "anyone", "post": "anyone"},
    "/demo": {"post": "anyone"},
    "/therapist": {"get": "anyone", "post": "anyone"},
    "/therapist-recover": {"get": "anyone", "post": "anyone"},
    "/recovery-code": {"get": "sitting", "post": "sitting"},
    "/passphrase": {"get": "sitting", "post": "sitting"},
    "/go-alone": {
        "get": "sitting",
        "post": "anyone",
    },  # whom it signed out may have sent it twice; strangers: 403
    "/erase": {"get": "sitting", "post": "anyone"},  # likewise
    "/copy": {"get": "sitting", "post": "sitting"},
    "/hand-over": {"get": "sitting", "post": "anyone"},  # likewise; strangers: to the first page
    "/sign-out": {"post": "anyone"},
    "/leave": {"get": "anyone", "post": "anyone"},
    "/workbook": {"get": "sitting"},
    "/presentation": {"get": "therapist"},
    "/api/answers": {"post": "anyone"},  # answers strangers with 401 itself, so that a page can ask in place
    "/api/alive": {"post": "anyone"},
    "/api/close": {"post": "sitting"},
    "/api/kernels/<kernel>/channels": {"get": "owner"},
    "/static/<file>": {"get": "anyone", "head": "anyone"},
    "<anything else>": dict.fromkeys(("get", "post", "put", "delete", "patch", "head", "options"), "anyone"),
}


@pytest.fixture(scope="module")
def routes() -> dict[str, type]:
    """What the application registers, by a readable name."""
    from unittest.mock import Mock

    application = Mock(
        spec=WorkbookApp, notebook_path="x.ipynb", template_paths=[], config={}, voila_configuration=None
    )
    registered = {}
    readable = {r"/static/(.+)": "/static/<file>", ".*": "<anything else>"}
    for pattern, handler, *_ in WorkbookApp.init_handlers(application):
        is_line = "kernel_id" in pattern
        registered["/api/kernels/<kernel>/channels" if is_line else readable.get(pattern, pattern)] = handler
    return registered


def methods_of(handler: type) -> set[str]:
    names = {name.lower() for name in RequestHandler.SUPPORTED_METHODS}
    return {name for name in names if getattr(handler, name) is not getattr(RequestHandler, name)}


def test_every_route_has_a_rule_and_every_rule_a_route(routes):
    assert set(routes) == set(RULES)


def test_every_method_of_a_route_has_its_rule(routes):
    inherited = {"options", "head"}  # Jupyter's own, for strangers: they do nothing here
    for name, handler in routes.items():
        assert methods_of(handler) - inherited == set(RULES[name]) - inherited, name


def test_routes_open_to_strangers_are_exactly_those_marked_so(routes):
    for name, handler in routes.items():
        if name == "/static/<file>":
            continue
        for method, who in RULES[name].items():
            is_open = getattr(getattr(handler, method), "__allow_unauthenticated", False)
            assert is_open == (who == "anyone"), f"{method} {name}"


def test_every_handler_checks_the_host_and_sends_the_headers(routes):
    assert all(issubclass(handler, Secured) for handler in routes.values())


def test_every_page_that_is_defined_is_registered(routes):
    """In whichever module of the folder it is; those that others are built on apart."""
    modules = [import_module(f"{pages.__name__}.{found.name}") for found in iter_modules(pages.__path__)]
    defined = {
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, RequestHandler)
        and thing.__module__ == module.__name__
    }
    built_on = {PageHandler, DoorPage, FormPage, NewcomerPage, Farewell, TherapistForm}
    assert defined - built_on == set(routes.values()) & defined
    assert len(defined) > len(built_on)
