"""The file of heads, without its key: nothing in it can be read or counted, and nothing is taken from it unnoticed.

Whoever holds the disk has the file as it lies there, at any moment of a running workbook, after its end, and in a
backup; and perhaps copies of it from earlier. They may put together of all these whatever they like.
"""

import random
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from tests.proofs._partners import CHEAP, INSTRUMENT, NAMES, OCCASION, PASSPHRASES
from tests.proofs._writing import KEY
from tests.proofs.flips import _warnings
from tests.proofs.harness import Counts, merge, proof
from tests.proofs.power_cuts import scratch
from tests.storage.heads import TAMPERINGS, standing, take_newest, tear_newest
from workbook.errors import WorkbookError
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.values import Answer
from workbook.service.identity.sittings import Sittings
from workbook.sharing import Grain
from workbook.storage import heads_file, sqlcipher, verify
from workbook.storage.backup import back_up
from workbook.storage.base import Entry
from workbook.storage.heads_file import BLOCK, N_SLOTS, Keys
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore
from workbook.storage.witness import Witness

N_MOMENTS = 14
_FILES = (FILE_NAME, f"{FILE_NAME}-wal", HEADS_NAME)


@proof(
    "heads-tampered",
    bound="≥1,000 times changed, cut, or put together from older copies: noticed, or nothing is missing",
    full=1_000,
    short=40,
    portion=125,
    holds=lambda counts: (
        counts["noticed"] > counts["trials"] // 3
        and counts["as_after_a_crash"] > 0
        and not (counts["silent"] or counts["changed"] or counts["lost"])
    ),
)
def heads_tampered(size: int, seed: int) -> Counts:
    """Tamper with the heads of a store that was killed, ``size`` times, and open it."""
    return _tamper(size, seed)


@heads_tampered.control(size=30, fails=lambda counts: counts["silent"] > 0)
def database_without_marks(size: int, seed: int) -> Counts:
    """The sealed chain by itself: an older file of heads passes."""
    with mock.patch.object(sqlcipher, "check_marks", lambda engine, _: verify.read_marks(engine)[0]):
        return _tamper(size, seed)


@heads_tampered.control(size=60, fails=lambda counts: counts["silent"] > 0)
def records_sealed_to_no_place(size: int, seed: int) -> Counts:
    """Records that fit wherever they lie: they can be swapped."""
    with mock.patch.object(heads_file, "_record_at", return_value=b"record"):
        return _tamper(size, seed)


@proof(
    "heads-told",
    bound="nothing done, declined, scores, answers, ten safety answers, blocking, drafts: one size, nothing to read",
    full=120,
    short=4,
    portion=15,
    holds=lambda counts: counts["n_files"] > 0 and not counts["told_apart"] and not counts["readable"],
)
def heads_told(size: int, seed: int) -> Counts:
    """Compare ``size`` pairs of worlds that differ only in what one of two did."""
    return _compare(size, seed)


@heads_told.control(size=3, fails=lambda counts: counts["told_apart"] > 0)
def a_line_for_each_commit(size: int, seed: int) -> Counts:
    """A file that grows by what is written."""
    put = Witness._put

    def put_and_grow(witness: Witness, parts: heads_file.Parts, after: heads_file.Standing) -> None:
        put(witness, parts, after)
        witness._file.seek(0, 2)
        witness._file.write(secrets.token_bytes(BLOCK))

    with mock.patch.object(Witness, "_put", put_and_grow):
        return _compare(size, seed, only_running=True)


@heads_told.control(size=1, fails=lambda counts: counts["readable"] > 0)
def records_not_sealed(size: int, seed: int) -> Counts:
    """Heads as they are: tags, links and counts lie open."""

    def lay_open(_keys: Keys, content: bytes, length: int, _bound_to: bytes) -> bytes:
        return content.ljust(length, b"\0")

    with mock.patch.object(heads_file, "_seal", lay_open):
        return _compare(size, seed, only_running=True)


# -- changed, cut, put together -----------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Moment:
    """A running store after one of its commits: its files, and how many rows it has."""

    files: dict[str, bytes]
    n_rows: int


def _tamper(size: int, seed: int) -> Counts:
    chance = random.Random(seed)
    outcomes = ("noticed", "as_after_a_crash", "harmless", "silent", "changed", "lost")
    total: Counts = {"trials": 0} | dict.fromkeys(outcomes, 0)
    with scratch() as folder:
        moments = _live(folder / "live", chance)
        for number in range(size):
            at = chance.randrange(4, len(moments))
            place = folder / f"copy-{number}"
            place.mkdir(mode=0o700)
            for name, content in moments[at].files.items():
                (place / name).write_bytes(content)
                (place / name).chmod(0o600)
            may_be_crash = _change(
                place / HEADS_NAME, [moment.files[HEADS_NAME] for moment in moments[: at + 1]], chance
            )
            found = _look(place, moments[at], may_be_crash=may_be_crash)
            total = merge(total, {"trials": 1, found: 1})
            shutil.rmtree(place)
    return total


def _live(folder: Path, chance: random.Random) -> list[_Moment]:
    folder.mkdir(mode=0o700)
    store, moments, n_rows = SqlCipherStore(folder, KEY), [], 0
    for number in range(N_MOMENTS):
        # Now and then more logs than a record takes: then the snapshot is written anew.
        n_logs = 70 if chance.random() < 0.2 else chance.randint(1, 3)
        store.write([Entry(f"log/{log}", str(number), "note", b"x") for log in range(n_logs)])
        n_rows += n_logs
        moments.append(_Moment({name: (folder / name).read_bytes() for name in _FILES}, n_rows))
    store.close()
    return moments


