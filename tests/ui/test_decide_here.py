"""Two at one device: each decides about their own part, with their own passphrase."""

import pytest

from tests.ui.conftest import status
from workbook.address import at
from workbook.content import say
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App


@pytest.fixture
def both(household, maya, jonah, take_part, answer_all):
    """Two who answered, sitting at one device; opens neither drawer."""
    for session in (maya, jonah):
        take_part(session)
        answer_all(session)
    names = [("Maya", "maya's passphrase"), ("Jonah", "jonah's passphrase")]
    return Session(household.seat_couple(household.accounts.sign_in_together(maya.couple.code, names)))


def test_a_decision_at_one_device_is_of_the_one_who_is_named_and_types_their_passphrase(both, maya, jonah):
    app = App(both)
    app.go("decide")
    page = app._open
    assert say("ui.share.never") in str(page.words.blocks)
    page.which.value, page.who.value, page.choice.value = "connection", jonah.actor.person_id, "answers"
    page.passphrase.value = "jonah's passphrase"
    page._decide()
    assert both.page == at("decided")
    assert page.passphrase.value == ""
    maya.refresh()
    jonah.refresh()
    assert (maya.decisions, jonah.decisions) == ({}, {("connection", "assessment-1"): Grain.ANSWERS})
    assert both.table.open_rounds == ()
    maya.decide("connection", Grain.SCORES)
    both.catch_up()
    assert both.table.open_rounds == (("connection", "assessment-1"),)
    assert both.table.publications[0].grain is Grain.SCORES  # the smaller of the two


def test_at_one_device_nothing_is_decided_without_a_passphrase_or_with_a_wrong_one(both, maya, jonah):
    app = App(both)
    app.go("decide")
    page = app._open
    page.which.value, page.choice.value = "connection", "answers"
    page._decide()
    assert page.who.error and page.passphrase.error
    page.who.value = maya.actor.person_id
    for wrong in ("somebody's guess", "jonah's passphrase"):
        page.passphrase.value = wrong
        app.guard(page._decide)()
        assert "doesn't fit" in str(app.trouble.blocks)
    maya.refresh()
    jonah.refresh()
    assert (maya.decisions, jonah.decisions) == ({}, {})


def test_the_page_to_decide_at_one_device_is_not_open_to_one_alone(maya, take_part):
    assert status(take_part(maya), "decide") == "locked"


def test_who_decides_is_asked_by_both_names_and_nobody_is_chosen_beforehand(both, jonah):
    app = App(both)
    app.go("decide")
    page = app._open
    page.which.value = "connection"
    assert page.who in page.place.children
    assert [option["label"] for option in page.who.options] == ["Maya", "Jonah"]
    assert page.who.value == ""
    page.who.value, page.choice.value = jonah.actor.person_id, "nothing"
    page.passphrase.value = "jonah's passphrase"
    page._decide()
    app.go("decide")
    assert (page.which.value, page.who.value, page.choice.value) == ("", "", "")  # nor who decided last


def test_a_passphrase_goes_when_somebody_else_is_to_decide(both, maya, jonah):
    app = App(both)
    app.go("decide")
    page = app._open
    page.which.value, page.who.value, page.passphrase.value = "connection", maya.actor.person_id, "typed"
    page.who.value = jonah.actor.person_id
    assert page.passphrase.value == ""
