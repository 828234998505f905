"""Noticing that a store is not what was written: changed, cut, rolled back or replaced."""

import hashlib
import re
import time
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from workbook.errors import DamagedStoreError, problem
from workbook.storage import chain
from workbook.storage.chain import Head
from workbook.storage.heads_file import NO_MARK, damaged
from workbook.storage.schema import CELLS_SINCE, cells, logs, marks, rows
from workbook.storage.witness import Witness

_AT_ONCE = 1_000
_MARKED_SINCE = 3  # the schema from which on a commit leaves its mark
_NOTHING_HELD = bytes(32)
_MOST_LOOKS, _SECONDS_BETWEEN = 100, 0.005
_NAMES = ("sequence", "operation_id", "kind", "at", "payload", "salt", "digest", "chain")
_FOLLOWED = [rows.c[name] for name in _NAMES]
_values = attrgetter(*_NAMES)


def verify_all(engine: Engine, witness: Witness) -> dict[str, Head]:
    """Check every log's chain, every cell and every head, the write-ahead log included; give the heads found.

    Raises
    ------
    DamagedStoreError
        Naming what does not fit. Nothing is changed.
    """
    with engine.connect() as connection:
        found = _heads_in(connection, witness)
        of_cells = _cells_in(connection, witness)
    if witness.is_new and (of_cells or any(head.n_rows for head in found.values())):
        raise _damaged("the file of heads")
    found |= of_cells
    if witness.tags - {witness.tag(log) for log in found}:
        raise _damaged("a whole log")
    return found


def check_cell(digest: bytes, wanted: bytes) -> None:
    """Check what a cell holds, by its digest.

    Raises
    ------
    DamagedStoreError
        It is not what was put there.
    """
    if digest != wanted:
        raise _damaged("a cell")


def read_marks(engine: Engine) -> tuple[bytes, bytes]:
    """Return the marks of the newest commit and of the one before it."""
    with engine.connect() as connection:
        return _marks_in(connection)


def check_marks(engine: Engine, witness: Witness) -> bytes:
    """Check that heads and database are of the same moment; give the mark of the newest commit.

    Raises
    ------
    DamagedStoreError
        They are more than the one commit apart that a crash may have left unwitnessed.
    """
    newest, before = read_marks(engine)
    if witness.mark not in (newest, before):
        raise damaged()
    return newest


def witness_beside(path: Path, key: bytes, engine: Engine) -> Witness:
    """Return the witness of a database that another may be writing, as it stands now.

    Raises
    ------
    DamagedStoreError
        The two never are of the same moment, or one of them is not what was written.
    """
    for _ in range(_MOST_LOOKS):
        witness = Witness(path, key, "read")
        if witness.mark in read_marks(engine):
            return witness
        time.sleep(_SECONDS_BETWEEN)
    raise damaged()


