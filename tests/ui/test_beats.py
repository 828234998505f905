"""The three beats on an exercise's page: settle, do, close; none of them leaves a trace unless it is sent."""

from collections.abc import Callable

import pytest

from tests.ui.test_question import labels, press, words
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.exercises import MACHINES
from workbook.service.formats.values import passed_over
from workbook.session import Session
from workbook.ui.app import App

SETTLE = [say(f"ui.exercises.settle.{key}") for key in ("title", "not_now", "later")]
CLOSE = [say(f"ui.exercises.close.{key}") for key in ("title", "liked", "nowhere")]
AWAY = [name for name in exercises() if name not in MACHINES]


@pytest.fixture
def app(maya: Session, take_part: Callable[[Session], Session]) -> App:
    return App(take_part(maya))


@pytest.mark.parametrize("name", exercises())
def test_every_exercise_begins_with_whether_now_is_a_good_time_and_keeps_nothing_of_it(
    app: App, name: str
) -> None:
    app.go("exercise:request" if name != "request" else "exercise:fun_list")
    before = [event.kind for event in app.session.events if event.kind != "bookmark"], app.session.table
    app.go(f"exercise:{name}")
    assert all(text in words(app) for text in SETTLE)
    assert before == (
        [event.kind for event in app.session.events if event.kind != "bookmark"],
        app.session.table,
    )


@pytest.mark.skipif(not AWAY, reason="every exercise has rules")
def test_what_is_done_away_from_the_screen_ends_on_its_page(app: App) -> None:
    app.go(f"exercise:{AWAY[0]}")
    assert all(text in words(app) for text in CLOSE)
    press(app, say("ui.exercises.close.write"))
    assert str(app.session.page) == "exercise:gratitude_log"
    assert app.session.table.events == (), "nothing is sent by going there"


def test_a_thing_that_came_to_its_end_closes_with_what_comes_after(app: App, jonah: Session) -> None:
    for session, text in ((app.session, "Rest."), (jonah, "Play.")):
        session.act("question.answered", {"text": text, "day": "2026-05-01"})
    app.session.refresh("table")
    app.go("exercise:the_question:1")
    assert CLOSE[0] not in words(app), "it is not over"
    app.session.act("question.step_chosen", {"text": "A Sunday"})
    jonah.act("question.step_agreed", {"review": "1"})
    app.session.refresh("table")
    app.go("exercise:request")
    app.go("exercise:the_question:1")
    assert all(text in words(app) for text in CLOSE)
    press(app, say("ui.exercises.done"))
    after = {say(f"ui.exercises.{choice}") for choice in ("again", "change", "aside")}
    assert after <= set(labels(app))
    press(app, say("ui.exercises.again"))
    assert say("ui.exercises.again_own") in words(app)
    jonah.refresh()
    assert jonah.table.choices == (), "nobody is told before they have said it too"


def test_what_is_wanted_again_is_offered_again() -> None:
    assert passed_over([("a", "done"), ("b", "aside"), ("c", "done"), ("c", "again"), ("d", "change")]) == {
        "a",
        "b",
    }
    assert passed_over([("b", "aside"), ("b", "done"), ("b", "again")]) == {"b"}
