"""A new key for a store: an encrypted copy under the new key, proven, then put in the old one's place.

Whatever moment it is cut short at, the store opens with the old key or with the new one: until the copy is
whole, proven and durable nothing in place is touched; then one rename decides, and what is left to move is
moved by whoever opens the store next. The copy has a name of its own for its key, so both keys can be kept
apart; the old one opens only what was backed up before.
"""

import secrets
import shutil
from contextlib import suppress
from pathlib import Path

import sqlcipher3

from workbook.errors import StorageError, problem
from workbook.storage.backup import copy_store, make_durable, prove
from workbook.storage.connections import plain_errors, reading_engine
from workbook.storage.keys import (
    KEY_BYTES,
    adopt_key,
    forget_key,
    key_id_of,
    make_key_id,
    note_successor,
)
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME
from workbook.storage.verify import check_marks, verify_all
from workbook.storage.witness import Witness, sync_folder

ID_FILE = "key-id"
_PREPARING, _DECIDED = ".rotating", ".rotated"
_NEW_ID = "new-key-id"


def rotate(folder: Path, key: bytes) -> tuple[str, str]:
    """Return the store of a data folder a new key; give the names of the old key and of the new one.

    The old key stays where it is kept, for backups from before; `forget_key` destroys it.

    Raises
    ------
    StorageError
        There is no store, the workbook is running with it, or the disk refuses. The old key still opens it.
    WrongKeyError, DamagedStoreError
        The store does not open with this key, or is not whole.
    """
    settle(folder)
    if not (folder / FILE_NAME).exists() or not (folder / HEADS_NAME).exists():
        raise StorageError(problem("errors.storage.nothing_to_rotate", folder=folder))
    old_id, new_id, new_key = key_id_of(folder), secrets.token_hex(8), secrets.token_bytes(KEY_BYTES)
    with plain_errors():
        lock = Witness(folder / HEADS_NAME, key, "lock")  # nobody may be writing there meanwhile
        staging = folder / _PREPARING
        try:
            staging.mkdir(mode=0o700)
            # First of all: by it an attempt that was cut short is cleared away.
            (staging / _NEW_ID).write_text(new_id, encoding="ascii")
            make_durable(staging)
            adopt_key(new_id, new_key)
            copy_store(folder, key, staging)
            make_key_id(staging, new_id)
            _change_key(staging, key, new_key)
            prove(staging, new_key)
            note_successor(old_id, new_id)
            make_durable(staging)
            staging.rename(folder / _DECIDED)
            sync_folder(folder)
        except BaseException:
            _discard(staging, folder)
            raise
        finally:
            lock.close()
    settle(folder)
    return old_id, new_id


def settle(folder: Path) -> None:
    """Finish a change of key that was decided, and clear away one that was not. Nearly always: nothing.

    Raises
    ------
    StorageError
        The workbook is running with this folder, or the disk refuses.
    """
    decided, preparing = folder / _DECIDED, folder / _PREPARING
    if not decided.exists() and not preparing.exists():
        return
    with plain_errors():
        lock = Witness(folder / HEADS_NAME, b"", "lock")
        try:
            if decided.exists():
                _put_in_place(decided, folder)
            else:
                _discard(preparing, folder)
        finally:
            lock.close()


def _change_key(staging: Path, key: bytes, new_key: bytes) -> None:
    old_witness = Witness(staging / HEADS_NAME, key, "read")
    connection = sqlcipher3.connect(str(staging / FILE_NAME), isolation_level=None)
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA journal_mode = DELETE")  # no page under the old key is left in a log
        connection.execute(f"PRAGMA rekey = \"x'{new_key.hex()}'\"")
    finally:
        connection.close()
    engine = reading_engine(staging / FILE_NAME, new_key)
    try:
        found = verify_all(engine, old_witness)  # all that the old heads witness is there under the new key
        mark = check_marks(engine, old_witness)
    finally:
        engine.dispose()
    (staging / HEADS_NAME).unlink()
    written = Witness(staging / HEADS_NAME, new_key)
    written.rewrite(found, mark)
    written.close()


def _put_in_place(decided: Path, folder: Path) -> None:
    if (decided / FILE_NAME).exists():  # the old one's log must not be taken for the new one's
        for left in folder.glob(f"{FILE_NAME}-*"):
            left.unlink()
        sync_folder(folder)
    # Heads last: they are the lock, and whoever has them may open the store.
    for name in (FILE_NAME, ID_FILE, HEADS_NAME):
        if (decided / name).exists():
            (decided / name).replace(folder / name)
            sync_folder(folder)
    shutil.rmtree(decided)
    sync_folder(folder)


def _discard(staging: Path, folder: Path) -> None:
    """Clear away what was not decided, and the key made for it; never a key that is in use."""
    with suppress(StorageError, OSError):
        new_id = (staging / _NEW_ID).read_text(encoding="ascii").strip()
        if new_id.isalnum() and new_id != key_id_of(folder):
            forget_key(new_id)
    shutil.rmtree(staging, ignore_errors=True)
