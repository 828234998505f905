"""Needs in own words in a real browser: chosen on the share page, read by the other, and gone once taken back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.at_browser import at_browser
from workbook.content import say
from workbook.session import Session
from workbook.sharing import Grain

pytestmark = pytest.mark.browser
HERS, HIS, LATER = "an evening a week without the children", "to be asked first", "a walk alone"
NOTES = [say(f"ui.activity.own_need_{name}") for name in ("hidden", "shown")]


@pytest.fixture
def two(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> tuple[Session, Session]:
    for session, words in ((maya, HERS), (jonah, HIS)):
        take_part(session).add_need(words)
        for part in ("connection", "needs"):
            answer_all(session, part)
    return maya, jonah


def talk(key: str) -> str:
    return say(f"exercises.needs_talk.{key}")


def said(session: Session) -> str:
    """Say one's own need in the talk, and return the talk's page."""
    ((need, _words),) = session.own_needs.items()
    return (
        f"exercise:needs_talk:{session.act('needs_talk.said', {'need': need, 'words': 'Rest.'}).operation_id}"
    )


def test_own_words_reach_the_other_where_both_chose_so_and_go_with_the_round(
    two: tuple[Session, Session], browser: Browser, address: str
) -> None:
    maya, jonah = two
    jonah.decide("needs", Grain.WORDS)
    there = said(maya)
    with at_browser(browser, address, maya, "share:needs") as she:
        choice = she.page.get_by_label(say("ui.share.words"), exact=False)
        expect(choice).not_to_be_checked()
        she.choose("answers")
        assert HERS not in she.look(), "it shows what the other would see"
        she.choose("words")
        assert HERS in she.look() and say("ui.share.preview_own") in she.look()
        she.press(say("ui.share.button"))
        for words in (HERS, HIS, say("ui.view.own_words")):
            assert words in she.go("view:waiting")
        assert NOTES[1] in she.go("exercise:needs_talk") and NOTES[0] not in she.look()
        maya.add_need(LATER)
        assert say("ui.activity.own_need_not_yet", needs=f"“{LATER}”") in she.go("exercise:needs_talk")
    jonah.refresh()
    with at_browser(browser, address, jonah, "view:waiting") as he:
        assert HERS in he.look() and LATER not in he.look()
        for place in (there, "exercise:needs_talk"):
            shown = he.go(place)
            assert HERS in shown and say("ui.activity.own_need") not in shown
        he.go("sharing")
        assert say("ui.sharing.grain_words") in he.look()
        he.press(say("ui.sharing.withdraw_of", title=jonah.instruments["needs"].title))
        for place in (there, "exercise:needs_talk"):
            shown = he.go(place)
            assert HERS not in shown and say("ui.activity.own_need") in shown and "needs.own." not in shown


def test_chosen_by_one_alone_they_stay_away(
    two: tuple[Session, Session], browser: Browser, address: str
) -> None:
    maya, jonah = two
    there = said(maya)
    maya.decide("needs", Grain.WORDS)
    jonah.decide("needs", Grain.ANSWERS)
    for session, others in ((jonah, HERS), (maya, HIS)):
        session.refresh()
        with at_browser(browser, address, session, "view:waiting") as they:
            assert say("ui.view.own_words") not in they.look()
            for place in ("view:waiting", "together:now", there, "exercise:needs_talk"):
                assert others not in they.go(place) and "needs.own." not in they.look()


def test_who_wrote_none_is_offered_the_same_and_told_that_there_is_nothing(
    maya: Session,
    take_part: Callable[[Session], Session],
    answer_all: Callable[..., None],
    browser: Browser,
    address: str,
) -> None:
    """Or whoever looks over a shoulder would see by the choice itself that there are such needs."""
    answer_all(take_part(maya), "needs")
    with at_browser(browser, address, maya, "share:needs") as she:
        she.choose("words")
        assert say("ui.share.preview_no_words") in she.look()
