"""One wrong byte, anywhere in the database or its write-ahead log, is noticed at start or read.

The files are those of a store that crashed: most rows in the database, the newest ones only
in the write-ahead log. A flipped byte in a page of the database that the write-ahead log holds
anew is *mended* from there at start, with a warning in the log: it counts as noticed only if
the warning came and every row is right. A store that is refused is left byte for byte as it was.
"""

import logging
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from tests.proofs._writing import KEY, LOGS, entries_of
from tests.proofs.harness import Counts, merge, proof
from tests.proofs.power_cuts import scratch
from workbook.errors import WorkbookError
from workbook.storage import records, sqlcipher
from workbook.storage.base import Row
from workbook.storage.chain import Head
from workbook.storage.sqlcipher import FILE_NAME, SqlCipherStore
from workbook.storage.verify import read_marks

WAL = f"{FILE_NAME}-wal"


def _figure(counts: Counts) -> str:
    return (
        f"{counts['noticed']:,} of {counts['trials']:,} noticed ({counts['n_in_wal']:,} in the WAL), "
        f"{counts['mended']:,} mended, {counts['silent']:,} silent, {counts['changed']:,} refused but changed"
    )


@proof(
    "flipped-bytes",
    bound="every one of 1,000 flipped bytes noticed",
    full=1_000,
    short=40,
    portion=250,
    zero=("silent", "changed"),
    figure=_figure,
)
def flipped_bytes(size: int, seed: int) -> Counts:
    """Flip one byte at a time in a copy, then open and read it all."""
    return _flip(size, seed)


@flipped_bytes.control(size=40, fails=lambda counts: counts["silent"] > 0)
def chain_verification_off(size: int, seed: int) -> Counts:
    """Without the chain and its witness: what the encryption alone notices."""
    with (
        mock.patch.object(sqlcipher, "verify_all", _believe),
        mock.patch.object(sqlcipher, "check_marks", lambda engine, _: read_marks(engine)[0]),
        mock.patch.object(records, "check_links", return_value=None),
    ):
        return _flip(size, seed)


def _believe(*_: object) -> dict[str, Head]:
    return {}


def _flip(size: int, seed: int) -> Counts:
    chance = random.Random(seed)
    total: Counts = {"trials": 0, "noticed": 0, "mended": 0, "silent": 0, "changed": 0, "n_in_wal": 0}
    with scratch() as folder:
        crashed = folder / "crashed"
        right = _crash(crashed, seed)
        for number in range(size):
            name = chance.choice([FILE_NAME, WAL])
            copy = folder / f"copy-{number}"
            shutil.copytree(crashed, copy)
            _flip_one(copy / name, chance)
            found = {"trials": 1, "n_in_wal": int(name == WAL)} | _look(copy, right)
            total = merge(total, found)
            shutil.rmtree(copy)
    return total


def _crash(folder: Path, seed: int) -> list[Row]:
    """Make a folder as a killed process leaves it; return all rows it holds."""
    working = folder.with_name("working")
    working.mkdir(mode=0o700)
    for span in (range(60), range(60, 90)):
        store = SqlCipherStore(working, KEY)
        for number in span:
            store.write(entries_of(f"{number % 2}-{seed % 1000 * 1000 + number}"))
        if span.start == 0:
            store.close()
    rows = _rows(store)
    shutil.copytree(working, folder, ignore=shutil.ignore_patterns("*-shm"))
    store.close()
    return rows


def _flip_one(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= chance.randint(1, 255)
    file.write_bytes(content)


def _look(folder: Path, right: list[Row]) -> Counts:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with _warnings() as warnings:
        try:
            store = SqlCipherStore(folder, KEY)
        except WorkbookError:
            kept = all(
                (folder / name).exists() and (folder / name).read_bytes() == was
                for name, was in before.items()
            )
            return {"noticed": 1, "changed": int(not kept)}
        try:
            is_right = _rows(store) == right
        except WorkbookError:
            return {"noticed": 1}
        finally:
            store.close()
    if warnings and is_right:
        return {"noticed": 1, "mended": 1}
    return {"silent": 1}


def _rows(store: SqlCipherStore) -> list[Row]:
    return [row for log in LOGS for row in store.read(log)]


@contextmanager
def _warnings() -> Iterator[list[logging.LogRecord]]:
    found: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = found.append  # type: ignore[method-assign]
    logger = logging.getLogger("workbook.storage")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
