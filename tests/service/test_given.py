"""What is given to a study is sealed to its researcher and its giver, and looks like nothing given."""

import dataclasses
import random
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pytest

from tests.service.household import (
    BEFORE_KEYS,
    CHEAP,
    STUDY,
    WORDS,
    House,
    answers,
    begin,
    copy_of,
)
from tests.service.keyed import NEVER, PRIVATE, lay_open, with_key
from tests.service.research_contract import give, prepare, read
from tests.service.test_rows import ASKED, EXPECTED, KEY, PEOPLE, WRITTEN
from workbook import frames
from workbook.errors import ConflictError, SharingError, StorageError, WrongKeyError
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.erasing.tending import count_unsealed
from workbook.service.formats import crypto
from workbook.service.formats.publications import publication_to_json
from workbook.service.formats.two_readers import ROOM, SIZE
from workbook.service.identity.directory import Directory, account_entry
from workbook.service.studies import blob, given
from workbook.service.studies.blob import blob_in, open_blob, place_of, replacing, seal_blob
from workbook.service.studies.dataset import read_consented
from workbook.service.studies.earlier import _sealing, seal_earlier
from workbook.service.studies.preview import snapshots
from workbook.service.studies.study import Study, askable
from workbook.sharing import Grain
from workbook.storage.backup import back_up, restore
from workbook.storage.base import Row, Store
from workbook.storage.deciding import put
from workbook.storage.memory import MemoryStore
from workbook.storage.sqlcipher import SqlCipherStore

THEIRS = bytes(range(2, 34))
"""The private half of a key that somebody put in the place of the study's."""


def living(store: Store, person_id: str) -> list[Row]:
    return [row for row in place_of(store, person_id) if row.payload is not None]


def held(house: House) -> Any:
    """Return what Ada's place holds, as she opens it, and what lies open beside it."""
    person_id = house.actors[0].person_id
    rows = living(house.store, person_id)
    return copy_of(house.store, person_id), [(row.log, row.operation_id.partition("/")[0]) for row in rows]


def looks(house: House, who: int = 0) -> list[tuple[str, str, int]]:
    """Return what whoever has the store and its key can tell of somebody's place, besides its number."""
    rows = living(house.store, house.actors[who].person_id)
    return [(row.kind, row.operation_id.partition("/")[0], len(row.payload or b"")) for row in rows]


def again(house: House, study: Study | None = STUDY, who: str = "Ada") -> LocalPartner:
    """Return somebody's page after the next start."""
    local = Household(house.store, cost=CHEAP, study=study)
    service = local.seat_partner(local.accounts.sign_in(house.code, who, WORDS[who]))
    service.read_events()
    return service


# -- what can be told of it ---------------------------------------------------------------------
def test_a_place_looks_the_same_whatever_is_in_it() -> None:
    seen = []
    for grain, linked in (
        (None, False),
        (Grain.NOTHING, False),
        (Grain.SCORES, False),
        (Grain.ANSWERS, True),
    ):
        house = begin()
        prepare(house.a)
        if grain is not None:
            give(house.a, grain, linked=linked)
        seen.append(looks(house))
    assert seen == [[("sealed", NEVER, SIZE)]] * 4


def test_a_copy_of_another_length_than_its_place_is_refused() -> None:
    def short(content: Any, study: bytes, own: bytes, person_id: str) -> bytes:
        return seal_blob(content, study, own, person_id)[: SIZE - (0 if content else 1)]

    with mock.patch.object(given, "seal_blob", short):
        house = begin()
        prepare(house.a)
        with pytest.raises(StorageError, match="size"):
            give(house.a)


def test_nothing_of_a_copy_can_be_read_with_the_store_and_its_key() -> None:
    house = begin()
    prepare(house.a)
    give(house.a)
    (row,) = living(house.store, house.actors[0].person_id)
    told = row.kind.encode() + row.operation_id.encode() + (row.payload or b"")
    for word in (b"connection", b"answers", b"given", b"2026", b"linked", house.actors[0].couple_id.encode()):
        assert word not in told
    assert b"connection" in str(copy_of(house.store, house.actors[0].person_id)).encode(), "the control"