def torn_pages(engine: Engine, path: Path) -> set[int]:
    """Pages of the file whose digest does not fit but which the write-ahead log holds anew.

    A power cut while the one was emptied into the other leaves such pages; emptying it again
    mends them.

    Raises
    ------
    DamagedStoreError
        A page does not fit, and nothing holds it anew. Nothing is changed.
    """
    with engine.connect() as connection:
        complaints = [str(text) for (text,) in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
    named = [re.search(r"page (\d+)", text) for text in complaints]
    torn = {int(match[1]) for match in named if match}
    if not all(named) or torn - _pages_in_wal(path.with_name(f"{path.name}-wal")):
        raise _damaged("a page of the database")
    return torn


def check_links(log: str, records: Sequence[Any], *, after: int, head: Head | None) -> None:
    """Check rows that were read against each other and against the log's head.

    Parameters
    ----------
    records : sequence of database records
        From sequence ``after`` (whose link is taken as given) on, ascending.
    head : Head or None
        What the log is known to have reached at least.
    """
    start = records[0] if after and records and records[0].sequence == after else None
    if after and start is None and (records or (head is not None and head.n_rows >= after)):
        raise _damaged("a log")
    tail = Head(after, 0, start.chain if start is not None else chain.first_link(log))
    links = {tail.n_rows: tail.link}
    for record in records[1:] if start is not None else records:
        number = tail.n_rows + 1
        link, is_forgotten = _follow(tail.link, number, _values(record))
        tail = Head(number, tail.n_forgotten + is_forgotten, link)
        links[number] = link
    if head is not None and head.n_rows >= after and links.get(head.n_rows) != head.link:
        raise _damaged("a log")
    if head is not None and not after and tail.n_forgotten < head.n_forgotten:
        raise _damaged("a log")


def check_heads(last: int, head: Head | None) -> None:
    """Check the last sequence of a log against its head.

    Raises
    ------
    DamagedStoreError
        The head is a greater one.
    """
    if head is not None and last < head.n_rows:
        raise _damaged("the newest rows of a log")


def _pages_in_wal(path: Path) -> set[int]:
    """Numbers of all pages in a write-ahead log (https://sqlite.org/fileformat2.html#walformat)."""
    content = path.read_bytes() if path.exists() else b""
    size = int.from_bytes(content[8:12], "big") + 24
    starts = range(32, len(content) - size + 1, size) if len(content) > 32 and size > 24 else ()
    salts = content[16:24]
    current = (at for at in starts if content[at + 8 : at + 16] == salts)
    return {int.from_bytes(content[at : at + 4], "big") for at in current}


def _marks_in(connection: Connection) -> tuple[bytes, bytes]:
    if connection.exec_driver_sql("PRAGMA user_version").scalar_one() < _MARKED_SINCE:
        return NO_MARK, NO_MARK
    newest, before = connection.execute(select(marks.c.newest, marks.c.before)).one()
    return bytes(newest), bytes(before)


def _cells_in(connection: Connection, witness: Witness) -> dict[str, Head]:
    """Return what stands for every cell among the heads, each checked on the way."""
    if connection.exec_driver_sql("PRAGMA user_version").scalar_one() < CELLS_SINCE:
        return {}
    found = {}
    newest, before_newest = _marks_in(connection)
    statement = select(cells.c.name, cells.c.digest, cells.c.before, cells.c.content)
    for name, digest, before, content in connection.execution_options(yield_per=_AT_ONCE).execute(statement):
        held = hashlib.sha256(content).digest() if content else _NOTHING_HELD
        check_cell(held, digest)
        head = witness.of(chain.name_of_cell(name))
        witnessed = head.link if head is not None else _NOTHING_HELD
        if witness.mark == before_newest and before == witnessed:
            pass  # behind by the one commit that a crash cut short, the heads know what it held before that
        elif witness.mark in (newest, before_newest):  # else a copy of what goes on is ahead of its heads
            check_cell(digest, witnessed)
        found[chain.name_of_cell(name)] = chain.head_of_cell(digest)
    return found


def _heads_in(connection: Connection, witness: Witness) -> dict[str, Head]:
    """Return the head of every log, each row and each witnessed head checked on the way."""
    found = {name: Head(0, 0, chain.first_link(name)) for (name,) in connection.execute(select(logs.c.name))}
    statement = select(logs.c.name, *_FOLLOWED).join(logs).order_by(rows.c.log_id, rows.c.sequence)
    records = connection.execution_options(yield_per=_AT_ONCE).execute(statement)
    for name, own in groupby(records, key=itemgetter(0)):
        witnessed = witness.of(name)
        n_witnessed = witnessed.n_rows if witnessed else 0
        n_rows, n_forgotten, link = 0, 0, chain.first_link(name)
        for _, *record in own:
            n_rows += 1
            link, is_forgotten = _follow(link, n_rows, record)
            n_forgotten += is_forgotten
            if witnessed and n_rows == n_witnessed and link != witnessed.link:
                raise _damaged("a row")
        found[name] = Head(n_rows, n_forgotten, link)
    for name, head in found.items():
        witnessed = witness.of(name)
        # More than was witnessed is a crash between commit and acknowledgement; less is loss.
        if witnessed and (head.n_rows < witnessed.n_rows or head.n_forgotten < witnessed.n_forgotten):
            raise _damaged("the newest rows of a log")
    return found


def _follow(link: bytes, number: int, record: Sequence[Any]) -> tuple[bytes, bool]:
    """Return the link of the row with this number, if it fits the link before; and whether it is forgotten.

    Plain values (`_NAMES`), no objects: a start goes through every row there is.
    """
    sequence, operation_id, kind, at, payload, salt, kept_digest, kept_link = record
    is_forgotten = payload is None and salt is None
    digest = kept_digest if is_forgotten else chain.content_digest(salt or b"", payload or b"")
    link = chain.next_link(link, sequence, operation_id, kind, at, digest)
    if sequence != number or digest != kept_digest or link != kept_link:
        raise _damaged("a row")
    return link, is_forgotten


def _damaged(what: str) -> DamagedStoreError:
    return DamagedStoreError(problem("errors.storage.damaged", what=what))
