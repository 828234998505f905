"""What one cell of a person holds: room for years, a clear end of it, and no trace of what is gone."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, House, answers, begin
from workbook.answers import ItemBank
from workbook.errors import AccessError, StorageError
from workbook.instruments import catalogue
from workbook.service.couple import bundle as bundles
from workbook.service.couple import waiting as waitings
from workbook.service.couple.bundle import Bundle, moving
from workbook.service.couple.drafts import MOST
from workbook.service.couple.drawer_contents import answer_payload
from workbook.service.couple.records import ANSWER, Record, is_private
from workbook.service.formats.cells import ROOM
from workbook.service.formats.values import Answer
from workbook.sharing import MOST_WEEKS, WEEKS, Grain, day_name

BEGUN = datetime(2026, 1, 5, tzinfo=UTC)
YEARS = 10
OFF = {"score": 0.0, "low": -0.882, "high": 0.882}


def drawn(kind: str, payload: dict[str, Any]) -> Record:
    return Record(kind, str(uuid.uuid4()), payload)


def a_sitting(chance: random.Random, number: int) -> list[Record]:
    """What somebody does in one week who does all there is: every fourth week the safety questions, too."""
    made = [
        drawn("audit", {"what": "opened"}),
        drawn("bookmark", {"page": "weekly", "occasion": f"week-{number}"}),
        drawn("setting", {"name": "week", "value": number, "day": "2026-05-01"}),
        drawn("setting", {"name": f"seen.end.weekly.check_in.week-{number}", "value": True}),
        drawn("draft", {"drafts": "".join(chance.choice("abcdefgh ") for _ in range(MOST // 4))}),
        drawn("block", {"blocked": bool(number % 2)}),
    ]
    decided = [("weekly", WEEKS)]
    if number % 4 == 0:
        occasion = f"assessment-{number // 4}"
        decided += [(name, occasion) for name in ("connection", "needs", "skills", "warning_signs")]
        for item in catalogue()["safety"].items:
            answer = Answer("", occasion, item.id, chance.choice(item.scale.values))
            made.append(drawn(ANSWER, answer_payload(answer, ItemBank(catalogue()))))
    for name, occasion in decided:
        about = {"instrument": name, "occasion": occasion, "round": 1, "grain": "answers", "restored": 0}
        about |= {"version": catalogue()[name].version} if name != "weekly" else a_line(chance, number)
        made.append(drawn("decision", about))
    return made


def a_line(chance: random.Random, number: int) -> dict[str, Any]:
    """What a decision about all weeks keeps: the score of each of the newest, by its day."""
    n = min(number, MOST_WEEKS)
    begun = BEGUN.date() + timedelta(weeks=number - n)
    drawn_by_chance = [chance.randint(0, 20) / 5 for _ in range(n)]
    scores = {"occasion": [day_name(begun + timedelta(weeks=week)) for week in range(n)]}
    scores |= {name: [round(one + off, 3) for one in drawn_by_chance] for name, off in OFF.items()}
    same = {"person_id": "p" * 32, "couple_id": "c" * 32, "subscale": "weekly.week", "n_items": 5}
    return {"line": {"scores": scores | {name: [one] * n for name, one in same.items()}, "version": "1.0"}}


def test_ten_years_of_weeks_find_room_and_nothing_that_counts_is_left_out() -> None:
    chance, bundle = random.Random(1), Bundle()
    for number in range(1, 52 * YEARS + 1):
        at = BEGUN + timedelta(weeks=number)
        bundle = bundle.adding(a_sitting(chance, number), after=number, now=at)
        if number % 10 == 0:
            bundle = bundle.tidied()
    bundle = bundle.tidied()
    assert len(bundle.write()) < ROOM - bundles.RESERVE
    kept = Bundle.read(bundle.write())
    assert kept == bundle
    private = [one for one in kept.records if one.kind == ANSWER]
    n_asked = sum(one.is_private and len(one.items) for one in catalogue().values())
    assert len(private) == n_asked * 13 * YEARS, "every answer to a private question, for the copy of them"
    decided = {
        (one.payload["instrument"], one.payload["occasion"]) for one in kept.records if one.kind == "decision"
    }
    assert len(decided) == 1 + 4 * 13 * YEARS
    begun = {one.payload["value"] for one in kept.records if one.payload.get("name") == "week"}
    assert len(begun) == 52 * YEARS, "on which day each week was begun"


def test_what_is_replaced_or_destroyed_leaves_nothing_to_read() -> None:
    first, second = (drawn("draft", {"drafts": f"marker {n}"}) for n in range(2))
    bundle = Bundle().adding([first], after=0).adding([second], after=0)
    assert [one.operation_id for one in bundle.records] == [second.operation_id]
    gone = bundle.without(bundle.records)
    assert gone.records == () and first.operation_id not in str(gone) and "marker" not in str(gone)


def test_a_retry_is_known_also_of_what_is_gone() -> None:
    draft = drawn("draft", {"drafts": "Tea?"})
    bundle = Bundle().adding([draft], after=0)
    assert bundle.adding([draft], after=3) == bundle
    newer = bundle.adding([drawn("draft", {"drafts": "Milk?"})], after=0)
    with pytest.raises(AccessError):
        newer.adding([draft], after=0)


def test_a_kind_that_nobody_thought_of_is_private() -> None:
    assert is_private(Record("of tomorrow", "op", {}), catalogue())
    assert not is_private(Record(ANSWER, "op", {"instrument": INSTRUMENT}), catalogue())
    assert is_private(Record(ANSWER, "op", {"instrument": "safety"}), catalogue())
    assert is_private(Record(ANSWER, "op", {"instrument": "of tomorrow"}), catalogue())


def test_rows_of_before_that_find_no_room_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_MOST_MOVED", 1_500)
    chance = random.Random(1)
    older = [Record("setting", f"op-{n}", {"name": chance.randbytes(20).hex()}, n) for n in range(1, 101)]
    moved, bundle = moving(older, Bundle())
    assert 0 < len(moved) < 100
    assert moved == set(range(101 - len(moved), 101)), "the newest have moved"
    assert {one.operation_id for one in bundle.records} == {f"op-{n}" for n in moved}


# -- where it is full -------------------------------------------------------------------
def filled(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave hardly any room in Ada's cell."""
    service, _actor = house.a
    service.save_answers(answers(2))
    service.decide(INSTRUMENT, OCCASION, Grain.SCORES)
    drawer = house.local._core.drawer_of(house.actors[0])
    room = len(drawer._look().bundle.write()) + 200
    monkeypatch.setattr(bundles, "ROOM", room)
    monkeypatch.setattr(bundles, "RESERVE", 150)