def test_only_the_researcher_and_the_giver_open_a_copy_and_only_in_its_place() -> None:
    house = begin()
    prepare(house.a)
    give(house.a)
    ada, ben = (actor.person_id for actor in house.actors)
    (row,) = living(house.store, ada)
    sealed = row.payload or b""
    whole = open_blob(sealed, PRIVATE, ada) or {}
    assert whole.pop("copy") and whole == house.a[0].my_data()["given_to_research"]
    partners = house.local._core.giver_of(house.actors[1]).private
    for private, person in ((partners, ada), (THEIRS, ada), (PRIVATE, ben), (partners, ben)):
        with pytest.raises(WrongKeyError):
            open_blob(sealed, private, person)
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(WrongKeyError):
        open_blob(broken, PRIVATE, ada)


def test_ten_years_of_weeks_and_eleven_rounds_of_everything_fill_less_than_half() -> None:
    study = with_key(Study("Long", "Long.", tuple(askable()), "a@example.org", 240))
    drawn = random.Random(4)
    rows = []
    for name in ("background", *askable()):
        n = 520 if name == "weekly" else 11
        for k in range(1, n + 1):
            occasion = f"{'week' if name == 'weekly' else 'assessment'}-{k}"
            rows += [
                ("c_" + "0" * 24, "p_" + "0" * 24, name, occasion, item.id, drawn.choice(item.scale.choices).value, False, False, item.version)
                for item in catalogue()[name].items
            ]  # fmt: skip
    columns = [
        "couple_id",
        "person_id",
        "instrument",
        "occasion",
        "item",
        "value",
        "declined",
        "not_arisen",
        "version",
    ]
    whole = pd.DataFrame(rows, columns=columns)
    whole = whole.reindex(columns=list(frames.RESPONSES.columns)).astype(
        {name: str(column.dtype) for name, column in frames.RESPONSES.columns.items()}
    )
    content = {"publications": [publication_to_json(one) for one in snapshots(study, whole, Grain.ANSWERS)]}
    public = crypto.public_of(PRIVATE)
    with mock.patch.object(blob, "ROOM", ROOM // 2):
        assert open_blob(seal_blob(content, public, public, "p"), PRIVATE, "p") == content
    with mock.patch.object(blob, "ROOM", ROOM // 8), pytest.raises(SharingError):
        seal_blob(content, public, public, "p")  # the control: it does take room


def test_more_than_a_copy_holds_is_refused_and_the_one_before_stays() -> None:
    house = begin()
    prepare(house.a)
    give(house.a, Grain.SCORES)
    before = held(house)
    with mock.patch.object(blob, "ROOM", 1_500), pytest.raises(SharingError, match="one copy can hold"):
        give(house.a, Grain.ANSWERS)
    assert held(house) == before
    choice = house.a[0].my_research()
    assert choice is not None and choice.grain is Grain.SCORES and choice.is_standing


# -- a key that somebody put in the place of the study's ------------------------------------------
def test_under_another_key_no_earlier_choice_counts_and_its_giver_is_told() -> None:
    house = begin()
    prepare(house.a)
    give(house.a)
    swapped = with_key(BEFORE_KEYS, THEIRS)
    assert swapped.key_words != STUDY.key_words and swapped.words_hash != STUDY.words_hash
    ada = again(house, swapped)
    choice = ada.my_research()
    assert choice is not None and choice.grain is Grain.ANSWERS and not choice.is_standing
    assert copy_of(house.store, house.actors[0].person_id, THEIRS) is None
    with pytest.raises(SharingError, match="words of the study"):
        ada.give_to_research(Grain.ANSWERS, linked=False, text_hash=STUDY.words_hash)


def test_the_researcher_is_told_of_places_that_another_key_was_used_for() -> None:
    house = begin()
    for one in (house.a, house.b):
        prepare(one)
        give(one)
    assert read_consented(house.store, STUDY, PRIVATE).n_shut == 0
    swapped = with_key(BEFORE_KEYS, THEIRS)
    again(house, swapped).give_to_research(Grain.ANSWERS, linked=False, text_hash=swapped.words_hash)
    found = read_consented(house.store, STUDY, PRIVATE)
    assert (found.n_persons, found.n_shut) == (1, 1)
    again(house)  # the study's own key is back, and so is her place
    assert read_consented(house.store, STUDY, PRIVATE).n_shut == 0


def test_a_copy_that_somebody_else_put_into_a_place_is_destroyed_in_its_owners_next_sitting() -> None:
    """Whoever has the store's key can seal something to the study; to have it opened they need its giver's key."""
    house = begin()
    prepare(house.a)
    give(house.a)
    person_id = house.actors[0].person_id
    forged = (copy_of(house.store, person_id) or {}) | {"linked": True}
    sealed = seal_blob(forged, crypto.public_of(PRIVATE), crypto.new_key_pair().public, person_id)
    writing = replacing(place_of(house.store, person_id), person_id, sealed, NEVER)
    put(house.store, writing)
    assert copy_of(house.store, person_id) == forged
    ada = again(house)
    assert copy_of(house.store, person_id) is None
    assert ada.my_data()["given_to_research"] is None


# -- until when -----------------------------------------------------------------------------------
def test_on_the_last_day_every_place_is_emptied_without_any_key() -> None:
    house = begin()
    for one in (house.a, house.b):
        prepare(one)
    give(house.a)  # Ben gives nothing
    last = date.fromisoformat(NEVER)
    given.tidy(house.store, today=last - timedelta(days=1))
    assert [len(looks(house, who)) for who in (0, 1)] == [1, 1]
    given.tidy(house.store, today=last)
    assert [len(looks(house, who)) for who in (0, 1)] == [0, 0]


def test_a_study_whose_time_is_over_takes_nothing_and_gives_nobody_a_place() -> None:
    over = with_key(BEFORE_KEYS, ends=datetime.now(UTC).date().isoformat())
    house = begin(study=over)
    prepare(house.a)
    with pytest.raises(SharingError, match="over"):
        house.a[0].give_to_research(Grain.ANSWERS, linked=False, text_hash=over.words_hash)
    house.a[0].give_to_research(Grain.NOTHING, linked=False, text_hash="")
    given.tidy(house.store)
    assert looks(house) == []
    again(house, over)
    assert looks(house) == []


def test_a_copy_under_words_that_have_changed_is_destroyed_in_the_next_sitting() -> None:
    house = begin()
    for one in (house.a, house.b):
        prepare(one)
    give(house.a)
    changed = replace(STUDY, purpose="Something else.", ends="2998-01-01")
    for who in ("Ada", "Ben"):
        again(house, changed, who)
    assert looks(house, 0) == looks(house, 1) == [("sealed", "2998-01-01", SIZE)]
    assert copy_of(house.store, house.actors[0].person_id) is None


def test_a_sitting_in_which_nothing_is_due_seals_the_same_anew() -> None:
    house = begin()
    prepare(house.a)
    give(house.a)
    before = held(house)
    again(house)
    assert held(house) == before


# -- from before there were keys --------------------------------------------------------------------
def earlier(until: str = NEVER) -> House:
    """Ada gave and Ben said no, before the study had a key."""
    house = begin()
    for one in (house.a, house.b):
        prepare(one)
    give(house.a, linked=True)
    give(house.b, Grain.NOTHING)
    for actor in house.actors:
        lay_open(house.store, STUDY, actor.person_id, until)
    return house


def test_older_copies_are_sealed_at_the_next_start_by_nobody_and_read_the_same() -> None:
    house = earlier()
    assert count_unsealed(house.store) == 2
    before = read_consented(house.store, STUDY, PRIVATE)
    assert before.n_persons == 1, "also before any start"
    Household(house.store, cost=CHEAP, study=STUDY)
    assert count_unsealed(house.store) == 0
    assert looks(house, 0) == looks(house, 1) == [("sealed", NEVER, SIZE)]
    after = read_consented(house.store, STUDY, PRIVATE)
    assert after.n_persons == 1 and len(after.responses) == len(before.responses)
    ada, ben = again(house), again(house, who="Ben")
    choice, no = ada.my_research(), ben.my_research()
    assert choice is not None and choice.is_standing and choice.grain is Grain.ANSWERS and choice.is_linked
    assert no is not None and no.grain is Grain.NOTHING
    assert ada.my_data()["given_to_research"]["publications"]


def test_the_test_above_fails_without_the_sealing() -> None:
    house = earlier()
    with mock.patch("workbook.service.desks.household.seal_earlier"):
        Household(house.store, cost=CHEAP, study=STUDY)
    assert count_unsealed(house.store) == 2


def test_an_older_copy_keeps_the_day_that_was_promised() -> None:
    house = earlier("2027-02-01")
    Household(house.store, cost=CHEAP, study=STUDY)
    again(house)
    assert looks(house) == [("sealed", "2027-02-01", SIZE)]
    given.tidy(house.store, today=date(2027, 2, 1))
    assert looks(house) == [] and len(looks(house, 1)) == 1


def test_a_study_without_a_key_takes_nothing_and_what_was_given_can_be_taken_back() -> None:
    house = earlier()
    ada = again(house, BEFORE_KEYS)
    choice = ada.my_research()
    assert choice is not None and choice.is_standing
    assert count_unsealed(house.store) == 2
    with pytest.raises(SharingError, match="make it a key first"):
        ada.give_to_research(Grain.SCORES, linked=False, text_hash=BEFORE_KEYS.words_hash)
    ada.give_to_research(Grain.NOTHING, linked=False, text_hash="")
    assert looks(house) == []
    no = ada.my_research()
    assert no is not None and no.grain is Grain.NOTHING


def test_an_older_copy_waits_until_its_giver_has_a_key_to_read_it_with() -> None:
    house = earlier()
    directory = Directory(house.store)
    account = directory.account(house.actors[0].person_id)
    assert account is not None
    bare = dataclasses.replace(account, keys=None, version=account.version + 1)
    house.store.write([account_entry(bare)])
    Household(house.store, cost=CHEAP, study=STUDY)
    assert count_unsealed(house.store) == 1, "hers alone"
    ada = again(house)
    assert count_unsealed(house.store) == 0
    giver = ada._core.giver_of(ada.actor)
    assert (given.own_copy(giver.place(), giver) or {})["publications"]


def test_two_starts_at_once_seal_an_older_copy_once() -> None:
    house = earlier()
    directory, person_id = Directory(house.store), house.actors[0].person_id
    late = _sealing(house.store, directory, STUDY, person_id, {})
    seal_earlier(house.store, directory, STUDY)
    with pytest.raises(ConflictError):
        put(house.store, late)  # as one that read before the other wrote
    assert len(living(house.store, person_id)) == 1
    assert read_consented(house.store, STUDY, PRIVATE).n_persons == 1


def test_a_restored_backup_of_before_is_sealed_again_and_brings_back_nothing_taken_back(
    tmp_path: Path,
) -> None:
    data, stick, erased = tmp_path / "data", tmp_path / "stick", tmp_path / "erased"
    for folder in (data, stick):
        folder.mkdir(mode=0o700)
    house = begin(SqlCipherStore(data, KEY, erased))
    for one in (house.a, house.b):
        prepare(one)
        give(one)
    for actor in house.actors:
        lay_open(house.store, STUDY, actor.person_id)
    made = back_up(data, KEY, stick)
    house.local.close()
    now = Household(SqlCipherStore(data, KEY, erased), cost=CHEAP, study=STUDY)
    ada = now.seat_partner(now.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))
    ada.give_to_research(Grain.NOTHING, linked=False, text_hash="")
    now.close()
    restore(made, data, KEY, erased)
    store = SqlCipherStore(data, KEY, erased)
    Household(store, cost=CHEAP, study=STUDY)
    assert count_unsealed(store) == 0
    assert copy_of(store, house.actors[1].person_id) is not None
    store.close()


def test_the_store_that_an_earlier_version_wrote_is_sealed_and_its_people_count(tmp_path: Path) -> None:
    """Its own code wrote it (``store_of_step_4``): both gave, when a study had no key and people none either."""
    folder = tmp_path / "data"
    shutil.copytree(WRITTEN, folder, ignore=shutil.ignore_patterns("*.json", "*.txt"))
    for path in (folder, *folder.iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)
    store = SqlCipherStore(folder, KEY)
    local = Household(store, cost=CHEAP, study=ASKED)
    before = count_unsealed(store)
    for name in ("Ada", "Ben"):
        actor = local.accounts.sign_in(PEOPLE["codes"][name], name, PEOPLE["passphrases"][name])
        choice = local.seat_partner(actor).my_research()
        assert choice is not None and choice.is_standing
        assert len(local.seat_partner(actor).read_responses()) == EXPECTED["n_responses"][name]
        row = blob_in(place_of(store, actor.person_id))
        assert row is not None and row.kind == "sealed" and len(row.payload or b"") == SIZE
    assert count_unsealed(store) < before
    assert read_consented(store, ASKED, PRIVATE).n_persons == 2
    local.close()


# -- what ends it -----------------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["leave", "unpair", "erase", "consent"])
def test_who_gave_and_who_did_not_leave_the_same_place_behind(how: str) -> None:
    left = []
    for grain in (Grain.NOTHING, Grain.ANSWERS):
        house = begin()
        prepare(house.a)
        give(house.a, grain)
        if how == "consent":
            house.a[0].add_event("consent", {"text": "consent", "text_hash": "0" * 64, "agreed": False})
        else:
            getattr(house.local.seat_partner(house.actors[0]), how)(WORDS["Ada"])
        left.append(looks(house))
        stays = how == "unpair" and grain is Grain.ANSWERS
        found = None if how == "erase" else copy_of(house.store, house.actors[0].person_id)
        assert (found is not None) == stays
    assert left[0] == left[1] == ([] if how == "erase" else [("sealed", NEVER, SIZE)])


def test_a_wrong_key_in_the_researchers_sitting_reads_nothing() -> None:
    house = begin(MemoryStore())
    prepare(house.a)
    give(house.a)
    assert len(read(house)) == 1
    with mock.patch("tests.service.research_contract.PRIVATE", THEIRS):
        assert read(house) == []


def test_answers_that_came_after_a_copy_are_in_it_only_once_it_is_given_anew() -> None:
    house = begin()
    prepare(house.a, 2)
    give(house.a)
    house.a[0].save_answers(answers(4))
    again(house)
    values = {v for one in (copy_of(house.store, house.actors[0].person_id) or {})["publications"] if one["instrument"] == "connection" for v in one["responses"]["value"]}  # fmt: skip
    assert values == {2}


def test_a_restored_backup_brings_back_no_copy_that_was_taken_back_and_every_other(tmp_path: Path) -> None:
    data, stick, erased = tmp_path / "data", tmp_path / "stick", tmp_path / "erased"
    for folder in (data, stick):
        folder.mkdir(mode=0o700)
    house = begin(SqlCipherStore(data, KEY, erased))
    for one in (house.a, house.b):
        prepare(one)
        give(one)
    made = back_up(data, KEY, stick)
    give(house.a, Grain.NOTHING)
    house.local.close()
    restore(made, data, KEY, erased)
    store = SqlCipherStore(data, KEY, erased)
    local = Household(store, cost=CHEAP, study=STUDY)
    assert copy_of(store, house.actors[0].person_id), "it lies there again"
    assert read_consented(store, STUDY, PRIVATE).n_persons == 1, "and is read by nobody"
    ada = local.seat_partner(local.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))
    ada.read_events()
    assert copy_of(store, house.actors[0].person_id) is None
    local.close()


def test_the_test_above_fails_where_nothing_notes_what_was_taken_back(tmp_path: Path) -> None:
    with mock.patch.object(given, "note_ended"), pytest.raises(AssertionError, match="read by nobody"):
        test_a_restored_backup_brings_back_no_copy_that_was_taken_back_and_every_other(tmp_path)
