"""A process killed, a disk full, failing or busy: nothing acknowledged is lost, nothing half done."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.storage.contract import note, wait_for
from tests.storage.files import KEY, filled
from workbook.content import say
from workbook.errors import (
    StorageError,
)
from workbook.storage import writer
from workbook.storage.base import Row
from workbook.storage.connections import SyncFailedError
from workbook.storage.sqlcipher import FILE_NAME, SqlCipherStore

WRITER = """
import sys
from pathlib import Path
from workbook.storage.base import Entry
from workbook.storage.sqlcipher import SqlCipherStore
store = SqlCipherStore(Path(sys.argv[1]), bytes(range(32)))
n = len(store.read("a"))
print("ready", flush=True)
while True:
    store.write([Entry("a", str(n), "note", b"x" * 300), Entry("b", str(n), "note", b"y")])
    print(n, flush=True)
    n += 1
    if n % 7 == 0:
        store.write((), forget={"a": [n - 3]})
"""


def test_a_kill_during_writing_loses_no_acknowledged_row(tmp_path: Path) -> None:
    acknowledged = -1
    for round_number in range(4):
        output = tmp_path / f"out-{round_number}"
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        with output.open("w") as file:
            process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=file, stderr=file)
            deadline = time.monotonic() + 30
            while (
                len(output.read_text().splitlines()) < 20 + 13 * round_number and time.monotonic() < deadline
            ):
                time.sleep(0.01)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        lines = output.read_text().splitlines()
        assert lines[0] == "ready", lines
        acknowledged = max([acknowledged, *(int(line) for line in lines[1:] if line.isdigit())])
        store = SqlCipherStore(folder, KEY)
        rows = store.read("a")
        assert [row.operation_id for row in rows] == [str(n) for n in range(len(rows))]
        assert acknowledged < len(rows) <= acknowledged + 2
        assert len(store.read("b")) == len(rows), "an append over two logs was torn"
        store.close()
    assert acknowledged > 50


def test_a_full_disk_leaves_no_partial_write_and_the_store_recovers(tmp_path: Path) -> None:
    script = """
import resource, sys
from pathlib import Path
from workbook.errors import StorageError
from workbook.storage.base import Entry
from workbook.storage.sqlcipher import SqlCipherStore
folder = Path(sys.argv[1])
store = SqlCipherStore(folder, bytes(range(32)))
kept = 0
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
try:
    while True:
        store.write([Entry("a", str(kept), "note", b"x" * 3000), Entry("b", str(kept), "note", b"y")])
        kept += 1
except StorageError as error:
    message = str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert kept > 10 and ("no room" in message or "not saved" in message), (kept, message)
assert len(store.read("a")) == len(store.read("b")) == kept
assert store.write([Entry("a", str(kept), "note", b"z")])[0].sequence == kept + 1
store.close()
store = SqlCipherStore(folder, bytes(range(32)))
assert len(store.read("a")) == kept + 1
print("fine")
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "fine\n", done.stderr


def test_a_failed_sync_of_the_erasure_list_stops_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second sync would succeed although the list never reached the disk."""
    filled(tmp_path, 3)
    store = SqlCipherStore(tmp_path, KEY)
    sync = os.fsync

    def fail(handle: int) -> None:
        if os.path.samestat(os.fstat(handle), (tmp_path / "erased").stat()):
            raise OSError(5, "failed")
        sync(handle)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SyncFailedError):
        store.write((), forget={"a": [1]})
    monkeypatch.undo()
    assert store.read("a")[0].payload == b"marker-0"
    for change in (
        lambda: store.write((), forget={"a": [1]}),
        lambda: store.mark_ended("x"),
        lambda: store.write([note("a", "4")]),
    ):
        with pytest.raises(SyncFailedError):
            change()
    store.close()


def test_watchers_are_notified_of_committed_rows_even_after_a_busy_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path, 3)
    store = SqlCipherStore(tmp_path, KEY)
    heard: list[Row] = []
    store.watch("a", heard.extend)

    def busy(_engine: object) -> None:
        raise StorageError(say("errors.storage.busy"))

    monkeypatch.setattr(writer, "empty_wal", busy)
    with pytest.raises(StorageError):
        store.write([note("a", "new")], forget={"a": [1]})
    monkeypatch.undo()
    wait_for(lambda: heard)
    assert [row.operation_id for row in heard] == ["new"]
    assert store.write([note("a", "new")], expect={"a": 3}, forget={"a": [1]}) == heard
    assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size == 0, (
        "the retry has destroyed what the log still held"
    )
    store.close()
