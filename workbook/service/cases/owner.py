"""A partner as the owner of their place in a case: what reaches it, and what their sittings write there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from workbook.errors import StorageError
from workbook.service.cases.board import Board, read_board
from workbook.service.cases.office import is_standing
from workbook.service.cases.place import Place, open_place, writing_place
from workbook.service.cases.published import OwnDrawer
from workbook.service.cases.therapists import Therapists
from workbook.service.cases.words_read import hash_of_words
from workbook.service.formats.case_values import Homework, MyCase
from workbook.service.identity.directory import Directory
from workbook.storage.base import Cell, Store, Writing


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a place, in their sitting, with the key pair that opens it.

    ``therapists`` are looked up for the key that a place is sealed to.
    """

    person_id: str
    couple_id: str
    public: bytes
    private: bytes
    store: Store
    therapists: Therapists

    def place(self) -> tuple[Place | None, Cell]:
        """Return what lies in their place, and the cell as it was seen; None once the two have parted."""
        place, cell = open_place(self.store, self.person_id, self.private)
        is_theirs = place is not None and place.couple_id == self.couple_id
        return (place if is_theirs and not Directory(self.store).is_unpaired(self.couple_id) else None), cell

    def board_of(self, place: Place | None) -> Board | None:
        """Return the board of the case they have joined; None where it was closed."""
        if place is None:
            return None
        board, _ = read_board(self.store, bytes.fromhex(place.board_key))
        if board is None or board.case_id != place.case_id:
            return None
        return board if board.couple_id in ("", place.couple_id) else None

    def writing(self, place: Place | None, cell: Cell) -> Writing:
        """Return what puts this in their place, sealed to the therapist and to themselves."""
        therapist = self.therapists.by_id(place.therapist_id) if place is not None else None
        if place is None or therapist is None or therapist.keys is None:
            return writing_place(self.person_id, None, cell, self.public, b"")
        return writing_place(self.person_id, place, cell, self.public, bytes.fromhex(therapist.keys.public))

    def settling(self, own: OwnDrawer | None, *, today: date | None = None) -> Writing:
        """Return what every sitting writes in its person's place, at its begin and its end.

        What is there is sealed anew, with what is granted as it is now. What holds no longer, since its time
        is over or the policy has changed, is destroyed; so is all of a case that was closed. Without their
        drawer (``own``) what was published stays as it was.
        """
        place, cell = self.place()
        board = self.board_of(place)
        if place is None or board is None:
            return self.writing(None, cell)
        if not is_standing(place, board, today or datetime.now(UTC).date()):
            return self.writing(place.emptied(), cell)
        try:
            return self.writing(place if own is None else own.filling(place), cell)
        except StorageError:  # more than finds room: nothing is better than what holds no more
            return self.writing(place.emptied(), cell)

    def case(self, aside: set[str]) -> MyCase | None:
        """Return their place as they read it, without the homework that they put aside."""
        place, _ = self.place()
        board = self.board_of(place)
        if place is None or board is None:
            return None
        homework: tuple[Homework, ...] = tuple(one for one in board.homework if one.id not in aside)
        stands = bool(place.grants) and is_standing(place, board, datetime.now(UTC).date())
        return MyCase(
            board.therapist,
            place.joined,
            board.policy,
            hash_of_words(board.policy),
            dict(place.grants),
            place.until,
            stands,
            homework,
        )


def joined_now(owner: Owner, board: Board, key: bytes) -> Place:
    """Return the place of somebody who has just joined a case: nothing is granted by it."""
    day = datetime.now(UTC).date().isoformat()
    return Place(owner.person_id, owner.couple_id, board.case_id, board.therapist_id, key.hex(), day)
