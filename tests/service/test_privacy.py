"""One partner's private data stays private: sealed at rest, unobservable to the other (noninterference)."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.service.before_cells import waits
from tests.service.household import CHEAP, INSTRUMENT, OCCASION, WORDS, House, answers, begin, opened
from tests.service.plain import table_as_json
from workbook.errors import WrongKeyError
from workbook.service.couple import rounds
from workbook.service.couple.tables import audit_entry
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.formats import crypto
from workbook.service.formats.values import Actor, Answer
from workbook.sharing import Grain
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.memory import MemoryStore
from workbook.storage.sqlcipher import SqlCipherStore

KEY = bytes(range(32))
MARKERS = ("marker-need", "needs.own.mark", "own_need", INSTRUMENT, OCCASION, "answer", "marker-operation")


def live_a_little(house: House) -> None:
    service, _actor = house.a
    service.save_answers(answers(2))
    service.add_event(
        "own_need", {"id": "needs.own.mark", "text": "marker-need"}, operation_id="marker-operation"
    )
    service.decide(INSTRUMENT, OCCASION, Grain.NOTHING)


def drawer_bytes(store: Store, person_id: str) -> bytes:
    """Return all bytes of the drawer's rows, as someone with the file key sees them."""
    rows = store.read(f"drawer/{person_id}")
    assert rows
    return b"".join(row.operation_id.encode() + row.kind.encode() + (row.payload or b"") for row in rows)


def test_the_file_key_alone_opens_no_drawer_row(tmp_path: Path) -> None:
    house = begin(SqlCipherStore(tmp_path, KEY))
    live_a_little(house)
    house.local.close()
    reopened = SqlCipherStore(tmp_path, KEY)
    seen = drawer_bytes(reopened, house.actors[0].person_id)
    assert [marker for marker in MARKERS if marker.encode() in seen] == []
    reopened.close()


def test_the_test_above_fails_once_sealing_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crypto, "seal", lambda _key, content, _bound_to: content)
    monkeypatch.setattr(crypto, "open_sealed", lambda _key, sealed, _bound_to: sealed)
    house = begin(SqlCipherStore(tmp_path, KEY))
    live_a_little(house)
    house.local.close()
    reopened = SqlCipherStore(tmp_path, KEY)
    seen = drawer_bytes(reopened, house.actors[0].person_id)
    assert all(marker.encode() in seen for marker in ("marker-need", "own_need", INSTRUMENT, "answer"))
    reopened.close()


def test_every_answer_is_sealed_into_rows_of_one_size() -> None:
    house = begin()
    service, actor = house.a
    items = answers(2)
    service.save_answers(items)
    service.save_answers([Answer("declined", OCCASION, items[0].item, None, declined=True)])
    service.save_answers(answers(1, instrument="safety"))
    sizes = {len(row.payload or b"") for row in house.store.read(f"drawer/{actor.person_id}")}
    assert len(sizes) == 1


def test_a_row_moved_to_another_drawer_or_sequence_does_not_decrypt() -> None:
    house = begin()
    service, actor = house.a
    service.save_answers(answers(2, most=1))
    row = house.store.read(f"drawer/{actor.person_id}")[-1]
    house.local._core._drawers.clear()
    moved = [Entry(row.log, "another-operation", row.kind, row.payload or b"")]
    house.store.write(moved)
    with pytest.raises(WrongKeyError):
        service.read_responses()


# -- two worlds -----------------------------------------------------------------------
def what_b_sees(house: House, heard: list[str]) -> str:
    """Return all that any verb tells B, without the ids and dates, which differ between worlds."""
    service, actor = house.b
    seen: dict[str, Any] = {
        "couple": repr(service.couple()),
        "table": table_as_json(service.read_table()),
        "responses": service.read_responses().to_json(),
        "decision": repr(service.my_decision(INSTRUMENT, OCCASION)),
        "events": [(event.kind, event.payload, event.sequence) for event in service.read_events()],
        "audit": [
            (event.kind, event.payload, event.sequence) for event in house.local.seat(actor).read_audit()
        ],
        "heard": heard,
    }
    text = json.dumps(seen, default=str, sort_keys=True)
    for number, thing in enumerate((house.code, *(a.person_id for a in house.actors), actor.couple_id)):
        text = text.replace(thing, f"id-{number}")
    return re.sub(r'"at": "[^"]*"', '"at": ""', text)


def world(act: Any) -> str:
    house = begin()
    heard: list[str] = []
    service, _actor = house.b
    service.watch(lambda change: heard.append(change.what))
    act(*house.a)
    service.save_answers(answers(1, instrument="needs"))
    service.add_table_event(
        "gratitude.written", {"text": "for the soup", "day": "2026-11-20"}, operation_id="g"
    )
    deadline = time.monotonic() + 10
    while "table" not in heard and time.monotonic() < deadline:
        time.sleep(0.01)
    return what_b_sees(house, heard)


def nothing(service: LocalPartner, actor: Actor) -> None:
    """A has not even begun."""


def half(service: LocalPartner, actor: Actor) -> None:
    service.save_answers(answers(1, most=5))


