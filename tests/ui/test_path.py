"""Which role sees which page, when it opens, and the path: loops over the one list of pages."""

from collections.abc import Callable

import pytest

from tests.ui.conftest import pages_of, status
from workbook.address import Address, at
from workbook.errors import WorkbookError
from workbook.service.demo import open_demo
from workbook.service.desks.household import Household
from workbook.session import Session, Status
from workbook.ui.app import App
from workbook.ui.pages import PAGES
from workbook.ui.path import PARTS, PageKind, Pages

PRIVATE = "safety.private"


def test_no_two_pages_share_a_kind() -> None:
    kinds = [page.kind for page in PAGES]
    assert len(kinds) == len(set(kinds))


def test_every_page_belongs_to_at_most_one_part_of_its_roles_path() -> None:
    for page in PAGES:
        parts = {part for role in page.roles for part in PARTS.get(role, ())}
        assert page.roles and page.part in {"", *parts}, page.kind


def test_every_page_is_reachable_by_some_role() -> None:
    """Where everything is open, each kind of page opens for each role that it names, and for no other."""
    for place in ("a", "together"):
        household, service = open_demo(place)
        session = Session(service)
        if place == "a":
            session.agree("consent", "0" * 64, agreed=True)
        names = {"chapter": "connection.talk", "review": "connection.talk"}
        opened = {
            p.kind for p in PAGES if pages_of(session).status(at(p.kind, names.get(p.kind, ""))) != "locked"
        }
        # No study is run here, no session goes on, and there is one round: of two, see `test_walk_of_rounds`.
        not_here = {"research", "together-earlier", "view-earlier", "in-session"}
        assert opened == {page.kind for page in PAGES if session.actor.role in page.roles} - not_here
        household.close()


@pytest.mark.parametrize("page", ["a-page-of-tomorrow", "", "chapter:gone", "chapter", "home2"])
def test_a_page_that_is_not_there_is_locked(
    page: str, maya: Session, take_part: Callable[[Session], Session]
) -> None:
    app = App(take_part(maya))
    with pytest.raises(WorkbookError):
        app.go(page)
    assert maya.page == at("home")


def test_two_together_are_led_only_to_what_is_for_two() -> None:
    """Nor does any button on their pages lead to a page that is locked to them."""
    household, service = open_demo("together")
    app = App(Session(service))
    assert [str(step.address) for step in app.pages.steps()] == [
        "together",
        "decide",
        "exercises",
        "room",
        "progress",
    ]
    for page in (
        "home",
        "together:now",
        "expectation",
        "resources",
        "decide",
        "decided",
        "cooling",
        "take-along",
        "exercises",
        "progress",
    ):
        app.go(page)
        for number in range(len(app._open.actions.buttons)):
            app.go(page)
            if app._open.actions.buttons[number]["kind"] != "danger":
                app.trouble.blocks = []
                app.guard(app._open._row.press)(f"b{number}")
                assert app.trouble.blocks == [], (page, number)
    household.close()


def test_the_private_questions_can_be_ended_before_the_consent(maya: Session) -> None:
    """They are open to everybody at any time, and so is the page at their end."""
    app = App(maya)
    n_screens = len(maya.screens(PRIVATE))
    app.go(at("chapter", PRIVATE, n_screens))
    app.guard(app._open._row.press)("b0")
    assert (maya.page, app.trouble.blocks) == (at("review", PRIVATE), [])
    assert status(maya, "review:connection.talk") == "locked"


def test_a_chapter_opens_at_its_first_screen_with_an_open_question(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    app = App(take_part(maya))
    for asked in ("chapter:connection.talk", "chapter:connection.talk:9", "chapter:connection.talk:x"):
        app.go(asked)
        assert maya.page == at("chapter", "connection.talk", 1)


def test_a_new_role_gets_its_pages_from_the_same_code(household: Household, maya: Session) -> None:
    """A page names its roles; for any other role it is locked and on no path."""

    class Theirs(PageKind):
        kind, part, roles = "home", "begin", frozenset({"therapist"})

    class Mine(Theirs):
        kind, roles = "rights", frozenset({"partner"})
        lock = staticmethod(_open)

    pages = Pages(maya, [Theirs, Mine])
    assert [pages.status(at(kind)) for kind in ("home", "rights")] == ["locked", "open"]
    assert [str(step.address) for step in pages.steps()] == ["rights"]


def _open(_session: Session, _address: Address) -> Status:
    return "open"
