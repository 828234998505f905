"""Who had gone ahead alone, in words that are asked no more, is told why the same is asked again."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.service.test_editions import SECOND, of_before
from workbook.content import say
from workbook.session import Session
from workbook.ui.app import App

PART = "connection"
WHY = "ui.chapter.asked_anew"


def words_of(app: App, address: str) -> str:
    app.go(address)
    page: Any = app._open
    return str(page.words.blocks)


@pytest.mark.parametrize("began", [True, False])
def test_it_is_said_where_questions_are_asked_again_and_nowhere_else(
    began: bool, take_part: Callable[[Session], Session]
) -> None:
    house = of_before(begun=(SECOND,) if began else ())
    session = Session(house.local.seat_partner(house.actors[0]))
    take_part(session)
    chapters = [name for name, (one, _) in session.chapters.items() if one.id == PART]
    app = App(session)
    assert say(WHY) not in words_of(app, f"chapter:{chapters[0]}:1"), (
        "the round of before is asked as it began"
    )
    session.note("setting", name="occasion", value=SECOND)
    session.occasion = SECOND
    app = App(session)
    chapters = [name for name, (one, _) in session.chapters.items() if one.id == PART]
    assert (say(WHY) in words_of(app, f"chapter:{chapters[0]}:1")) is began
    assert say(WHY) not in words_of(app, f"chapter:{chapters[0]}:2"), "once is enough"
    private = next(name for name in session.chapters if session.is_private(name))
    assert say(WHY) not in words_of(app, f"chapter:{private}:1")
    partner = Session(house.local.seat_partner(house.actors[1]))
    take_part(partner)
    partner.occasion = SECOND
    assert say(WHY) not in words_of(App(partner), f"chapter:{chapters[0]}:1"), (
        "nothing is told of it to the other"
    )
