"""A new round in a real browser: asked first, with the old picture kept, and undone while it is empty."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from tests.ui.at_browser import at_browser
from workbook.content import say
from workbook.session import Session
from workbook.sharing import Grain

pytestmark = pytest.mark.browser
BEGIN, SOON, UNDO = say("ui.again.begin"), say("ui.again.soon"), say("ui.again.undo", n=1)


def test_a_new_round_is_asked_for_keeps_the_picture_and_can_be_undone_while_it_is_empty(
    maya: Session,
    jonah: Session,
    take_part: Callable[[Session], Session],
    answer_all: Callable[..., None],
    browser: Browser,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for session in (maya, jonah):
        answer_all(take_part(session), "connection")
        session.decide("connection", Grain.ANSWERS)
    title = maya.instruments["connection"].title
    with at_browser(browser, address, maya, "own:profile") as she:
        table = she.page.locator("table").text_content
        numbers = table()
        she.go("again")
        asked = she.press(BEGIN)
        assert maya.round == 1 and SOON in asked, "nothing is begun unasked, and not so soon without a word"
        she.press(say("ui.again.not_now"))
        assert (maya.round, she.place) == (1, "again")
        she.press(BEGIN)
        at_home = she.press(say("ui.again.begin_soon"))
        assert (maya.round, she.place) == (2, "home") and UNDO in at_home
        maya.begin_occasion()
        assert maya.round == 2, "a second press, on a slow computer, begins no third"
        # The old picture stays, and so does what is open to both, to be taken back like before.
        assert say("ui.results.round", n=1, now=2) in she.go("results")
        assert say("ui.results.to_share") not in she.buttons
        she.go("own:profile")
        assert numbers and table() == numbers
        assert say("ui.together.title") in she.go("together:now")
        shown = she.go("sharing")
        of_round = say("ui.sharing.of_round", title=title, n=1)
        assert of_round in shown and say("ui.sharing.nothing") not in shown
        she.go("home")
        she.press(UNDO)
        assert maya.round == 1 and UNDO not in she.buttons
        assert Session(maya.service).round == 1, "also for the next sitting"

        # After four weeks it is asked for all the same, without the word of caution.
        later = datetime.now(UTC) + timedelta(days=28, hours=1)
        monkeypatch.setattr(
            "workbook.ui.pages.again.datetime", type("Later", (), {"now": lambda _zone: later})
        )
        she.go("again")
        assert SOON not in she.press(BEGIN)
        she.press(say("ui.again.begin_now"))
        answer_all(maya, "connection", 1)
        assert UNDO not in she.look(), "what is begun is not taken back with its answers"
        assert say("ui.results.round", n=1, now=2) not in she.go("results")
        she.open(say("ui.results.earlier", n=1))
        assert she.place == "earlier:assessment-1"
        she.go("earlier-view:assessment-1:profile")
        assert table() == numbers, "as it was, beside the new one"
        she.go("own:profile")
        assert table() != numbers
        she.go("sharing")
        she.press(say("ui.sharing.withdraw_of", title=of_round))
        assert ("connection", "assessment-1") not in maya.table.open_rounds