def test_a_full_cell_refuses_more_clearly_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    house = begin()
    filled(house, monkeypatch)
    service, _actor = house.a
    before = house.local._core.drawer_of(house.actors[0]).records()
    with pytest.raises(StorageError, match="no room left"):
        service.save_answers(answers(1, instrument="safety"))
    assert house.local._core.drawer_of(house.actors[0]).records() == before
    service.save_answers(answers(1, instrument="needs"))
    assert len(service.read_responses("needs")), "what is ordinary is kept as before"


def test_in_a_full_cell_taking_back_and_blocking_still_work(monkeypatch: pytest.MonkeyPatch) -> None:
    house = begin()
    filled(house, monkeypatch)
    service, _actor = house.a
    service.withdraw(INSTRUMENT, OCCASION)
    assert service.my_decision(INSTRUMENT, OCCASION) is None
    assert waits_of(house) == []


def test_nobody_else_is_told_of_a_full_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """The partner's acts go on; what waits of the one whose cell is full opens as it would."""
    house = begin()
    filled(house, monkeypatch)
    monkeypatch.setattr(bundles, "ROOM", ROOM)  # the other's own is not full
    house.b[0].save_answers(answers(3))
    house.b[0].decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    assert house.b[0].read_table().open_rounds == ((INSTRUMENT, OCCASION),)


