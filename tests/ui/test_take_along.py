"""What two take along: what is open to both, the same for each, said beforehand to be out of protection."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from workbook.content import say
from workbook.errors import WorkbookError
from workbook.instruments import catalogue
from workbook.reports import to_html
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui import own_data
from workbook.ui.app import App
from workbook.ui.pages.take_along import TakeAlong
from workbook.ui.pages.view import together_source
from workbook.ui.taken_along import sheet_for_two

PRIVATE = next(one for one in catalogue().values() if one.is_private)
Both = tuple[Session, Session]


def taken(session: Session) -> str:
    session.refresh()
    return to_html(sheet_for_two(session, together_source(session)))


@pytest.fixture
def both(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> Both:
    """Both opened how they connect; each also has parts that are not open."""
    for session, value in ((maya, 3), (jonah, 1)):
        take_part(session)
        for part in ("connection", "needs"):
            answer_all(session, part, value)
        session.decide("connection", Grain.ANSWERS)
    maya.refresh()
    return maya, jonah


def test_each_of_the_two_takes_the_very_same(both: Both) -> None:
    assert taken(both[0]) == taken(both[1])


def test_it_shows_the_picture_strong_things_a_step_and_an_empty_place_for_agreements(both: Both) -> None:
    told = taken(both[0])
    for key in (
        "taken.title",
        "taken.agreements",
        "taken.no_agreements",
        "taken.limits",
        "together.next_step",
    ):
        assert say(f"ui.{key}") in told, key
    assert told.count("<svg") >= 2 and "Maya" in told and "Jonah" in told


def test_what_one_keeps_to_themselves_changes_nothing_in_it(
    both: Both, answer_all: Callable[..., None]
) -> None:
    """Two worlds: in one of them the private questions, further parts and half a decision are there as well."""
    maya, _jonah = both
    before = taken(maya)
    items = [item for chapter in PRIVATE.chapters for item in chapter.items]
    maya.save([Answer(f"p-{one}", maya.occasion, one, 3) for one in items])
    answer_all(maya, "warning_signs", 4)
    maya.decide("needs", Grain.ANSWERS)  # the other has not decided
    maya.add_need("A need that nobody knows of")
    assert taken(maya) == before


def test_the_test_above_fails_once_the_other_opens_the_same_part(both: Both) -> None:
    maya, jonah = both
    before = taken(maya)
    for session in both:
        session.decide("needs", Grain.ANSWERS)
    assert taken(maya) != before and taken(jonah) == taken(maya)


def test_answers_that_are_never_published_are_not_in_it(both: Both) -> None:
    told = taken(both[0])
    for name in ("connection.emotional_safety.1", "connection.emotional_safety.4"):
        item = catalogue()["connection"].item_by_id.get(name)
        assert item is None or item.text not in told


def test_their_words_are_in_it_once_both_can_read_them_and_as_text(both: Both) -> None:
    maya, jonah = both
    maya.act("gratitude.written", {"text": "You made <b>soup</b> & tea.", "day": "2026-11-28"})
    maya.act("question.answered", {"text": "More evenings.", "day": "2026-11-28"})
    assert "You made &lt;b&gt;soup&lt;/b&gt; &amp; tea." in taken(jonah)
    assert "More evenings." not in taken(maya), "the other has not written yet"
    jonah.refresh()
    jonah.act("question.answered", {"text": "Less hurry.", "day": "2026-11-28"})
    told = taken(maya)
    assert "More evenings." in told and "Less hurry." in told and told == taken(jonah)


def test_no_request_and_no_answer_to_one_is_in_it(both: Both) -> None:
    maya, jonah = both
    made = maya.act("request.sent", {"text": "Please cook on Tuesdays.", "need": "", "is_intimate": False})
    jonah.refresh()
    jonah.act(
        "request.answered",
        {"request": made.operation_id, "answer": "no", "proposal": "", "note": "I would rather not."},
    )
    told = taken(maya)
    assert "Tuesdays" not in told and "rather not" not in told


def test_words_that_one_does_not_want_to_read_are_left_out_of_what_they_take(both: Both) -> None:
    maya, jonah = both
    jonah.act("gratitude.written", {"text": "A line of thanks.", "day": "2026-11-28"})
    maya.own.block_free_text(blocked=True)
    assert "A line of thanks." not in taken(maya)


def test_the_page_says_what_a_file_is_before_it_gives_one(both: Both) -> None:
    app = App(both[0])
    app.go("take-along")
    page: Any = app._open
    assert isinstance(page, TakeAlong)
    told = str(page.words.blocks)
    for key in ("warning", "who"):
        assert say(f"ui.take-along.{key}") in told
    assert page.page_file.content == ""
    page.page_file._handle_custom_msg({"press": "fetch"}, [])
    assert page.page_file.content == taken(both[0])
    page.page_file._handle_custom_msg({"press": "kept"}, [])
    assert page.page_file.content == "", "nothing of it is kept"


def test_it_comes_as_a_pdf_too_or_the_page_says_why_not(both: Both) -> None:
    app = App(both[0])
    app.go("take-along")
    page: Any = app._open
    page.pdf_file._handle_custom_msg({"press": "fetch"}, [])
    if page.pdf_file.content:
        assert base64.b64decode(page.pdf_file.content).startswith(b"%PDF-")
    else:
        assert say("ui.trouble.no_pdf") in str(app.trouble.blocks)


def test_once_one_takes_it_back_there_is_nothing_to_take_along(both: Both) -> None:
    maya, jonah = both
    maya.withdraw("connection", maya.occasion)
    jonah.refresh()
    app = App(jonah)
    with pytest.raises(WorkbookError, match="not open"):
        app.go("take-along")
    assert not isinstance(app._open, TakeAlong)


def test_ones_own_data_can_be_read_with_texts_and_labels(both: Both) -> None:
    maya, _jonah = both
    maya.save([Answer("declines", maya.occasion, "connection.open_talk.1", None, declined=True)])
    maya.act("gratitude.written", {"text": "You made <b>soup</b>.", "day": "2026-11-28"})
    told = to_html(own_data.sheet_of_own(maya.own.my_data(), maya.instruments, maya.own_needs))
    item = maya.instruments["connection"].item_by_id["connection.open_talk.2"]
    label = next(one.label for one in item.scale.choices if one.value == 3)
    assert f'<th scope="row">{item.text}</th><td>{label}</td>' in told
    assert say("ui.own-data.declined") in told
    assert "You made &lt;b&gt;soup&lt;/b&gt;." in told
    assert say("ui.sharing.grain_answers") in told
    assert "connection.open_talk" not in told, "no codes where there are words"


def test_an_own_need_stands_there_as_it_was_asked_with_the_words_of_the_answer(both: Both) -> None:
    maya, _jonah = both
    maya.add_need("To sing together")
    (need,) = maya.own_needs
    maya.save([Answer("own", maya.occasion, f"{need}.importance", 4)])
    told = to_html(own_data.sheet_of_own(maya.own.my_data(), maya.instruments, maya.own_needs))
    asked = say("instruments.own_need.importance", need="To sing together")
    scale = maya.instruments["needs"].item_by_id["needs.seen.importance"].scale
    assert f'<th scope="row">{asked}</th><td>{scale.choices[-1].label}</td>' in told


def test_ones_own_data_to_read_holds_no_private_answer(both: Both) -> None:
    maya, _jonah = both
    items = [item for chapter in PRIVATE.chapters for item in chapter.items]
    maya.save([Answer(f"p-{one}", maya.occasion, one, 3) for one in items])
    told = to_html(own_data.sheet_of_own(maya.own.my_data(), maya.instruments, maya.own_needs))
    assert PRIVATE.title not in told
    assert not any(PRIVATE.item_by_id[one].text in told for one in items)
