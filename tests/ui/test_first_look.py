"""A first look: private, told in steps, taken over by the parts, and never a round by itself."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.axe import violations
from tests.ui.at_browser import at_browser
from tests.ui.conftest import CHEAP
from workbook.content import say
from workbook.content.first_look import first_look
from workbook.content.ladder import ladder
from workbook.errors import AccessError, SharingError
from workbook.instruments import edition
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.service.identity.sittings import Sittings
from workbook.session import Session
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore
from workbook.ui.app import App

TakePart = Callable[[Session], Session]
LOOK = first_look()
FAMILIES = 5


@pytest.fixture
def household() -> Iterator[Household]:
    forever = float("inf")
    household = Household(
        MemoryStore(), sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP, instruments=edition(2)
    )
    yield household
    household.close()


@pytest.fixture
def ada(household: Household, take_part: TakePart) -> Session:
    """Ada, who takes part, with a partner who has joined."""
    first = household.accounts.create_couple("Ada", "ada's passphrase")
    household.accounts.join(first.code, "Ben", "ben's passphrase")
    return take_part(Session(household.seat_partner(first.actor), instruments=edition(2)))


def answer_look(session: Session, value: int = 1) -> None:
    session.save([Answer(f"{session.occasion}-{item}", session.occasion, item, value) for item in LOOK.items])


def test_it_is_of_named_questions_that_may_be_asked_first() -> None:
    """Five on closeness, two of each family of facets, five signs; none that is never published."""
    instruments = edition(2)
    known = {item.id: item for one in instruments.values() for item in one.items}
    pages = {page.id: page.items for page in LOOK.pages}
    assert 25 <= len(LOOK.items) + LOOK.most_needs <= 30
    assert all(known[item].about == "self" and not known[item].never_published for item in LOOK.items)
    assert set(pages["closeness"]) == set(
        instruments["connection"].subscale_by_id["connection.closeness"].items
    )
    assert len(pages["signs"]) == len({item.rpartition(".")[0] for item in pages["signs"]}) == 5
    facets = [item.rpartition(".")[0] for item in pages["topics"]]
    assert len(facets) == len(set(facets)) == 2 * FAMILIES


def test_without_these_questions_there_is_no_first_look(maya: Session, take_part: TakePart) -> None:
    """Where an earlier edition is asked, or a study's own."""
    take_part(maya)
    maya_asks = {item for one in maya.instruments.values() for item in one.item_by_id}
    steps = [str(step.address) for step in App(maya).pages.steps()]
    assert ("first-look" in steps) is (set(LOOK.items) <= maya_asks)


def test_a_first_look_alone_decides_nothing_and_makes_no_picture_and_no_trend(ada: Session) -> None:
    answer_look(ada)
    assert ada.is_only_first_look(ada.occasion)
    assert ada.to_decide() == [] and ada.pictures() == []
    with pytest.raises(SharingError):
        ada.decide("connection", Grain.ANSWERS)
    assert App(ada).pages.status(App(ada).session.page) is not None
    ada.save([Answer("one-more", ada.occasion, "connection.open_talk.2", 2)])
    assert not ada.is_only_first_look(ada.occasion), "the control: one answer more"
    assert ada.pictures() == [ada.occasion]


def test_a_finished_chapter_is_what_a_decision_waits_for(ada: Session) -> None:
    answer_look(ada)
    talk = ada.instruments["connection"].chapters[0]
    ada.save(
        [
            Answer(f"talk-{item.id}", ada.occasion, item.id, 2)
            for item in ada.items(talk.id)
            if item.id not in LOOK.items
        ]
    )
    assert ada.chapter_status(talk.id) == "complete"
    assert [one.id for one in ada.to_decide()] == ["connection"], "the signs are not, with one answer each"


def test_what_was_answered_is_taken_over_and_a_new_round_takes_over_nothing(ada: Session) -> None:
    answer_look(ada)
    talk = ada.instruments["connection"].chapters[0]
    taken = set(LOOK.items) & {item.id for item in ada.items(talk.id)}
    assert taken and set(ada.answers(ada.items(talk.id))) == taken
    ada.pick_needs(["needs.seen"])
    ada.begin_occasion()
    assert ada.answers(ada.items(talk.id)) == {} and ada.first_look_answers() == {} and ada.needs_now == ()


