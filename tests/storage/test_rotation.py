"""Key rotation: the old key opens nothing, erased rows stay erased, and the command reports it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbook.cli import main
from workbook.errors import StorageError, WrongKeyError
from workbook.storage import rotation
from workbook.storage.base import Entry
from workbook.storage.keys import find_key, key_id_of
from workbook.storage.opening import open_store
from workbook.storage.rotation import rotate, settle
from workbook.storage.sqlcipher import SqlCipherStore

SECRET = b"nine quiet lanterns"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    folder = tmp_path / "data"
    store = open_store(folder)
    store.write([Entry("drawer/p_a", str(n), "note", SECRET + bytes([n])) for n in range(5)])
    store.close()
    return folder


def rows_in(folder: Path) -> list[bytes | None]:
    store = open_store(folder)
    try:
        return [row.payload for row in store.read("drawer/p_a")]
    finally:
        store.close()


def test_after_rotation_only_the_new_key_opens_all_rows(data: Path) -> None:
    old_key, before = find_key(data, is_new=False), rows_in(data)
    old, new = rotate(data, old_key)
    assert key_id_of(data) == new != old
    assert rows_in(data) == before
    with pytest.raises(WrongKeyError, match="key does not fit"):
        SqlCipherStore(data, old_key)
    assert not [path for path in data.iterdir() if path.name.startswith(".")]


def test_a_rotation_that_fails_before_commit_leaves_only_the_old_key(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_key, old = find_key(data, is_new=False), key_id_of(data)
    monkeypatch.setattr(rotation, "prove", lambda *_: (_ for _ in ()).throw(OSError(28, "no room")))
    with pytest.raises(StorageError, match="no room left"):
        rotate(data, old_key)
    assert key_id_of(data) == old
    assert len(rows_in(data)) == 5
    assert [path.name for path in (data.parent / "keys").glob("*.key")] == [f"{old}.key"]


def test_a_committed_rotation_is_completed_at_the_next_start(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_in(data)
    with monkeypatch.context() as cut:
        calls: list[Path] = []
        cut.setattr(rotation, "settle", calls.append)
        _, new = rotate(data, find_key(data, is_new=False))
    assert key_id_of(data) != new
    assert rows_in(data) == before
    assert key_id_of(data) == new
    settle(data)  # and again is harmless


def test_the_key_is_not_rotated_while_the_workbook_runs(data: Path) -> None:
    store = open_store(data)
    with pytest.raises(StorageError, match="already running"):
        rotate(data, find_key(data, is_new=False))
    store.close()
    assert len(rows_in(data)) == 5


def test_rows_erased_after_rotation_stay_erased_when_an_older_backup_is_restored(
    data: Path, tmp_path: Path
) -> None:
    run = CliRunner()
    (tmp_path / "stick").mkdir()
    assert run.invoke(main, ["backup", str(tmp_path / "stick"), "--data", str(data)]).exit_code == 0
    assert run.invoke(main, ["rotate-key", "--data", str(data)]).exit_code == 0
    store = open_store(data)
    store.write((), forget={"drawer/p_a": [2]})
    store.close()
    backup = next((tmp_path / "stick").iterdir())
    done = run.invoke(main, ["restore", str(backup), "--data", str(data), "--yes"])
    assert done.exit_code == 0, done.output
    assert [payload is None for payload in rows_in(data)] == [False, True, False, False, False]


def test_the_command_names_the_key_and_what_happens_to_backups(data: Path, tmp_path: Path) -> None:
    run, old = CliRunner(), key_id_of(data)
    (tmp_path / "stick").mkdir()
    said = run.invoke(main, ["backup", str(tmp_path / "stick"), "--data", str(data)]).output
    assert f"the key named {old}" in said
    kept = run.invoke(main, ["rotate-key", "--data", str(data)])
    assert (kept.exit_code, f"named {old}, which was kept" in kept.output) == (0, True)
    second = key_id_of(data)
    gone = run.invoke(main, ["rotate-key", "--data", str(data), "--forget-old-key"])
    assert f"named {second}, is destroyed" in gone.output
    assert not (tmp_path / "keys" / f"{second}.key").exists()
    assert len(rows_in(data)) == 5


def test_a_backup_whose_key_was_destroyed_says_which_key_it_wants(data: Path, tmp_path: Path) -> None:
    run, old = CliRunner(), key_id_of(data)
    (tmp_path / "stick").mkdir()
    run.invoke(main, ["backup", str(tmp_path / "stick"), "--data", str(data)])
    run.invoke(main, ["rotate-key", "--data", str(data), "--forget-old-key"])
    backup = next((tmp_path / "stick").iterdir())
    refused = run.invoke(main, ["restore", str(backup), "--data", str(data), "--yes"])
    assert refused.exit_code == 2
    assert f"Put back the key named {old}" in refused.output
    assert len(rows_in(data)) == 5


def test_rotation_without_a_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o700)
    refused = CliRunner().invoke(main, ["rotate-key", "--data", str(tmp_path / "empty")])
    assert refused.exit_code == 2
    assert "no key to change" in refused.output
