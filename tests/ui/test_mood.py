"""After looking together: whoever feels low gets the same few ways, whatever anybody answered; it is kept nowhere."""

from collections.abc import Callable

import pytest

from tests.ui.test_question import labels, page_of, press
from workbook.content import say
from workbook.content.document import documents
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App

LOW, OTHERS = ("1", "2"), ("3", "4", "5")
WAYS_OUT = [say("ui.steps.resources"), say("ui.cooling.help"), say("ui.button.home")]
Answer = Callable[..., None]


def cooled(session: Session, mood: str) -> App:
    """Choose how one is, and turn to the page that follows."""
    app = App(session)
    app.go("mood")
    page_of(app).choice.value = mood
    press(app, say("ui.mood.button"))
    assert str(session.page) == "cooling"
    return app


@pytest.fixture(params=["nothing answered", "all opened", "private questions answered"])
def somebody(
    request: pytest.FixtureRequest,
    maya: Session,
    jonah: Session,
    take_part: Callable[[Session], Session],
    answer_all: Answer,
) -> Session:
    """Somebody in each of three worlds, which must not matter."""
    for session in (take_part(maya), take_part(jonah)):
        if request.param != "nothing answered":
            answer_all(session, "connection")
            session.decide("connection", Grain.ANSWERS)
    if request.param == "private questions answered":
        answer_all(maya, "safety")
    maya.refresh()
    return maya


@pytest.mark.parametrize("mood", LOW)
def test_afraid_overwhelmed_and_upset_lead_everybody_to_the_same_two_ways(
    somebody: Session, mood: str
) -> None:
    app = cooled(somebody, mood)
    assert labels(app) == WAYS_OUT, "two ways, and home"
    low = documents()["mood_check"].sections[1]
    assert low.heading in str(page_of(app).words.blocks)
    assert say("ui.cooling.step") not in labels(app), "no step is offered"


@pytest.mark.parametrize("mood", OTHERS)
def test_whoever_does_not_feel_low_is_offered_a_step_too(somebody: Session, mood: str) -> None:
    app = cooled(somebody, mood)
    assert say("ui.cooling.step") in labels(app) and say("ui.steps.resources") not in labels(app)


def test_the_low_moods_are_those_so_called() -> None:
    names = [one.id for one in documents()["mood_check"].choices]
    assert names[: len(LOW)] == ["afraid", "upset"] and len(names) == len((*LOW, *OTHERS))
    assert "overwhelmed" in documents()["mood_check"].choices[0].label


def test_it_is_forgotten_with_the_page(somebody: Session) -> None:
    before = [event.kind for event in somebody.events]
    app = cooled(somebody, "1")
    app.go("home")
    assert somebody.mood is None and [event.kind for event in somebody.events] == before
    app.go("cooling")
    assert say("ui.cooling.step") in labels(app)
