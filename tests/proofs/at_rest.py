"""Nothing can be read at rest: no file without the file key, and with it nothing that anybody wrote.

A couple writes a marker into every text field of every kind of event, into names and passphrases,
answers questions, gives a study a copy of them, grants a therapist all there is, who writes markers into
everything that is theirs, decides, and opens what both decided; the files are then
searched, also for the names of logs and for what stands for them in the file of heads, while a decision
waits, while the service still runs, after a crash, and after it was closed. Whoever has the file key is
played as well: each page and each frame of the write-ahead log is decrypted by hand, free pages included,
and what is packed in a row of a study is unpacked. Of each couple one's copy lay open before, given
to the study when it had no key, and the next start has sealed it.
"""

import logging
import random
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy.dialects.sqlite.pysqlcipher import SQLiteDialect_pysqlcipher

from tests.proofs import _partners, _seeding
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.service.keyed import lay_open, with_key
from workbook.service.cases import board, place
from workbook.service.couple import bundle, drawers, waiting
from workbook.service.couple.sealing import CoupleStore
from workbook.service.desks import core, household
from workbook.service.desks.household import Household
from workbook.service.formats import cells, crypto
from workbook.service.formats.rows import read_row, write_row
from workbook.service.formats.two_readers import SIZE
from workbook.service.formats.values import Actor
from workbook.service.studies import given
from workbook.service.studies.study import Study
from workbook.sharing import Grain
from workbook.storage import heads_file
from workbook.storage.base import Writing

STUDY = with_key(Study("Talk", "How couples talk.", (_seeding.INSTRUMENT,), "team@example.org", 12))


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

    def lay_bare(_key: bytes, content: bytes, _bound: str) -> bytes:
        return (len(content).to_bytes(4, "big") + content).ljust(cells.CELL_BYTES, b"\0")

    def read(_key: bytes, content: bytes, _bound: str) -> bytes:
        return content[4 : 4 + int.from_bytes(content[:4], "big")]

    with (
        mock.patch.object(drawers, "seal_cell", lay_bare),
        mock.patch.object(drawers, "open_cell", read),
        mock.patch.object(waiting, "seal_cell", lay_bare),
        mock.patch.object(waiting, "open_cell", read),
    ):
        return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["written"] > 0)
def a_copy_for_a_study_not_sealed(size: int, seed: int) -> Counts:
    """What is given to a study is packed, and sealed to nobody."""
    with (
        mock.patch.object(given, "seal_blob", _only_packed),
        mock.patch.object(given, "copy_in", return_value=None),
        mock.patch("tests.service.keyed.copy_in", return_value=None),
        mock.patch.object(core, "settling", return_value=Writing()),  # or the next sitting would empty it
    ):
        return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["written"] > 0)
def what_is_shown_to_a_case_not_sealed(size: int, seed: int) -> Counts:
    """What somebody grants a therapist is packed, and sealed to nobody."""

    def open_packed(sealed: bytes, *_: object) -> dict[str, Any] | None:
        return read_row(zlib.decompressobj().decompress(sealed)) or None

    with (
        mock.patch.object(place, "seal_for_two", lambda packed, *_: packed.ljust(SIZE, b"\0")),
        mock.patch.object(place, "open_as_either", open_packed),
    ):
        return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["written"] > 0)
def a_board_not_sealed(size: int, seed: int) -> Counts:
    """What a therapist says to those who join a case lies open."""

    def lay_bare(_key: bytes, content: bytes, _bound: str) -> bytes:
        return (len(content).to_bytes(4, "big") + content).ljust(cells.CELL_BYTES, b"\0")

    def read(_key: bytes, content: bytes, _bound: str) -> bytes:
        return content[4 : 4 + int.from_bytes(content[:4], "big")]

    with mock.patch.object(board, "seal_cell", lay_bare), mock.patch.object(board, "open_cell", read):
        return _search(size, seed)


@at_rest.control(size=1, fails=lambda counts: counts["written"] > 0)
def a_start_that_does_not_seal_older_copies(size: int, seed: int) -> Counts:
    """What was given before the study had a key stays as it lay, also in its giver's next sitting."""
    with (
        mock.patch.object(household, "seal_earlier"),
        mock.patch.object(core, "settling", return_value=Writing()),
    ):
        return _search(size, seed)


def _only_packed(content: Mapping[str, Any] | None, *_: object) -> bytes:
    return zlib.compress(write_row(content or {})).ljust(SIZE, b"\0")


def _search(size: int, seed: int) -> Counts:
    """Nothing is compressed meanwhile: it would hide what sealing does not."""
    as_it_is = {"compress": bytes, "decompress": bytes}
    with (
        mock.patch.multiple(bundle, **as_it_is),
        mock.patch.multiple(waiting, **as_it_is),
        mock.patch.multiple(board, **as_it_is),
    ):
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
    house = _partners.open_household(data, STUDY)
    code, partners, seeds, passphrases = _seeding.join(house)
    for person, (partner, seed) in enumerate(zip(partners, seeds, strict=True)):
        _seeding.write_all(partner, seed, person)
        partner.add_event("consent", {"text": "consent", "text_hash": "h", "agreed": True})
        partner.give_to_research(Grain.ANSWERS, linked=True, text_hash=STUDY.words_hash)
    _seeding.practise(house, partners, seeds[0])
    house = _given_before_keys(house, partners[0].actor)
    signed_in = zip(seeds, passphrases, strict=True)
    actors = [house.accounts.sign_in(code, one.names[0].decode(), words) for one, words in signed_in]
    partners = [house.seat_partner(actor) for actor in actors]
    for partner in partners:
        partner.my_research()
    partners[0].decide(_seeding.INSTRUMENT, _seeding.OCCASION, Grain.ANSWERS)
    waiting = folder / "waiting"  # what one has decided lies there, and the other has decided nothing
    shutil.copytree(data, waiting, ignore=shutil.ignore_patterns("*-shm"))
    _seeding.share(partners)
    crashed = folder / "crashed"
    shutil.copytree(data, crashed, ignore=shutil.ignore_patterns("*-shm"))
    running, packed = _seeding.bytes_of(folder), _seeding.unpacked(house._core.store)
    house.close()
    everywhere = [*running.values(), *_seeding.bytes_of(folder).values()]
    clear = [_seeding.with_the_key(one) for one in (data, waiting, crashed)]
    clear.append(packed)
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


def _given_before_keys(house: Household, actor: Actor) -> Household:
    """Lay somebody's copy as it lay before the study had a key, and start anew as of today, with the same files."""
    house.sittings.end_where(lambda _actor: True)
    lay_open(house._core.store, STUDY, actor.person_id)
    return Household(house._core.store, sittings=house.sittings, cost=_partners.CHEAP, study=STUDY)


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
