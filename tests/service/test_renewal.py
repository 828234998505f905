"""Rows from before items were held back are renewed at start, and the old ones destroyed."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.service.before_cells import as_before_cells, waiting_of
from tests.service.earlier import (
    ALL_THAT_WAS,
    HELD,
    PARTS,
    TOUCHED,
    as_it_was,
    both_open,
    decide,
    held_back_in,
    lies_open,
    logs,
    new_house,
    old_house,
    one_gave,
    one_waits,
    publications,
    started,
    whole,
)
from tests.service.household import CHEAP, OCCASION, STUDY, House, copy_of
from tests.service.keyed import PRIVATE
from tests.service.research_contract import give
from workbook.service.couple.waiting import pending_log
from workbook.service.desks.household import Household
from workbook.service.formats.rows import write_row
from workbook.service.identity.directory import Directory
from workbook.service.studies.dataset import read_consented
from workbook.sharing import Grain, open_round
from workbook.storage.backup import back_up, restore
from workbook.storage.base import Entry
from workbook.storage.keys import erasures_file, find_key
from workbook.storage.opening import open_store


@pytest.mark.parametrize("what", ALL_THAT_WAS)
def test_after_start_no_row_holds_or_scores_a_held_back_item(what: str) -> None:
    """The first line is the control: before, there is plenty."""
    house = as_it_was(what)
    assert held_back_in(house)

    house = started(house)

    assert held_back_in(house) == []
    assert publications(house)


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_a_pending_decision_opens_without_held_back_items(grain: Grain) -> None:
    """At answers as if decided today; at scores without the topics that may count what is held back."""
    house = started(old_house(one_waits(grain)))
    assert [house.local.seat(house.actors[0]).my_decision(part, OCCASION) for part in PARTS] == [grain] * 3
    decide(house, 1, grain)
    fresh = new_house(both_open(grain, grain))

    assert house.local.seat(house.actors[0]).read_table().open_rounds == tuple(
        sorted((part, OCCASION) for part in PARTS)
    )
    if grain is Grain.ANSWERS:
        assert lies_open(house) == lies_open(fresh)
        return
    for one, other in zip(lies_open(house), lies_open(fresh), strict=True):
        was, now = json.loads(other)["scores"], json.loads(one)["scores"]
        assert now["subscale"] == [name for name in was["subscale"] if name not in TOUCHED]


def test_a_round_open_at_answers_stays_open_and_equals_one_opened_today() -> None:
    did = both_open(Grain.ANSWERS, Grain.ANSWERS)
    house = started(old_house(did))

    assert lies_open(house) == lies_open(new_house(did))
    (mine, yours) = [
        one.scores.set_index("subscale").loc["connection.emotional_safety"]
        for one in house.local.seat(house.actors[0]).read_table().publications
        if one.instrument == "connection"
    ]
    assert (mine["n_answered"], yours["n_answered"]) == (2, 2)


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_after_renewal_both_see_the_same_topics_and_can_withdraw(grain: Grain) -> None:
    house = started(old_house(both_open(grain, Grain.ANSWERS)))
    table = house.local.seat(house.actors[0]).read_table()

    assert len(table.publications) == 6 and len(table.open_rounds) == 3
    for part in PARTS:
        one, other = (p for p in table.publications if p.instrument == part)
        assert list(one.scores["subscale"]) == list(other.scores["subscale"])
        assert list(one.responses["item"]) == list(other.responses["item"])
        opened = open_round(one, other)
        assert opened and [len(p.scores) for p in opened] == [len(one.scores)] * 2
    house.local.seat(house.actors[1]).withdraw("connection", OCCASION)
    assert ("connection", OCCASION) not in house.local.seat(house.actors[0]).read_table().open_rounds
    for who in (0, 1):
        house.local.seat(house.actors[who]).decide("connection", OCCASION, Grain.SCORES)
    scores = house.local.seat(house.actors[0]).read_table().publications[0].scores
    assert "connection.trust" in set(scores["subscale"]), "it comes back with a later decision"
    # A score that lay open with what is held back since, beside one without it, would tell that answer.
    assert "connection.emotional_safety" not in set(scores["subscale"])


@pytest.mark.parametrize("what", ALL_THAT_WAS)
def test_a_second_start_writes_nothing(what: str) -> None:
    house = started(as_it_was(what))
    before = [house.store.read(log) for log in logs(house)]

    house = started(house)

    assert [house.store.read(log) for log in logs(house)] == before


@pytest.mark.parametrize("n_writes", range(4))
@pytest.mark.parametrize("what", ALL_THAT_WAS)
def test_a_renewal_killed_at_any_write_is_completed_at_the_next_start(what: str, n_writes: int) -> None:
    house = as_it_was(what)
    store: Any = house.store
    store.left = n_writes
    with suppress(KeyboardInterrupt):
        Household(store, cost=CHEAP, study=STUDY)
    store.left = None

    house = started(house)

    assert held_back_in(house) == []
    uncut = started(as_it_was(what))
    assert [len(house.store.read(log)) for log in logs(house)] == [
        len(uncut.store.read(log)) for log in logs(uncut)
    ], "nothing is written twice"
    decide(house, 1, Grain.ANSWERS)
    assert lies_open(house) == whole(what)


def test_renewal_does_not_restore_a_superseded_decision() -> None:
    """An earlier version was killed once the newer decision was written, and nothing of the old one destroyed."""

    def did(house: House) -> None:
        decide(house, 0, Grain.ANSWERS)
        as_before_cells(house)
        actor = house.actors[0]
        newer = {"instrument": "connection", "occasion": OCCASION, "round": 1, "grain": "nothing"}
        content = write_row(newer | {"person_id": actor.person_id, "decision": "newer"})
        (account, _other) = Directory(house.store).accounts_of(actor.couple_id)
        waiting_of(house.store, account).couple.write(
            [Entry(pending_log(actor.couple_id), "newer", "pending", content)]
        )

    house = old_house(did)
    assert "connection.emotional_safety.1" in str([one["responses"] for one in publications(house)])

    house = started(house)

    assert held_back_in(house) == []
    decide(house, 1, Grain.ANSWERS)
    opened = [part for part, _ in house.local.seat(house.actors[1]).read_table().open_rounds]
    assert opened == ["needs", "warning_signs"]


def test_renewal_does_not_restore_a_withdrawn_research_copy() -> None:
    def did(house: House) -> None:
        give(house.a)
        give(house.a, Grain.NOTHING)

    house = started(old_house(did))

    assert publications(house) == []
    assert copy_of(house.store, house.actors[0].person_id) is None


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_a_study_is_read_without_held_back_items_before_any_renewal(grain: Grain) -> None:
    house = old_house(one_gave(grain))
    assert held_back_in(house)

    found = read_consented(house.store, STUDY, PRIVATE)

    assert set(found.responses["item"]) & HELD == set()
    counted = found.scores[found.scores["subscale"].isin(TOUCHED).to_numpy()]
    assert list(counted["n_answered"]) == ([] if grain is Grain.SCORES else [2])
    assert found.n_persons == 1


def test_renewal_keeps_the_research_choice() -> None:
    house = old_house(one_gave(Grain.ANSWERS))
    chosen = house.a[0].my_research()
    assert chosen is not None and chosen.is_standing

    house = started(house)

    assert house.a[0].my_research() == chosen
    fresh = new_house(one_gave(Grain.ANSWERS))
    given, other = (
        (copy_of(one.store, one.actors[0].person_id) or {})["publications"] for one in (house, fresh)
    )
    drop = ("person_id", "couple_id")
    for one, same in zip(given, other, strict=True):
        for name in ("responses", "scores"):
            assert {k: v for k, v in one[name].items() if k not in drop} == {
                k: v for k, v in same[name].items() if k not in drop
            }


def test_an_older_backup_is_renewed_after_it_is_restored(tmp_path: Path) -> None:
    """Superseded rows come back too: without them the backup would hold neither version."""
    data = tmp_path / "data"
    did = both_open(Grain.ANSWERS, Grain.ANSWERS)
    house = old_house(did, open_store(data))
    key = find_key(data, is_new=False)
    (stick := tmp_path / "stick").mkdir()
    made = back_up(data, key, stick)
    house = started(house)
    house.local.close()
    restore(made, data, key, erasures_file(data))

    house.store = open_store(data)
    house = started(house)

    assert held_back_in(house) == []
    assert lies_open(house) == lies_open(new_house(did))
    house.local.close()
