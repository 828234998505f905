"""Nothing can be read at rest: no file without the file key, and with it nothing that anybody wrote.

A couple writes a marker into every text field of every kind of event, into names and passphrases,
answers questions, decides, and opens what both decided; the files are then searched, also for the names
of logs and for what stands for them in the file of heads, while a decision waits, while the service still
runs, after a crash, and after it was closed. Whoever has the file key is played as well: each page and
each frame of the write-ahead log is decrypted by hand, free pages included.
"""

import logging
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from sqlalchemy.dialects.sqlite.pysqlcipher import SQLiteDialect_pysqlcipher

from tests.proofs import _partners, _seeding
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.service.couple import bundle, drawers, waiting
from workbook.service.couple.sealing import CoupleStore
from workbook.service.formats import cells, crypto
from workbook.sharing import Grain
from workbook.storage import heads_file


def _figure(counts: Counts) -> str:
    return (
        f"of {counts['trials']:,} markers and rows {counts['on_disk']:,} found on disk; "
        f"with the file key {counts['written']:,} of {counts['n_written']:,} that people wrote or answered, "
        f"and {counts['seen']:,} of {counts['n_names']:,} names"
    )


@proof(
    "at-rest",
    bound="0 markers of any field in any file; with the file key 0 but names",
    full=1_000,
    short=30,
    portion=60,
    # Names are found with the key: the search works.
    holds=lambda counts: counts["on_disk"] == counts["written"] == 0 < counts["seen"] == counts["n_names"],
    figure=_figure,
)
def at_rest(size: int, seed: int) -> Counts:
    """Make couples one after another until ``size`` markers were searched for."""
    return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["on_disk"] > 0)
def no_file_encryption(size: int, seed: int) -> Counts:
    """A database that is given no key: names and joint words lie open."""
    with mock.patch.object(SQLiteDialect_pysqlcipher, "on_connect_url", return_value=None):
        return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["written"] > 0)
def a_table_not_sealed(size: int, seed: int) -> Counts:
    """The couple's rows lie as they did before there was a key for them: the file key opens them."""
    with mock.patch.object(CoupleStore, "_seal", lambda _self, entry, _at=None: entry):
        return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["on_disk"] > 0)
def heads_not_sealed(size: int, seed: int) -> Counts:
    """The file of heads as it was before: what stands for each log lies open."""
    with mock.patch.object(
        heads_file, "_seal", lambda _keys, content, length, _bound: content.ljust(length, b"\0")
    ):
        return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["written"] > 0)
def drawers_not_sealed(size: int, seed: int) -> Counts:
    """Drawers sealed by nothing: the file key opens them."""
    with (
        mock.patch.object(crypto, "seal", lambda _key, content, _bound: content),
        mock.patch.object(crypto, "open_sealed", lambda _key, content, _bound: content),
    ):
        return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["written"] > 0)
def cells_not_sealed(size: int, seed: int) -> Counts:
    """What is private in a drawer, and what waits, sealed by nothing."""

    def lay_open(_key: bytes, content: bytes, _bound: str) -> bytes:
        return (len(content).to_bytes(4, "big") + content).ljust(cells.CELL_BYTES, b"\0")

    def read(_key: bytes, content: bytes, _bound: str) -> bytes:
        return content[4 : 4 + int.from_bytes(content[:4], "big")]

    with (
        mock.patch.object(drawers, "seal_cell", lay_open),
        mock.patch.object(drawers, "open_cell", read),
        mock.patch.object(waiting, "seal_cell", lay_open),
        mock.patch.object(waiting, "open_cell", read),
    ):
        return _search(size, seed)


def _search(size: int, seed: int) -> Counts:
    """Nothing is compressed meanwhile: it would hide what sealing does not."""
    as_it_is = {"compress": bytes, "decompress": bytes}
    with mock.patch.multiple(bundle, **as_it_is), mock.patch.multiple(waiting, **as_it_is):
        return _search_all(size, seed)


def _search_all(size: int, seed: int) -> Counts:
    random.seed(seed)
    counts: Counts = dict.fromkeys(("trials", "on_disk", "written", "n_written", "seen", "n_names"), 0)
    while counts["trials"] < size:
        with scratch() as folder, _elsewhere(folder):
            _one_couple(folder, counts)
    return counts


def _one_couple(folder: Path, counts: Counts) -> None:
    data = folder / "data"
    data.mkdir(mode=0o700)
    household = _partners.open_household(data)
    _, partners, seeds, _ = _seeding.join(household)
    for person, (partner, seed) in enumerate(zip(partners, seeds, strict=True)):
        _seeding.write_all(partner, seed, person)
    partners[0].decide(_seeding.INSTRUMENT, _seeding.OCCASION, Grain.ANSWERS)
    waiting = folder / "waiting"  # what one has decided lies there, and the other has decided nothing
    shutil.copytree(data, waiting, ignore=shutil.ignore_patterns("*-shm"))
    _seeding.share(partners)
    crashed = folder / "crashed"
    shutil.copytree(data, crashed, ignore=shutil.ignore_patterns("*-shm"))
    running = _seeding.bytes_of(folder)
    household.close()
    everywhere = [*running.values(), *_seeding.bytes_of(folder).values()]
    clear = [_seeding.with_the_key(one) for one in (data, waiting, crashed)]
    numbers = [pattern for person in (0, 1) for pattern in _seeding.numeric_patterns(person)]
    markers = [marker for seed in seeds for marker in seed.all()]
    written = [marker for seed in seeds for marker in [*seed.drawer, *seed.secret, *seed.table]]
    names = [marker for seed in seeds for marker in seed.names]
    heads = [form for partner in partners for form in _seeding.forms_in_heads(partner.actor)]
    counts["trials"] += len(markers) + len(numbers) + len(heads)
    counts["on_disk"] += _seeding.n_found([*markers, *numbers, *heads], everywhere)
    counts["n_written"] += len(written) + len(numbers)
    counts["written"] += _seeding.n_found([*written, *numbers], clear)
    counts["n_names"] += len(names)
    counts["seen"] += _seeding.n_found(names, clear)


@contextmanager
def _elsewhere(folder: Path) -> Iterator[None]:
    """Temporary files and the log go where they are searched too."""
    logger, handler = logging.getLogger(), logging.FileHandler(folder / "log.txt")
    level, where = logger.level, tempfile.tempdir
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = where
        logger.setLevel(level)
        logger.removeHandler(handler)
        handler.close()