def test_more_that_waits_than_there_is_room_for_is_refused_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    house = begin()
    service, _actor = house.a
    service.save_answers([*answers(2), *answers(2, instrument="needs")])
    service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    monkeypatch.setattr(waitings, "ROOM", 5_200)
    with pytest.raises(StorageError, match="waits to be opened"):
        service.decide("needs", OCCASION, Grain.ANSWERS)
    assert [entry["instrument"] for entry in waits_of(house)] == [INSTRUMENT]
    assert service.my_decision("needs", OCCASION) is None, "neither half of it was kept"


def test_a_year_and_a_half_of_decisions_that_nobody_answers_find_room() -> None:
    """The line of all weeks, and all of an assessment every quarter: the partner never decides."""
    house, chance = begin(), random.Random(1)
    waiting = house.local._core.waiting_of(house.actors[0])
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    names = ("connection", "needs", "skills", "warning_signs", "weekly")
    made = {name: entry_of(house, name) for name in names}
    for number in range(1, 78 + 1):
        occasions = {"weekly": WEEKS}
        if number % 13 == 0:
            occasions |= {name: f"assessment-{number // 13 + 1}" for name in names if name != "weekly"}
        for name, occasion in occasions.items():
            entries[name, occasion] = otherwise(made[name], occasion, chance)
    cell = waiting._cell(house.actors[0].person_id)
    writing = waiting._filling(cell, entries)
    assert list(writing.cells) == [cell.name]


def otherwise(entry: dict[str, Any], occasion: str, chance: random.Random) -> dict[str, Any]:
    """Return what waits with other values, drawn by chance: what repeats takes less room than it would."""
    responses, scores = dict(entry["responses"]), dict(entry["scores"])
    responses["value"] = [chance.randint(0, 4) for _ in responses["value"]]
    scores["score"] = [chance.random() * 4 for _ in scores["score"]]
    drawn = {"responses": responses, "scores": scores, "occasion": occasion}
    return entry | drawn | {"decision": uuid.uuid4().hex}


def entry_of(house: House, instrument: str) -> dict[str, Any]:
    occasion, grain = (WEEKS, Grain.SCORES) if instrument == "weekly" else (OCCASION, Grain.ANSWERS)
    weeks = range(1, MOST_WEEKS + 1) if instrument == "weekly" else ()
    for number in weeks:
        day = (BEGUN.date() - timedelta(weeks=number)).isoformat()
        house.a[0].add_event("setting", {"name": "week", "value": number, "day": day})
        house.a[0].save_answers(answers(2, instrument=instrument, occasion=f"week-{number}"))
    if not weeks:
        house.a[0].save_answers(answers(2, instrument=instrument, occasion=occasion))
    house.a[0].decide(instrument, occasion, grain)
    return house.local._core.waiting_of(house.actors[0]).own()[instrument, occasion]


def waits_of(house: House) -> list[dict[str, Any]]:
    return list(house.local._core.waiting_of(house.actors[0]).own().values())


def test_the_private_copy_still_holds_every_answer_in_its_order() -> None:
    house = begin()
    service, actor = house.a
    service.save_answers(answers(1, instrument="safety"))
    service.save_answers(answers(3))
    service.save_answers(answers(2, instrument="safety"))
    house.local.seat_partner(actor).private_copy(WORDS["Ada"], "ask")
    records = house.local._core.drawer_of(actor).records()
    kinds = [one.kind for one in records if one.kind in (ANSWER, "private_copy")]
    n_safety, n_open = len(catalogue()["safety"].items), len(catalogue()[INSTRUMENT].items)
    assert kinds == [ANSWER] * (2 * n_safety + n_open) + ["private_copy"]
    owners = [one.payload["instrument"] for one in records if one.kind == ANSWER]
    assert owners == ["safety"] * n_safety + [INSTRUMENT] * n_open + ["safety"] * n_safety
