"""Each exercise of two, walked to its end in two browsers at once: every field filled in, every button pressed."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from tests.exercises.played import GOES_ON, PLAYED, A, B, Moves
from tests.ui.at_browser import AtBrowser, at_browser
from workbook.content import lookup, say
from workbook.exercises import MACHINES, SHAPES
from workbook.session import Session
from workbook.session.own_day import own_now, own_today
from workbook.shapes import Choice, Day, Field, Filled, Flag, Moment, Need, Rating, Text

pytestmark = pytest.mark.browser
WORDS = "words of ours"
BY_ITSELF = {("question_jar", "drawn"): "draw"}
"""Moves that have a button of their own, in the list and not on a form."""
WALKED: Mapping[str, Moves] = {
    **PLAYED,
    "gratitude_log": ((A, "written", {}), (B, "landed", {})),
    "request": (
        (A, "sent", {"is_intimate": False}),
        (B, "answered", {"answer": "negotiate"}),
        (A, "answered", {"answer": "yes", "proposal": ""}),
        (B, "taken_back", {}),
    ),
    "needs_talk": (
        (A, "said", {"need": "needs.heard"}),
        (B, "heard", {}),
        (A, "checked", {"understood": "not_yet"}),
        (B, "heard", {}),
        (A, "checked", {"understood": "yes", "missing": ""}),
        (B, "offered", {"offer": "can_offer"}),
        (A, "settled", {"way": "elsewhere"}),
    ),
    "the_question": ((A, "answered", {}), (B, "answered", {})),
}
IN_A_ROOM = {"speaker_listener": "tests/walk/test_room.py"}
"""Walked by two browsers elsewhere: it takes a server that both are at."""
ALONE_FIRST = ("letting_go", "forgiving", "room_for_me", "breakdown")
"""Exercises that begin on a page of one's own; the form of what is told has another."""


class Walk:
    """Two at their phones, who make the moves of one exercise by turns."""

    def __init__(self, exercise: str, people: tuple[AtBrowser, AtBrowser]) -> None:
        self.exercise, self.people, self.thing = exercise, people, ""

    def make(self, who: int, move: str, chosen: Mapping[str, Any]) -> None:
        """Let one of the two make a move on their page, and look whether it is what lies on the table then."""
        at, machine = self.people[who], MACHINES[self.exercise]
        session = at.app.session
        session.refresh()
        shape = SHAPES[machine.kind(move)]
        at.go(self._place(at, move))
        for name, field in shape.items():
            self._fill(at, move, name, field, chosen)
        button = BY_ITSELF.get((self.exercise, move), f"{move}.button")
        at.press(say(f"exercises.{self.exercise}.{button}"))
        session.refresh()
        own = [one for one in session.table.events if one.person_id == session.actor.person_id]
        assert own and own[-1].kind == machine.kind(move), f"{move}: {at.look()[:600]}"
        for name, value in chosen.items():
            if value not in ("DAY", "MOMENT", "LAST"):
                assert own[-1].payload.get(name, "") == value, name
        begins = getattr(machine.moves[move], "about", None) is None
        if begins and not (self.thing and self.exercise in GOES_ON):
            self.thing = own[-1].operation_id

    def _place(self, at: AtBrowser, move: str) -> str:
        machine, there = MACHINES[self.exercise], f"exercise:{self.exercise}"
        if getattr(machine.moves[move], "about", None) is None or (self.exercise, move) in BY_ITSELF:
            return f"{there}:tell" if self.exercise in ALONE_FIRST else there
        thing = own_today().isoformat() if self.exercise == "twenty_minutes" else self.thing
        at.go(f"{there}:{thing}")
        opener = lookup(f"exercises.{self.exercise}.{move}").get("open")
        return f"{there}:{move}:{thing}" if opener in at.buttons else f"{there}:{thing}"

    def _fill(self, at: AtBrowser, move: str, name: str, field: Field, chosen: Mapping[str, Any]) -> None:
        words, value = f"exercises.{self.exercise}.{move}.{name}", chosen.get(name)
        match field:
            case Filled():
                return
            case Text() if name not in chosen:
                label = at.page.get_by_label(say(f"{words}.label"), exact=True)
                if label.count() and label.first.is_visible():
                    at.write(say(f"{words}.label"), WORDS[: field.most])
            case Choice() | Rating() if chosen.get(name, "") != "":
                choose(at, say(f"{words}.label"), say(f"{words}.{value}"))
            case Flag() if name in chosen:
                choose(at, say(f"{words}.label"), say(f"{words}.{'yes' if value else 'no'}"))
            case Day() | Moment() if field.ahead and value:
                now = own_now()  # what is dated now can be looked back on in a moment
                at.write(
                    say(f"{words}.label"),
                    f"{now:%Y-%m-%d}" if isinstance(field, Day) else f"{now:%Y-%m-%dT%H:%M}",
                )
            case Need() if value:
                at.page.get_by_label(say(f"{words}.label")).select_option(value)
                at.page.evaluate("window.settled()")


def choose(at: AtBrowser, legend: str, option: str) -> None:
    """Choose an option by the words of its question and its own."""
    group = at.page.get_by_role("group", name=legend)
    group.get_by_role("radio", name=option).first.check(force=True)
    at.page.evaluate("window.settled()")


def test_no_exercise_is_left_out() -> None:
    assert {*WALKED, *IN_A_ROOM} == set(MACHINES)
    assert all("two_take_turns" in Path(path).read_text() for path in IN_A_ROOM.values())


def test_a_button_that_is_not_there_or_a_move_that_comes_to_nothing_is_noticed(
    maya: Session, take_part: Callable[[Session], Session], browser: Browser, address: str
) -> None:
    with at_browser(browser, address, take_part(maya), "exercise:gratitude_log") as she:
        walk = Walk("gratitude_log", (she, she))
        with pytest.raises(AssertionError, match="written"):
            walk.make(
                0, "written", {"text": ""}
            )  # left empty: the page says what is missing, and nothing is kept
        walk.make(0, "written", {})
        she.page.set_default_timeout(1_000)
        with pytest.raises(PlaywrightError):
            walk.make(0, "landed", {})  # nobody takes in their own line


@pytest.mark.parametrize("exercise", WALKED)
def test_an_exercise_is_walked_by_two_browsers(
    exercise: str,
    maya: Session,
    jonah: Session,
    take_part: Callable[[Session], Session],
    browser: Browser,
    address: str,
) -> None:
    with ExitStack() as both:
        she, he = (
            both.enter_context(at_browser(browser, address, take_part(one), f"exercise:{exercise}"))
            for one in (maya, jonah)
        )
        walk = Walk(exercise, (she, he))
        for who, move, chosen in WALKED[exercise]:
            walk.make(who, move, chosen)
