"""When a study's retention ends while the server runs, its copies are destroyed without a restart."""

import time
from pathlib import Path

import pytest

from tests.service.cohort import fill
from tests.service.keyed import with_key
from workbook.server.testing import running_server
from workbook.service.identity.directory import Directory
from workbook.service.studies.blob import place_of
from workbook.service.studies.study import Study, write_study
from workbook.storage.opening import open_store

STUDY = with_key(Study("Talk and trust", "How couples talk.", ("connection",), "Dr Kim, kim@example.org", 24))
LATER = Path(__file__).with_name("later")


@pytest.mark.parametrize("is_over", [True, False])
def test_expired_research_copies_are_destroyed_while_the_server_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_over: bool
) -> None:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    store = open_store(tmp_path / "data")
    fill(store, STUDY, 3)
    store.close()
    write_study(STUDY, tmp_path / "data")
    with running_server(tmp_path, environment={"PYTHONPATH": str(LATER)} if is_over else None):
        time.sleep(4)
    store = open_store(tmp_path / "data")
    directory = Directory(store)
    people = [one.person_id for couple_id in directory.couples() for one in directory.accounts_of(couple_id)]
    kept = [row for person in people for row in place_of(store, person) if row.payload is not None]
    store.close()
    assert len(people) == 6
    assert len(kept) == (0 if is_over else 6)
