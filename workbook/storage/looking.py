"""A store that is only looked at: beside a running workbook, or when none runs."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sqlalchemy import select

from workbook.content import say
from workbook.errors import StorageError
from workbook.storage.base import Entry, Row, Store
from workbook.storage.connections import plain_errors, reading_engine
from workbook.storage.heads import Heads
from workbook.storage.keys import find_key
from workbook.storage.location import check_private, data_folder
from workbook.storage.migrate import is_written
from workbook.storage.schema import logs, rows
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME
from workbook.storage.tails import to_row
from workbook.storage.verify import check_links


class LookingStore(Store):
    """Reads what `SqlCipherStore` writes, checked against its chains and heads; writes nothing.

    Parameters
    ----------
    folder : Path
        The data folder.
    key : bytes
        Its key.

    Raises
    ------
    StorageError
        There is no store, or it does not open; its subclasses say why.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        with plain_errors():
            self._heads = Heads(folder / HEADS_NAME, key, "look")
            self._engine = reading_engine(folder / FILE_NAME, key)
            try:
                is_begun = is_written(self._engine)
            except BaseException:
                self._engine.dispose()
                raise
        if not is_begun:
            self._engine.dispose()
            raise StorageError(say("study.error.no_store", folder=folder))

    def append(self, entries: Sequence[Entry]) -> list[Row]:
        raise StorageError(say("study.error.look_only"))

    def forget(self, log: str, sequences: Iterable[int], *, superseded: bool = False) -> int:
        raise StorageError(say("study.error.look_only"))

    def read(self, log: str, after: int = 0) -> list[Row]:
        own = select(rows).join(logs).where(logs.c.name == log, rows.c.sequence >= after)
        with plain_errors(), self._engine.connect() as connection:
            records = connection.execute(own.order_by(rows.c.sequence)).all()
        check_links(log, records, after=after, head=self._heads.of(log))
        return [to_row(log, record) for record in records if record.sequence > after]

    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        raise StorageError(say("study.error.look_only"))

    def close(self) -> None:
        self._engine.dispose()


def look_at_store(folder: str | Path | None = None) -> LookingStore:
    """Look at the store of a data folder, whether the workbook is running there or not.

    Raises
    ------
    SetupError
        A file or the key is open to others.
    StorageError
        There is no store, or it can't be opened.
    """
    place = data_folder(folder)
    files = [place / FILE_NAME, place / HEADS_NAME]
    if not all(file.exists() for file in files):
        raise StorageError(say("study.error.no_store", folder=place))
    for file in files:
        check_private(file)
    return LookingStore(place, find_key(place, is_new=False))