def other_half(service: LocalPartner, actor: Actor) -> None:
    service.save_answers(answers(4))
    service.save_answers(answers(1, instrument="safety"))


def decided(service: LocalPartner, actor: Actor) -> None:
    service.save_answers(answers(2))
    service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)


def declined(service: LocalPartner, actor: Actor) -> None:
    service.save_answers(answers(2))
    service.decide(INSTRUMENT, OCCASION, Grain.NOTHING)


def withdrawn(service: LocalPartner, actor: Actor) -> None:
    decided(service, actor)
    service.withdraw(INSTRUMENT, OCCASION)


def signed_out(service: LocalPartner, actor: Actor) -> None:
    service.add_event("bookmark", {"page": "home"})
    service._core.sittings.end(actor.sitting_id)


STATES = [half, other_half, decided, declined, withdrawn, signed_out]


@pytest.mark.parametrize("state", STATES)
def test_an_unopened_round_looks_the_same_whatever_the_partner_did(state: Any) -> None:
    assert world(nothing) == world(state)


def test_the_test_above_fails_once_a_decision_leaves_a_row_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision that leaves a row where both read."""
    deciding = rounds.deciding

    def tell(fold: Any, waiting: Any, decision: rounds.Decision, *given: Any, **how: Any) -> Writing:
        told = Writing([audit_entry(decision.couple_id, "told", "told")])
        return Writing.of(deciding(fold, waiting, decision, *given, **how), told)

    monkeypatch.setattr(rounds, "deciding", tell)
    assert world(nothing) != world(decided)


def test_a_lone_decision_changes_no_row_or_sequence_of_the_table() -> None:
    house = begin()
    before: list[Row] = house.store.read(f"table/{house.actors[0].couple_id}")
    withdrawn(*house.a)
    decided(*house.a)
    assert house.store.read(f"table/{house.actors[0].couple_id}") == before == []


def test_nothing_waits_any_more_once_a_round_is_open_or_withdrawn() -> None:
    house = begin()
    decided(*house.a)
    assert [entry["instrument"] for entry in waits(house)] == [INSTRUMENT]
    decided(*house.b)
    assert waits(house) == []
    house.a[0].withdraw(INSTRUMENT, OCCASION)
    left = [row.kind for row in opened(house.store, f"table/{house.actors[0].couple_id}") if row.payload]
    assert left == ["opened", "closed"]


def test_table_and_audit_do_not_name_who_withdrew() -> None:
    house = begin()
    decided(*house.a)
    decided(*house.b)
    house.a[0].withdraw(INSTRUMENT, OCCASION)
    couple_id = house.actors[0].couple_id
    closing = [
        row
        for log in ("table", "audit")
        for row in opened(house.store, f"{log}/{couple_id}")
        if row.kind == "closed"
    ]
    assert len(closing) == 2
    for row in closing:
        assert b"p_" not in (row.payload or b"") and "p_" not in row.operation_id


# -- a crash between any two writes ---------------------------------------------------
class CrashingStore(MemoryStore):
    """Stops dead at the n-th write, as a killed process would."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None

    def _count(self) -> None:
        if self.left is not None:
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1

    def write(self, entries: Any, **what: Any) -> list[Row]:
        self._count()
        return super().write(entries, **what)


@pytest.mark.parametrize("n_writes", range(6))
@pytest.mark.parametrize("act", ["decide", "withdraw", "replace"])
def test_a_kill_between_any_two_writes_leaves_the_round_before_or_after(act: str, n_writes: int) -> None:
    store = CrashingStore()
    house = begin(store)
    decided(*house.a)
    if act == "withdraw":
        decided(*house.b)
    else:
        house.b[0].save_answers(answers(2))
    acting, grain = (house.b, Grain.SCORES) if act == "decide" else (house.a, Grain.NOTHING)
    store.left = n_writes
    crashed = False
    try:
        if act == "withdraw":
            acting[0].withdraw(INSTRUMENT, OCCASION)
        else:
            acting[0].decide(INSTRUMENT, OCCASION, grain)
    except KeyboardInterrupt:
        crashed = True
    store.left = None
    again = Household(store, cost=CHEAP)
    a, b = (again.seat_partner(again.accounts.sign_in(house.code, name, WORDS[name])) for name in WORDS)
    table = a.read_table()
    own = a.my_decision(INSTRUMENT, OCCASION)
    other = b.my_decision(INSTRUMENT, OCCASION)
    is_open = table.open_rounds == ((INSTRUMENT, OCCASION),)
    if act == "decide":
        assert (other is Grain.SCORES) == is_open
        assert len(table.publications) == (2 if is_open else 0)
    elif act == "withdraw":
        assert (own is Grain.ANSWERS) == is_open and (other is Grain.ANSWERS) == is_open
    else:
        assert own in (Grain.ANSWERS, Grain.NOTHING)
        b.decide(INSTRUMENT, OCCASION, Grain.SCORES)
        opened = bool(b.read_table().open_rounds)
        assert opened == (own is Grain.ANSWERS)
    if not crashed:
        assert n_writes > 0
    left = waits(House(again, store, house.clock, house.code, {}, (a.actor, b.actor)))
    assert not left or not a.read_table().open_rounds
