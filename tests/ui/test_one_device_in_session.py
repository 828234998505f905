"""One device in the room: each comes in by their own passphrase, hands it over, and both then look together."""

from collections.abc import Iterator

import pytest

from workbook.address import at
from workbook.content import say
from workbook.content.session_guide import session_guide
from workbook.service.demo import fill_with_simulated_couple, forever_household, sit_down
from workbook.service.demo_practice import fill_with_practice, sit_down_as_therapist
from workbook.service.desks.household import Household
from workbook.session import Session
from workbook.ui.app import App

TOPIC, ROUND = "connection.listening", "assessment-1"


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[Household, str, str]]:
    household = forever_household()
    code, actors = fill_with_simulated_couple(household)
    made = fill_with_practice(household, code, actors)
    for actor in actors:
        household.sittings.end(actor.sitting_id)
    yield household, code, made.therapist_code
    household.close()


def test_a_topic_opens_once_each_was_there_and_two_together_see_it(demo: tuple[Household, str, str]) -> None:
    household, code, therapist_code = demo
    desk = household.seat_therapist(sit_down_as_therapist(household, therapist_code))
    case_id = desk.cases()[0].case_id
    desk.open_session(case_id)
    desk.reveal(case_id, TOPIC, ROUND)
    for place, shown in (("a", 0), ("b", 1)):
        actor = sit_down(household, code, place)  # type: ignore[arg-type]
        app = App(Session(household.seat_partner(actor)))
        app.session.come_into_session()
        app.go("in-session")
        assert len(app._made["in-session"].shown.topics) == shown
        household.sittings.end(actor.sitting_id)
    both = App(Session(household.seat_couple(sit_down(household, code, "together"))))
    page = both._open
    assert both.session.page == at("in-session"), "two who sit down while a session goes on are led there"
    assert page is not None
    assert len(page.shown.topics) == 1
    assert session_guide().agenda[0].invitation in str(page.words.blocks)
    labels = [one["label"] for one in page.actions.buttons]
    assert labels == [say("ui.button.home")], "what is somebody's alone is not on a page of two"
    assert page.rating not in page.root.children
    assert page.topic not in page.root.children
