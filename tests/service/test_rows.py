"""Rows on disk: a store of an earlier version is read, and a field added later does no harm."""

import dataclasses
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.service.household import STUDY
from workbook import frames
from workbook.errors import NewerStoreError
from workbook.service.couple.drawers import drawer_log
from workbook.service.desks.household import Household
from workbook.service.formats import publications, rows
from workbook.service.formats.crypto import Cost
from workbook.service.formats.rows import dump, load, read_row, write_row
from workbook.service.identity import directory
from workbook.sharing import Grain
from workbook.storage.sqlcipher import SqlCipherStore

WRITTEN = Path(__file__).parent / "store_of_step_4"
KEY = bytes(range(32))
PEOPLE = json.loads((WRITTEN / "people.json").read_text(encoding="utf-8"))
EXPECTED = json.loads((WRITTEN / "expected.json").read_text(encoding="utf-8"))
ASKED = dataclasses.replace(
    STUDY, asks=("connection", "needs", "warning_signs"), retention_months=240, began="2026-11-28"
)


@pytest.fixture
def store(tmp_path: Path):
    """The store that the code of step 4 wrote (its program is ``writer.txt`` beside it), on a copy."""
    folder = tmp_path / "data"
    shutil.copytree(WRITTEN, folder, ignore=shutil.ignore_patterns("*.json", "*.txt"))
    folder.chmod(0o700)
    for file in folder.iterdir():
        file.chmod(0o600)
    store = SqlCipherStore(folder, KEY)
    yield store
    store.close()


def _sign_in(household: Household, name: str):
    actor = household.accounts.sign_in(PEOPLE["codes"][name], name, PEOPLE["passphrases"][name])
    return household.seat_partner(actor)


def test_a_store_of_an_earlier_version_opens_with_all_its_rows(store: SqlCipherStore) -> None:
    household = Household(store, cost=Cost(memory_kib=64, passes=1, lanes=1), study=ASKED)
    ada, ben = _sign_in(household, "Ada"), _sign_in(household, "Ben")
    for name, service in (("Ada", ada), ("Ben", ben)):
        responses = service.read_responses()
        frames.check(responses, frames.RESPONSES)
        assert len(responses) == EXPECTED["n_responses"][name]
        table = service.read_table()
        assert [list(one) for one in table.open_rounds] == EXPECTED["open_rounds"]
        assert len(table.events) == EXPECTED["n_events"]
    assert len(ada.read_table().publications) == len(ben.read_table().publications) == 4
    assert ada.my_decision("needs", "assessment-1") is Grain.ANSWERS
    assert ben.my_decision("skills", "assessment-1") is Grain.NOTHING
    assert (ada.is_blocking(), ben.is_blocking()) == (False, True)
    assert not any(row.payload for row in store.read("grants")), "nobody grants in those words any more"
    assert [event.payload["text"] for event in ada.read_events(["own_need"])] == ["An evening a week for us"]
    ben.decide("needs", "assessment-1", Grain.ANSWERS)
    assert ("needs", "assessment-1") in ada.read_table().open_rounds, "what waited then opens now"


def test_accounts_of_an_earlier_version_can_still_sign_in_and_leave(store: SqlCipherStore) -> None:
    household = Household(store, cost=Cost(memory_kib=64, passes=1, lanes=1))
    assert _sign_in(household, "Cleo").couple().is_unpaired
    assert _sign_in(household, "Eve").couple().is_solo
    code, recovery = PEOPLE["codes"]["Ben"], PEOPLE["recovery"]["Ben"]
    welcome = household.accounts.recover(code, "Ben", recovery, "a passphrase of today")
    ben = household.seat_partner(welcome.actor)
    assert len(ben.read_responses()) == EXPECTED["n_responses"]["Ben"]
    ben.erase("a passphrase of today")
    assert not any(row.payload for row in store.read(drawer_log(welcome.actor.person_id)))
    tess = household.therapists.sign_in(*PEOPLE["therapist"])
    assert household.seat(tess).cases() == []  # type: ignore[attr-defined]


def test_new_rows_carry_their_format_and_older_rows_read_the_same(store: SqlCipherStore) -> None:
    household = Household(store, cost=Cost(memory_kib=64, passes=1, lanes=1))
    before = {row.operation_id for log in store.logs("table/") for row in store.read(log)}
    ada, ben = _sign_in(household, "Ada"), _sign_in(household, "Ben")
    ben.decide("needs", "assessment-1", Grain.ANSWERS)
    table = household._core.store_of(ada.actor).read(f"table/{ada.actor.couple_id}")
    later = [load(row.payload) for row in table if row.payload and row.operation_id not in before]
    assert later and {content["format"] for content in later} == {rows.VERSION}
    earlier = [load(row.payload) for row in table if row.payload and row.operation_id in before]
    assert any("format" not in content for content in earlier)


def test_a_row_of_a_newer_workbook_is_refused_and_not_guessed_at() -> None:
    newer = dump({"name": "Ada", "format": rows.VERSION + 1})
    with pytest.raises(NewerStoreError):
        read_row(newer)
    assert read_row(write_row({"name": "Ada"})) == {"name": "Ada"}


def test_a_column_added_to_a_frame_is_missing_in_what_was_written_before(
    store: SqlCipherStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    wider = frames.RESPONSES.add_columns({"seconds": frames.RESPONSES.columns["value"]})
    monkeypatch.setitem(frames.FRAMES, "responses", wider)
    content = publications.frame_to_json(pd.DataFrame({"item": ["i", "j"], "value": [1, 2]}))
    frame = publications.frame_from_json(content, "responses")
    assert list(frame["value"]) == [1, 2]
    assert list(frame["seconds"].isna()) == [True, True] and frame["seconds"].dtype == "Int16"


def test_a_field_added_to_a_record_has_its_default_in_what_was_written_before(
    store: SqlCipherStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is the record that everything hangs on: one with another field still opens."""
    wider = dataclasses.make_dataclass(
        "Account", [("hint", str, "none")], bases=(directory.Account,), frozen=True, kw_only=True
    )
    monkeypatch.setattr(directory, "Account", wider)
    household = Household(store, cost=Cost(memory_kib=64, passes=1, lanes=1))
    ada = _sign_in(household, "Ada")
    assert len(ada.read_responses()) == EXPECTED["n_responses"]["Ada"]
    assert household._core.directory.account(ada.actor.person_id).hint == "none"
