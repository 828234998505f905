"""Cells in a file: noticed when changed or rolled back, overwritten where they lie, kept through a crash."""

import shutil
from pathlib import Path
from unittest import mock

import pytest

from tests.proofs import _seeding
from tests.storage.cell_contract import ONE, TWO, fill
from tests.storage.contract import note
from tests.storage.files import KEY, raw
from workbook.errors import DamagedStoreError, StorageError
from workbook.storage import backup, sqlcipher, verify
from workbook.storage.erasures import Erasures
from workbook.storage.read_only import ReadOnlyStore
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore

N_OVERWRITTEN = 25


def with_cell(folder: Path, *contents: bytes) -> None:
    store = SqlCipherStore(folder, KEY)
    store.write([note("a", "1")])
    for content in contents:
        fill(store, "x", content)
    store.close()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE cells SET content = zeroblob(4096)",
        "UPDATE cells SET digest = randomblob(32)",
        "UPDATE cells SET name = 'y'",
        "DELETE FROM cells",
        "INSERT INTO cells (name, digest, before, content) SELECT 'y', digest, before, content FROM cells",
    ],
)
def test_any_change_made_outside_the_store_is_noticed(tmp_path: Path, tampering: str) -> None:
    with_cell(tmp_path, ONE)
    connection = raw(tmp_path)
    connection.execute(tampering)
    connection.close()
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(tmp_path, KEY)


def older_cell(folder: Path) -> None:
    """Put back, past the store, what a cell held before, and all that the row said of it then."""
    with_cell(folder, ONE)
    connection = raw(folder)
    older = connection.execute("SELECT digest, before, content FROM cells").fetchone()
    connection.close()
    store = SqlCipherStore(folder, KEY)
    fill(store, "x", TWO)
    store.close()
    connection = raw(folder)
    connection.execute("UPDATE cells SET digest = ?, before = ?, content = ?", older)
    connection.close()


def test_a_single_cell_rolled_back_is_noticed_at_opening(tmp_path: Path) -> None:
    older_cell(tmp_path)
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(tmp_path, KEY)


def test_the_test_above_fails_without_the_heads_of_cells(tmp_path: Path) -> None:
    older_cell(tmp_path)
    with mock.patch.object(verify, "check_cell"):
        SqlCipherStore(tmp_path, KEY).close()


def test_a_cell_rolled_back_under_a_running_store_is_noticed_at_reading(tmp_path: Path) -> None:
    with_cell(tmp_path, ONE)
    store = SqlCipherStore(tmp_path, KEY)
    older = raw(tmp_path).execute("SELECT digest, before, content FROM cells").fetchone()
    fill(store, "x", TWO)
    connection = raw(tmp_path)
    connection.execute("UPDATE cells SET digest = ?, before = ?, content = ?", older)
    connection.close()
    with pytest.raises(DamagedStoreError):
        store.read_cell("x")
    store.close()


@pytest.mark.parametrize("content", [TWO, None])
def test_a_crash_before_the_heads_were_written_loses_nothing_and_is_no_damage(
    tmp_path: Path, content: bytes | None
) -> None:
    """The commit is there and was not acknowledged: the heads are behind by it."""
    live, left = tmp_path / "live", tmp_path / "left"
    live.mkdir(mode=0o700)
    left.mkdir(mode=0o700)
    with_cell(live, ONE)
    store = SqlCipherStore(live, KEY)
    heads = (live / HEADS_NAME).read_bytes()
    fill(store, "x", content)
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        shutil.copyfile(live / name, left / name)
    (left / HEADS_NAME).write_bytes(heads)
    store.close()
    again = SqlCipherStore(left, KEY)
    assert again.read_cell("x").content == content
    again.close()


