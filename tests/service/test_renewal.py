"""What was decided, opened or given before anything was held back is made anew at start, and destroyed."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.service.household import CHEAP, OCCASION, STUDY, WORDS, Household, answers, begin
from tests.service.research_contract import AGREED, give
from tests.service.test_privacy import CrashingStore
from workbook.errors import SharingError
from workbook.instruments import Instrument, catalogue
from workbook.service import research, rounds, study, tables, wire
from workbook.service.consented import read_consented
from workbook.service.local import LocalService
from workbook.service.research import research_log
from workbook.service.rounds import pending_log
from workbook.service.tables import table_log
from workbook.service.verbs import Actor, Answer
from workbook.sharing import Grain, open_round
from workbook.storage.backup import back_up, restore
from workbook.storage.base import Store
from workbook.storage.keys import erasures_file, find_key
from workbook.storage.memory import MemoryStore
from workbook.storage.opening import open_store

HELD = {name for one in catalogue().values() for name in one.held_back}
TOUCHED = {s.id for one in catalogue().values() for s in one.subscales if one.held_back & set(s.items)}
PARTS = ("connection", "warning_signs", "needs")
Did = Callable[[Household], None]


def without_holding(instrument: Instrument) -> Instrument:
    items = tuple(dataclasses.replace(item, never_published="") for item in instrument.items)
    return dataclasses.replace(instrument, items=items)


@contextmanager
def before_anything_was_held_back() -> Iterator[None]:
    """The workbook as it was: every item is published, and no publication names a rule."""
    known = {name: without_holding(one) for name, one in catalogue().items()}

    def written(publication: Any) -> dict[str, Any]:
        content = wire.publication_to_json(publication)
        del content["rule"]
        return content

    with (
        mock.patch("workbook.service.local.catalogue", return_value=known),
        mock.patch.object(study, "catalogue", return_value=known),
        mock.patch.object(rounds, "publication_to_json", written),
        mock.patch.object(tables, "publication_to_json", written),
        mock.patch.object(research, "publication_to_json", written),
    ):
        yield


def old_house(did: Did, store: Store | None = None) -> Household:
    """A household in which all this happened before the change."""
    with before_anything_was_held_back():
        return new_house(did, store)


def new_house(did: Did, store: Store | None = None) -> Household:
    house = begin(store)
    answer_all(house)
    did(house)
    return house


def answer_all(house: Household) -> None:
    """Ada leaves some out, so that not all of hers is there on both sides."""
    for (service, actor), value in ((house.a, 1), (house.b, 3)):
        service.add_event(actor, "consent", AGREED)
        given = [answer for part in (*PARTS, "background") for answer in answers(value, instrument=part)]
        service.save_answers(actor, given)
    left_out = [
        Answer(f"declined-{item}", OCCASION, item, None, declined=True)
        for item in ("connection.open_talk.1", "warning_signs.trust_broken.3", "needs.seen.met")
    ]
    house.local.save_answers(house.actors[0], left_out)


def started(house: Household) -> Household:
    """The same store at the next start, both signed in again."""
    local = LocalService(house.store, cost=CHEAP, study=STUDY)
    actors = tuple(local.accounts.sign_in(house.code, name, word) for name, word in WORDS.items())
    return Household(local, house.store, house.clock, house.code, house.recovery, actors)  # type: ignore[arg-type]


def decide(house: Household, who: int, grain: Grain) -> None:
    for part in PARTS:
        house.local.decide(house.actors[who], part, OCCASION, grain)


def one_waits(grain: Grain) -> Did:
    return lambda house: decide(house, 0, grain)


def both_open(mine: Grain, yours: Grain) -> Did:
    def did(house: Household) -> None:
        decide(house, 0, mine)
        decide(house, 1, yours)

    return did


def one_gave(grain: Grain) -> Did:
    return lambda house: give(house.a, grain)


ALL_THAT_WAS: dict[str, Did] = {
    "one waits at scores": one_waits(Grain.SCORES),
    "one waits at answers": one_waits(Grain.ANSWERS),
    "open at scores": both_open(Grain.SCORES, Grain.ANSWERS),
    "open at answers": both_open(Grain.ANSWERS, Grain.ANSWERS),
    "given at scores": one_gave(Grain.SCORES),
    "given at answers": one_gave(Grain.ANSWERS),
}


@cache
def _was(what: str) -> Household:
    return old_house(ALL_THAT_WAS[what])


def as_it_was(what: str) -> Household:
    """A household of its own with the same rows each time: to make them takes a second."""
    made, store = _was(what), CrashingStore()
    kept: Any = made.store
    store._logs = {name: list(rows) for name, rows in kept._logs.items()}
    store._by_operation = dict(kept._by_operation)
    return dataclasses.replace(made, store=store)


@cache
def _whole(what: str) -> list[Any]:
    """What Ben reads once he has decided too, where no start was cut short."""
    house = started(as_it_was(what))
    decide(house, 1, Grain.ANSWERS)
    return lies_open(house)


def logs(house: Household) -> list[str]:
    couple_id = house.actors[0].couple_id
    people = [research_log(actor.person_id) for actor in house.actors]
    return [table_log(couple_id), pending_log(couple_id), *people]


def publications(house: Household) -> list[dict[str, Any]]:
    """Every publication that any row outside the drawers holds, as plain JSON."""
    found = []
    for log in logs(house):
        for row in house.store.read(log):
            content = json.loads(row.payload or b"{}")
            found += [one for one in (content, *content.get("publications", ())) if "responses" in one]
    return found


def held_back_in(house: Household) -> list[str]:
    """Items held back that lie there, and scores that count one."""
    found = []
    for one in publications(house):
        found += [item for item in one["responses"]["item"] if item in HELD]
        scores = one["scores"]
        n_shown = {s.id: len(s.items) for s in catalogue()[one["instrument"]].as_published.subscales}
        found += [
            name
            for name, n in zip(scores["subscale"], scores["n_answered"], strict=True)
            if n > n_shown.get(name, 0)
        ]
    return found


def lies_open(house: Household) -> list[Any]:
    """The table as Ben reads it, places in place of people."""
    place = {actor.person_id: "ab"[k] for k, actor in enumerate(house.actors)}
    return [
        json.dumps(wire.publication_to_json(one), sort_keys=True)
        .replace(one.person_id, place[one.person_id])
        .replace(one.couple_id, "c")
        for one in sorted(
            house.local.read_table(house.actors[1]).publications,
            key=lambda one: (one.instrument, place[one.person_id]),
        )
    ]


@pytest.mark.parametrize("what", ALL_THAT_WAS)
def test_after_the_start_no_row_holds_what_is_held_back_or_counts_it(what: str) -> None:
    """The first line is the control: before, there is plenty."""
    house = as_it_was(what)
    assert held_back_in(house)

    house = started(house)

    assert held_back_in(house) == []
    assert publications(house)


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_a_decision_that_waited_opens_as_it_would_have(grain: Grain) -> None:
    """At answers as if decided today; at scores without the topics that may count what is held back."""
    house = started(old_house(one_waits(grain)))
    assert [house.local.my_decision(house.actors[0], part, OCCASION) for part in PARTS] == [grain] * 3
    decide(house, 1, grain)
    fresh = new_house(both_open(grain, grain))

    assert house.local.read_table(house.actors[0]).open_rounds == tuple(
        sorted((part, OCCASION) for part in PARTS)
    )
    if grain is Grain.ANSWERS:
        assert lies_open(house) == lies_open(fresh)
        return
    for one, other in zip(lies_open(house), lies_open(fresh), strict=True):
        was, now = json.loads(other)["scores"], json.loads(one)["scores"]
        assert now["subscale"] == [name for name in was["subscale"] if name not in TOUCHED]


def test_a_round_open_at_answers_stays_open_and_is_as_if_opened_today() -> None:
    did = both_open(Grain.ANSWERS, Grain.ANSWERS)
    house = started(old_house(did))

    assert lies_open(house) == lies_open(new_house(did))
    for name in ("connection.emotional_safety", "connection.self_and_us"):
        (mine, yours) = [
            one.scores.set_index("subscale").loc[name]
            for one in house.local.read_table(house.actors[0]).publications
            if one.instrument == "connection"
        ]
        assert (mine["n_answered"], yours["n_answered"]) == (2, 2)


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_both_still_see_the_same_topics_and_the_round_can_be_taken_back(grain: Grain) -> None:
    house = started(old_house(both_open(grain, Grain.ANSWERS)))
    table = house.local.read_table(house.actors[0])

    assert len(table.publications) == 6 and len(table.open_rounds) == 3
    for part in PARTS:
        one, other = (p for p in table.publications if p.instrument == part)
        assert list(one.scores["subscale"]) == list(other.scores["subscale"])
        assert list(one.responses["item"]) == list(other.responses["item"])
        opened = open_round(one, other)
        assert opened and [len(p.scores) for p in opened] == [len(one.scores)] * 2
    house.local.withdraw(house.actors[1], "connection", OCCASION)
    assert ("connection", OCCASION) not in house.local.read_table(house.actors[0]).open_rounds
    for who in (0, 1):
        house.local.decide(house.actors[who], "connection", OCCASION, Grain.SCORES)
    scores = house.local.read_table(house.actors[0]).publications[0].scores
    assert "connection.emotional_safety" in set(scores["subscale"]), "it comes back with a later decision"


@pytest.mark.parametrize("what", ALL_THAT_WAS)
def test_a_second_start_writes_nothing(what: str) -> None:
    house = started(as_it_was(what))
    before = [house.store.read(log) for log in logs(house)]

    house = started(house)

    assert [house.store.read(log) for log in logs(house)] == before


@pytest.mark.parametrize("n_writes", range(4))
@pytest.mark.parametrize("what", ALL_THAT_WAS)
def test_killed_at_any_write_the_next_start_does_the_rest(what: str, n_writes: int) -> None:
    house = as_it_was(what)
    store: Any = house.store
    store.left = n_writes
    with suppress(KeyboardInterrupt):
        LocalService(store, cost=CHEAP, study=STUDY)
    store.left = None

    house = started(house)

    assert held_back_in(house) == []
    decide(house, 1, Grain.ANSWERS)
    assert lies_open(house) == _whole(what)


def test_a_decision_outdone_before_does_not_come_back() -> None:
    """A crash kept the rows that a newer decision, to show nothing, had outdone."""
    store = CrashingStore()

    def did(house: Household) -> None:
        decide(house, 0, Grain.ANSWERS)
        store.left = 1  # the new decision is written, and nothing of the old one destroyed
        with suppress(KeyboardInterrupt):
            house.local.decide(house.actors[0], "connection", OCCASION, Grain.NOTHING)
        store.left = None

    house = old_house(did, store)
    assert "connection.emotional_safety.1" in str([one["responses"] for one in publications(house)])

    house = started(house)

    assert held_back_in(house) == []
    decide(house, 1, Grain.ANSWERS)
    opened = [part for part, _ in house.local.read_table(house.actors[1]).open_rounds]
    assert opened == ["needs", "warning_signs"]


def test_a_copy_taken_back_does_not_come_back() -> None:
    def did(house: Household) -> None:
        give(house.a)
        give(house.a, Grain.NOTHING)

    house = started(old_house(did))

    assert publications(house) == []
    assert research.own_copy(house.store, house.actors[0].person_id) is None


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_a_study_is_read_without_it_also_where_no_start_has_been(grain: Grain) -> None:
    house = old_house(one_gave(grain))
    assert held_back_in(house)

    found = read_consented(house.store, STUDY)

    assert set(found.responses["item"]) & HELD == set()
    counted = found.scores[found.scores["subscale"].isin(TOUCHED).to_numpy()]
    assert list(counted["n_answered"]) == ([] if grain is Grain.SCORES else [2, 2])
    assert found.n_persons == 1


def test_what_was_given_stands_as_it_was_chosen() -> None:
    house = old_house(one_gave(Grain.ANSWERS))
    chosen = research.standing_choice(house.store, STUDY, house.actors[0].person_id)

    house = started(house)

    assert research.standing_choice(house.store, STUDY, house.actors[0].person_id) == chosen
    fresh = new_house(one_gave(Grain.ANSWERS))
    given, other = (
        research.own_copy(one.store, one.actors[0].person_id)["publications"] for one in (house, fresh)
    )
    drop = ("person_id", "couple_id")
    for one, same in zip(given, other, strict=True):
        for name in ("responses", "scores"):
            assert {k: v for k, v in one[name].items() if k not in drop} == {
                k: v for k, v in same[name].items() if k not in drop
            }


def test_a_backup_from_before_is_made_anew_after_it_is_restored(tmp_path: Path) -> None:
    """It comes back whole, since without the older rows it would hold neither."""
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


# -- from now on -----------------------------------------------------------------------------


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_what_is_decided_opened_and_given_now_holds_nothing_of_it(grain: Grain) -> None:
    def did(house: Household) -> None:
        give(house.a, grain)
        decide(house, 0, grain)

    house = new_house(did)
    assert publications(house) and held_back_in(house) == []
    decide(house, 1, grain)
    assert house.local.read_table(house.actors[0]).publications and held_back_in(house) == []


def two_worlds(change: Callable[[LocalService, Actor], None], grain: Grain) -> tuple[Any, ...]:
    """All that lies outside Ada's drawer, and the rows' numbers, where she answered otherwise."""
    house = begin(MemoryStore())
    answer_all(house)
    change(house.local, house.actors[0])
    give(house.a, grain)
    decide(house, 0, grain)
    waiting = [(row.kind, len(row.payload or b"")) for row in house.store.read(logs(house)[1])]
    decide(house, 1, grain)
    study_copy = research.own_copy(house.store, house.actors[0].person_id)["publications"]
    frames = [{k: v for k, v in one["scores"].items() if "_id" not in k} for one in study_copy]
    counts = [len(house.store.read(log)) for log in logs(house)]
    return waiting, lies_open(house), frames, counts


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_whether_and_how_it_was_answered_shows_nowhere(grain: Grain) -> None:
    """Two worlds that differ in an answer held back, and a third without one; the control shows."""

    def answer(item: str, value: int | None) -> Callable[[LocalService, Actor], None]:
        given = Answer(f"again-{value}", OCCASION, item, value, declined=value is None)
        return lambda service, actor: service.save_answers(actor, [given]) and None

    for item in ("connection.emotional_safety.1", "warning_signs.trust_broken.2", "connection.self_and_us.3"):
        worlds = [two_worlds(answer(item, value), grain) for value in (0, 4, None)]
        assert worlds[0] == worlds[1] == worlds[2]
    shown = [two_worlds(answer("connection.emotional_safety.2", value), grain) for value in (0, 4)]
    assert shown[0] != shown[1]


def test_who_answered_nothing_else_has_nothing_to_show() -> None:
    house = begin()
    held = [Answer(item, OCCASION, item, 1) for item in sorted(HELD)]
    house.local.save_answers(house.actors[0], held)

    for part in PARTS:
        with pytest.raises(SharingError):
            house.local.decide(house.actors[0], part, OCCASION, Grain.ANSWERS)
    assert house.store.read(pending_log(house.actors[0].couple_id)) == []


def test_ones_own_answers_stay_whole_on_ones_pages_and_in_ones_data() -> None:
    house = new_house(both_open(Grain.ANSWERS, Grain.ANSWERS))
    service, actor = house.a

    assert set(service.read_responses(actor)["item"]) >= HELD
    mine = service.my_data(actor)
    assert {one["item"] for one in mine["answers"]} >= HELD
    assert {item for one in mine["published"] for item in one["responses"]["item"]} & HELD == set()
