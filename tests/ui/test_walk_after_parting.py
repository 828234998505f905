"""After the table is closed, in a real browser: what is said, and that only what still works is offered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.at_browser import at_browser
from tests.ui.conftest import catch_up_until
from workbook.address import Address
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.service.desks.household import Household
from workbook.session import Session
from workbook.sharing import Grain

pytestmark = pytest.mark.browser
GONE = (say("ui.steps.share"), say("ui.steps.together"), say("ui.home.invite"))


@pytest.fixture
def two(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> tuple[Session, Session]:
    """Return two who have opened a part, and written on their table."""
    for session in (maya, jonah):
        answer_all(take_part(session), "connection")
        session.decide("connection", Grain.ANSWERS)
    jonah.act("request.sent", {"text": "A walk on Sunday?", "need": "", "is_intimate": False})
    maya.refresh()
    return maya, jonah


def test_closing_the_table_is_told_on_both_homes_and_takes_away_what_no_longer_works(
    two: tuple[Session, Session], browser: Browser, address: str
) -> None:
    maya, jonah = two
    with (
        at_browser(browser, address, maya) as she,
        at_browser(browser, address, jonah) as he,
    ):
        he.go("share")
        she.go("rights:unpair")
        she.look()
        for passphrase in ("not her passphrase", "maya's passphrase"):
            she.page.get_by_label(say("ui.rights.passphrase")).fill(passphrase)
            she.press(say("ui.rights.unpair.button"))
            if passphrase.startswith("not"):
                expect(she.page.get_by_text(say("ui.trouble.title"))).to_be_visible()
        # A success takes the place of the failure before it.
        assert say("ui.rights.unpair.done_title") in she.look()
        assert say("ui.trouble.title") not in she.look()
        she.press(say("ui.button.home"))
        catch_up_until(jonah, lambda: jonah.is_parted)
        for shown, session in ((she, maya), (he, jonah)):
            words = shown.look()
            assert say("ui.home.parted") in words, session.actor
            assert say("ui.home.left_alone") not in words
            assert not [one for one in GONE if one in words]
            assert say("ui.button.home") not in words, "it is home"
        for there in ("share", "decided", "expectation", "together", "view:profile"):
            assert she.app.pages.status(Address.read(there)) == "locked"
        she.go("exercise:request")
        words = she.look()
        assert say("ui.exercises.closed") in words and say("ui.activity.left_open") in words
        assert say("exercises.request.sent.button") not in words
        assert say("exercises.request.stage.your_turn") not in words
        she.page.locator(".step").filter(has_text="A walk on Sunday?").click()
        words = she.look()
        assert "A walk on Sunday?" in words and say("exercises.request.answered.button") not in words
        she.go("rights")
        assert say("ui.rights.unpair.title") not in she.look()
        assert say("ui.rights.erase.title") in she.look()
        she.go("sharing")
        assert say("ui.sharing.parted") in she.look()
        she.go("results")
        assert say("ui.results.to_share") not in she.look()
        she.go("exercises")
        assert exercises()["request"].title in she.look()


@pytest.mark.parametrize("way", ["erase", "leave"])
def test_who_stays_is_told_and_gives_no_code_away(
    way: str, two: tuple[Session, Session], household: Household, browser: Browser, address: str
) -> None:
    maya, jonah = two
    with at_browser(browser, address, maya) as she:
        assert say("ui.home.parted") not in she.look()
        getattr(jonah.own, way)("jonah's passphrase")
        catch_up_until(maya, lambda: maya.is_parted and maya.couple.is_solo)
        words = she.look()
        assert say("ui.home.parted") in words and say("ui.home.left_alone") in words
        assert not [one for one in (*GONE, maya.couple.code) if one in words]
