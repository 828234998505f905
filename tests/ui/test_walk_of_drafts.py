"""Drafts of exercises in a real browser: kept until sent, opened only when asked, and for their writer alone."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.ui.at_browser import at_browser
from workbook.content import say
from workbook.service.couple.drafts import DRAFT
from workbook.service.desks.household import Household
from workbook.session import Session

pytestmark = pytest.mark.browser
ADDRESS, WORDS = "exercise:gratitude_log", "Thank you for the quiet evening"
FIELD, SEND = (say(f"exercises.gratitude_log.written.{name}") for name in ("text.label", "button"))
GO_ON, THROW_AWAY = say("ui.exercises.draft_go_on"), say("ui.exercises.draft_throw_away")


def drafts(session: Session) -> list[str]:
    """Return the drafts of every row that a drawer still holds."""
    return [event.payload["drafts"] for event in session.own.read_events([DRAFT])]


def test_a_draft_is_kept_until_it_is_sent_and_opens_only_when_asked(
    maya: Session,
    jonah: Session,
    take_part: Callable[[Session], Session],
    household: Household,
    browser: Browser,
    address: str,
) -> None:
    take_part(maya), take_part(jonah)
    with at_browser(browser, address, maya, ADDRESS) as she:
        she.write(FIELD, WORDS)
        she.press(say("ui.exercises.all"))
    assert WORDS in drafts(maya)[0]
    assert WORDS not in json.dumps(maya.own.my_data()), "it is not taken along"

    # A new sitting, as after the quick exit or a reload.
    again = Session(household.seat_partner(maya.actor))
    with at_browser(browser, address, again, ADDRESS) as she:
        assert WORDS not in she.page.content() and SEND not in she.buttons
        assert say("ui.exercises.draft") in she.look()
        she.press(GO_ON)
        assert she.page.get_by_label(FIELD).input_value() == WORDS
        she.write(FIELD, f"{WORDS}, and for the tea")
        jonah.act("gratitude.written", {"text": "Soup", "day": "2026-05-01"})
        again.refresh("table")
        she.look()
        assert she.page.get_by_label(FIELD).input_value() == f"{WORDS}, and for the tea", (
            "what comes takes nothing"
        )
        she.go("home")
        she.go(ADDRESS)
        she.press(THROW_AWAY)
        assert she.page.get_by_label(FIELD).input_value() == ""
        assert drafts(again) == ["{}"], "one press destroys it"
        she.write(FIELD, "Thank you for Sunday")
        assert "Sunday" in drafts(again)[0]
        she.press(SEND)
        assert say("ui.exercises.kept_title") in she.look()
        assert drafts(again) == ["{}"], "what is sent is no draft any more"
        she.go(ADDRESS)
        assert GO_ON not in she.buttons

        she.write(FIELD, WORDS)
    both = household.accounts.sign_in_together(
        maya.couple.code, [("Maya", "maya's passphrase"), ("Jonah", "jonah's passphrase")]
    )
    for other in (Session(household.seat(both)), jonah):
        with at_browser(browser, address, other, ADDRESS) as they:
            assert GO_ON not in they.buttons and WORDS not in they.page.content()


def test_more_drafts_than_there_is_room_for_leave_the_newest(maya: Session) -> None:
    for n in range(30):
        maya.keep_draft(f"request.answered:{n}", {"note": "a" * 400, "proposal": "é\n" * 200})
    assert maya.draft("request.answered:29")["proposal"] == "é\n" * 200
    assert maya.draft("request.answered:0") == {}
    maya.own.add_event(DRAFT, {"drafts": "no JSON"})
    maya.refresh("drawer")
    assert maya.draft("request.answered:29") == {}
