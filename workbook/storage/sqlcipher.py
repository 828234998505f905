"""The store of a household: one encrypted SQLite file, and its heads beside it."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlcipher3
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from workbook.errors import DamagedStoreError, StorageError, problem
from workbook.storage.base import NOTHING, Cell, Entry, Row, Store, Writing
from workbook.storage.chain import Head
from workbook.storage.checks import check_cells, check_entries
from workbook.storage.connections import empty_wal, plain_errors, reading_engine, writing_engine
from workbook.storage.erasures import Erasures
from workbook.storage.location import remove_set_aside
from workbook.storage.migrate import is_written, migrate
from workbook.storage.records import read_cell, read_cell_names, read_names, read_rows
from workbook.storage.schema import SCHEMA_VERSION, logs, rows
from workbook.storage.verify import check_marks, torn_pages, verify_all
from workbook.storage.watchers import Watchers
from workbook.storage.witness import Witness, sync_folder
from workbook.storage.writer import Writer

FILE_NAME = "workbook.db"
HEADS_NAME = "workbook.heads"
ERASED_NAME = "erased"  # not named as the store's own files: restoring leaves it where it is
_log = logging.getLogger(__name__)


class SqlCipherStore(Store):
    """Keeps every promise of `Store` in a folder of its own.

    Parameters
    ----------
    folder : Path
        Where the file and its heads lie; must exist and be private.
    key : bytes
        32 random bytes, kept apart from the folder.
    erasures : Path, optional
        The file in which to note what is erased, best kept apart from the folder: one in the folder
        itself, as by default, is lost or taken back with the whole of it.

    Raises
    ------
    WrongKeyError
        The key does not fit the file.
    NewerStoreError
        A newer workbook wrote the file.
    DamagedStoreError
        The file does not match its page digests, its chains, or its heads.
    StorageError
        Another workbook has the folder open, or the disk refuses.
    """

    def __init__(self, folder: Path, key: bytes, erasures: Path | None = None) -> None:
        self._closed = False
        self._folder = folder
        self._erasures = Erasures(erasures or folder / ERASED_NAME, key)
        self._watchers = Watchers()
        self._engines: list[Engine] = []
        path = folder / FILE_NAME
        had_file = path.exists() and path.stat().st_size > 0
        with plain_errors():
            self._witness = Witness(folder / HEADS_NAME, key)
            try:
                self._open(path, key, had_file=had_file)
            except BaseException:
                self._release()
                raise
        self._writer = Writer(self._write_engine, self._witness, self._watchers.tell)

    def write(
        self,
        entries: Sequence[Entry],
        *,
        expect: Mapping[str, int] = NOTHING,
        forget: Mapping[str, Iterable[int]] = NOTHING,
        superseded: Mapping[str, Iterable[int]] = NOTHING,
        cells: Mapping[str, bytes | None] = NOTHING,
        seen: Mapping[str, bytes] = NOTHING,
    ) -> list[Row]:
        asked = Writing(entries, forget, superseded, cells, seen)
        check_entries(entries)
        check_cells(cells, seen)
        if asked.is_empty and not expect and not seen:
            return []
        # What a cell held before lies on in the write-ahead log as well, until that is emptied.
        destroys = asked.destroys or bool(cells)
        written: list[Row] = self._writer.do(
            lambda transaction: transaction.write(asked, expect, self._erasures), destroys=destroys
        )
        return written

    def read(self, log: str, after: int = 0) -> list[Row]:
        self._refuse_closed()
        with plain_errors():
            return read_rows(self._read_engine, self._witness, log, after)

    def heads(self, logs: Iterable[str]) -> dict[str, int]:
        self._refuse_closed()
        known = {log: self._witness.of(log) for log in logs}  # as acknowledged: no one else writes here
        return {log: head.n_rows if head is not None else 0 for log, head in known.items()}

    def logs(self, prefix: str = "") -> list[str]:
        self._refuse_closed()
        with plain_errors():
            return read_names(self._read_engine, prefix)

    def read_cell(self, name: str) -> Cell:
        self._refuse_closed()
        with plain_errors():
            return read_cell(self._read_engine, name, self._witness)

    def cells(self, prefix: str = "") -> list[str]:
        self._refuse_closed()
        with plain_errors():
            return read_cell_names(self._read_engine, prefix)

    def settle_down(self) -> None:
        if not self._closed:
            self._writer.between_commits(self._leave_no_count)

    def drop_set_aside(self) -> None:
        with plain_errors():
            remove_set_aside(self._folder)
            sync_folder(self._folder)

    def mark_ended(self, name: str) -> None:
        # By the writer, which stops for good where the disk would not say that it is kept.
        self._writer.do(lambda _transaction: self._erasures.add_ended(name))

    def ended_among(self, names: Iterable[str]) -> set[str]:
        self._refuse_closed()
        with plain_errors():
            return self._erasures.ended_among(names)

    def erase_again(self, erasures: Erasures | None) -> None:
        """Read every log, and destroy what is on a list of erasures, rows and cells."""
        known = erasures.known() if erasures is not None else set()
        for name in erasures.cells_among(self.cells(), known) if erasures is not None else ():
            self.write((), cells={name: None}, seen={name: self.read_cell(name).stamp})
        for name in self.logs():
            self.read(name)
            if erasures is not None and (gone := erasures.among(name, self._links(name), known)):
                self.write((), superseded={name: gone})

    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        return self._watchers.add(log, notify)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        self._watchers.close()
        if not self._writer.has_stopped:
            # For whoever compares two copies. A disk that refuses takes nothing from what stands there.
            with suppress(OSError, StorageError):
                self._witness.rewrite()
        self._release()

    def _open(self, path: Path, key: bytes, *, had_file: bool) -> None:
        self._refuse_lost(had_file=had_file)
        path.touch(mode=0o600)
        self._read_engine = self._engine(reading_engine(path, key))
        with _vouched_key(is_vouched=had_file and not self._witness.is_new):
            is_begun = had_file and is_written(self._read_engine)
        # All that can be refused is refused before anything may write, so that a damaged store
        # stays as it was found.
        torn = torn_pages(self._read_engine, path) if is_begun else set()
        found = self._verify() if is_begun else {}
        self._write_engine = self._engine(writing_engine(path, key))
        if migrate(self._write_engine) != SCHEMA_VERSION:
            found = self._verify()
        for file in path.parent.glob(f"{path.name}*"):
            file.chmod(0o600)
        # Also finishes what a crash cut short: bytes forgotten in the file lie on in the WAL.
        empty_wal(self._write_engine)
        sync_folder(path.parent)  # SQLite looks away when the names of its files could not be synced
        if torn:
            torn_pages(self._read_engine, path)
            _log.warning("%d pages were torn by a power cut and mended", len(torn))
        mark = check_marks(self._read_engine, self._witness)
        if mark != self._witness.mark:  # rows that were committed but whose heads a crash cut off
            _log.warning("the newest of the heads is missing, as after a crash; it is made anew")
        self._witness.rewrite(found, mark)

    def _leave_no_count(self) -> None:
        """Empty the write-ahead log, write the heads anew, and let go of the database.

        The file beside it that all connections share while one is open counts every commit, in clear; it
        goes with the last of them. Who still reads keeps it for now.
        """
        self._witness.rewrite()
        empty_wal(self._write_engine)
        for engine in (
            self._read_engine,
            self._write_engine,
        ):  # the last one cleans up, and only a writer can
            engine.dispose()

    def _verify(self) -> dict[str, Head]:
        found = verify_all(self._read_engine, self._witness)
        check_marks(self._read_engine, self._witness)
        return found

    def _links(self, log: str) -> list[tuple[int, bytes]]:
        own = select(rows.c.sequence, rows.c.chain).join(logs).where(logs.c.name == log)
        with plain_errors(), self._read_engine.connect() as connection:
            found = connection.execute(own).all()
        return [(int(record.sequence), bytes(record.chain)) for record in found]

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StorageError(problem("errors.storage.closed"))

    def _refuse_lost(self, *, had_file: bool) -> None:
        if not had_file and self._witness.tags:
            raise DamagedStoreError(problem("errors.storage.damaged", what="the database"))

    def _engine(self, engine: Engine) -> Engine:
        self._engines.append(engine)
        return engine

    def _release(self) -> None:
        for engine in self._engines:
            engine.dispose()
        self._witness.close()


@contextmanager
def _vouched_key(*, is_vouched: bool) -> Iterator[None]:
    """Tell a damaged database from a wrong key: the heads file fits the key, so the key is right."""
    try:
        yield
    except DBAPIError as error:
        if is_vouched and getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlcipher3.SQLITE_NOTADB:
            raise DamagedStoreError(problem("errors.storage.damaged", what="the database")) from None
        raise
