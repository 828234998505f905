"""Connections to an encrypted SQLite file, and what its errors mean to a person."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlcipher3
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from workbook.errors import DamagedStoreError, StorageError, WrongKeyError, problem

N_READERS = 4
BUSY_MILLISECONDS = 5_000

# FULL, not NORMAL: with NORMAL a power cut loses acknowledged rows (652 of 2,953 when tried).
# temp_store: what SQLite sorts may not be spilled to a file that nothing encrypts.
_ROOM_BYTES = 64 * 1024
_PRAGMAS = (
    "cipher_log_level = NONE",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "temp_store = MEMORY",
    f"busy_timeout = {BUSY_MILLISECONDS}",
)


def writing_engine(path: Path, key: bytes) -> Engine:
    """Return the engine of the one writer: a single connection, transactions that lock at once."""
    engine = _engine(path, key, pool_size=1, begin="BEGIN IMMEDIATE")
    event.listen(engine, "connect", _use_wal)
    return engine


def reading_engine(path: Path, key: bytes) -> Engine:
    """Return the engine of all readers: a small pool that cannot write.

    The file is opened read-only, because a connection that may write empties the write-ahead log
    into it when it closes, even after a refusal to open: what a damaged store could still be
    mended from would be gone.
    """
    engine = _engine(path, key, pool_size=N_READERS, begin="BEGIN", mode="ro")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON"))
    return engine


def empty_wal(engine: Engine) -> None:
    """Move all of the write-ahead log into the file, and make it empty.

    Raises
    ------
    StorageError
        Somebody is reading or writing past us.
    """
    connection = engine.raw_connection()  # a checkpoint can't run inside a transaction
    try:
        cursor = connection.cursor()
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.close()
    finally:
        connection.close()
    if busy:
        raise StorageError(problem("errors.storage.busy"))


class DiskFailedError(StorageError):
    """The disk refused a write or a sync: SQLite does not say which, nor whether it was for want of room."""


class SyncFailedError(DiskFailedError):
    """The disk would not say that what was written is on it.

    Asking again proves nothing: the system has let go of what it could not write, and a second sync
    of it succeeds. So whoever writes has to stop.
    """


def has_no_room(file: Path) -> bool:
    """Tell whether a file of that size can't grow: the disk, a quota or a limit is at its end."""
    try:
        with tempfile.TemporaryFile(dir=file.parent) as probe:
            probe.seek(file.stat().st_size if file.exists() else 0)
            probe.write(bytes(_ROOM_BYTES))
    except OSError as error:
        return _os_error(error) == "full_disk"
    return False


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn the database's errors into ours, each a sentence with a way out.

    Raises
    ------
    StorageError
        Full disk, a busy file, or anything else that was not written.
    DiskFailedError
        The disk failed; `has_no_room` says whether for want of room.
    WrongKeyError, DamagedStoreError
        The file does not open, or is not what was written.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translate(error.orig) from None
    except sqlcipher3.Error as error:
        raise _translate(error) from None
    except OSError as error:
        raise StorageError(problem(f"errors.storage.{_os_error(error)}")) from None


def settings_in_force(names: Iterable[str]) -> dict[str, Any]:
    """Return what our settings come to in this SQLite, by name; None for one it does not know."""
    connection = sqlcipher3.connect(":memory:")
    try:
        _set_pragmas(connection, None)
        return {name: (connection.execute(f"PRAGMA {name}").fetchone() or [None])[0] for name in names}
    finally:
        connection.close()


def _engine(path: Path, key: bytes, *, pool_size: int, begin: str, mode: str = "rwc") -> Engine:
    # As x'…' SQLCipher takes the key as it is, without deriving it anew for each connection.
    url = URL.create("sqlite+pysqlcipher", password=f"x'{key.hex()}'", database=str(path))
    engine = create_engine(
        url,
        module=sqlcipher3,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        creator=lambda: sqlcipher3.connect(
            f"file:{quote(str(path.absolute()))}?mode={mode}",
            uri=True,
            check_same_thread=False,
            isolation_level=None,
        ),
        hide_parameters=True,  # or an exception's text would show what was being written
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any, _record: Any) -> None:
    # Where it fails, SQLite says so only by giving the mode there was.
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise DiskFailedError(problem("errors.storage.failed"))


def _translate(error: BaseException | None) -> StorageError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlcipher3.SQLITE_NOTADB:
        return WrongKeyError(problem("errors.storage.wrong_key"))
    if code == sqlcipher3.SQLITE_CORRUPT:
        return DamagedStoreError(problem("errors.storage.damaged", what="the database"))
    if code == sqlcipher3.SQLITE_IOERR:
        return DiskFailedError(problem("errors.storage.failed"))
    if code == sqlcipher3.SQLITE_FULL:
        return StorageError(problem("errors.storage.full_disk"))
    if code in (sqlcipher3.SQLITE_BUSY, sqlcipher3.SQLITE_LOCKED):
        return StorageError(problem("errors.storage.busy"))
    return StorageError(problem("errors.storage.failed"))


def _os_error(error: OSError) -> str:
    import errno

    return "full_disk" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "failed"
