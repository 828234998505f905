"""What two have together opens with the keys of the two alone, and waits in a drawer until both have one."""

import dataclasses
import uuid
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.service.before_cells import as_before_cells, waiting_of
from tests.service.household import CHEAP, INSTRUMENT, OCCASION, WORDS, House, answers, begin, opened
from workbook.answers import ItemBank
from workbook.errors import WrongKeyError
from workbook.instruments import catalogue
from workbook.instruments.model import Instrument, Item
from workbook.service.couple.drawer_contents import answer_payload
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import HELD, SEALED, WAITING
from workbook.service.couple.sealing import CoupleStore, logs_of
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.formats import crypto
from workbook.service.formats.rows import write_row
from workbook.service.formats.values import Actor, Answer
from workbook.service.identity.accounts import Accounts
from workbook.service.identity.couple_keys import open_couple_key
from workbook.service.identity.directory import Directory, account_entry, couple_log
from workbook.service.identity.locks import unlock
from workbook.sharing import Grain
from workbook.storage.backup import back_up, restore
from workbook.storage.base import Entry, Row, Store
from workbook.storage.memory import MemoryStore
from workbook.storage.sqlcipher import SqlCipherStore

THANKS = {"text": "a secret tea", "day": "2026-11-20"}
KEY = bytes(range(32))


def living(store: Store, couple_id: str) -> list[Row]:
    return [row for log in logs_of(couple_id) for row in store.read(log) if row.payload is not None]


def readable(rows: list[Row]) -> list[str]:
    """Return what whoever has the store and its key can tell of these rows, besides that they are there."""
    told = [
        INSTRUMENT,
        OCCASION,
        "secret tea",
        "answers",
        "scores",
        "gratitude",
        "opened",
        "person_id",
        "decision",
    ]
    return [
        word
        for row in rows
        for word in told
        if word in row.kind or word in row.operation_id or word.encode() in (row.payload or b"")
    ]


def with_all_there_is() -> House:
    """One decision that waits, one round that is open, words of an exercise, and what all that left as a record."""
    house = begin()
    for service, _actor in (house.a, house.b):
        service.save_answers([*answers(2), *answers(2, instrument="needs")])
        service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    house.a[0].decide("needs", OCCASION, Grain.ANSWERS)
    house.a[0].add_table_event("gratitude.written", THANKS)
    return house


def test_with_the_store_and_its_key_nothing_decided_opened_or_written_can_be_read() -> None:
    house = with_all_there_is()
    rows = living(house.store, house.actors[0].couple_id)

    assert {row.log.split("/")[0] for row in rows} == {"table", "audit"}
    assert {row.kind for row in rows} == {SEALED}
    cells = [house.store.read_cell(name) for name in house.store.cells()]
    assert {cell.name.split("/")[0] for cell in cells} == {"pending", "private", "given"}
    rows += [Row(cell.name, 1, "", "", cell.content, datetime.now(UTC)) for cell in cells]
    assert readable(rows) == []


def test_the_test_above_fails_where_the_couples_rows_are_not_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoupleStore, "_seal", lambda _self, entry, _at=None: entry)
    house = with_all_there_is()
    assert readable(living(house.store, house.actors[0].couple_id))


def test_each_of_the_two_reads_it_and_nobody_else() -> None:
    house, others = with_all_there_is(), begin()
    couple_id = house.actors[0].couple_id
    for service, _actor in (house.a, house.b, house.together()):
        assert service.read_table().open_rounds == ((INSTRUMENT, OCCASION),)
        assert [row.kind for row in service.read_audit()] == ["opened", "event"]
    key = others.local._core.store_of(others.actors[0])._key
    with pytest.raises(WrongKeyError):
        CoupleStore(house.store, couple_id, key).read(f"table/{couple_id}")


def test_a_row_that_is_moved_elsewhere_does_not_open() -> None:
    house = with_all_there_is()
    couple_id = house.actors[0].couple_id
    row = living(house.store, couple_id)[0]
    house.store.write([Entry(f"audit/{couple_id}", row.operation_id, SEALED, row.payload or b"")])
    with pytest.raises(WrongKeyError):
        house.a[0].read_audit()


