"""A new round in a real browser: asked first, with the old picture kept, and undone while it is empty."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.ui.at_browser import at_browser
from workbook.content import say
from workbook.errors import WorkbookError
from workbook.service.desks.household import Household
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App

pytestmark = pytest.mark.browser
BEFORE = "assessment-1"
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


@pytest.fixture
def two_rounds(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> tuple[Session, Session]:
    """Both opened needs in the first round, and their connection in both, where it is another each time."""
    for value in (4, 1):
        for session in (maya, jonah):
            take_part(session)
            for part in ("connection", "needs") if value == 4 else ("connection",):
                answer_all(session, part, value)
                session.decide(part, Grain.ANSWERS)
        if value == 4:
            assert not Session(maya.service).earlier_rounds
            for session in (maya, jonah):
                session.begin_occasion()
    for session in (maya, jonah):
        session.refresh()
        session.mark_seen("expectation")
    return maya, jonah


def test_what_both_opened_before_can_be_read_as_it_was_until_one_takes_it_back(
    two_rounds: tuple[Session, Session], browser: Browser, address: str
) -> None:
    maya, jonah = two_rounds
    title = say("ui.together-earlier.title", n=1)
    with at_browser(browser, address, maya, "view:profile") as she:
        outside = she.page.url, she.page.title()
        table = she.page.locator("table").first.text_content
        today = table()
        assert today is not None and "4.0" not in today and "1.0" in today
        she.go("together:now")
        shown = she.open(title)
        assert she.place == f"together-earlier:{BEFORE}"
        assert say("ui.together-earlier.lead", n=1) in shown and say("ui.together.next_step") not in shown
        views = [one["id"] for part in she.app._open.menu.parts for one in part["steps"]]  # type: ignore[union-attr]
        assert f"view-earlier:{BEFORE}:profile" in views and f"view-earlier:{BEFORE}:waiting" in views
        assert not [one for one in views if "moved" in one], "no line leads to what there was not"
        assert say("ui.together-earlier.kicker", n=1) in she.go(f"view-earlier:{BEFORE}:profile")
        then = table()
        assert then is not None and "4.0" in then and then != today
        assert (she.page.url, she.page.title()) == outside, "one address and one title for all pages"
        assert [one for one in views if she.go(one) and she.place != one] == []

        she.go(f"view-earlier:{BEFORE}:profile")
        jonah.withdraw("connection", BEFORE)
        maya.catch_up()
        assert she.place == "home" and "4.0" not in she.look(), "gone from an open page, too"
        assert title not in she.go("together:now"), "needs stand on the page of today"
        assert say("ui.view.titles.waiting") in she.look()


@pytest.mark.parametrize("there", [f"together-earlier:{BEFORE}", f"view-earlier:{BEFORE}:profile"])
def test_a_round_that_is_not_behind_another_has_no_page(
    there: str, maya: Session, jonah: Session, two_rounds: tuple[Session, Session]
) -> None:
    """Nor has one that was taken back, or one that a page was tampered with to ask for."""
    app = App(maya)
    app.go(there)
    assert str(maya.page) == there, "the control"
    jonah.withdraw("connection", BEFORE)
    maya.refresh()
    for asked in (there, there.replace(BEFORE, "assessment-2"), there.replace(BEFORE, "none")):
        with pytest.raises(WorkbookError):
            app.go(asked)


def test_a_part_taken_back_leaves_the_other_parts_of_its_round(
    two_rounds: tuple[Session, Session], answer_all: Callable[..., None]
) -> None:
    maya, jonah = two_rounds
    for session in (maya, jonah):
        answer_all(session, "needs", 2)
        session.decide("needs", Grain.ANSWERS)
    maya.refresh()
    app = App(maya)
    app.go(f"view-earlier:{BEFORE}:profile")
    jonah.withdraw("connection", BEFORE)
    maya.refresh()
    assert str(maya.page) == f"together-earlier:{BEFORE}"
    page: Any = app._open
    assert next(one["id"] for one in page.menu.parts[0]["steps"]).endswith(":waiting")


def test_two_at_one_device_look_at_rounds_before_as_well(
    two_rounds: tuple[Session, Session], household: Household
) -> None:
    maya, _jonah = two_rounds
    names = [(one, f"{one.lower()}'s passphrase") for one in ("Maya", "Jonah")]
    both = Session(household.seat_couple(household.accounts.sign_in_together(maya.couple.code, names)))
    app = App(both)
    app.go(f"view-earlier:{BEFORE}:profile")
    assert str(both.page) == f"view-earlier:{BEFORE}:profile"
