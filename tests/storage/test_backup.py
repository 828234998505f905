"""A backup is made while the store runs, can be restored, and never brings back what was erased."""

import shutil
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.storage.contract import note
from workbook.cli import main
from workbook.errors import DamagedStoreError, StorageError, WrongKeyError
from workbook.storage.backup import back_up, restore
from workbook.storage.erasures import Erasures
from workbook.storage.location import RESTORING
from workbook.storage.opening import open_store
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore

KEY = bytes(range(32))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def open_here(data: Path) -> SqlCipherStore:
    return SqlCipherStore(data, KEY, data.parent / "erased")


def payloads(data: Path, log: str = "a") -> list[bytes | None]:
    store = open_here(data)
    try:
        return [row.payload for row in store.read(log)]
    finally:
        store.close()


def test_a_backup_of_a_running_store_restores_completely(data: Path, stick: Path) -> None:
    store = open_here(data)
    store.write([note("a", str(n), b"%d" % n) for n in range(50)])
    made = back_up(data, KEY, stick)
    store.write([note("a", "later", b"later")])
    with pytest.raises(StorageError, match="already running"):
        restore(made, data, KEY)
    store.close()
    aside = restore(made, data, KEY)
    assert payloads(data) == [b"%d" % n for n in range(50)]
    assert aside is not None
    assert {FILE_NAME, HEADS_NAME} <= {path.name for path in aside.iterdir()}
    assert not [path for path in [*data.iterdir(), *stick.iterdir()] if path.name.startswith(".")]


def test_a_backup_during_writing_holds_all_rows_acknowledged_before_it(data: Path, stick: Path) -> None:
    store = open_here(data)
    stop, acknowledged = threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            acknowledged[0] = store.write([note("a", str(acknowledged[0]), b"x" * 500)])[0].sequence

    writer = threading.Thread(target=write)
    writer.start()
    while acknowledged[0] < 30:
        pass
    before = acknowledged[0]
    made = back_up(data, KEY, stick)
    stop.set()
    writer.join()
    store.close()
    restore(made, data, KEY)
    assert len(payloads(data)) >= before


def test_restoring_keeps_erased_rows_erased_and_brings_superseded_rows_back(data: Path, stick: Path) -> None:
    store = open_here(data)
    store.write([note("a", str(n), b"marker-%d" % n) for n in range(3)])
    made = back_up(data, KEY, stick)
    store.write((), forget={"a": [1]})
    store.write((), superseded={"a": [2]})
    store.close()
    restore(made, data, KEY, data.parent / "erased")
    assert payloads(data) == [None, b"marker-1", b"marker-2"]


def test_an_erasure_removes_the_files_left_by_a_restore(data: Path, stick: Path) -> None:
    store = open_here(data)
    store.write([note("a", "0", b"marker")])
    made = back_up(data, KEY, stick)
    store.close()
    aside = restore(made, data, KEY)
    assert aside is not None
    cut_short = data / f"{RESTORING}1234"  # as after a power cut
    shutil.copytree(made, cut_short)
    store = open_here(data)
    store.drop_set_aside()
    store.drop_set_aside()  # nothing is left to do
    assert not aside.exists() and not cut_short.exists()
    assert [row.payload for row in store.read("a")] == [b"marker"]
    store.close()
    assert (made / FILE_NAME).exists(), "a backup elsewhere is not touched"


@pytest.mark.parametrize("place", [None, "erased-apart"])
def test_ended_pairs_stay_ended_after_any_restore(data: Path, stick: Path, place: str | None) -> None:
    """Also where the list lies in the folder itself: restoring puts rows back, and leaves it."""
    erasures = data.parent / place if place else None
    store = SqlCipherStore(data, KEY, erasures)
    store.write([note("a", "0")])
    made = back_up(data, KEY, stick)
    store.mark_ended("pair 1")
    store.close()
    restore(made, data, KEY, erasures)
    store = SqlCipherStore(data, KEY, erasures)
    assert store.ended_among(["pair 1", "pair 2"]) == {"pair 1"}
    store.close()


def test_the_test_above_fails_without_the_erasure_list(data: Path, stick: Path) -> None:
    """The positive control of the test above."""
    store = open_here(data)
    store.write([note("a", "0", b"marker")])
    made = back_up(data, KEY, stick)
    store.write((), forget={"a": [1]})
    store.close()
    restore(made, data, KEY)
    assert payloads(data) == [b"marker"]


