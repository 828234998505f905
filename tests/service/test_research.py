"""Research beyond the contract: what the partner can observe, retention, crashes, reading beside a server."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.service.household import BEFORE_KEYS, CHEAP, STUDY, WORDS, House, answers, begin
from tests.service.keyed import NEVER, PRIVATE, typed, with_key, write_keyed
from tests.service.research_contract import WORDS_HASH, give, prepare
from tests.service.test_privacy import CrashingStore
from workbook.errors import SetupError, SharingError, StorageError
from workbook.service.couple.tables import audit_entry
from workbook.service.desks.household import Household
from workbook.service.identity.directory import Directory
from workbook.service.studies import given as research
from workbook.service.studies.blob import given_cell, place_of
from workbook.service.studies.collected import given_to
from workbook.service.studies.dataset import open_study, read_consented
from workbook.service.studies.study import months_after
from workbook.sharing import Grain
from workbook.storage.backup import back_up, restore
from workbook.storage.keys import erasures_file, find_key
from workbook.storage.memory import MemoryStore
from workbook.storage.opening import open_store
from workbook.storage.read_only import open_read_only

Choice = tuple[Grain, bool] | None
CHOICES: list[Choice] = [
    (Grain.NOTHING, False),
    (Grain.SCORES, False),
    (Grain.ANSWERS, False),
    (Grain.ANSWERS, True),
]


@pytest.fixture
def house() -> Iterator[House]:
    house = begin()
    yield house
    house.local.close()


# -- what the partner can tell --------------------------------------------------------------


def told_to_ben(choice: Choice, leak: Callable[[House], None] | None = None) -> list[str]:
    """Return all that Ben can read, and every notice he gets, given Ada's choice."""
    house = begin()
    (service, ben), notices = house.b, []
    for one in (house.a, house.b):
        prepare(one)
    give(house.b, Grain.ANSWERS, linked=True)
    stop = service.watch(notices.append)
    if choice is not None:
        give(house.a, choice[0], linked=choice[1])
    if leak is not None:
        leak(house)
    stop()
    audit = [(event.kind, event.payload, event.sequence) for event in service.read_audit()]
    events = [(event.kind, event.payload, event.sequence) for event in service.read_events()]
    own = {
        name: part
        for name, part in service.my_data().items()
        if name in ("on_the_table", "given_to_research")
    }
    told: list[Any] = [
        notices,
        audit,
        events,
        own,
        service.read_table(),
        service.couple(),
        service.my_research(),
        service.read_responses().to_json(),
        service.study(),
        service.is_blocking(),
    ]
    house.local.close()
    names = {
        house.code: "CODE",
        ben.couple_id: "COUPLE",
        ben.person_id: "BEN",
        house.actors[0].person_id: "ADA",
    }
    return [re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], repr(one)) for one in told]


@pytest.mark.parametrize("choice", CHOICES)
def test_the_partner_cannot_observe_a_research_choice(choice: Choice) -> None:
    assert told_to_ben(choice) == told_to_ben(None)


def test_control_a_word_in_the_audit_is_noticed() -> None:
    def leak(house: House) -> None:
        couple_id = house.actors[0].couple_id
        house.store.write([audit_entry(couple_id, "leak", "event", kind="research")])

    assert told_to_ben((Grain.ANSWERS, True), leak) != told_to_ben((Grain.ANSWERS, True))


def test_a_research_choice_writes_only_to_the_own_drawer_and_copy(house: House) -> None:
    prepare(house.a)
    written: list[str] = []
    write = house.store.write

    def note(entries: Any, **what: Any) -> Any:
        written.extend([*(entry.log for entry in entries), *what["cells"]])
        return write(entries, **what)

    with mock.patch.object(house.store, "write", note):
        for grain, linked in CHOICES:
            give(house.a, grain, linked=linked)
    person_id = house.actors[0].person_id
    assert set(written) == {f"private/{person_id}", given_cell(person_id)}


# -- terms, and words that change -----------------------------------------------------------


def test_an_expired_copy_is_unreadable_and_destroyed_at_the_next_start(house: House) -> None:
    prepare(house.a)
    give(house.a)
    directory = Directory(house.store)
    last = date.fromisoformat(NEVER)
    assert len(given_to(house.store, directory, STUDY, PRIVATE, today=last - timedelta(days=1))) == 1
    assert given_to(house.store, directory, STUDY, PRIVATE, today=last) == []
    research.tidy(house.store, today=last - timedelta(days=1))
    person_id = house.actors[0].person_id
    assert [row for row in place_of(house.store, person_id) if row.payload is not None]
    research.tidy(house.store, today=last)
    assert all(row.payload is None for row in place_of(house.store, person_id))


def test_months_end_within_their_month() -> None:
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_after(date(2026, 12, 15), 13) == date(2028, 1, 15)


@pytest.mark.parametrize(
    "changed",
    [
        replace(STUDY, purpose="Something else."),
        replace(STUDY, asks=("connection", "needs", "skills")),
        replace(STUDY, retention_months=25),
        replace(STUDY, contact="other@example.org"),
        replace(STUDY, ends="2998-01-01"),
        with_key(BEFORE_KEYS, bytes(range(2, 34))),
    ],
)
def test_changed_study_text_needs_new_consent_from_everybody(changed: Any) -> None:
    store = MemoryStore()
    house = begin(store)
    prepare(house.a)
    give(house.a)
    assert len(read_consented(store, STUDY, PRIVATE).people) == 1
    assert read_consented(store, changed, PRIVATE).people.empty
    local = Household(store, cost=CHEAP, study=changed)
    ada = local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    choice = local.seat(ada).my_research()
    assert choice is not None and not choice.is_standing
    with pytest.raises(SharingError, match="words of the study"):
        local.seat(ada).give_to_research(Grain.ANSWERS, linked=False, text_hash=WORDS_HASH)


