"""The question, completed by both partners to its last step, which they choose together."""

from collections.abc import Callable
from typing import Any

import pytest

from workbook.content import say
from workbook.session import Session
from workbook.ui.app import App
from workbook.ui.components import Actions, TextField

ADDRESS = "exercise:the_question"
WRITE, KEEP = say("exercises.the_question.answered.button"), say("exercises.the_question.step_chosen.button")
AGREE = say("exercises.the_question.step_agreed.button")
STEP = say("exercises.the_question.step_chosen.text.label")


def page_of(app: App) -> Any:
    assert app._open is not None
    return app._open


def labels(app: App) -> list[str]:
    """The buttons that the open page offers."""
    return [button["label"] for button in page_of(app).actions.buttons]


def fields(app: App) -> list[TextField]:
    return [one for one in page_of(app).fields.children if isinstance(one, TextField)]


def press(app: App, label: str) -> None:
    """Press a button of the open page, as a browser does."""
    actions: Actions = page_of(app).actions
    found = [button["id"] for button in actions.buttons if button["label"] == label]
    assert found, f"{label} is not among {labels(app)}"
    actions._handle_custom_msg({"press": found[0]}, [])


def write(app: App, text: str, label: str) -> None:
    (field,) = fields(app)
    field.value = text
    press(app, label)
    assert not app.trouble.blocks


def words(app: App) -> str:
    return str([page_of(app).words.blocks, page_of(app).about.blocks])


@pytest.fixture
def both(maya: Session, jonah: Session, take_part: Callable[[Session], Session]) -> tuple[App, App]:
    return App(take_part(maya)), App(take_part(jonah))


def open_review(app: App) -> None:
    """Open the newest review from the list, as a tap on its line does."""
    app.session.refresh("table")
    app.go(ADDRESS)
    page_of(app).menu._handle_custom_msg({"press": page_of(app).menu.parts[0]["steps"][0]["id"]}, [])


def both_have_written(both: tuple[App, App]) -> None:
    for app, text in zip(both, ("Rest.", "Play."), strict=True):
        app.session.refresh("table")
        app.go(ADDRESS)
        write(app, text, WRITE)


@pytest.mark.parametrize("keeps", [0, 1])
def test_once_both_have_written_either_keeps_the_step_they_choose(both: tuple[App, App], keeps: int) -> None:
    both_have_written(both)
    for app in both:
        open_review(app)
        assert KEEP in labels(app) and [field.label for field in fields(app)] == [STEP]
        assert "Rest." in words(app) and "Play." in words(app)
    write(both[keeps], "A Sunday without plans", KEEP)
    proposer, other = both[keeps], both[1 - keeps]
    open_review(proposer)
    assert AGREE not in labels(proposer), "nobody says yes to their own proposal"
    open_review(other)
    press(other, AGREE)
    for app in both:
        open_review(app)
        assert KEEP not in labels(app) and "A Sunday without plans" in words(app)


def test_whoever_writes_second_goes_straight_to_the_last_step(both: tuple[App, App]) -> None:
    both_have_written(both)
    assert KEEP in labels(both[1])


def test_whoever_writes_first_sees_a_confirmation_and_no_partner_text(
    both: tuple[App, App],
) -> None:
    first, _ = both
    first.go(ADDRESS)
    write(first, "Rest.", WRITE)
    assert say("ui.exercises.apart_title") in words(first)
    open_review(first)
    assert KEEP not in labels(first) and WRITE not in labels(first)


def test_a_review_that_waits_for_me_can_be_written_where_it_is_opened(both: tuple[App, App]) -> None:
    first, second = both
    first.go(ADDRESS)
    write(first, "Rest.", WRITE)
    open_review(second)
    assert "Rest." not in words(second), "nothing of the other's before both have written"
    write(second, "Play.", WRITE)
    assert KEEP in labels(second)


def test_the_step_is_offered_in_the_newest_review_alone(both: tuple[App, App]) -> None:
    both_have_written(both)
    maya, jonah = (app.session for app in both)
    for session in (maya, jonah):
        session.act("question.answered", {"text": "Time.", "day": "2026-06-01"})
    both[0].session.refresh("table")
    for number, is_offered in (("1", False), ("2", True)):
        both[0].go(f"{ADDRESS}:{number}")
        assert (KEEP in labels(both[0])) is is_offered
