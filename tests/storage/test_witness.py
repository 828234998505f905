"""The heads beside a store: nothing of them can be read or counted, and nothing taken from them unnoticed."""

import errno
import logging
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from tests.storage import heads
from tests.storage.contract import note
from tests.storage.files import KEY, filled
from tests.storage.heads import TAMPERINGS, blocks_of, earlier, first_record, leave_running, standing, tamper
from workbook.errors import DamagedStoreError, StorageError, WrongKeyError
from workbook.storage import heads_file, sqlcipher, verify
from workbook.storage.backup import back_up, restore
from workbook.storage.heads_file import BLOCK, N_SLOTS, Keys
from workbook.storage.read_only import ReadOnlyStore
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore
from workbook.storage.witness import Witness

OTHER_KEY = bytes(range(50, 82))
WHOLE = 8 * BLOCK  # a header, two places of two blocks, three records


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".db-shm"}


def n_rows(folder: Path) -> int:
    store = SqlCipherStore(folder, KEY)
    try:
        return len(store.read("a"))
    finally:
        store.close()


@pytest.mark.parametrize("what", TAMPERINGS)
def test_every_loss_but_of_the_newest_record_is_noticed(tmp_path: Path, what: str) -> None:
    left = leave_running(tmp_path)
    tamper(left / HEADS_NAME, TAMPERINGS[what])
    before = contents(left)
    with pytest.raises((DamagedStoreError, WrongKeyError)):
        SqlCipherStore(left, KEY)
    assert contents(left) == before, "a store that is refused stays as it was"


@pytest.mark.parametrize("n_back", range(2, heads.N_COMMITS + 1))
def test_an_older_file_of_heads_beside_a_newer_database_is_noticed(tmp_path: Path, n_back: int) -> None:
    left = leave_running(tmp_path)
    earlier(left, heads.N_COMMITS - n_back).replace(left / HEADS_NAME)
    with pytest.raises(DamagedStoreError, match="the file of heads"):
        SqlCipherStore(left, KEY)


@pytest.mark.parametrize("n_back", [2, 3, 4, 7])
@pytest.mark.parametrize("which", [{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}], ids=str)
def test_records_of_an_older_file_put_into_a_newer_one_are_noticed(
    tmp_path: Path, n_back: int, which: set[int]
) -> None:
    """Or it is the newest alone that is missing, as after a crash; never is anything lost."""
    left = leave_running(tmp_path)
    older, newer = blocks_of(earlier(left, heads.N_COMMITS - n_back)), blocks_of(left / HEADS_NAME)
    first, newest = first_record(left / HEADS_NAME), standing(left / HEADS_NAME).slot
    changed = {slot for slot in which if older[first + slot] != newer[first + slot]}
    for slot in changed:
        newer[first + slot] = older[first + slot]
    (left / HEADS_NAME).write_bytes(b"".join(newer))
    if not changed or (changed == {newest} and n_back <= N_SLOTS):
        assert n_rows(left) == heads.N_COMMITS
    else:
        with pytest.raises(DamagedStoreError):
            SqlCipherStore(left, KEY)


@pytest.mark.parametrize("n_records", range(4))
def test_an_older_database_alone_is_noticed_however_its_heads_are_cut(tmp_path: Path, n_records: int) -> None:
    """Records hold no history to cut back to: only the whole disk of an earlier day is not noticed."""
    filled(tmp_path)
    older = (tmp_path / FILE_NAME).read_bytes()
    store = SqlCipherStore(tmp_path, KEY)
    for number in range(4):
        store.write([note("a", f"new-{number}")])
    left = (tmp_path / HEADS_NAME).read_bytes()
    store.close()
    (tmp_path / FILE_NAME).write_bytes(older)
    (tmp_path / HEADS_NAME).write_bytes(left)
    tamper(tmp_path / HEADS_NAME, heads._remove(*range(n_records)))
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(tmp_path, KEY)


@pytest.mark.parametrize("n_back", [2, 11])
def test_the_tests_above_fail_without_the_marks(tmp_path: Path, n_back: int) -> None:
    """The positive control: the sealed chain alone does not notice an older file."""
    left = leave_running(tmp_path)
    earlier(left, heads.N_COMMITS - n_back).replace(left / HEADS_NAME)
    with mock.patch.object(sqlcipher, "check_marks", lambda engine, _: verify.read_marks(engine)[0]):
        assert n_rows(left) == heads.N_COMMITS


def test_the_tests_above_fail_without_the_chain(tmp_path: Path) -> None:
    """The positive control: records that need not follow one another may be taken out."""
    left = leave_running(tmp_path)
    tamper(left / HEADS_NAME, TAMPERINGS["the older two"])
    opening = heads_file._open_record

    def alone(*what: object) -> object:
        record = opening(*what)  # type: ignore[arg-type]
        return None if record is None else replace(record, is_alone=True)

    with mock.patch.object(heads_file, "_open_record", alone):
        assert n_rows(left) == heads.N_COMMITS