def test_another_passphrase_and_a_recovery_open_the_same_table() -> None:
    house = with_all_there_is()
    house.a[0].actor  # noqa: B018  the sitting is open
    house.local.accounts.change_passphrase(house.actors[0], WORDS["Ada"], "nine other quiet words")
    ada = house.local.accounts.sign_in(house.code, "Ada", "nine other quiet words")
    assert house.local.seat_partner(ada).read_table().open_rounds == ((INSTRUMENT, OCCASION),)
    welcome = house.local.accounts.recover(house.code, "Ben", house.recovery["Ben"], "ten more quiet words")
    assert house.local.seat_partner(welcome.actor).read_table().open_rounds == ((INSTRUMENT, OCCASION),)


# -- before both have a key pair --------------------------------------------------------
def alone(store: Store | None = None) -> tuple[Household, str, LocalPartner]:
    household = Household(MemoryStore() if store is None else store, cost=CHEAP)
    welcome = household.accounts.create_couple("Ada", WORDS["Ada"])
    ada = household.seat_partner(welcome.actor)
    ada.save_answers(answers(2))
    return household, welcome.code, ada


def joined(household: Household, code: str) -> LocalPartner:
    ben = household.seat_partner(household.accounts.join(code, "Ben", WORDS["Ben"]).actor)
    ben.save_answers(answers(3))
    ben.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    return ben


def again(household: Household, code: str) -> LocalPartner:
    return household.seat_partner(household.accounts.sign_in(code, "Ada", WORDS["Ada"]))


def test_what_one_decides_before_the_other_can_read_waits_in_the_drawer_and_moves_later() -> None:
    household, code, ada = alone()
    ada.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    ada.save_answers(answers(1))  # what was decided about stays what it was then
    assert living(household._core.store, ada.actor.couple_id) == []
    assert ada.my_decision(INSTRUMENT, OCCASION) is Grain.ANSWERS
    household.sittings.end(ada.actor.sitting_id)

    ben = joined(household, code)
    assert ben.read_table().open_rounds == (), "nobody is there who could open Ada's drawer"
    ada = again(household, code)

    for service in (ada, ben):
        table = service.read_table()
        assert table.open_rounds == ((INSTRUMENT, OCCASION),)
        (own,) = [one for one in table.publications if one.person_id == ada.actor.person_id]
        assert set(own.responses["value"]) == {2}
    held = [
        record for record in household._core.drawer_of(ada.actor).records() if record.kind in (HELD, WAITING)
    ]
    assert held == []


def test_in_a_sitting_that_goes_on_it_moves_at_the_next_act() -> None:
    household, code, ada = alone()
    ada.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    ben = joined(household, code)
    assert ada.read_table().open_rounds == ben.read_table().open_rounds == ((INSTRUMENT, OCCASION),)


@pytest.mark.parametrize("later", [Grain.NOTHING, None])
def test_a_decision_that_waited_and_was_changed_or_taken_back_is_gone(later: Grain | None) -> None:
    household, code, ada = alone()
    ada.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    if later is None:
        ada.withdraw(INSTRUMENT, OCCASION)
    else:
        ada.decide(INSTRUMENT, OCCASION, later)
    assert ada.my_decision(INSTRUMENT, OCCASION) is later
    ben = joined(household, code)
    assert ada.read_table().open_rounds == ben.read_table().open_rounds == ()
    assert ada._core.waiting_of(ada.actor).own() == {}
    assert WAITING not in [record.kind for record in ada._core.drawer_of(ada.actor).records()]


