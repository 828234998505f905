"""Held-back answers are stored only in their own drawer, and nothing else shows whether they exist."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.service.before_cells import waits
from tests.service.earlier import (
    HELD,
    PARTS,
    answer_all,
    both_open,
    decide,
    held_back_in,
    lies_open,
    logs,
    new_house,
    publications,
)
from tests.service.household import OCCASION, House, begin, copy_of
from tests.service.research_contract import give
from workbook.errors import SharingError
from workbook.service.couple.waiting import pending_log
from workbook.service.desks.household import Household
from workbook.service.formats.values import Actor, Answer
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_no_new_decision_publication_or_research_copy_holds_held_back_items(grain: Grain) -> None:
    def did(house: House) -> None:
        give(house.a, grain)
        decide(house, 0, grain)

    house = new_house(did)
    assert publications(house) and held_back_in(house) == []
    decide(house, 1, grain)
    assert house.local.seat(house.actors[0]).read_table().publications and held_back_in(house) == []


def two_worlds(change: Callable[[Household, Actor], None], grain: Grain) -> tuple[Any, ...]:
    """Return everything outside Ada's drawer, and the row counts, in two worlds with different answers."""
    house = begin(MemoryStore())
    answer_all(house)
    change(house.local, house.actors[0])
    give(house.a, grain)
    decide(house, 0, grain)
    cells = [house.store.read_cell(name) for name in house.store.cells()]
    waiting = [(cell.name.split("/")[0], len(cell.content or b"")) for cell in cells]
    decide(house, 1, grain)
    study_copy = (copy_of(house.store, house.actors[0].person_id) or {})["publications"]
    frames = [{k: v for k, v in one["scores"].items() if "_id" not in k} for one in study_copy]
    counts = [len(house.store.read(log)) for log in logs(house)]
    return waiting, lies_open(house), frames, counts


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_a_held_back_answer_is_observable_nowhere(grain: Grain) -> None:
    """Two worlds that differ in an answer held back, and a third without one; the control shows."""

    def answer(item: str, value: int | None) -> Callable[[Household, Actor], None]:
        given = Answer(f"again-{value}", OCCASION, item, value, declined=value is None)
        return lambda household, actor: household.seat(actor).save_answers([given]) and None

    for item in (
        "connection.emotional_safety.1",
        "warning_signs.trust_broken.2",
        "connection.emotional_safety.4",
    ):
        worlds = [two_worlds(answer(item, value), grain) for value in (0, 4, None)]
        assert worlds[0] == worlds[1] == worlds[2]
    shown = [two_worlds(answer("connection.emotional_safety.3", value), grain) for value in (0, 4)]
    assert shown[0] != shown[1]


def test_a_sheet_with_only_held_back_answers_cannot_be_published() -> None:
    house = begin()
    held = [Answer(item, OCCASION, item, 1) for item in sorted(HELD)]
    house.local.seat(house.actors[0]).save_answers(held)

    for part in PARTS:
        with pytest.raises(SharingError):
            house.local.seat(house.actors[0]).decide(part, OCCASION, Grain.ANSWERS)
    assert house.store.read(pending_log(house.actors[0].couple_id)) == waits(house) == []


def test_held_back_answers_stay_on_own_pages_and_in_own_data() -> None:
    house = new_house(both_open(Grain.ANSWERS, Grain.ANSWERS))
    service, _actor = house.a

    assert set(service.read_responses()["item"]) >= HELD
    mine = service.my_data()
    assert {one["item"] for one in mine["answers"]} >= HELD
    assert {item for one in mine["published"] for item in one["responses"]["item"]} & HELD == set()