@pytest.mark.parametrize("what", ["the newest two", "the one before the newest", "older"])
@pytest.mark.parametrize("door", ["read only", "backup", "restore"])
def test_every_way_to_the_store_notices_it(
    tmp_path: Path, what: str, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_MOST_LOOKS", 2)
    left, place = leave_running(tmp_path), tmp_path / "place"
    place.mkdir()
    if what == "older":
        earlier(left, 5).replace(left / HEADS_NAME)
    else:
        tamper(left / HEADS_NAME, TAMPERINGS[what])
    doors: dict[str, Callable[[], object]] = {
        "read only": lambda: ReadOnlyStore(left, KEY),
        "backup": lambda: back_up(left, KEY, place),
        "restore": lambda: restore(left, tmp_path / "live", KEY),
    }
    with pytest.raises(DamagedStoreError):
        doors[door]()


@pytest.mark.parametrize("how", [heads.take_newest, heads.tear_newest])
def test_a_missing_newest_record_looks_like_a_crash_and_is_told(
    tmp_path: Path, how: heads.Tampering, caplog: pytest.LogCaptureFixture
) -> None:
    left = leave_running(tmp_path)
    tamper(left / HEADS_NAME, how)
    ReadOnlyStore(left, KEY).close()
    with caplog.at_level(logging.WARNING, "workbook.storage"):
        assert n_rows(left) == heads.N_COMMITS
        assert "as after a crash" in caplog.text
        caplog.clear()
        assert n_rows(left) == heads.N_COMMITS and not caplog.text, "it was made anew"


@pytest.mark.parametrize("kept", [{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}], ids=str)
def test_a_file_half_written_anew_opens_whatever_of_it_reached_the_disk(
    tmp_path: Path, kept: set[int]
) -> None:
    """At start and end: what was before is made random in any order, and a power cut leaves some of it."""
    left = leave_running(tmp_path)
    before, keys = standing(left / HEADS_NAME), Keys.of(KEY)
    parts, after = heads_file.next_write(keys, before, before.heads, before.mark, is_anew=True)
    content = bytearray((left / HEADS_NAME).read_bytes())
    for offset, part in parts:
        content[offset : offset + len(part)] = part
    for number, (offset, part) in enumerate(heads_file.unused_parts(after)):
        if number not in kept:
            content[offset : offset + len(part)] = part
    (left / HEADS_NAME).write_bytes(content)
    assert n_rows(left) == heads.N_COMMITS


def test_heads_that_could_not_be_written_are_written_before_the_next_commit(tmp_path: Path) -> None:
    """Else the database would be two commits ahead, and a crash would look like a loss."""
    store = SqlCipherStore(tmp_path, KEY)
    write = Witness._put
    refusals = [2]

    def refuse(witness: Witness, *what: object) -> None:
        if refusals[0]:
            refusals[0] -= 1
            raise OSError(errno.ENOSPC, "no room")
        write(witness, *what)  # type: ignore[arg-type]

    with mock.patch.object(Witness, "_put", refuse):
        for number in range(2):
            with pytest.raises(StorageError):
                store.write([note("a", str(number))])
        store.write([note("a", "2")])
    assert [row.operation_id for row in store.read("a")] == ["0", "2"]
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in (FILE_NAME, f"{FILE_NAME}-wal", HEADS_NAME):
        shutil.copyfile(tmp_path / name, crashed / name)
    store.close()
    assert n_rows(crashed) == 2


def test_the_file_is_as_long_whatever_was_written(tmp_path: Path) -> None:
    """Also on the disk: every block of it is taken from the beginning."""
    store = SqlCipherStore(tmp_path, KEY)
    seen = []
    for number in range(40):
        store.write([note(f"{number}/{log}", "1") for log in range(1 + number % 3)])
        found = (tmp_path / HEADS_NAME).stat()
        seen.append((found.st_size, found.st_blocks))
    store.close()
    found = (tmp_path / HEADS_NAME).stat()
    assert {*seen, (found.st_size, found.st_blocks)} == {(WHOLE, WHOLE // 512)}


def test_more_logs_than_a_snapshot_takes_double_it(tmp_path: Path) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    for _ in range(2):
        store.write([note(f"log/{number}", secrets.token_hex(4)) for number in range(127)])
        assert (tmp_path / HEADS_NAME).stat().st_size == WHOLE, "more than a record takes make a snapshot"
        assert len(standing(tmp_path / HEADS_NAME).heads) == 127
    for number in range(5):
        store.write([note("a", f"{number}")])
    assert (tmp_path / HEADS_NAME).stat().st_size == WHOLE + 4 * BLOCK
    assert len(standing(tmp_path / HEADS_NAME).heads) == 128
    with pytest.raises(StorageError, match="already running"):
        SqlCipherStore(tmp_path, KEY)
    store.close()
    assert n_rows(tmp_path) == 5


def forms_of(folder: Path) -> list[bytes]:
    """Return all that a record holds, as it would stand there unsealed."""
    keys, found = Keys.of(KEY), standing(folder / HEADS_NAME)
    parts = [
        found.mark,
        *(keys.tag(log) for log in ("a", "b/0")),
        *(head.link for head in found.heads.values()),
    ]
    return [form for part in parts for form in (part, part.hex().encode())] + [b"b/0", bytes(16)]


def test_nothing_of_the_heads_can_be_read(tmp_path: Path) -> None:
    left = leave_running(tmp_path)
    content = (left / HEADS_NAME).read_bytes()
    assert not [form for form in forms_of(left) if form in content]
    assert all(120 < sum(block) / BLOCK < 135 for block in blocks_of(left / HEADS_NAME)), "all looks random"


def test_the_test_above_fails_for_records_that_are_not_sealed(tmp_path: Path) -> None:
    def lay_open(_keys: Keys, content: bytes, length: int, _bound_to: bytes) -> bytes:
        return content.ljust(length, b"\0")

    with mock.patch.object(heads_file, "_seal", lay_open):
        live = tmp_path / "live"
        live.mkdir()
        store = SqlCipherStore(live, KEY)
        store.write([note("a", "1"), note("b/0", "1")])
    content = (live / HEADS_NAME).read_bytes()
    assert Keys.of(KEY).tag("a") in content and bytes(16) in content
    store._witness.close()


def n_opening(path: Path) -> tuple[int, int]:
    """Return how many snapshots and how many records in a file open with the key."""
    keys, content, blocks = Keys.of(KEY), path.read_bytes(), blocks_of(path)
    salt, first = content[16:32], first_record(path)
    places = [content[at : at + 2 * BLOCK] for at in (BLOCK, 3 * BLOCK)]
    snapshots = [
        heads_file._open(keys, one, heads_file._snapshot_at(salt, n)) for n, one in enumerate(places)
    ]
    records = [heads_file._open_record(keys, one, salt, n) for n, one in enumerate(blocks[first:])]
    return tuple(sum(one is not None for one in found) for found in (snapshots, records))  # type: ignore[return-value]


def test_at_rest_and_in_a_backup_there_is_no_history_even_with_the_key(tmp_path: Path) -> None:
    left, stick = leave_running(tmp_path), tmp_path / "stick"
    stick.mkdir()
    assert n_opening(left / HEADS_NAME) == (1, 3)
    made = back_up(left, KEY, stick)
    SqlCipherStore(left, KEY).close()  # as the start after a kill
    for folder in (left, made, tmp_path / "live"):
        assert n_opening(folder / HEADS_NAME) == (1, 1)
        assert (folder / HEADS_NAME).stat().st_size == WHOLE


def test_two_copies_of_the_file_at_rest_show_nothing_of_what_was_written_between(tmp_path: Path) -> None:
    shared = []
    for n_commits in (1, 9):
        folder = tmp_path / str(n_commits)
        folder.mkdir()
        filled(folder, 2)
        before = (folder / HEADS_NAME).read_bytes()
        store = SqlCipherStore(folder, KEY)
        for number in range(n_commits):
            store.write([note("a", f"new-{number}")])
        store.close()
        after = (folder / HEADS_NAME).read_bytes()
        blocks = range(0, len(after), BLOCK)
        shared.append([at for at in blocks if before[at : at + BLOCK] == after[at : at + BLOCK]])
    assert shared == [[0], [0]], "nothing but the header is the same"


def test_another_key_is_told_as_such(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    before = contents(tmp_path)
    for opened in (SqlCipherStore, ReadOnlyStore):
        with pytest.raises(WrongKeyError):
            opened(tmp_path, OTHER_KEY)
    assert contents(tmp_path) == before


def test_who_reads_beside_a_busy_writer_is_never_told_of_damage(tmp_path: Path) -> None:
    """The file is read while records and snapshots are written into it."""
    store = SqlCipherStore(tmp_path, KEY)
    for number in range(40):
        store.write([note("a", f"{number}")])
        looking = ReadOnlyStore(tmp_path, KEY)
        assert looking.heads(["a"]) == {"a": number + 1}
        looking.close()
    store.close()


def test_a_failed_sync_of_the_heads_stops_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqlCipherStore(tmp_path, KEY)
    store.write([note("a", "1")])
    sync = os.fsync

    def fail(handle: int) -> None:
        if os.path.samestat(os.fstat(handle), (tmp_path / HEADS_NAME).stat()):
            raise OSError(errno.EIO, "failed")
        sync(handle)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError):
        store.write([note("a", "2")])
    monkeypatch.undo()
    with pytest.raises(StorageError):
        store.write([note("a", "3")])
    before = (tmp_path / HEADS_NAME).read_bytes()
    store.close()
    assert (tmp_path / HEADS_NAME).read_bytes() == before, "it is not written to on closing either"
    assert n_rows(tmp_path) in (1, 2)


def test_a_record_spoiled_by_a_crash_is_written_over(tmp_path: Path) -> None:
    left = leave_running(tmp_path)
    tamper(left / HEADS_NAME, heads.tear_newest)
    store = SqlCipherStore(left, KEY)
    store.write([note("a", secrets.token_hex(4))])
    store.close()
    assert n_rows(left) == heads.N_COMMITS + 1
