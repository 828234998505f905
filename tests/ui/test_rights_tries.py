"""Whether one's passphrase was tried stands on "Your rights", always, and on no other page."""

from collections.abc import Callable

import pytest

from workbook.content import say
from workbook.errors import SignInError
from workbook.service.desks.household import Household
from workbook.service.formats.values import Actor
from workbook.session import Session
from workbook.ui.app import App

NONE = [say(f"ui.rights.tries.{where}_none") for where in ("outside", "sitting")]


@pytest.fixture
def told(household: Household, actors: tuple[Actor, Actor]) -> Callable[[int], list[str]]:
    """Return what one of the two is told on "Your rights"."""

    def look(person: int) -> list[str]:
        app = App(Session(household.seat_partner(actors[person])))
        app.go("rights")
        page = app._open
        assert page.tries in page.place.children
        return [str(block["text"]) for block in page.tries.blocks if block["kind"] == "paragraph"]

    return look


def test_none_is_said_as_well(told: Callable[[int], list[str]]) -> None:
    lead, *parts = told(0)
    assert (lead, parts) == (say("ui.rights.tries.lead"), NONE)


def test_guesses_and_ones_own_slips_stand_apart_and_the_partner_sees_neither(
    household: Household, actors: tuple[Actor, Actor], told: Callable[[int], list[str]]
) -> None:
    code = household.seat_couple(actors[0]).couple().code
    before = [App(Session(household.seat_partner(actors[0]))).trouble.blocks]
    for _ in range(3):
        with pytest.raises(SignInError):
            household.accounts.sign_in(code, "Maya", "a guess of Jonah's")
    with pytest.raises(SignInError):
        household.seat_partner(actors[0]).erase("a slip of mine")
    _lead, outside, sitting = told(0)
    assert ": 3. " in outside and ": 1. " in sitting
    assert told(1)[1:] == NONE
    assert [App(Session(household.seat_partner(actors[0]))).trouble.blocks] == before, "no banner"
