"""What stays hidden until both have said it, in two real browsers: each of the two, before it opens and after."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.at_browser import AtBrowser, at_browser
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.session import Session

pytestmark = pytest.mark.browser
TakePart = Callable[[Session], Session]
RATINGS = {"yes": "Yes", "maybe": "Maybe", "no": "Not for me"}


@pytest.fixture(autouse=True)
def both(maya: Session, jonah: Session, take_part: TakePart) -> None:
    take_part(maya), take_part(jonah)


def word(exercise: str, key: str) -> str:
    return say(f"exercises.{exercise}.{key}")


def choose(at: AtBrowser, legend: str, option: str) -> None:
    """Choose an option by the words of its question and its own."""
    group = at.page.get_by_role("group", name=legend)
    group.get_by_role("radio", name=option).check(force=True)
    at.page.evaluate("window.settled()")


def test_a_question_lies_in_the_jar_unseen_is_drawn_and_answered_apart(
    maya: Session, jonah: Session, browser: Browser, address: str
) -> None:
    jar, question = "question_jar", "Which song takes you back?"
    with at_browser(browser, address, maya, f"exercise:{jar}") as she:
        she.write(word(jar, "dropped.text.label"), question)
        shown = she.press(word(jar, "dropped.button"))
        assert say("ui.exercises.apart_title") in shown and say("ui.exercises.kept_title") not in shown
    jonah.refresh()
    with at_browser(browser, address, jonah, f"exercise:{jar}") as he:
        assert question not in he.look()
        assert question not in str(jonah.table.events), "nor does his own kernel hold it"
        shown = he.press(word(jar, "draw"))
        assert question in shown and "Maya" not in shown, "whose it is is told to nobody"
        he.write(word(jar, "answered.text.label"), "A slow one.")
        assert "A slow one." in he.press(word(jar, "answered.button"))
        drawn = he.place
    maya.refresh()
    with at_browser(browser, address, maya, drawn) as she:
        assert question in she.look() and "A slow one." not in she.look()
        assert "A slow one." not in str(maya.table.events)
        she.write(word(jar, "answered.text.label"), "A fast one.")
        shown = she.press(word(jar, "answered.button"))
        assert "A slow one." in shown and "A fast one." in shown


@pytest.mark.parametrize("his", RATINGS)
def test_only_what_both_like_can_be_drawn_and_a_no_is_in_nobodys_page(
    his: str, maya: Session, jonah: Session, browser: Browser, address: str
) -> None:
    fun = "fun_list"
    idea = {"text": "Dance in the kitchen", "takes": "evening", "cost": "nothing", "is_new": True}
    kept = maya.act("fun_list.added", idea)
    maya.act("fun_list.rated", {"idea": kept.operation_id, "how": "yes"})
    jonah.refresh()
    with at_browser(browser, address, jonah, f"exercise:{fun}:{kept.operation_id}") as he:
        choose(he, word(fun, "rated.how.label"), RATINGS[his])
        he.press(word(fun, "rated.button"))
    maya.refresh()
    with at_browser(browser, address, maya, f"exercise:{fun}") as she:
        shown = she.look()
        if his == "no":
            assert word(fun, "none") in shown and word(fun, "stage.waiting") in shown
            assert "'no'" not in str(maya.table.events)
            assert word(fun, "draw") not in she.buttons
        else:
            stage = "stage.both_yes" if his == "yes" else "stage.both_maybe"
            assert word(fun, stage) in shown
            assert "Dance in the kitchen" in she.press(word(fun, "draw"))


def test_a_deck_that_asks_first_opens_where_both_want_it_and_not_before(
    maya: Session, jonah: Session, browser: Browser, address: str
) -> None:
    talk = "weekly_talk"
    deck = next(deck for deck in exercises()[talk].decks if deck.id == "past_relationships")
    yes, no = (word(talk, f"wanted.past_relationships.{one}") for one in ("yes", "no"))

    def want(at: AtBrowser) -> str:
        at.press(word(talk, "decks.choose"))
        choose(at, word(talk, "wanted.memories.label"), no)
        choose(at, word(talk, "wanted.past_relationships.label"), yes)
        return at.press(word(talk, "wanted.button"))

    with at_browser(browser, address, maya, f"exercise:{talk}") as she:
        assert say("ui.exercises.apart_title") in want(she)
        assert deck.cards[0] not in she.go(f"exercise:{talk}")
    jonah.refresh()
    with at_browser(browser, address, jonah, f"exercise:{talk}") as he:
        expect(he.page.get_by_text(deck.title, exact=True)).to_have_count(1)  # that it is not open
        assert "'yes'" not in str(jonah.table.events)
        want(he)
        he.go(f"exercise:{talk}")
        assert word(talk, "decks.open") in he.look()
        assert deck.cards[0] in (he.page.text_content("#workbook") or "")


def test_not_today_has_no_name_and_the_step_is_told_to_nobody(
    maya: Session, jonah: Session, browser: Browser, address: str
) -> None:
    step = "step_more_open"
    today, which = word(step, "said_today.today.label"), word(step, "said_today.step.label")
    with at_browser(browser, address, maya, f"exercise:{step}") as she:
        choose(she, today, word(step, "said_today.today.ready"))
        choose(she, which, word(step, "said_today.step.3"))
        she.press(word(step, "said_today.button"))
    jonah.refresh()
    with at_browser(browser, address, jonah, f"exercise:{step}") as he:
        choose(he, today, word(step, "said_today.today.not_today"))
        he.press(word(step, "said_today.button"))
        shown = he.go(f"exercise:{step}")
        assert word(step, "stage.another_day") in shown
        assert [event.payload["step"] for event in jonah.table.events] == [None, None]
    maya.refresh()
    with at_browser(browser, address, maya, f"exercise:{step}") as she:
        assert word(step, "stage.another_day") in she.look()
        assert "not_today" not in str(maya.table.events)


def test_the_clock_of_twenty_minutes_runs_in_two_halves(
    maya: Session, browser: Browser, address: str
) -> None:
    name = "twenty_minutes"
    with at_browser(browser, address, maya, f"exercise:{name}") as she:
        clock = she.page.get_by_role("timer")
        expect(clock).to_be_hidden()
        for press, told in (("clock_begin", "clock_first_half"), ("clock_second", "clock_second_half")):
            assert word(name, told) in she.press(word(name, press))
            assert clock.inner_text() in ("10:00", "9:59", "9:58")
        she.press(word(name, "clock_end"))
        expect(clock).to_be_hidden()


def test_what_is_written_alone_comes_back_only_when_asked_for_and_reaches_nobody(
    maya: Session, jonah: Session, browser: Browser, address: str
) -> None:
    hurts = word("forgiving", "alone.hurts.label")
    with at_browser(browser, address, maya, "exercise:forgiving") as she:
        she.press(word("forgiving", "alone.open"))
        she.write(hurts, "The letter.")
        she.go("home")
        she.go("exercise:forgiving:alone")
        assert say("ui.exercises.draft") in she.look() and "The letter." not in she.look()
        she.press(say("ui.exercises.draft_go_on"))
        expect(she.page.get_by_label(hurts)).to_have_value("The letter.")
    assert "The letter." not in str(maya.own.my_data()), "no file that is taken along has it"
    jonah.refresh()
    assert jonah.table.events == ()
    with at_browser(browser, address, jonah, "exercise:forgiving") as he:
        assert "Maya" not in he.look()