def test_a_new_row_at_an_erased_sequence_is_not_erased_by_restoring(data: Path, stick: Path) -> None:
    store = open_here(data)
    made = back_up(data, KEY, stick)
    store.write([note("a", "0", b"erased")])
    store.write((), forget={"a": [1]})
    store.close()
    restore(made, data, KEY, data.parent / "erased")
    store = open_here(data)
    store.write([note("a", "1", b"new")])
    newer = back_up(data, KEY, stick.parent)
    store.close()
    restore(newer, data, KEY, data.parent / "erased")
    assert payloads(data) == [b"new"]


def test_the_erasure_list_reveals_nothing_and_tolerates_a_truncated_line(tmp_path: Path) -> None:
    erasures = Erasures(tmp_path / "erased", KEY)
    erasures.add("drawer/p_marker", [(1, b"link")])
    assert b"marker" not in (tmp_path / "erased").read_bytes()
    with (tmp_path / "erased").open("ab") as file:
        file.write(b"0123")
    erasures.add("drawer/p_marker", [(2, b"link")])
    again = Erasures(tmp_path / "erased", KEY)
    assert again.among("drawer/p_marker", [(1, b"link"), (2, b"link"), (3, b"link")], again.known()) == [1, 2]


@pytest.mark.parametrize("name", [FILE_NAME, HEADS_NAME])
def test_a_damaged_backup_is_refused_and_nothing_touched(data: Path, stick: Path, name: str) -> None:
    open_here(data).close()
    store = open_here(data)
    store.write([note("a", str(n), b"x" * 3000) for n in range(9)])
    made = back_up(data, KEY, stick)
    store.write([note("a", "later", b"later")])
    store.close()
    changed = bytearray((made / name).read_bytes())
    for position in range(5_000, len(changed), 4_096):  # what the heads do not use yet is no loss
        changed[position] ^= 1
    (made / name).write_bytes(changed)
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    with pytest.raises(StorageError):
        restore(made, data, KEY)
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


def test_a_damaged_store_makes_no_backup(data: Path, stick: Path) -> None:
    store = open_here(data)
    store.write([note("a", str(n), b"x" * 3000) for n in range(9)])
    store.close()
    older = (data / FILE_NAME).read_bytes()
    store = open_here(data)
    store.write([note("a", "later", b"later")])
    store.close()
    (data / FILE_NAME).write_bytes(older)
    with pytest.raises(DamagedStoreError):
        back_up(data, KEY, stick)
    assert not list(stick.iterdir())


def test_a_wrong_key_and_a_wrong_folder_are_reported_as_such(data: Path, stick: Path) -> None:
    open_here(data).close()
    made = back_up(data, KEY, stick)
    with pytest.raises(WrongKeyError):
        restore(made, data, bytes(32))
    with pytest.raises(StorageError, match="not a backup"):
        restore(stick, data, KEY)
    with pytest.raises(StorageError, match="can't go"):
        back_up(data, KEY, data)
    with pytest.raises(StorageError, match="nothing to back up"):
        back_up(stick, KEY, stick)


def test_the_commands_restore_onto_an_empty_computer(
    data: Path, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    store = open_store(data)
    store.write([note("a", "1", b"one"), note("a", "2", b"two")])
    run = CliRunner().invoke
    said = run(main, ["backup", str(stick), "--data", str(data)])
    assert said.exit_code == 0, said.output
    store.write((), forget={"a": [1]})
    store.close()
    (made,) = stick.iterdir()
    assert str(made) in said.output
    shutil.rmtree(data)
    assert run(main, ["restore", str(made), "--data", str(data)], input="n\n").exit_code == 0
    assert not data.exists(), "who says no leaves nothing behind"
    said = run(main, ["restore", str(made), "--data", str(data), "--yes"])
    assert said.exit_code == 0, said.output
    store = open_store(data)
    assert [row.payload for row in store.read("a")] == [None, b"two"]
    store.close()
    said = run(main, ["restore", str(stick), "--data", str(data), "--yes"])
    assert (said.exit_code, "not a backup" in said.output) == (2, True)
