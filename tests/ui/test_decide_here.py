"""Two at one device: each decides about their own part, with their own passphrase."""

import pytest

from workbook.content import say
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App


@pytest.fixture
def both(service, maya, jonah, take_part, answer_all):
    """Two who answered, sitting at one device; opens neither drawer."""
    for session in (maya, jonah):
        take_part(session)
        answer_all(session)
    names = [("Maya", "maya's passphrase"), ("Jonah", "jonah's passphrase")]
    return Session(service, service.accounts.sign_in_together(maya.couple.code, names))


def test_a_decision_at_one_device_is_the_one_whose_passphrase_it_is(both, maya, jonah):
    app = App(both)
    app.go("decide")
    page = app._open
    assert say("ui.share.never") in str(page.words.blocks)
    page.part.value, page.choice.value, page.passphrase.value = "connection", "answers", "jonah's passphrase"
    page._decide()
    assert both.page == "decided"
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
    page.part.value, page.choice.value = "connection", "answers"
    page._decide()
    assert page.passphrase.error
    page.passphrase.value = "somebody's guess"
    app.guard(page._decide)()
    assert "doesn't fit" in str(app.trouble.blocks)
    maya.refresh()
    jonah.refresh()
    assert (maya.decisions, jonah.decisions) == ({}, {})


def test_the_page_to_decide_at_one_device_is_not_open_to_one_alone(maya, take_part):
    assert take_part(maya).status("decide") == "locked"
