"""Needs in somebody's own words: who is given them, once both chose so, and how long."""

import json
import random
from collections.abc import Callable

import pytest

from tests.service.household import OCCASION, STUDY, House, begin, opened
from tests.service.plain import table_as_json
from tests.service.practice import agree, join, practice_in
from workbook.errors import SharingError, StorageError
from workbook.service.couple import rounds
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.rows import dump
from workbook.service.formats.values import Answer
from workbook.sharing import Grain, Publication

ADA, BEN = "an evening a week without anybody", "to be asked before we have guests"
LATER = "a need that was added later"
GRAINS = [None, *Grain]


def answered(house: House) -> tuple[PartnerService, PartnerService]:
    """Both answered of the same need, and added one of their own, which they answered as well."""
    for (service, _who), words in zip((house.a, house.b), (ADA, BEN), strict=True):
        add_need(service, words)
        service.save_answers([Answer("seen", OCCASION, "needs.seen.met", 1)])
    return house.a[0], house.b[0]


def add_need(service: PartnerService, words: str) -> None:
    need = f"needs.own.{words.encode().hex()[-8:]}"
    service.add_event("own_need", {"id": need, "text": words})
    service.save_answers([Answer(f"met-{need}", OCCASION, f"{need}.met", 0)])


def words_at(service: PartnerService) -> list[str]:
    """Every word of an own need on somebody's table."""
    return sorted(text for one in service.read_table().publications for text in one.words.values())


def laid(house: House) -> str:
    """Return all that lies in the log of the table, opened."""
    rows = opened(house.store, f"table/{house.actors[0].couple_id}")
    return "".join((row.payload or b"").decode() for row in rows)


def decide(service: PartnerService, grain: Grain | None) -> None:
    if grain is not None:
        service.decide("needs", OCCASION, grain)


def told(house: House, service: PartnerService) -> str:
    """All that somebody is told of the two; ids that were drawn by chance are named alike in every house."""
    text = dump([table_as_json(service.read_table()), str(service.couple())]).decode()
    for actor, name in zip(house.actors, ("ada", "ben"), strict=True):
        text = text.replace(actor.person_id, name).replace(actor.couple_id, "both")
    table, couple = json.loads(text.replace(house.code, "code"))
    table["publications"].sort(key=lambda one: one["person_id"])
    return dump([table, couple]).decode()


@pytest.mark.parametrize("his", GRAINS)
@pytest.mark.parametrize("hers", GRAINS)
def test_words_reach_the_other_only_where_both_chose_so(hers: Grain | None, his: Grain | None) -> None:
    house = begin()
    both = ada, ben = answered(house)
    decide(ada, hers)
    decide(ben, his)
    expected = sorted((ADA, BEN)) if hers is his is Grain.WORDS else []
    assert [words_at(one) for one in both] == [expected, expected]


@pytest.mark.parametrize("his", GRAINS)
def test_choosing_it_alone_shows_nothing_and_looks_like_choosing_answers(his: Grain | None) -> None:
    """Two worlds: B is told the same whichever of the two A chose. Where both chose words, it has to tell."""
    assert len(worlds(his)) == (2 if his is Grain.WORDS else 1)


def worlds(his: Grain | None) -> set[str]:
    """What B is told, where A chose answers and where A chose words as well."""
    seen = set()
    for hers in (Grain.ANSWERS, Grain.WORDS):
        house = begin()
        ada, ben = answered(house)
        decide(ada, hers)
        decide(ben, his)
        seen.add(told(house, ben))
    return seen


def test_what_is_answered_about_an_own_need_opens_to_nobody() -> None:
    house = begin()
    ada, ben = answered(house)
    decide(ada, Grain.WORDS)
    decide(ben, Grain.WORDS)
    shown = {item for one in ben.read_table().publications for item in one.responses["item"]}
    assert shown == {"needs.seen.met"}


def test_words_are_those_of_the_moment_of_the_decision() -> None:
    house = begin()
    ada, ben = answered(house)
    decide(ada, Grain.WORDS)
    add_need(ada, LATER)
    decide(ben, Grain.WORDS)
    assert words_at(ben) == sorted((ADA, BEN))


def test_a_need_taken_away_is_not_among_them() -> None:
    house = begin()
    ada, ben = answered(house)
    (need,) = ada.read_events(["own_need"])
    ada.add_event("own_need", dict(need.payload) | {"removed": True})
    decide(ada, Grain.WORDS)
    decide(ben, Grain.WORDS)
    assert words_at(ben) == [BEN]


@pytest.mark.parametrize("who", ["a", "b"])
def test_they_go_with_the_round_from_every_page_and_from_the_store(who: str) -> None:
    house = begin()
    both = answered(house)
    for one in both:
        decide(one, Grain.WORDS)
    assert ADA in laid(house), "the control"
    getattr(house, who)[0].withdraw("needs", OCCASION)
    assert [words_at(one) for one in both] == [[], []]
    assert ADA not in laid(house)


def test_who_blocks_the_others_words_is_not_given_these_and_the_other_learns_nothing() -> None:
    house = begin()
    ada, ben = answered(house)
    for one in (ada, ben):
        decide(one, Grain.WORDS)
    before = told(house, ben)
    ada.block_free_text(blocked=True)
    assert (words_at(ada), words_at(ben)) == ([ADA], sorted((ADA, BEN)))
    assert told(house, ben) == before
    at_one_device = house.together()[0].read_table()
    assert not any(one.words for one in at_one_device.publications), "or the other would learn of it there"
    ada.block_free_text(blocked=False)
    assert words_at(ada) == sorted((ADA, BEN))


def test_a_therapist_is_given_none() -> None:
    house = begin()
    practice, (ada, ben) = practice_in(house), answered(house)
    for one in (ada, ben):
        agree(one)
        decide(one, Grain.WORDS)
        join(one, practice, {"needs": Granted(ToCase.ANSWERS)})
    read: tuple[Publication, ...] = practice.service.read_case(practice.case.case_id).publications
    assert len(read) == 2 and not any(one.words for one in read)
    assert not any(item.startswith("needs.own.") for one in read for item in one.responses["item"])


@pytest.mark.parametrize(
    "act",
    [
        lambda ada: ada.decide("connection", OCCASION, Grain.WORDS),
        lambda ada: ada.give_to_research(Grain.WORDS, linked=False, text_hash=STUDY.words_hash),
    ],
    ids=["another part", "a study"],
)
def test_it_is_refused_where_there_is_no_such_choice(act: Callable[[PartnerService], None]) -> None:
    """A page that was tampered with can ask for it."""
    ada, _ben = answered(begin())
    ada.save_answers([Answer("one", OCCASION, "connection.open_talk.1", 1)])
    with pytest.raises(SharingError):
        act(ada)


def test_more_words_than_there_is_room_for_are_refused_and_nothing_is_lost() -> None:
    house = begin()
    ada, ben = answered(house)
    decide(ada, Grain.ANSWERS)
    chance = random.Random(1)
    for n in range(400):
        words = "".join(chr(0x4E00 + chance.randrange(20_000)) for _ in range(110))
        ada.add_event("own_need", {"id": f"needs.own.{n:08x}", "text": words})
    with pytest.raises(StorageError):
        decide(ada, Grain.WORDS)
    decide(ben, Grain.WORDS)
    assert {one.grain for one in ben.read_table().publications} == {Grain.ANSWERS}


def test_the_grain_is_one_that_the_service_knows() -> None:
    with pytest.raises(SharingError):
        rounds.as_grain("everything")  # type: ignore[arg-type]
