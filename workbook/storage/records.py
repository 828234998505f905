"""Looking up rows, heads and names in the database, for whoever reads it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, func, select

from workbook.storage import chain
from workbook.storage.base import NO_STAMP, Cell, Row, stamp_of
from workbook.storage.schema import cells, logs, rows
from workbook.storage.verify import check_cell, check_heads, check_links
from workbook.storage.witness import Witness

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = datetime.resolution
_NO_DIGEST = bytes(32)
_MOST_LOOKS = 100


def read_rows(engine: Engine, witness: Witness, log: str, after: int) -> list[Row]:
    """Return rows of a log with a greater sequence, checked against its chain and its witnessed head.

    Raises
    ------
    DamagedStoreError
        They are not what was written.
    """
    after = max(after, 0)
    known = witness.of(log)  # before the read, so that the rows are at least this new
    own = select(rows).join(logs).where(logs.c.name == log, rows.c.sequence >= after)
    with engine.connect() as connection:
        records = connection.execute(own.order_by(rows.c.sequence)).all()
    check_links(log, records, after=after, head=known)
    return [to_row(log, record) for record in records if record.sequence > after]


def read_heads(engine: Engine, witness: Witness, names: Iterable[str]) -> dict[str, int]:
    """Return the last sequence of each log, 0 where there is none; none below what is witnessed.

    Raises
    ------
    DamagedStoreError
        The newest rows of a log are missing.
    """
    found = dict.fromkeys(names, 0)
    last = select(func.max(rows.c.sequence)).join(logs)
    with engine.connect() as connection:
        for log in found:
            witnessed = witness.of(log)
            found[log] = connection.execute(last.where(logs.c.name == log)).scalar() or 0
            check_heads(found[log], witnessed)
    return found


def read_names(engine: Engine, prefix: str) -> list[str]:
    """Return the names of all logs that begin so, sorted."""
    own = select(logs.c.name).where(logs.c.name >= prefix)  # by the index: `LIKE` would not know a from A
    own = own.where(func.substr(logs.c.name, 1, len(prefix)) == prefix).order_by(logs.c.name)
    with engine.connect() as connection:
        return [str(name) for name in connection.execute(own).scalars()]


def read_cell(engine: Engine, name: str, witness: Witness | None = None) -> Cell:
    """Return what a cell holds; with the witness of whoever writes it, held against what was last put there.

    Raises
    ------
    DamagedStoreError
        It holds something else.
    """
    own = select(cells).where(cells.c.name == name)
    for _ in range(_MOST_LOOKS):
        known = witness.of(chain.name_of_cell(name)) if witness is not None else None
        with engine.connect() as connection:
            record = connection.execute(own).first()
        content = record.content if record is not None and record.digest != _NO_DIGEST else None
        digest = record.digest if record is not None else _NO_DIGEST
        if known is None or known.link == digest:
            break
        if record is not None and record.before == known.link:  # a commit whose heads are being written
            break
        if witness is not None and witness.of(chain.name_of_cell(name)) == known:
            check_cell(digest, known.link)
    if to_digest(stamp_of(content)) != digest:
        check_cell(to_digest(stamp_of(content)), digest)
    return Cell(name, content, to_stamp(digest))


def read_cell_names(engine: Engine, prefix: str) -> list[str]:
    """Return the names of all cells that begin so, sorted; not of those that were removed."""
    own = select(cells.c.name).where(cells.c.name >= prefix, cells.c.digest != _NO_DIGEST)
    own = own.where(func.substr(cells.c.name, 1, len(prefix)) == prefix).order_by(cells.c.name)
    with engine.connect() as connection:
        return [str(name) for name in connection.execute(own).scalars()]


def to_digest(stamp: bytes) -> bytes:
    """Return how a stamp stands in the database: always as long."""
    return stamp or _NO_DIGEST


def to_stamp(digest: bytes) -> bytes:
    """Return the stamp again."""
    return NO_STAMP if digest == _NO_DIGEST else bytes(digest)


def to_row(log: str, record: Any) -> Row:
    """Return a database record as a `Row`."""
    return Row(log, record.sequence, record.operation_id, record.kind, record.payload, to_datetime(record.at))


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(microseconds: int) -> datetime:
    """Return the moment again, in UTC."""
    return _EPOCH + microseconds * _MICROSECOND
