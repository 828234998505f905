"""Two at one device: each decides about their own part, with their own passphrase."""

import pytest

from tests.ui.conftest import catch_up_until, status
from workbook.address import at
from workbook.content import say
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App


@pytest.fixture
def both(household, maya, jonah, take_part, answer_all):
    """Return a joint sitting of two who answered; it opens neither drawer."""
    for session in (maya, jonah):
        take_part(session)
        answer_all(session)
    names = [("Maya", "maya's passphrase"), ("Jonah", "jonah's passphrase")]
    return Session(household.seat_couple(household.accounts.sign_in_together(maya.couple.code, names)))


def test_a_decision_at_one_device_belongs_to_the_named_partner_with_their_passphrase(both, maya, jonah):
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
    catch_up_until(both, lambda: both.table.open_rounds)
    assert both.table.open_rounds == (("connection", "assessment-1"),)
    assert both.table.publications[0].grain is Grain.SCORES  # the smaller of the two


def test_a_decision_at_one_device_needs_the_right_passphrase(both, maya, jonah):
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


def test_the_joint_decision_page_is_closed_to_a_single_partner(maya, take_part):
    assert status(take_part(maya), "decide") == "locked"


def test_both_names_are_offered_and_neither_is_preselected(both, jonah):
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


def test_choosing_the_other_partner_clears_the_passphrase_field(both, maya, jonah):
    app = App(both)
    app.go("decide")
    page = app._open
    page.which.value, page.who.value, page.passphrase.value = "connection", maya.actor.person_id, "typed"
    page.who.value = jonah.actor.person_id
    assert page.passphrase.value == ""