def test_words_of_an_exercise_begun_alone_are_read_by_their_writer_and_then_by_both() -> None:
    household, code, ada = alone()
    ada.add_table_event("gratitude.written", THANKS, operation_id="op-thanks")
    ada.add_table_event("gratitude.written", THANKS, operation_id="op-thanks")  # a retry
    assert [event.payload for event in ada.read_table().events] == [THANKS]
    assert living(household._core.store, ada.actor.couple_id) == []
    ben = joined(household, code)
    ada.read_table()
    assert [event.operation_id for event in ben.read_table().events] == ["op-thanks"]
    assert len(ada.read_table().events) == 1


def test_who_leaves_or_is_erased_before_the_other_can_read_leaves_nothing_behind() -> None:
    for how in ("leave", "erase", "unpair"):
        household, _code, ada = alone()
        ada.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        ada.add_table_event("gratitude.written", THANKS)
        getattr(ada, how)(WORDS["Ada"])
        assert readable(living(household._core.store, ada.actor.couple_id)) == [], how
        if how == "erase":
            assert not any(row.payload for row in household._core.store.read(f"drawer/{ada.actor.person_id}"))


# -- a store from before there were keys --------------------------------------------------
def without_keys(house: House) -> House:
    """The same household as it would stand had there never been a key, nor cells: its rows in the clear."""
    as_before_cells(house)
    store, couple_id = MemoryStore(), house.actors[0].couple_id
    old: Any = house.store
    for log in old.logs():
        for row in opened(old, log):
            if row.kind != "key" and row.payload is not None:
                store.write([Entry(log, row.operation_id, row.kind, row.payload)])
    directory = Directory(store)
    for account in directory.accounts_of(couple_id):
        store.write([account_entry(dataclasses.replace(account, keys=None, version=account.version + 1))])
    local = Household(store, cost=CHEAP)
    return House(local, store, house.clock, house.code, house.recovery, house.actors, lambda actor: (None, actor))  # type: ignore[arg-type,return-value]  # fmt: skip


def signed_in(house: House, name: str) -> LocalPartner:
    return house.local.seat_partner(house.local.accounts.sign_in(house.code, name, WORDS[name]))


def test_old_rows_are_sealed_once_both_have_signed_in_and_read_the_same() -> None:
    house = with_all_there_is()
    before = house.a[0].read_table()
    old = without_keys(house)
    couple_id = house.actors[0].couple_id
    assert readable(living(old.store, couple_id)), "so it was"

    ada = signed_in(old, "Ada")
    assert [event.payload for event in ada.read_table().events] == [THANKS]
    assert readable(living(old.store, couple_id)), "Ben has no key to read it with yet"
    ben = signed_in(old, "Ben")

    for one in (ben, ada):
        table = one.read_table()
        assert table.open_rounds == before.open_rounds
        assert [event.payload for event in table.events] == [THANKS]
        assert [event.at for event in table.events] == [event.at for event in ada.read_table().events]
    assert readable(living(old.store, couple_id)) == []
    ben.decide("needs", OCCASION, Grain.ANSWERS)
    assert ("needs", OCCASION) in ada.read_table().open_rounds, "what waited then opens now"


def test_while_one_has_no_key_a_new_decision_of_the_other_waits_in_the_drawer() -> None:
    """Also where the other's own decision lies there from before: nothing opens that they could not read."""
    house = begin()
    for service, _actor in (house.a, house.b):
        service.save_answers(answers(2))
    house.b[0].decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    old = without_keys(house)
    before = living(old.store, house.actors[0].couple_id)
    assert before

    ada = signed_in(old, "Ada")
    ada.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)

    assert living(old.store, house.actors[0].couple_id) == before
    assert ada.read_table().open_rounds == ()
    ben = signed_in(old, "Ben")
    assert ben.read_table().open_rounds == ()
    assert ada.read_table().open_rounds == ben.read_table().open_rounds == ((INSTRUMENT, OCCASION),)


# -- what ends it -----------------------------------------------------------------------
def test_who_leaves_or_is_erased_keeps_no_copy_of_the_key() -> None:
    for how in ("leave", "erase"):
        house = begin()
        getattr(house.local.seat_partner(house.actors[0]), how)(WORDS["Ada"])
        keys = Directory(house.store).pair(house.actors[1].couple_id).keys
        assert set(keys) == {house.actors[1].person_id}, how


