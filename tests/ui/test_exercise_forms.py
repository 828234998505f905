"""A move's form follows from its shape: what is asked, how long it may be, and what is still missing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.exercises.played import PLAYED, play_out
from workbook.content import say
from workbook.exercises import MACHINES
from workbook.session import Session
from workbook.session.own_day import own_today
from workbook.shapes import Day, Flag, Need, Rating, Reference, Text
from workbook.ui.app import App
from workbook.ui.components import Choices, TextField
from workbook.ui.exercise_pages import SPECIAL
from workbook.ui.exercise_pages import form as forms
from workbook.ui.exercise_pages.form import MoveForm, is_asked
from workbook.ui.pages.exercise import PLACES

NEEDS = {"needs.heard": "Heard", "needs.own.abcd1234": "A quiet hour"}
NO_CHOICE, EMPTY = say("ui.trouble.no_choice"), say("ui.activity.empty")


@pytest.fixture(autouse=True)
def any_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return any text for keys under ``made.up``, which are in no file."""
    say_, lookup_ = forms.say, forms.lookup
    monkeypatch.setattr(
        forms, "say", lambda key, **values: key if key.startswith("made.up") else say_(key, **values)
    )
    monkeypatch.setattr(
        forms, "lookup", lambda key: {"hint": "A hint."} if key.startswith("made.up") else lookup_(key)
    )


def form_of(**fields: Any) -> MoveForm:
    return MoveForm("made.up", fields, NEEDS)


def test_a_text_is_asked_in_a_field_of_its_length() -> None:
    short, long = form_of(a=Text(120), b=Text(121)).widgets
    assert (short.kind, short.max_length) == ("text", 120)
    assert (long.kind, long.max_length) == ("long", 121)
    assert (short.label, short.hint) == ("made.up.a.label", "A hint.")


@pytest.mark.parametrize("exercise", MACHINES)
def test_no_page_repeats_the_length_of_a_text(exercise: str) -> None:
    """Every text field of a derived form has the length the service accepts."""
    for name, move in MACHINES[exercise].moves.items():
        made = MoveForm(f"exercises.{exercise}.{name}", move.fields, NEEDS)
        asked = [field for field in move.fields.values() if is_asked({"": field})]
        assert len(asked) == len(made.widgets)
        for field, widget in zip(asked, made.widgets, strict=True):
            assert not isinstance(field, Text) or widget.max_length == field.most


def test_fields_the_page_can_fill_are_not_asked() -> None:
    shape = {"thing": Reference(), "day": Day(), "need": Need(may_be_empty=True)}
    made = form_of(**shape)
    assert made.widgets == [] and not is_asked(shape)
    assert made.read() == {"day": own_today().isoformat(), "need": ""}


def test_a_rating_a_flag_a_need_and_a_day_to_come_are_chosen() -> None:
    made = form_of(felt=Rating(1, 3), is_so=Flag(), need=Need(), on=Day(ahead=30))
    felt, is_so, need, on = made.widgets
    assert [one["value"] for one in felt.options] == ["1", "2", "3"]
    assert need.options[1:] == [[one, title] for one, title in NEEDS.items()]
    day = (datetime.now(UTC).date() + timedelta(days=9)).isoformat()
    felt.value, is_so.value, need.value, on.value = "2", "no", "needs.heard", day
    assert made.read() == {"felt": 2, "is_so": False, "need": "needs.heard", "on": day}


def test_all_missing_fields_are_reported_together_each_at_its_field() -> None:
    made = form_of(
        a=Text(9), b=Flag(), c=Need(), d=Day(ahead=30), e=Rating(1, 3), f=Text(9, may_be_empty=True)
    )
    assert made.read() is None
    a, b, c, d, e, f = (widget.error for widget in made.widgets)
    assert (a, b, c, e, f) == (EMPTY, NO_CHOICE, EMPTY, NO_CHOICE, "")
    assert d.startswith("Please choose a day")


@pytest.mark.parametrize("made_up", ["needs.own.someone", "2", "maybe"])
def test_forged_choices_count_as_not_chosen(made_up: str) -> None:
    made = form_of(a=Flag(), b=Rating(3, 5), c=Need())
    for widget in made.widgets:
        widget.value = made_up
    assert made.read() is None
    assert all(widget.error for widget in made.widgets)


def test_text_belonging_to_an_unchosen_option_is_not_sent() -> None:
    """A counter-proposal typed before it became a yes stays with its writer."""
    fields = MACHINES["request"].moves["answered"].fields
    made = MoveForm("exercises.request.answered", fields, NEEDS)
    answer, proposal, *_ = made.widgets
    assert isinstance(answer, Choices) and isinstance(proposal, TextField)
    answer.value, proposal.value = "negotiate", ""
    assert made.read() is None and proposal.error == EMPTY
    proposal.value = "Saturday?"
    assert made.read() == {"answer": "negotiate", "proposal": "Saturday?", "mark": "", "note": ""}
    answer.value = "yes"
    assert made.read() == {"answer": "yes", "proposal": "", "mark": "", "note": ""}


@pytest.mark.parametrize("exercise", MACHINES)
def test_no_exercise_address_changes(
    exercise: str, maya: Session, take_part: Callable[[Session], Session]
) -> None:
    """Drawers keep addresses as bookmarks, so `exercise:gratitude_log` must always work."""
    app = App(take_part(maya))
    app.go(f"exercise:{exercise}")
    assert app._open is not None and str(app.session.page) == f"exercise:{exercise}"
    # One that is done at a page of its own asks nothing here, and one that begins alone not at once.
    assert bool(app._open.fields.children) == (
        exercise not in {*PLACES, "breakdown", "forgiving", "letting_go", "room_for_me"}
    )


def test_special_pages_match_an_exercise_by_name() -> None:
    assert set(SPECIAL) <= set(MACHINES)
    assert {made.__module__.rpartition(".")[2] for made in SPECIAL.values()} == set(SPECIAL)


def test_a_joint_sitting_shows_no_notice_for_one_partner(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], household: Any
) -> None:
    """They have no page on which to answer it, and whose turn it is cannot be known."""
    take_part(maya)
    maya.act("gratitude.written", {"text": "Tea", "day": "2026-05-01"})
    code = maya.couple.code
    both = household.accounts.sign_in_together(
        code, [("Maya", "maya's passphrase"), ("Jonah", "jonah's passphrase")]
    )
    app = App(Session(household.seat(both)))
    app.go("exercises")
    assert app._open is not None
    assert "Your turn" not in str(app._open.menu.parts)
    jonah.refresh()
    his = App(take_part(jonah))
    his.go("exercises")
    assert his._open is not None and "Your turn: 1" in str(his._open.menu.parts)


@pytest.mark.parametrize("exercise", PLAYED)
def test_wherever_a_thing_stands_its_line_and_its_page_have_words(
    exercise: str, maya: Session, jonah: Session, take_part: Callable[[Session], Session]
) -> None:
    """After every step of a game, to both: in the list, and on the page of the thing itself."""
    apps = [App(take_part(one)) for one in (maya, jonah)]
    for step in play_out(exercise, "words", "2026-05-01"):
        session = apps[step.who].session
        session.own.add_table_event(step.kind, dict(step.payload), operation_id=step.operation_id)
        for app in apps:
            app.session.refresh("table")
            app.go("home")
            app.go(f"exercise:{exercise}")
            lines = [line for part in app._open.menu.parts for line in part["steps"]]
            assert all(line["note"] for line in lines)
            for line in lines[:1]:  # what lies in a jar is not listed
                app.go(f"exercise:{exercise}:{line['id']}")
            assert not app.trouble.blocks