def test_a_round_of_a_first_look_alone_is_no_point_of_a_trend(ada: Session) -> None:
    """Its five answers on closeness would make a score; with one answer more it is a round like any."""
    for value in (1, 3):
        answer_look(ada, value)
        ada.save([Answer(f"more-{value}", ada.occasion, "connection.open_talk.2", 2)])
        if value == 1:
            ada.begin_occasion()
    app = App(ada)
    app.go("again")
    trend: Any = app._open
    assert trend.show_trend("connection", "")
    ada.begin_occasion()
    answer_look(ada, 2)
    assert set(ada.responses["occasion"]) - set(ada.responses_of_pictures["occasion"]) == {"assessment-3"}
    assert trend.show_trend("connection", "")


def test_needs_that_nobody_asks_about_or_too_many_are_refused(ada: Session) -> None:
    needs = [
        item.id.removesuffix(".importance")
        for item in ada.instruments["needs"].items
        if item.id.endswith(".importance")
    ]
    ada.pick_needs(needs[:5])
    assert ada.needs_now == tuple(needs[:5])
    for wrong in (needs[:6], ["needs.seen", "needs.seen"], ["needs.gold"], ["x"]):
        with pytest.raises(AccessError):
            ada.pick_needs(wrong)
    ada.pick_needs([])
    assert ada.needs_now == ()


def test_the_picture_is_told_in_steps_and_offers_time_and_warmth_alone(ada: Session) -> None:
    """Whatever was answered, low or high; and no word of strong or weak but that it says neither."""
    told = []
    for value in (0, 4):
        answer_look(ada) if not told else ada.save(
            [Answer(f"again-{item}", ada.occasion, item, value) for item in LOOK.items]
        )
        app = App(ada)
        app.go("first-picture")
        blocks = str([one for one in app._open.words.blocks if one["kind"] != "steps"])
        told.append((blocks, [one["label"] for one in app._open.actions.buttons]))
    assert told[0] == told[1], "what is said and offered does not follow from the answers"
    rest = told[0][0].replace(say("ui.first-picture.lead"), "").replace("'strong': True", "")
    assert not re.search(r"\b(strong|strength|weak|low|high|care)\b", rest)
    exercises = [label for label in told[0][1] if label.startswith(say("ui.together.start_step", title=""))]
    assert len(exercises) == 2 and len(ladder().time_and_warmth) >= 2


@pytest.mark.browser
def test_it_can_be_walked_from_consent_to_picture(ada: Session, browser: Browser, address: str) -> None:
    with at_browser(browser, address, ada, "first-look") as she:
        she.page.set_viewport_size({"width": 360, "height": 740})
        for page in LOOK.pages:
            assert she.place == f"first-look:{page.id}"
            questions = she.page.locator(".question:visible")
            expect(questions).to_have_count(len(page.items))
            for n in range(len(page.items)):
                questions.nth(n).locator(".option").nth(n % 5).click()
                expect(questions.nth(n).locator(".state")).to_have_attribute("data-state", "saved")
            assert violations(she.page) == []
            she.press(say("ui.button.next"))
        boxes = she.page.locator(".picks input")
        for n in range(5):
            boxes.nth(n).check(force=True)
        she.look()
        expect(boxes.nth(7)).to_be_disabled()
        expect(she.page.get_by_text(say("ui.first-look.count", n=5, most=5))).to_be_visible()
        assert violations(she.page) == []
        she.press(say("ui.first-look.finish"))
        assert she.place == "first-picture"
        expect(she.page.locator(".answer-row")).to_have_count(len(LOOK.items))
        assert violations(she.page) == []
        she.go("first-look:needs")
        expect(she.page.locator(".picks input:checked")).to_have_count(5)
        ada.refresh()
        assert len(ada.first_look_answers()) == len(LOOK.items) and len(ada.needs_now) == 5