def test_restoring_a_backup_brings_back_neither_the_key_of_who_was_erased_nor_their_rows(
    tmp_path: Path,
) -> None:
    data, stick = tmp_path / "data", tmp_path / "stick"
    for folder in (data, stick):
        folder.mkdir(mode=0o700)
    house = begin(SqlCipherStore(data, KEY, tmp_path / "erased"))
    for service, _actor in (house.a, house.b):
        service.save_answers(answers(2))
        service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        service.add_table_event("gratitude.written", THANKS)
    backup = back_up(data, KEY, stick)
    house.local.seat_partner(house.actors[0]).erase(WORDS["Ada"])
    house.local.close()
    restore(backup, data, KEY, tmp_path / "erased")
    again = Household(SqlCipherStore(data, KEY, tmp_path / "erased"), cost=CHEAP)
    ada, ben = (actor.person_id for actor in house.actors)
    assert ada not in Directory(again._core.store).pair(house.actors[0].couple_id).keys
    reader = again.seat_partner(again.accounts.sign_in(house.code, "Ben", WORDS["Ben"]))
    table = reader.read_table()
    assert table.publications == ()
    assert {event.person_id for event in table.events} == {ben}
    again.close()


def test_a_key_made_at_two_servers_at_once_is_one_key() -> None:
    house = with_all_there_is()
    old = without_keys(house)
    other = Household(old.store, cost=CHEAP)
    ada = signed_in(old, "Ada")
    ben = other.seat_partner(other.accounts.sign_in(house.code, "Ben", WORDS["Ben"]))
    rows = [row for row in old.store.read(couple_log(house.actors[0].couple_id)) if row.kind == "key"]
    assert len(rows) == 2
    ada.add_table_event("gratitude.written", THANKS | {"text": "from here"})
    assert "from here" in [event.payload["text"] for event in ben.read_table().events]


# -- a block ----------------------------------------------------------------------------
def test_a_block_lies_in_ones_own_drawer_and_one_from_before_moves_there() -> None:
    house = begin()
    person_id, couple_id = house.actors[0].person_id, house.actors[0].couple_id
    log = f"blocks/{couple_id}"
    content = f'{{"blocked":true,"person_id":"{person_id}"}}'.encode()
    house.store.write([Entry(log, "old", "block", content)])
    ada = house.local.seat_partner(house.actors[0])
    ada.read_table()
    assert ada.is_blocking()
    assert not any(row.payload for row in house.store.read(log))
    logs = house.store.logs()
    ada.block_free_text(blocked=False)
    assert (ada.is_blocking(), house.store.logs()) == (False, logs)


def test_a_sealing_to_somebody_opens_for_them_alone_and_only_where_it_belongs() -> None:
    pair, other = crypto.new_key_pair(), crypto.new_key_pair()
    sealed = crypto.seal_to(pair.public, b"for you", "case 1")
    assert crypto.open_own(pair.private, sealed, "case 1") == b"for you"
    for private, bound in ((other.private, "case 1"), (pair.private, "case 2")):
        with pytest.raises(WrongKeyError):
            crypto.open_own(private, sealed, bound)
    assert len(sealed) == len(crypto.seal_to(pair.public, b"something much longer", "case 1"))


def test_a_store_without_a_key_and_without_a_drawer_takes_nothing() -> None:
    with pytest.raises(ValueError, match="drawer"):
        CoupleStore(MemoryStore(), "c_1", None).write([Entry("table/c_1", "op", "event", b"{}")])


def test_accounts_from_before_are_given_a_key_pair_once() -> None:
    old = without_keys(with_all_there_is())
    signed_in(old, "Ada")
    first = Directory(old.store).accounts_of(old.actors[0].couple_id)[0].keys
    signed_in(old, "Ada")
    assert first == Directory(old.store).accounts_of(old.actors[0].couple_id)[0].keys is not None
    assert isinstance(old.local.accounts, Accounts) and isinstance(old.actors[0], Actor)


