"""Two pages of one person at once: none takes back what the other kept, and a field nobody touched shows it."""

from collections.abc import Callable

import pytest

from tests.ui.test_question import page_of
from workbook.address import at
from workbook.content import say
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.session import Session
from workbook.ui.app import App
from workbook.ui.components import TextField

CHAPTER = at("chapter", "background.about_you", 1)
FIELD = catalogue()["background"].free_text[0]
DRAFTED = "exercise:gratitude_log"


@pytest.fixture
def two(maya: Session, household: Household, take_part: Callable[[Session], Session]) -> tuple[App, App]:
    take_part(maya)
    return App(maya), App(Session(household.seat_partner(maya.actor)))


def own_words(app: App) -> TextField:
    return page_of(app)._fields[FIELD.id]


def drafted(app: App) -> TextField:
    return page_of(app).fields.children[0]


def type_in(field: TextField, text: str) -> None:
    field.value = text
    field.settled += 1


def test_words_kept_by_another_page_are_taken_in_where_none_were_typed(two: tuple[App, App]) -> None:
    first, second = two
    first.go(CHAPTER), second.go(CHAPTER)
    type_in(own_words(first), "the last words")
    second.session.catch_up()
    assert own_words(second).value == own_words(second).kept == "the last words"


@pytest.mark.parametrize("has_heard", [False, True])
def test_a_page_that_was_only_read_takes_nothing_back(two: tuple[App, App], has_heard: bool) -> None:
    """As the one that opens while the page before still says its last words."""
    first, second = two
    first.go(CHAPTER), second.go(CHAPTER)
    type_in(own_words(first), "the last words")
    if has_heard:
        second.session.catch_up()
    second.go("home")
    second.session.catch_up()
    assert second.session.free_text(FIELD.id, second.session.occasion) == "the last words"


def test_a_draft_of_another_page_is_asked_for_and_not_destroyed(two: tuple[App, App]) -> None:
    first, second = two
    first.go(DRAFTED), second.go(DRAFTED)
    type_in(drafted(first), "Thank you")
    second.session.catch_up()
    labels = [button["label"] for button in page_of(second).actions.buttons]
    assert say("ui.exercises.draft_go_on") in labels
    second.go("home")
    assert "Thank you" in str(first.session.own.read_events(["draft"])[-1].payload)


def test_a_draft_is_not_destroyed_by_a_page_that_has_not_heard_of_it(two: tuple[App, App]) -> None:
    first, second = two
    first.go(DRAFTED), second.go(DRAFTED)
    type_in(drafted(first), "Thank you")
    second.go("home")
    assert "Thank you" in str(first.session.own.read_events(["draft"])[-1].payload)
    first.go("home"), first.go(DRAFTED)
    assert say("ui.exercises.draft_go_on") in [one["label"] for one in page_of(first).actions.buttons]


def test_a_draft_that_is_emptied_is_destroyed(two: tuple[App, App]) -> None:
    page, _ = two
    page.go(DRAFTED)
    type_in(drafted(page), "Thank you")
    type_in(drafted(page), "")
    page.go("home")
    assert "Thank you" not in str([one.payload for one in page.session.own.read_events(["draft"])])
