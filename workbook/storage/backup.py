"""Copies of a store: made while it runs, proven by restoring them, put back without bringing back
what was erased since.

A backup is a folder laid out like a data folder, still encrypted, and opens only with the store's
key, which it does not hold.
"""

import secrets
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlcipher3

from workbook.errors import StorageError, problem
from workbook.storage.base import Entry
from workbook.storage.connections import plain_errors, reading_engine
from workbook.storage.erasures import Erasures
from workbook.storage.location import RESTORED, RESTORING, SET_ASIDE
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore
from workbook.storage.verify import read_marks, verify_all, witness_beside
from workbook.storage.witness import Witness, sync_folder

# By which the key is found; what people were asked for, and what opens, locked, what they gave.
_KEPT_BESIDE = ("key-id", "study.toml", "study.key")


def back_up(folder: Path, key: bytes, into: Path, *, now: datetime | None = None) -> Path:
    """Copy a store that may be in use, and prove the copy by restoring it; give the new folder.

    Parameters
    ----------
    folder : Path
        The data folder.
    into : Path
        An existing folder, outside the data folder; a folder named by date and time is made in it.

    Raises
    ------
    StorageError
        Nothing is there to copy, or it can't be written; nothing half-made is left.
    DamagedStoreError
        The store or its copy is not whole.
    """
    if not (folder / FILE_NAME).exists() or not (folder / HEADS_NAME).exists():
        raise StorageError(problem("errors.storage.nothing_to_back_up", folder=folder))
    if not into.is_dir() or into.resolve().is_relative_to(folder.resolve()):
        raise StorageError(problem("errors.storage.bad_backup_place", folder=into))
    name = f"workbook-{now or datetime.now():%Y-%m-%d-%H%M%S}"  # noqa: DTZ005 - a name for people, in their time
    partial = into / f".{name}-{secrets.token_hex(4)}"
    with plain_errors():
        try:
            partial.mkdir(mode=0o700)
            copy_store(folder, key, partial)
            prove(partial, key)
            if (into / name).exists():
                raise StorageError(problem("errors.storage.backup_exists", folder=into / name))
            partial.rename(into / name)
            sync_folder(into)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return into / name


def restore(
    backup: Path,
    folder: Path,
    key: bytes,
    erasures: Path | None = None,
    later: Sequence[tuple[Path, bytes]] = (),
) -> Path | None:
    """Put a backup in the place of a store, erase again what was erased since; give where the old one went.

    Until everything is proven the store in place is not touched; then it is moved aside whole.

    Parameters
    ----------
    erasures : Path, optional
        The list kept beside the key; see `Erasures`.
    later : sequence of (Path, bytes)
        Lists begun under keys that followed the backup's, each with its key.

    Raises
    ------
    StorageError
        It is no backup, or the workbook is running with this folder.
    WrongKeyError, DamagedStoreError
        The backup does not open with this key, or is not whole.
    """
    check_backup(backup)
    staging = folder / f"{RESTORING}{secrets.token_hex(4)}"
    with plain_errors():
        lock = Witness(folder / HEADS_NAME, key, "lock")  # nobody may be writing there meanwhile
        try:
            staging.mkdir(mode=0o700)
            _copy_files(backup, staging)
            given = [*([(erasures, key)] if erasures is not None else []), *later]
            prove(staging, key, [Erasures(*one) for one in given], is_restoring=True)
            return _put_in_place(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            lock.close()


def check_backup(folder: Path) -> None:
    """Refuse a folder that is no backup.

    Raises
    ------
    StorageError
        A file of a backup is missing.
    """
    if not all((folder / name).is_file() for name in (FILE_NAME, HEADS_NAME)):
        raise StorageError(problem("errors.storage.no_backup", folder=folder))


def copy_store(folder: Path, key: bytes, to: Path) -> None:
    """Copy a store that may be in use into an empty folder, checked against its heads."""
    # The witness first: the copy is made after it, so it holds at least what that has seen.
    Witness(folder / HEADS_NAME, key, "read")  # a wrong key is told as one
    source = reading_engine(folder / FILE_NAME, key)
    try:
        witness = witness_beside(folder / HEADS_NAME, key, source)
        target = sqlcipher3.connect(str(to / FILE_NAME))
        target.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection = source.raw_connection()
        connection.driver_connection.backup(target)  # type: ignore[union-attr]
        connection.close()
        target.close()
    finally:
        source.dispose()
    engine = reading_engine(to / FILE_NAME, key)
    try:
        found, mark = verify_all(engine, witness), read_marks(engine)[0]
    finally:
        engine.dispose()
        for left in to.glob(f"{FILE_NAME}-*"):
            left.unlink()
    written = Witness(to / HEADS_NAME, key)
    written.rewrite(found, mark)
    written.close()
    for name in _KEPT_BESIDE:
        if (folder / name).exists():
            (to / name).write_bytes((folder / name).read_bytes())
    make_durable(to)


def prove(folder: Path, key: bytes, lists: Sequence[Erasures] = (), *, is_restoring: bool = False) -> None:
    """Open a copy as the store it is to be, and read it all; also erases what is to stay erased.

    One that is put in the place of another says so in itself: whoever opens it next may have to make
    good what it brings back.
    """
    store = SqlCipherStore(folder, key)
    try:
        for erasures in lists or (None,):
            store.erase_again(erasures)
        if is_restoring:
            store.write([Entry(RESTORED, secrets.token_hex(16), RESTORED, b"")])
    finally:
        store.close()
    make_durable(folder)


def _put_in_place(staging: Path, folder: Path) -> Path | None:
    standing = [path for path in folder.iterdir() if path.name.startswith(FILE_NAME.split(".", 1)[0] + ".")]
    aside = None
    if standing:
        aside = folder / f"{SET_ASIDE}{secrets.token_hex(4)}"
        aside.mkdir(mode=0o700)
        for path in standing:
            path.rename(aside / path.name)
    # Heads first: cut short between the two, the next start says that the database is missing,
    # and restoring again mends it.
    for name in (*_KEPT_BESIDE, HEADS_NAME, FILE_NAME):
        if (staging / name).exists():
            (staging / name).replace(folder / name)
    sync_folder(folder)
    return aside


def _copy_files(backup: Path, to: Path) -> None:
    for name in (FILE_NAME, HEADS_NAME, *_KEPT_BESIDE):
        if (backup / name).exists():
            shutil.copyfile(backup / name, to / name)


def make_durable(folder: Path) -> None:
    """Have all files of a folder, private, on the disk when this returns."""
    for path in folder.iterdir():
        path.chmod(0o600)
        if sys.platform != "win32":
            sync_folder(path)
    sync_folder(folder)
