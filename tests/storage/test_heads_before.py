"""A file of heads as it was written before is read, and written anew at the first start."""

import shutil
from pathlib import Path

import pytest

from tests.storage.contract import note
from tests.storage.files import KEY
from tests.storage.heads import standing
from workbook.errors import DamagedStoreError
from workbook.storage import rotation
from workbook.storage.backup import back_up, restore
from workbook.storage.heads_file import BLOCK, NO_MARK
from workbook.storage.keys import find_key
from workbook.storage.read_only import ReadOnlyStore
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore

OLD_STORE = Path(__file__).parents[1] / "service" / "store_of_step_4"
WHOLE = 8 * BLOCK


def put_old_store(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    for name in (FILE_NAME, HEADS_NAME):
        shutil.copyfile(OLD_STORE / name, folder / name)
        (folder / name).chmod(0o600)
    return folder


def test_a_file_of_before_is_read_and_written_anew(tmp_path: Path) -> None:
    folder = put_old_store(tmp_path / "data")
    old = (folder / HEADS_NAME).read_bytes()
    assert old.startswith(b"workbook-heads-1")
    looking = ReadOnlyStore(folder, KEY)
    rows = {log: looking.read(log) for log in looking.logs()}
    looking.close()
    assert (folder / HEADS_NAME).read_bytes() == old, "who only reads changes nothing"
    for _ in range(2):
        store = SqlCipherStore(folder, KEY)
        assert rows and {log: store.read(log) for log in store.logs()} == rows
        store.close()
        assert (folder / HEADS_NAME).stat().st_size == WHOLE
        assert standing(folder / HEADS_NAME).mark == NO_MARK
    store = SqlCipherStore(folder, KEY)
    for number in range(2):
        store.write([note("a", str(number))])
    store.close()
    (folder / HEADS_NAME).write_bytes(old)
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(folder, KEY)


@pytest.mark.parametrize("line", [-3, 1])
def test_a_damaged_file_of_before_is_noticed_and_its_cut_last_line_accepted(
    tmp_path: Path, line: int
) -> None:
    folder = put_old_store(tmp_path / "data")
    lines = (folder / HEADS_NAME).read_bytes().splitlines(keepends=True)
    (folder / HEADS_NAME).write_bytes(b"".join(lines)[:-10])
    SqlCipherStore(folder, KEY).close()
    shutil.rmtree(folder)
    put_old_store(folder)
    lines[line] = lines[line].replace(b" 0 ", b" 1 ", 1)
    (folder / HEADS_NAME).write_bytes(b"".join(lines))
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(folder, KEY)
    (folder / HEADS_NAME).write_bytes(lines[0][:20])
    with pytest.raises(DamagedStoreError):
        SqlCipherStore(folder, KEY)


def test_a_store_of_before_is_backed_up_restored_and_given_a_new_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, stick = put_old_store(tmp_path / "data"), tmp_path / "stick"
    stick.mkdir()
    made = back_up(folder, KEY, stick)
    assert (made / HEADS_NAME).stat().st_size == WHOLE
    for name in (FILE_NAME, HEADS_NAME):  # and a backup that was made before, as it lies there
        shutil.copyfile(OLD_STORE / name, made / name)
    restore(made, folder, KEY)
    assert (folder / HEADS_NAME).stat().st_size == WHOLE
    shutil.rmtree(folder)
    put_old_store(folder)
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    rotation.rotate(folder, KEY)
    key = find_key(folder, is_new=False)
    store = SqlCipherStore(folder, key)
    assert store.logs() and key != KEY
    store.close()
