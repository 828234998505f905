"""What somebody without a key can do to the file of heads, and what somebody with the key reads there."""

import secrets
from collections.abc import Callable
from pathlib import Path

from tests.proofs._writing import KEY
from workbook.storage import heads_file
from workbook.storage.base import Entry
from workbook.storage.heads_file import BLOCK, N_SLOTS, Keys, Standing
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore

N_COMMITS = 12
Tampering = Callable[[list[bytes], int], list[bytes]]
"""Given the blocks of a file and the newest record's number among them; records are the last `N_SLOTS` blocks."""


def leave_running(folder: Path, n_commits: int = N_COMMITS) -> Path:
    """Make a store as a killed process leaves it; beside it its heads after each commit, by ``earlier(left, n)``."""
    live, left = folder / "live", folder / "left"
    live.mkdir(mode=0o700)
    left.mkdir(mode=0o700)
    store = SqlCipherStore(live, KEY)
    for number in range(n_commits):
        earlier(left, number).write_bytes((live / HEADS_NAME).read_bytes())
        store.write([Entry(log, str(number), "note", b"marker") for log in ("a", f"b/{number % 3}")])
    for name in (FILE_NAME, f"{FILE_NAME}-wal", HEADS_NAME):
        (left / name).write_bytes((live / name).read_bytes())
        (left / name).chmod(0o600)
    store.close()
    return left


def earlier(left: Path, n_commits: int) -> Path:
    """Return where the heads lie as they were after so many commits."""
    return left.parent / f"after-{n_commits}.heads"


def standing(path: Path) -> Standing:
    """Read a file of heads as whoever has the key."""
    return heads_file.parse(Keys.of(KEY), path.read_bytes())


def blocks_of(path: Path) -> list[bytes]:
    """Return a file's blocks."""
    content = path.read_bytes()
    return [content[at : at + BLOCK] for at in range(0, len(content), BLOCK)]


def tamper(path: Path, how: Tampering) -> None:
    """Change a file of heads, block by block, without its key."""
    path.write_bytes(b"".join(how(blocks_of(path), first_record(path) + standing(path).slot)))


def first_record(path: Path) -> int:
    """Return the number of the first record's block."""
    return path.stat().st_size // BLOCK - N_SLOTS


def _at(blocks: list[bytes], newest: int, back: int) -> int:
    """Return the number of the block whose record is so many before the newest; they go round."""
    first = len(blocks) - N_SLOTS
    return first + (newest - first - back) % N_SLOTS


def _remove(*backs: int) -> Tampering:
    def how(blocks: list[bytes], newest: int) -> list[bytes]:
        for back in backs:
            blocks[_at(blocks, newest, back)] = secrets.token_bytes(BLOCK)
        return blocks

    return how


def _copy(back: int, over: int) -> Tampering:
    def how(blocks: list[bytes], newest: int) -> list[bytes]:
        blocks[_at(blocks, newest, over)] = blocks[_at(blocks, newest, back)]
        return blocks

    return how


def _swap(one: int, other: int) -> Tampering:
    def how(blocks: list[bytes], newest: int) -> list[bytes]:
        i, j = _at(blocks, newest, one), _at(blocks, newest, other)
        blocks[i], blocks[j] = blocks[j], blocks[i]
        return blocks

    return how


def _close_up(blocks: list[bytes], newest: int) -> list[bytes]:
    """Take out the one before the newest, and move the newest into its place."""
    return _remove(0)(_copy(0, over=1)(blocks, newest), newest)


def _spoil_snapshots(blocks: list[bytes], _newest: int) -> list[bytes]:
    return [blocks[0], *(secrets.token_bytes(BLOCK) for _ in blocks[1:-N_SLOTS]), *blocks[-N_SLOTS:]]


TAMPERINGS: dict[str, Tampering] = {
    "the one before the newest": _remove(1),
    "the one before, closed up": _close_up,
    "the older two": _remove(1, 2),
    "the newest two": _remove(0, 1),
    "all": _remove(0, 1, 2),
    "all but the oldest, which stands in all places": lambda blocks, n: _copy(2, 0)(
        _copy(2, 1)(blocks, n), n
    ),
    "the newest two swapped": _swap(0, 1),
    "the newest and the oldest swapped": _swap(0, 2),
    "the older two swapped": _swap(1, 2),
    "the newest over the one before": _copy(0, over=1),
    "the newest over the oldest": _copy(0, over=2),
    "the one before over the newest": _copy(1, over=0),
    "the one before over the oldest": _copy(1, over=2),
    "the oldest over the newest": _copy(2, over=0),
    "the snapshots": _spoil_snapshots,
    "the header": lambda blocks, _: [secrets.token_bytes(BLOCK), *blocks[1:]],
    "the header's salt": lambda blocks, _: [blocks[0][:20] + bytes(4) + blocks[0][24:], *blocks[1:]],
    "without its header": lambda blocks, _: blocks[1:],
    "one block taken out": lambda blocks, _: [*blocks[:-2], blocks[-1]],
    "one block put in twice": lambda blocks, _: [*blocks[:-2], *blocks[-2:-1], *blocks[-2:]],
    "cut by a block": lambda blocks, _: blocks[:-1],
    "cut by half": lambda blocks, _: blocks[: len(blocks) // 2],
    "cut by a byte": lambda blocks, _: [*blocks[:-1], blocks[-1][:-1]],
    "cut to its header": lambda blocks, _: blocks[:1],
    "cut to its name": lambda blocks, _: [blocks[0][:16]],
    "emptied": lambda _blocks, _: [],
    "longer": lambda blocks, _: [*blocks, secrets.token_bytes(BLOCK)],
}
"""Each of them has to be noticed; only the loss of the newest record alone looks like a crash."""


def take_newest(blocks: list[bytes], newest: int) -> list[bytes]:
    """Remove the newest record: what a crash may leave."""
    return _remove(0)(blocks, newest)


def tear_newest(blocks: list[bytes], newest: int) -> list[bytes]:
    """Leave half of the newest record, as a power cut may."""
    blocks[newest] = blocks[newest][: BLOCK // 2] + secrets.token_bytes(BLOCK // 2)
    return blocks
