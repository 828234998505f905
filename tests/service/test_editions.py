"""A couple of before finishes its round as it began it, by a rule that tells nobody what the other has begun."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from unittest import mock

import pytest

from tests.service.household import CHEAP, OCCASION, WORDS, House, begin
from workbook.errors import AnswerError, SharingError
from workbook.instruments import ASKED, FIRST_EDITION, catalogue, edition
from workbook.instruments.model import Item
from workbook.service.couple import rounds, tables
from workbook.service.couple.editions import NEVER, edition_on, first_round_of_now
from workbook.service.desks import core
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.service.identity import accounts
from workbook.service.identity.directory import couple_entries
from workbook.sharing import Grain, open_round

SECOND, THIRD = "assessment-2", "assessment-3"
THEN, NOW = edition(1)["connection"], catalogue()["connection"]
ONLY_THEN = next(item for item in THEN.items if item.id not in NOW.item_by_id)
ONLY_NOW = next(item for item in NOW.items if item.id not in THEN.item_by_id)
REWORDED = next(item for item in NOW.items if item.id in THEN.item_by_id and item.key not in THEN.keys)


@contextmanager
def before_editions() -> Iterator[None]:
    """Patch the workbook to how it was: no couple says what it was asked, and no opened round."""

    def silent(couple_id, kind, key, round, version=""):
        return tables.round_entry(couple_id, kind, key, round)

    with (
        mock.patch.object(accounts, "couple_entries", partial(couple_entries, made_in=FIRST_EDITION)),
        mock.patch.object(rounds, "round_entry", silent),
        mock.patch.object(core, "first_round_of_now", return_value=NEVER),
    ):
        yield


def started(house: House) -> House:
    """The same store at the next start, both signed in again."""
    local = Household(house.store, cost=CHEAP)
    actors = tuple(local.accounts.sign_in(house.code, name, word) for name, word in WORDS.items())
    return House(local, house.store, house.clock, house.code, house.recovery, actors)


def sheet(value: int, occasion: str, asked=THEN) -> list[Answer]:
    return [
        Answer(f"{value}.{occasion}.{item.id}", occasion, item.id, value, version=item.version)
        for item in asked.items[:60]
    ]


def is_asked(house: House, who: int, item: Item, occasion: str) -> bool:
    """Tell whether a person may answer an item in the version it has here, in a round."""
    answer = Answer(
        f"{item.id}.{item.version}.{occasion}", occasion, item.id, item.scale.lowest, version=item.version
    )
    try:
        house.local.seat_partner(house.actors[who]).save_answers([answer])
    except AnswerError:
        return False
    return True


def of_before(*, opened: tuple[str, ...] = (), begun: tuple[str, ...] = ()) -> House:
    """A couple of before: both opened some rounds, and the first has answered more in private."""
    with before_editions():
        house = begin(study=None)
        for occasion in opened:
            for who in (0, 1):
                partner = house.local.seat_partner(house.actors[who])
                partner.save_answers(sheet(who + 1, occasion))
                partner.decide("connection", occasion, Grain.ANSWERS)
        ada = house.local.seat_partner(house.actors[0])
        for occasion in begun:
            ada.save_answers(sheet(3, occasion))
    return started(house)


def test_a_couple_of_now_is_asked_the_edition_of_now_from_the_first_round() -> None:
    house = begin(study=None)
    for who in (0, 1):
        assert is_asked(house, who, ONLY_NOW, OCCASION) and is_asked(house, who, REWORDED, OCCASION)
        assert not is_asked(house, who, ONLY_THEN, OCCASION)
        assert not is_asked(house, who, THEN.item_by_id[REWORDED.id], OCCASION)


def test_a_couple_of_before_finishes_its_round_and_is_asked_the_next_anew() -> None:
    house = of_before()
    for who in (0, 1):
        assert is_asked(house, who, ONLY_THEN, OCCASION) and not is_asked(house, who, ONLY_NOW, OCCASION)
        assert is_asked(house, who, ONLY_NOW, SECOND) and not is_asked(house, who, ONLY_THEN, SECOND)


def test_after_an_opened_round_the_next_is_the_one_that_may_be_under_way() -> None:
    house = of_before(opened=(OCCASION,))
    for who in (0, 1):
        assert is_asked(house, who, ONLY_THEN, SECOND) and not is_asked(house, who, ONLY_NOW, SECOND)
        assert is_asked(house, who, ONLY_NOW, THIRD)
    ada, ben = (house.local.seat_partner(actor) for actor in house.actors)
    for partner, value in ((ada, 1), (ben, 2)):
        partner.save_answers(sheet(value, SECOND))
        partner.decide("connection", SECOND, Grain.ANSWERS)
    assert {one.version for one in ada.read_table().publications} == {"1.0"}
    assert ada.read_table().asked_from == 3, "what opens since does not put it off again"
    later = started(house)
    assert is_asked(later, 0, ONLY_NOW, THIRD) and is_asked(later, 1, ONLY_THEN, SECOND)


@pytest.mark.parametrize("opened", [(), (OCCASION,)])
def test_what_one_has_begun_in_private_moves_nothing_for_the_other(opened: tuple[str, ...]) -> None:
    """Two worlds; the control is a round that both opened."""
    worlds = [of_before(opened=opened, begun=begun) for begun in ((), (OCCASION, SECOND, THIRD))]
    asked = [house.local.seat_partner(house.actors[1]).read_table().asked_from for house in worlds]
    assert asked[0] == asked[1]
    more = of_before(opened=(*opened, SECOND if opened else OCCASION))
    assert more.local.seat_partner(more.actors[1]).read_table().asked_from != asked[0]


def test_two_publications_of_different_versions_do_not_open_to_each_other() -> None:
    house = begin(study=None)
    ada, ben = (house.local.seat_partner(actor) for actor in house.actors)
    for partner, value in ((ada, 1), (ben, 2)):
        partner.save_answers(sheet(value, OCCASION, NOW))
        partner.decide("connection", OCCASION, Grain.ANSWERS)
    one, other = ada.read_table().publications
    assert {one.version, other.version} == {"2.0"} and open_round(one, other) is not None
    assert open_round(one, dataclasses.replace(other, version="1.0")) is None


def test_a_decision_about_other_words_counts_no_more_and_opens_nothing() -> None:
    """Ada decided in a round that is asked anew since: she decides again, and nothing of the old is shown."""
    house = begin(study=None)
    ada, ben = (house.local.seat_partner(actor) for actor in house.actors)
    for partner, value in ((ada, 1), (ben, 2)):
        partner.save_answers(sheet(value, OCCASION, NOW))
    known = house.local._core
    known._asked_from = dict.fromkeys(
        known._asked_from, 2
    )  # as if this round were asked in the first edition
    ada.save_answers(sheet(3, OCCASION))
    ada.decide("connection", OCCASION, Grain.ANSWERS)
    assert ada.my_decision("connection", OCCASION) is Grain.ANSWERS
    known._asked_from = dict.fromkeys(known._asked_from, 1)
    assert ada.my_decision("connection", OCCASION) is None
    ben.decide("connection", OCCASION, Grain.ANSWERS)
    assert ben.read_table().publications == ()
    ada.decide("connection", OCCASION, Grain.ANSWERS)
    assert {one.version for one in ben.read_table().publications} == {"2.0"}


def test_where_a_study_keeps_an_edition_everybody_is_asked_it_in_every_round() -> None:
    assert first_round_of_now(ASKED, 0, study_asks=FIRST_EDITION) == NEVER
    assert edition_on("assessment-9999", NEVER) == FIRST_EDITION
    assert edition_on("week-3", NEVER) == ASKED


def test_nothing_of_an_earlier_edition_can_be_decided_as_of_now() -> None:
    house = of_before()
    ada = house.local.seat_partner(house.actors[0])
    ada.save_answers([Answer("only-then", OCCASION, ONLY_THEN.id, 1)])
    with pytest.raises(SharingError):
        ada.decide("connection", SECOND, Grain.ANSWERS)
