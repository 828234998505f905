"""A case's board: what a therapist says to those who join it, in one cell that its invite code opens.

It holds the policy, the homework, and which couple was let in. Its name and its key follow from the code by
the same costly derivation as a passphrase's, so whoever has the disk learns neither which code there is nor
whether anybody has joined: a board is as long with a couple as without, and nobody who joins writes on it.
Their therapist's sittings write every board anew, and let in the couple of whoever joined first. Whoever has
joined keeps the key in their own place, the therapist in their own drawer.
"""

import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from workbook.errors import WrongKeyError
from workbook.service.formats import crypto
from workbook.service.formats.case_values import Homework, Policy
from workbook.service.formats.cells import compress, decompress, open_cell, seal_cell
from workbook.service.formats.rows import read_row, write_row
from workbook.service.identity.codes import plain_code
from workbook.storage.base import Cell, Store, Writing

_BOARD = "case/"
_SALT = b"an invite's code"  # the same for all: a code is drawn by chance, and has to be found by itself


@dataclass(frozen=True, slots=True)
class Board:
    """What stands on a case's board. ``couple_id`` is empty until one was let in."""

    case_id: str
    therapist_id: str
    therapist: str
    public: str
    policy: Policy = field(default_factory=Policy)
    couple_id: str = ""
    homework: tuple[Homework, ...] = ()


def key_of(code: str, cost: crypto.Cost) -> bytes:
    """Return the key that an invite code stands for; it takes as long for one that nobody was given."""
    return crypto.derive_key(plain_code(code), _SALT, cost)


def board_cell(key: bytes) -> str:
    """Return the name of the cell that a key opens."""
    return f"{_BOARD}{hmac.digest(key, b'name', 'sha256').hex()[:40]}"


def read_board(store: Store, key: bytes) -> tuple[Board | None, Cell]:
    """Return what stands on a board, and the cell as it was seen; None where there is none, or no more."""
    cell = store.read_cell(board_cell(key))
    if cell.content is None:
        return None, cell
    try:
        content = read_row(decompress(open_cell(_sealing(key), cell.content, cell.name)))
    except WrongKeyError:
        return None, cell
    return _board(content), cell


def writing_board(key: bytes, board: Board, cell: Cell) -> Writing:
    """Return what puts a board in the place of what was seen there."""
    sealed = seal_cell(_sealing(key), compress(write_row(asdict(board))), cell.name)
    return Writing(cells={cell.name: sealed}, seen={cell.name: cell.stamp})


def removing_board(cell: Cell) -> Writing:
    """Return what removes a cell for good, if it is there."""
    if cell.content is None:
        return Writing()
    return Writing(cells={cell.name: None}, seen={cell.name: cell.stamp})


def _sealing(key: bytes) -> bytes:
    return hmac.digest(key, b"board", "sha256")


def _board(content: Mapping[str, Any]) -> Board:
    policy, homework = Policy(**content["policy"]), tuple(Homework(**one) for one in content["homework"])
    return Board(**{**content, "policy": policy, "homework": homework})
