"""A page's scripts are on their way before they are asked for: while one types, and while the kernel works."""

import re

import pytest
from ipywidgets import Widget

from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.ui.app import App
from workbook.ui.components import Component

AHEAD = re.compile(r'<link rel="modulepreload" href="/static/((?:components/)?[a-z]+)\.[0-9a-f]{16}\.js"')


@pytest.mark.parametrize("path", ["/begin", "/join", "/sign-in", "/recover", "/together"])
def test_a_form_that_leads_to_the_workbook_loads_its_scripts_while_one_types(visit, path) -> None:
    """The page's own, and what hears answers before that is there."""
    assert AHEAD.findall(visit().client.get(path).text) == ["page", "components/form"]


def test_a_stranger_who_only_looks_at_the_first_page_loads_no_script_for_later(visit) -> None:
    assert AHEAD.findall(visit().client.get("/").text) == []


@pytest.fixture
def app():
    household, service = open_demo()
    desk = App(Session(service))
    yield desk
    Widget.close_all()
    household.close()


@pytest.mark.parametrize("page", ["home", "chapter:connection.talk"])
def test_what_the_first_page_is_drawn_with_is_loaded_while_the_kernel_works(visit, app, page) -> None:
    """Of the overview and of a chapter, as one who comes back to it sees it."""
    app.go(page)
    used = {one._component for one in _widgets(app.root) if isinstance(one, Component)}
    assert {"actions", "back", "prose"} <= used
    ahead = AHEAD.findall(visit().begin().client.get("/workbook", timeout=60).text)
    assert {f"components/{name}" for name in used} <= set(ahead)


def _widgets(root):
    yield root
    for child in getattr(root, "children", ()):
        yield from _widgets(child)
