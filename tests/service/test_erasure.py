"""Erased means gone from every byte, and finished at the next start if a crash cut it short."""

from pathlib import Path

import pytest
import sqlcipher3

from tests.service.household import CHEAP, INSTRUMENT, OCCASION, WORDS, answers, begin
from tests.service.test_privacy import CrashingStore
from workbook.service.desks.household import Household
from workbook.sharing import Grain
from workbook.storage.sqlcipher import FILE_NAME, SqlCipherStore

KEY = bytes(range(32))


def test_no_byte_of_an_erased_person_is_left_even_with_the_file_key(tmp_path: Path) -> None:
    house = begin(SqlCipherStore(tmp_path, KEY))
    (service, actor), (other, ben) = house.a, house.b
    for one, _who, name in ((service, actor, "ada"), (other, ben, "ben")):
        one.save_answers(answers(2))
        one.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        one.add_table_event("gratitude.written", {"text": f"marker-of-{name}", "day": "2026-11-20"})
    drawer = [row.payload for row in house.store.read(f"drawer/{actor.person_id}")]
    own = house.store.read(f"account/{actor.person_id}")
    account = own[0].payload
    service.erase(WORDS["Ada"])
    plain = tmp_path / "plain.db"
    connection = sqlcipher3.connect(str(tmp_path / FILE_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    connection.execute(f"ATTACH DATABASE '{plain}' AS plain KEY ''")
    connection.execute("SELECT sqlcipher_export('plain')")
    connection.close()
    content = plain.read_bytes()
    wal = tmp_path / f"{FILE_NAME}-wal"
    assert not wal.exists() or not wal.stat().st_size
    assert b"marker-of-ada" not in content and b'"Ada"' not in content
    assert not any(payload in content for payload in [*drawer, account])
    left = [row.payload for row in house.store.read(f"table/{ben.couple_id}") if row.payload]
    assert b'"Ben"' in content and any(payload in content for payload in left)  # positive control
    assert b"marker-of-ben" not in content, "what is on the table opens with the keys of the two alone"
    house.local.close()


@pytest.mark.parametrize("n_writes", range(9))
def test_an_interrupted_erasure_is_completed_at_the_next_start(n_writes: int) -> None:
    store = CrashingStore()
    house = begin(store)
    (service, actor), _ = house.a, house.b
    for one, _who in (house.a, house.b):
        one.save_answers(answers(2))
        one.decide(INSTRUMENT, OCCASION, Grain.SCORES)
        one.add_table_event("gratitude.written", {"text": "thanks", "day": "2026-11-20"})
    store.left = n_writes
    try:
        service.erase(WORDS["Ada"])
    except KeyboardInterrupt:
        store.left = None
    store.left = None
    again = Household(store, cost=CHEAP)
    ben = again.seat_partner(again.accounts.sign_in(house.code, "Ben", WORDS["Ben"]))
    drawer = [row.payload for row in store.read(f"drawer/{actor.person_id}")]
    if n_writes == 0:
        assert all(drawer), "the first write decides: before it nothing is gone"
        return
    assert not any(drawer)
    assert [event.person_id for event in ben.read_table().events] == [ben.actor.person_id]
    assert ben.read_table().publications == ()
    assert [member.name for member in ben.couple().members] == ["Ben"]
    own = store.read(f"account/{actor.person_id}")
    assert not any(row.payload for row in own if row.kind == "account")


def test_erasing_both_partners_leaves_nothing_of_the_couple() -> None:
    house = begin()
    for service, _actor in (house.a, house.b):
        service.add_table_event("gratitude.written", {"text": "thanks", "day": "2026-11-20"})
    for (service, _actor), words in zip((house.a, house.b), WORDS.values(), strict=True):
        service.erase(words)
    couple_id = house.actors[0].couple_id
    for log in ("table", "audit", "pending"):
        assert not any(row.payload for row in house.store.read(f"{log}/{couple_id}"))