def _change(path: Path, copies: list[bytes], chance: random.Random) -> bool:
    """Change the newest of these files; say whether it may look as if its newest record were missing."""
    now, blocks = copies[-1], _blocks(copies[-1])
    newest = len(blocks) - N_SLOTS + standing(path).slot
    kind = chance.choice(["listed", "listed", "listed", "older", "mixed", "flipped", "newest"])
    if kind == "listed":
        path.write_bytes(b"".join(TAMPERINGS[chance.choice(list(TAMPERINGS))](blocks, newest)))
    elif kind == "older":
        path.write_bytes(chance.choice(copies[:-2]))
    elif kind == "mixed":  # any blocks from any copies, of those as long
        fitting = [_blocks(copy) for copy in copies if len(copy) == len(now)]
        path.write_bytes(b"".join(chance.choice(fitting)[number] for number in range(len(blocks))))
    elif kind == "flipped":
        content = bytearray(now)
        content[chance.randrange(len(content))] ^= chance.randint(1, 255)
        path.write_bytes(content)
    else:
        path.write_bytes(b"".join(chance.choice([take_newest, tear_newest])(blocks, newest)))
    return kind in ("mixed", "flipped", "newest")


def _look(folder: Path, moment: _Moment, *, may_be_crash: bool) -> str:
    """Open a store and say what became of the tampering."""
    before = {name: (folder / name).read_bytes() for name in _FILES}
    is_as_before = before[HEADS_NAME] == moment.files[HEADS_NAME]
    with _warnings() as warnings:
        try:
            store = SqlCipherStore(folder, KEY)
        except WorkbookError:
            kept = all((folder / name).read_bytes() == was for name, was in before.items())
            return "noticed" if kept else "changed"
    n_rows = sum(len(store.read(log)) for log in store.logs())
    store.close()
    if n_rows != moment.n_rows:
        return "lost"
    if warnings:
        return "as_after_a_crash" if may_be_crash else "silent"
    return "harmless" if is_as_before or may_be_crash else "silent"


def _blocks(content: bytes) -> list[bytes]:
    return [content[at : at + BLOCK] for at in range(0, len(content), BLOCK)]


# -- what it tells -------------------------------------------------------------------------------
def _answers(instrument: str, n: int) -> list[Answer]:
    items = list(catalogue()[instrument].items)[:n]
    return [Answer(f"{instrument}-{item.id}", OCCASION, item.id, item.scale.values[0]) for item in items]


def _answer_safety(partner: PartnerService) -> None:
    for answer in _answers("safety", 10):  # one by one, as they are given
        partner.save_answers([answer])


DEEDS: dict[str, Callable[[PartnerService], object]] = {
    "nothing": lambda _partner: None,
    "declined": lambda partner: partner.decide(INSTRUMENT, OCCASION, Grain.NOTHING),
    "scores": lambda partner: partner.decide(INSTRUMENT, OCCASION, Grain.SCORES),
    "answers": lambda partner: partner.decide(INSTRUMENT, OCCASION, Grain.ANSWERS),
    "safety": _answer_safety,
    "blocked": lambda partner: partner.block_free_text(blocked=True),
    "setting": lambda partner: partner.add_event("setting", {"name": "week", "value": 3}),
}


def _compare(size: int, seed: int, *, only_running: bool = False) -> Counts:
    chance = random.Random(seed)
    counts: Counts = dict.fromkeys(("trials", "told_apart", "readable", "n_files"), 0)
    for _ in range(size):
        pair = [["nothing"], chance.sample(list(DEEDS)[1:], chance.randint(1, 3))]
        seen = [_world(deeds, counts, only_running=only_running) for deeds in pair]
        counts["trials"] += 1
        counts["told_apart"] += seen[0] != seen[1]
    return counts


def _world(deeds: list[str], counts: Counts, *, only_running: bool) -> list[tuple[int, int, int]]:
    """Do deeds; return of each file of heads its size, its size on the disk and how much of it is not random."""
    with scratch() as folder:
        data, stick = folder / "data", folder / "stick"
        for place in (data, stick):
            place.mkdir(mode=0o700)
        store, forever = SqlCipherStore(data, KEY), float("inf")
        household = Household(store, sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP)
        first = household.accounts.create_couple(NAMES[0], PASSPHRASES[0])
        household.accounts.join(first.code, NAMES[1], PASSPHRASES[1])
        partner = household.seat_partner(first.actor)
        partner.save_answers(_answers(INSTRUMENT, 99))
        for deed in deeds:
            DEEDS[deed](partner)
        open_heads = _as_unsealed(store)
        running = [_told(data / HEADS_NAME, open_heads, counts)]
        if only_running:
            store._witness.close()  # it would not open again
            return running
        killed = folder / "killed"
        killed.mkdir(mode=0o700)
        for name in _FILES:
            shutil.copyfile(data / name, killed / name)
        made = back_up(data, KEY, stick)
        household.close()
        SqlCipherStore(killed, KEY).close()  # as the next start does
        return running + [_told(place / HEADS_NAME, open_heads, counts) for place in (data, killed, made)]


def _as_unsealed(store: SqlCipherStore) -> list[bytes]:
    """Return all that the heads say, in the forms in which it would lie there."""
    witness, logs = store._witness, store.logs()
    found = [head.link for log in logs if (head := witness.of(log))]
    parts = [witness.mark, *found, *(witness.tag(log) for log in logs)]
    return [form for part in parts for form in (part, part.hex().encode())] + [log.encode() for log in logs]


def _told(path: Path, forms: list[bytes], counts: Counts) -> tuple[int, int, int]:
    content, found = path.read_bytes(), path.stat()
    counts["n_files"] += 1
    counts["readable"] += sum(form in content for form in forms)
    strange = sum(not 118 < sum(block) / BLOCK < 137 for block in _blocks(content)[1:])
    return found.st_size, found.st_blocks, strange