def test_what_a_cell_held_before_is_nowhere_in_the_files(tmp_path: Path) -> None:
    """Whoever has the key reads free pages and the write-ahead log as well: see `at-rest`."""
    marker = b"what was there before"
    store = SqlCipherStore(tmp_path, _seeding.KEY)
    fill(store, "x", marker.ljust(4_096, b"."))
    assert marker in _seeding.with_the_key(tmp_path)
    fill(store, "x", ONE)
    assert marker not in _seeding.with_the_key(tmp_path)
    store.close()


def clear_pages(folder: Path) -> list[bytes]:
    """Every page of the database as whoever has the key reads it; random parts are taken out."""
    clear = _seeding.with_the_key(folder)
    return [clear[at : at + 4_016] for at in range(0, len(clear), 4_017)]


def test_how_often_a_cell_was_written_shows_nowhere_in_the_file(tmp_path: Path) -> None:
    """Neither by its size and free pages, nor by the place or order of any page."""
    found = []
    for name, n in (("once", 1), ("often", N_OVERWRITTEN), ("odd", N_OVERWRITTEN + 1)):
        folder = tmp_path / name
        folder.mkdir(mode=0o700)
        store = SqlCipherStore(folder, _seeding.KEY)
        for number in reversed(range(n)):
            fill(store, "x", bytes([number + 1]) * 65_536)
        fill(store, "y", ONE)
        fill(store, "x", bytes(65_536))  # as at the end of every sitting
        store.close()
        found.append(clear_pages(folder))
    assert len({len(pages) for pages in found}) == 1
    for one in found[1:]:
        differing = [page for page, other in enumerate(one) if other[:200] != found[0][page][:200]]
        assert len(differing) <= 2, "only the marks, and the digest of what a cell held before"


def test_a_store_that_settled_down_has_nothing_beside_it_that_counts(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    for content in (ONE, TWO):
        fill(store, "x", content)
    store.write([note("a", "1")])
    assert (tmp_path / f"{FILE_NAME}-shm").exists(), "it counts commits, and everybody can read it"
    store.settle_down()
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, HEADS_NAME]
    store.write([note("a", "2")])
    assert len(store.read("a")) == 2
    store.close()


def test_what_can_not_settle_down_yet_goes_on(tmp_path: Path) -> None:
    """Somebody reads just then: it is left to the next end of a sitting, and the store goes on as before."""
    store = SqlCipherStore(tmp_path, KEY)
    fill(store, "x", ONE)
    with mock.patch.object(sqlcipher, "empty_wal", side_effect=StorageError("busy")):
        store.settle_down()
    fill(store, "x", TWO)
    assert store.read_cell("x").content == TWO
    store.close()


def test_a_backup_holds_the_cells_and_a_removed_one_does_not_come_back(tmp_path: Path) -> None:
    data, stick, aside = (tmp_path / name for name in ("data", "stick", "erased"))
    for folder in (data, stick):
        folder.mkdir(mode=0o700)
    store = SqlCipherStore(data, KEY, aside)
    fill(store, "x", ONE)
    fill(store, "y", ONE)
    made = backup.back_up(data, KEY, stick)
    fill(store, "x", None)
    fill(store, "y", TWO)
    store.close()
    backup.restore(made, data, KEY, aside)
    again = SqlCipherStore(data, KEY, aside)
    assert (again.cells(), again.read_cell("y").content) == (["y"], ONE)
    again.close()


def test_the_test_above_fails_without_the_list(tmp_path: Path) -> None:
    with (
        mock.patch.object(Erasures, "add_cell"),
        pytest.raises(AssertionError),
    ):
        test_a_backup_holds_the_cells_and_a_removed_one_does_not_come_back(tmp_path)


def test_who_only_reads_is_given_cells_also_beside_a_writer(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    fill(store, "x", ONE)
    reader = ReadOnlyStore(tmp_path, KEY)
    for content in (ONE, TWO, ONE):
        fill(store, "x", content)
        assert reader.read_cell("x").content == content
    assert reader.cells() == ["x"]
    reader.close()
    store.close()
