"""The questions that the server draws before there is a kernel: which, for whom, and with nothing of the other's."""

import json
from collections.abc import Callable
from unittest import mock

import pytest

from workbook.address import Address, at
from workbook.content import say
from workbook.instruments import catalogue
from workbook.server.pages.first_screen import FirstScreen, find_first_screen
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App

CHAPTER = "connection.talk"
FIRST = at("chapter", CHAPTER, 1)
PRIVATE = next(one for one in catalogue().values() if one.is_private).chapters[0].id
TakePart = Callable[[Session], Session]


def drawn_for(session: Session) -> FirstScreen | None:
    return find_first_screen(session.own)


def at_questions(session: Session, take_part: TakePart, address: Address = FIRST) -> Session:
    take_part(session).go(address)
    return session


def answer(session: Session, n: int, value: int | None, *, declined: bool = False) -> None:
    item = session.screens(CHAPTER)[0][n]
    session.save([Answer(f"own-{n}", session.occasion, item.id, value, declined, version=item.version)])


def test_somebody_who_goes_on_at_questions_is_drawn_what_their_kernel_draws(
    maya: Session, take_part: TakePart
) -> None:
    at_questions(maya, take_part)
    answer(maya, 1, 3)
    drawn, page = drawn_for(maya), App(Session(maya.service))._open
    assert drawn is not None
    form = page.form
    names = ("items", "occasion", "answers", "opens_blank", "labels")
    assert json.loads(drawn.form) == json.loads(json.dumps({name: getattr(form, name) for name in names}))
    assert drawn.words == page.words.blocks
    assert drawn.bar == page.bar.blocks
    assert [one.text for one in drawn.questions] == [one["text"] for one in form.items]


def test_what_is_answered_is_drawn_as_chosen(maya: Session, take_part: TakePart) -> None:
    at_questions(maya, take_part)
    for n, value, declined in ((0, 0, False), (1, 2, False), (2, None, True), (3, 4, False)):
        answer(maya, n, value, declined=declined)
    drawn = drawn_for(maya)
    assert drawn is not None
    told = [(one.chosen, one.told, one.between, one.is_saved) for one in drawn.questions[:5]]
    assert told == [
        ("0", "Never", "", True),
        ("2", "Sometimes", "Sometimes", True),
        ("declined", say("ui.form.declined"), "", True),
        ("4", "Almost always", "", True),
        ("", "", "", False),
    ]


def test_a_chapter_without_a_screen_opens_at_its_first_open_question(
    maya: Session, take_part: TakePart
) -> None:
    at_questions(maya, take_part)
    screens = maya.screens(CHAPTER)
    for n in range(len(screens[0])):
        answer(maya, n, 1)
    maya.own.add_event("bookmark", {"page": f"chapter:{CHAPTER}", "occasion": maya.occasion})
    drawn = drawn_for(maya)
    assert drawn is not None
    assert [one.text for one in drawn.questions] == [one.text for one in screens[1]]


@pytest.mark.parametrize("page", ["home", "together", "results", "chapter:gone:1", f"review:{CHAPTER}"])
def test_no_other_page_is_drawn(maya: Session, take_part: TakePart, page: str) -> None:
    take_part(maya)
    with mock.patch.object(Session, "place", Address.read(page)):
        assert drawn_for(maya) is None


def test_nothing_is_drawn_of_the_private_questions(maya: Session, take_part: TakePart) -> None:
    """They are never a place to go on from; were they one all the same, nothing of them would be drawn."""
    take_part(maya)
    with mock.patch.object(Session, "place", at("chapter", PRIVATE, 1)):
        assert Session(maya.service).page == at("chapter", PRIVATE, 1)
        assert drawn_for(maya) is None


def test_nothing_is_drawn_of_the_weekly_questions(maya: Session, take_part: TakePart) -> None:
    """A week begins when they are opened, by the clock of whoever opens them."""
    at_questions(maya, take_part, at("chapter", catalogue()["weekly"].chapters[0].id, 1))
    assert drawn_for(maya) is None


def test_nothing_is_drawn_before_one_takes_part(maya: Session) -> None:
    maya.go(FIRST)
    assert maya.place == FIRST
    assert drawn_for(maya) is None


def test_nothing_is_drawn_where_two_are_in_a_meeting(maya: Session, take_part: TakePart) -> None:
    at_questions(maya, take_part)
    assert drawn_for(maya) is not None
    with mock.patch.object(Session, "_resume", lambda self: setattr(self, "page", at("room"))):
        assert drawn_for(maya) is None


def test_it_is_the_same_whatever_the_other_did(maya: Session, jonah: Session, take_part: TakePart) -> None:
    at_questions(maya, take_part)
    answer(maya, 0, 2)
    before = drawn_for(maya)
    take_part(jonah).go(at("chapter", CHAPTER, 2))
    for n in range(4):
        answer(jonah, n, n)
    jonah.decide("connection", Grain.ANSWERS)
    assert before is not None
    assert drawn_for(maya) == before


def test_it_leaves_no_trace(maya: Session, household: Household, take_part: TakePart) -> None:
    at_questions(maya, take_part)
    store = household._core.store
    before = store.heads(store.logs())
    assert drawn_for(maya) is not None
    assert store.heads(store.logs()) == before


def test_it_hears_nothing_once_it_is_drawn(maya: Session, take_part: TakePart) -> None:
    at_questions(maya, take_part)
    heard = []
    with mock.patch.object(Session, "heard", lambda _session, change: heard.append(change)):
        assert drawn_for(maya) is not None
        answer(maya, 0, 1)
    assert heard == []


def test_a_fault_leaves_the_page_to_the_kernel_and_no_word_of_it_in_the_log(
    maya: Session, take_part: TakePart, caplog: pytest.LogCaptureFixture
) -> None:
    at_questions(maya, take_part)
    with mock.patch.object(Session, "screens", side_effect=ValueError("an answer of Maya's")):
        assert drawn_for(maya) is None
    assert "ValueError" in caplog.text
    assert "Maya" not in caplog.text
