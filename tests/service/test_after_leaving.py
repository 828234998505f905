"""Whoever left begins anew with somebody else: what they decided before, and their weeks of before, are not of that."""

import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, House, answers, begin
from tests.service.weekly_line_contract import LINE, MONDAY, WEEK, line_of, live
from workbook.errors import SharingError
from workbook.service.desks.partner import LocalPartner
from workbook.sharing import Grain

THIRD = "eleven quiet words"


@pytest.fixture
def house() -> House:
    return begin()


def anew(house: House) -> tuple[LocalPartner, LocalPartner]:
    """Let the first leave and somebody else join them; return both pages."""
    code = house.a[0].leave(WORDS["Ada"])
    accounts = house.local.accounts
    third = house.local.seat_partner(accounts.join(code, "Cleo", THIRD).actor)
    return house.local.seat_partner(accounts.sign_in(code, "Ada", WORDS["Ada"])), third


@pytest.mark.parametrize("is_open", [False, True])
def test_a_decision_of_before_stands_no_more_and_opens_nothing(house: House, *, is_open: bool) -> None:
    (a, _), (b, _) = house.a, house.b
    for service in (a, b):
        service.save_answers(answers(2))
    a.decide(INSTRUMENT, OCCASION, Grain.ANSWERS, ["connection.trust.1"])
    if is_open:
        b.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    mine, third = anew(house)
    assert mine.my_decision(INSTRUMENT, OCCASION) is None
    assert mine.look(["drawer", "table"]).decisions == ()
    assert mine.my_held_back(INSTRUMENT, OCCASION).chosen == ()
    third.save_answers(answers(3))
    third.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    assert mine.read_table().open_rounds == ()
    mine.decide(INSTRUMENT, OCCASION, Grain.SCORES)
    assert mine.read_table().open_rounds == ((INSTRUMENT, OCCASION),)


@pytest.mark.parametrize("is_open", [False, True])
def test_weeks_of_before_are_in_no_line_for_somebody_else(house: House, *, is_open: bool) -> None:
    (a, _), (b, _) = house.a, house.b
    for service in (a, b):
        live(service, {1: 1, 2: 4})
    a.decide(*LINE, Grain.SCORES)
    if is_open:
        b.decide(*LINE, Grain.SCORES)
    mine, third = anew(house)
    live(third, {1: 2, 2: 2, 3: 3, 4: 3}, first=MONDAY)  # dated back, whatever they were
    with pytest.raises(SharingError):
        mine.decide(*LINE, Grain.SCORES)
    live(mine, {3: 2, 4: 2})
    for service in (mine, third):
        service.decide(*LINE, Grain.SCORES)
    assert list(line_of(third, house.actors[0].person_id)) == [
        f"day-{MONDAY + n * WEEK:%Y%m%d}" for n in (2, 3)
    ]
    couples = {name for line in mine.read_table().lines for name in line.scores["couple_id"]}
    assert couples == {mine.couple().couple_id}


def test_ones_own_days_and_answers_stay(house: House) -> None:
    (a, _) = house.a
    live(a, {1: 1, 2: 4})
    before = a.read_responses("weekly")
    mine, _third = anew(house)
    assert mine.read_responses("weekly")["value"].tolist() == before["value"].tolist()
    assert "left" not in str([event.kind for event in mine.read_events()]) + str(mine.my_data()["events"])
