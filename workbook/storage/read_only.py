"""A store that is only read: beside a running workbook, or when none runs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from workbook.errors import StorageError, problem
from workbook.storage.base import NO_STAMP, NOTHING, Cell, Entry, Row, Store
from workbook.storage.connections import plain_errors, reading_engine
from workbook.storage.erasures import Erasures
from workbook.storage.keys import erasures_file, find_key
from workbook.storage.location import check_private, data_folder
from workbook.storage.migrate import is_written, schema_version
from workbook.storage.records import read_cell, read_cell_names, read_heads, read_names, read_rows
from workbook.storage.schema import CELLS_SINCE
from workbook.storage.sqlcipher import ERASED_NAME, FILE_NAME, HEADS_NAME
from workbook.storage.verify import witness_beside
from workbook.storage.witness import Witness


class ReadOnlyStore(Store):
    """Reads what `SqlCipherStore` writes, checked against its chains and heads; writes nothing.

    Parameters
    ----------
    folder : Path
        The data folder.
    key : bytes
        Its key.
    erasures : Path, optional
        The list of what was erased, as `SqlCipherStore` has it.

    Raises
    ------
    StorageError
        There is no store, or it does not open; its subclasses say why.
    """

    def __init__(self, folder: Path, key: bytes, erasures: Path | None = None) -> None:
        self._erasures = Erasures(erasures or folder / ERASED_NAME, key)
        with plain_errors():
            Witness(folder / HEADS_NAME, key, "read")  # a wrong key is told as one
            self._engine = reading_engine(folder / FILE_NAME, key)
            try:
                is_begun = is_written(self._engine)
                self._has_cells = schema_version(self._engine) >= CELLS_SINCE
                self._witness = witness_beside(folder / HEADS_NAME, key, self._engine)
            except BaseException:
                self._engine.dispose()
                raise
        if not is_begun:
            self._engine.dispose()
            raise StorageError(problem("study.error.no_store", folder=folder))

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
        _refuse()

    def read(self, log: str, after: int = 0) -> list[Row]:
        with plain_errors():
            return read_rows(self._engine, self._witness, log, after)

    def heads(self, logs: Iterable[str]) -> dict[str, int]:
        with plain_errors():
            return read_heads(self._engine, self._witness, logs)

    def read_cell(self, name: str) -> Cell:
        """Return what a cell holds; not held to the heads, since it may be newer than those."""
        if not self._has_cells:
            return Cell(name, None, NO_STAMP)
        with plain_errors():
            return read_cell(self._engine, name)

    def cells(self, prefix: str = "") -> list[str]:
        with plain_errors():
            return read_cell_names(self._engine, prefix) if self._has_cells else []

    def settle_down(self) -> None:
        """Do nothing: it writes nothing."""

    def logs(self, prefix: str = "") -> list[str]:
        with plain_errors():
            return read_names(self._engine, prefix)

    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        _refuse()

    def drop_set_aside(self) -> None:
        _refuse()

    def mark_ended(self, name: str) -> None:
        _refuse()

    def ended_among(self, names: Iterable[str]) -> set[str]:
        with plain_errors():
            return self._erasures.ended_among(names)

    def close(self) -> None:
        self._engine.dispose()


def open_read_only(folder: str | Path | None = None) -> ReadOnlyStore:
    """Open the store of a data folder only to read, whether the workbook is running there or not.

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
        raise StorageError(problem("study.error.no_store", folder=place))
    for file in files:
        check_private(file)
    return ReadOnlyStore(place, find_key(place, is_new=False), erasures_file(place))


def _refuse() -> NoReturn:
    raise StorageError(problem("study.error.look_only"))