def test_without_a_study_nobody_can_join_but_anyone_can_still_withdraw() -> None:
    store = MemoryStore()
    house = begin(store)
    prepare(house.a)
    give(house.a)
    local = Household(store, cost=CHEAP)
    ada = local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    assert local.seat(ada).study() is None
    for verb in (
        lambda: local.seat(ada).my_research(),
        lambda: local.seat(ada).give_to_research(Grain.ANSWERS, linked=False, text_hash=WORDS_HASH),
    ):
        with pytest.raises(SharingError, match="No study"):
            verb()
    local.seat(ada).add_event("consent", {"text": "consent", "text_hash": "0" * 64, "agreed": False})
    assert read_consented(store, STUDY, PRIVATE).people.empty


def test_fields_a_study_did_not_ask_for_are_not_read_from_a_row(house: House) -> None:
    """Even if the log held private answers, nothing of them would be read."""
    prepare(house.a)
    wide = replace(STUDY, asks=("connection", "needs", "skills", "safety"))
    assert "safety" not in wide.instruments and "skills" in wide.instruments
    with mock.patch.object(type(STUDY), "words_hash", WORDS_HASH):
        house.local._core.study = wide
        give(house.a)
        assert "skills" in set(read_consented(house.store, wide, PRIVATE).responses["instrument"]), (
            "the control"
        )
        assert set(read_consented(house.store, STUDY, PRIVATE).responses["instrument"]) == {
            "background",
            "connection",
            "needs",
        }


# -- crashes --------------------------------------------------------------------------------


@pytest.mark.parametrize("n_writes", range(3))
@pytest.mark.parametrize("grain", [Grain.NOTHING, Grain.SCORES])
def test_an_interrupted_choice_is_atomic(n_writes: int, grain: Grain) -> None:
    store = CrashingStore()
    house = begin(store)
    prepare(house.a)
    give(house.a, Grain.ANSWERS)
    store.left = n_writes
    with suppress(KeyboardInterrupt):
        give(house.a, grain)
    store.left = None
    local = Household(store, cost=CHEAP, study=STUDY)
    found = given_to(store, Directory(store), STUDY, PRIVATE)
    expected = Grain.ANSWERS if n_writes == 0 else grain
    assert [one.grain for one in found] == ([] if expected is Grain.NOTHING else [expected])
    place = place_of(store, house.actors[0].person_id)
    assert sum(row.payload is not None for row in place) == 1
    local.close()


# -- reading from the data folder -----------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return tmp_path / "data"


def test_a_study_is_read_beside_a_running_workbook_and_when_it_is_stopped(data: Path) -> None:
    with pytest.raises(SetupError, match="no study"):
        open_study(data, ask=typed)
    store = open_store(data)
    write_keyed(STUDY, data)
    house = begin(store)
    assert open_study(data, ask=typed).people.empty
    prepare(house.a)
    give(house.a)
    assert open_study(data, ask=typed).n_persons == 1, "beside it"
    give(house.a, Grain.NOTHING)
    assert open_study(data, ask=typed).n_persons == 0
    give(house.a)
    house.local.close()
    before = {path.name: path.read_bytes() for path in data.iterdir() if path.suffix in (".db", ".heads")}
    assert open_study(data, ask=typed).n_persons == 1, "without it"
    after = {path.name: path.read_bytes() for path in data.iterdir() if path.suffix in (".db", ".heads")}
    assert before == after


def test_restoring_an_older_backup_does_not_restore_a_withdrawn_copy(data: Path, tmp_path: Path) -> None:
    house = begin(open_store(data))
    write_keyed(STUDY, data)
    for one in (house.a, house.b):
        prepare(one)
        give(one)
    (tmp_path / "stick").mkdir()
    key = find_key(data, is_new=False)
    made = back_up(data, key, tmp_path / "stick")
    give(house.a, Grain.NOTHING)
    house.local.close()
    restore(made, data, key, erasures_file(data))
    assert open_study(data, ask=typed).n_persons == 1, "Ben's alone"


def test_reading_goes_on_while_the_workbook_writes(data: Path) -> None:
    house = begin(open_store(data))
    write_keyed(STUDY, data)
    prepare(house.a)
    give(house.a)
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            given = [replace(one, operation_id=f"{n}-{one.item}") for one in answers(n % 4, most=20)]
            house.b[0].save_answers(given)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert [open_study(data, ask=typed).n_persons for _ in range(5)] == [1] * 5
    finally:
        stop.set()
        writer.join()
        house.local.close()


def test_a_store_opened_for_reading_cannot_be_changed(data: Path) -> None:
    with pytest.raises(StorageError, match="no workbook"):
        open_read_only(data)
    open_store(data).close()
    store = open_read_only(data)
    for change in (
        lambda: store.write([]),
        lambda: store.write((), forget={"a": [1]}),
        lambda: store.watch("a", print),
    ):
        with pytest.raises(StorageError, match="only looked at"):
            change()
    store.close()


def test_ids_are_random_at_every_opening(house: House) -> None:
    for one in (house.a, house.b):
        prepare(one)
        give(one, linked=True)
    first, second = (read_consented(house.store, STUDY, PRIVATE) for _ in range(2))
    ids = [set(one.people["person_id"]) | set(one.people["couple_id"]) for one in (first, second)]
    assert not ids[0] & ids[1]
    told = first.responses.to_json() + first.scores.to_json() + first.people.to_json()
    assert not any(actor.person_id in told or actor.couple_id in told for actor in house.actors)
    assert first.n_linked_couples == 1 and len(first.background) == 2