# -- what rows tell by themselves ---------------------------------------------------------
def test_no_row_tells_the_hour_it_was_written_and_its_owner_still_reads_it() -> None:
    house = with_all_there_is()
    before = datetime.now(UTC)
    times = {row.at for log in house.store.logs() for row in house.store.read(log)}
    assert {at.time() for at in times} == {time(0, 0)}
    for service, _actor in (house.a, house.b):
        (event,) = service.read_table().events
        assert timedelta(0) <= before - event.at < timedelta(minutes=10)
        assert all(abs(before - one.at) < timedelta(minutes=10) for one in service.read_audit())


def test_whatever_is_answered_its_row_is_as_long() -> None:
    """Also a row that says it was left out, and one with the longest names."""
    lengths = {
        len(crypto.seal(KEY, write_row(_as_written(instrument, item, value)), "drawer"))
        for instrument in catalogue().values()
        for item in instrument.items
        for value in (item.scale.lowest, item.scale.highest, None, "not arisen")
    }
    assert len(lengths) == 1


def _as_written(instrument: Instrument, item: Item, value: int | str | None) -> dict[str, Any]:
    """Return what a drawer seals of an answer, as `Drawer` does."""
    given = value if isinstance(value, int) else None
    said = {"declined": value is None, "not_arisen": isinstance(value, str)}
    answer = Answer(str(uuid.uuid4()), "assessment-10", item.id, given, **said)
    payload = answer_payload(answer, ItemBank({instrument.id: instrument}))
    return {"kind": "answer", "operation_id": answer.operation_id, "payload": payload, "at": 1_800_000_000}


# -- what a partner reads who owns the computer ---------------------------------------------
def reads_with_ones_own_passphrase(house: House, name: str) -> str:
    """Return all that opens with the store's key and one partner's passphrase, as one text."""
    account = next(one for one in Directory(house.store).accounts_of(house.actors[0].couple_id) if one.name == name)  # fmt: skip
    key = unlock(account.by_passphrase, WORDS[name], account.person_id) or b""
    couple = CoupleStore(house.store, account.couple_id, open_couple_key(house.store, account, key))
    rows = [row for log in house.store.logs() for row in couple.read(log) if row.payload is not None]
    own = Drawer(house.store, account.person_id, key)
    opened_rows = [own.open_row(row).payload for row in rows if row.log == own.log]
    rest = [row.payload for row in rows if row.kind != SEALED]
    waiting = waiting_of(house.store, account)
    cells = [] if waiting is None else [waiting._entries(cell) for cell in map(waiting._cell, waiting.people)]
    return f"{opened_rows} {rest} {own.records()} {cells}"


@pytest.mark.parametrize("grain", [Grain.ANSWERS, Grain.SCORES, Grain.NOTHING])
def test_a_partner_with_the_computer_reads_of_a_waiting_decision_what_it_shows_and_no_more(
    grain: Grain,
) -> None:
    """As SECURITY.md and the share page say; the control is what waits at grain answers."""
    house = begin()
    house.a[0].save_answers([*answers(4), *answers(3, instrument="needs"), *answers(1, instrument="safety")])
    house.a[0].decide(INSTRUMENT, OCCASION, grain)
    house.a[0].block_free_text(blocked=True)
    told = reads_with_ones_own_passphrase(house, "Ben")
    assert ("connection.open_talk.1" in told) is (grain is Grain.ANSWERS)
    assert ("'subscale': ['connection" in told) is (grain is not Grain.NOTHING)
    assert not any(word in told for word in ("needs.heard", "safety.private", "blocked"))


def test_a_partner_with_the_computer_reads_nothing_of_a_decision_taken_back() -> None:
    house = begin()
    house.a[0].save_answers(answers(4))
    house.a[0].decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
    house.a[0].withdraw(INSTRUMENT, OCCASION)
    assert "connection." not in reads_with_ones_own_passphrase(house, "Ben")
