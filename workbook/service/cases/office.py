"""A therapist's opened office: their drawer, and what couples' places hold for the key they have open.

An office lives as long as its therapist's sitting. Whatever it is asked about a case begins with their own
drawer: a case that is not in it does not exist for them.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from workbook.errors import AccessError, problem
from workbook.instruments.model import Instrument
from workbook.service.cases.board import Board, read_board, removing_board, writing_board
from workbook.service.cases.notes import notes_log
from workbook.service.cases.place import Place, open_place, people_with_place, place_cell
from workbook.service.cases.records import CaseRecord, PracticeFold, fold_practice
from workbook.service.cases.therapists import LOG, Therapist, rows_of
from workbook.service.cases.words_read import are_words_of_now
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import Record
from workbook.service.formats.case_values import CaseRead, CaseSeen, InCase, Progress
from workbook.service.formats.publications import publication_from_json
from workbook.service.formats.rows import renewed
from workbook.service.identity.directory import Directory
from workbook.storage.base import Store, Writing
from workbook.storage.deciding import Seen, decide_and_write

ALONE = "alone/"
"""What a tick begins with that says somebody was seen alone; their person id follows."""
Change = Callable[[Board], Board]
_PROGRESS: dict[str, Progress] = {"not_begun": "not_begun", "under_way": "under_way", "finished": "finished"}


@dataclass(frozen=True, slots=True)
class Joined:
    """One partner who has joined a case, and what of theirs the therapist may read now."""

    place: Place
    name: str
    side: str
    is_standing: bool


class Office:
    """What a therapist reaches in their sitting.

    Parameters
    ----------
    store, directory
        Where it all lies, and who has an account.
    account : Therapist
    drawer : Drawer
        Their own, opened.
    key, private : bytes
        That of their account, and the private half of their key pair.
    """

    def __init__(
        self,
        store: Store,
        directory: Directory,
        account: Therapist,
        drawer: Drawer,
        key: bytes,
        private: bytes,
    ) -> None:
        self.store, self.directory, self.account = store, directory, account
        self.drawer, self.key = drawer, key
        self._private = private
        self._lock = threading.Lock()
        self._opened: dict[str, tuple[bytes, Place | None]] = {}

    @property
    def person_id(self) -> str:
        """Whose office it is."""
        return self.drawer.person_id

    def fold(self) -> PracticeFold:
        """Return what their own drawer says."""
        return fold_practice(self.drawer.records())

    def board(self, case: CaseRecord) -> Board:
        """Return what stands on the board of a case.

        Raises
        ------
        AccessError
            It is gone: the case was closed meanwhile.
        """
        found, _ = read_board(self.store, bytes.fromhex(case.key))
        if found is None or found.therapist_id != self.person_id:
            raise AccessError(problem("errors.access.not_yours"))
        return found

    def change_boards(
        self, cases: Sequence[CaseRecord], change: Change, records: Sequence[Record] = ()
    ) -> None:
        """Change what stands on boards and keep records beside it, in one write."""

        def changed(_seen: object) -> Writing:
            parts = [self.drawer.keeping(records)] if records else []
            for case in cases:
                key = bytes.fromhex(case.key)
                board, cell = read_board(self.store, key)
                if board is not None and board.therapist_id == self.person_id:
                    parts.append(writing_board(key, change(board), cell))
            return Writing.of(*parts)

        decide_and_write(self.store, [], changed)

    # -- who has joined ---------------------------------------------------------------------
    def joined(self, fold: PracticeFold, only: str = "") -> dict[str, tuple[Board, list[Joined]]]:
        """Return each open case's board, and who has joined it with what they grant now; by case."""
        cases = [fold.case(only)] if only else [case for case in fold.cases.values() if not case.is_closed]
        boards = {case.case_id: read_board(self.store, bytes.fromhex(case.key))[0] for case in cases}
        here: dict[str, list[Place]] = {
            case_id: [] for case_id, board in boards.items() if board and board.therapist_id == self.person_id
        }
        for place in filter(None, map(self._place, people_with_place(self.store))):
            if place.case_id in here and place.board_key == fold.cases[place.case_id].key:
                here[place.case_id].append(place)
        self._let_in(fold, {case_id: places for case_id, places in here.items() if places}, boards)
        parted, found = self.directory.parted(), dict[str, tuple[Board, list[Joined]]]()
        for case_id, places in here.items():
            board = boards[case_id] or self.board(fold.cases[case_id])
            people = [self._as_joined(place, board) for place in places if place.couple_id not in parted]
            joined = sorted((one for one in people if one is not None), key=lambda one: one.side)
            found[case_id] = (board, joined)
        return found

    def settle(self) -> None:
        """Leave drawer and boards as every sitting does, at its begin and its end."""
        self.drawer.settle()
        fold = self.fold()
        self.change_boards([case for case in fold.cases.values() if not case.is_closed], lambda board: board)

    def logs(self) -> list[str]:
        """Return the logs that are all one's own."""
        return [self.drawer.log, notes_log(self.person_id)]

    def erasing(self, seen: Seen) -> Writing:
        """Return what destroys one's account, drawer, notes and boards; the places of others stay theirs."""
        boards = [read_board(self.store, bytes.fromhex(case.key))[1] for case in self.fold().cases.values()]
        drawer = self.store.read_cell(self.drawer.cell)
        gone = {log: [row.sequence for row in seen[log]] for log in self.logs()}
        gone[LOG] = rows_of(seen[LOG], self.person_id)
        return Writing.of(Writing(forget=gone), *map(removing_board, [*boards, drawer]))

    def _let_in(
        self, fold: PracticeFold, here: Mapping[str, Sequence[Place]], boards: dict[str, Board | None]
    ) -> None:
        """Let the couple of whoever joined first into each case that has none yet."""
        new = [fold.cases[case_id] for case_id in here if not _couple_of(boards[case_id])]
        if not new:
            return
        first = {
            case.case_id: min(here[case.case_id], key=lambda one: (one.joined, one.couple_id)).couple_id
            for case in new
        }

        def letting_in(board: Board) -> Board:
            return board if board.couple_id else replace(board, couple_id=first[board.case_id])

        self.change_boards(new, letting_in)
        boards.update({case.case_id: self.board(case) for case in new})

    def place_cells(self) -> list[str]:
        """Return the names of all cells in which something of one's cases may lie."""
        return [place_cell(person_id) for person_id in people_with_place(self.store)]

    def state(self) -> dict[str, tuple[Joined, ...]]:
        """Return what lies in one's cases now, by case: two readings tell whether anything has changed."""
        found = self.joined(self.fold())
        return {case_id: tuple(people) for case_id, (_, people) in found.items()}

    def _place(self, person_id: str) -> Place | None:
        """Return what lies in somebody's place for this therapist; opened anew only where it was written."""
        with self._lock:
            known = self._opened.get(person_id)
        stamp = self.store.read_cell(place_cell(person_id)).stamp
        if known is None or known[0] != stamp:
            place, cell = open_place(self.store, person_id, self._private)
            if place is not None and place.therapist_id != self.person_id:
                place = None
            known = (cell.stamp, place)
            with self._lock:
                self._opened[person_id] = known
        return known[1]

    def _as_joined(self, place: Place, board: Board) -> Joined | None:
        """Return somebody as one reads them now; None once they have left, parted or erased."""
        account = self.directory.account(place.person_id)
        if account is None or account.couple_id != place.couple_id:
            return None
        if board.couple_id != place.couple_id:
            return None
        today = datetime.now(UTC).date()
        stands = is_standing(place, board, today)
        return Joined(place if stands else place.emptied(), account.name, account.place, stands)


def is_standing(place: Place, board: Board, today: date) -> bool:
    """Tell whether what somebody granted holds: by the words of now, and its time is not over."""
    return are_words_of_now(place.policy_hash, board.policy) and not place.is_over(today)


def seen_case(
    case: CaseRecord, fold: PracticeFold, board: Board, people: Sequence[Joined], *, is_in_session: bool
) -> CaseSeen:
    """Return a case as it stands in a therapist's list."""
    ticks, marks = fold.ticks.get(case.case_id, ()), fold.marks.get(case.case_id, ())
    members = tuple(_member(one) for one in people)
    alone = [f"{ALONE}{one.place.person_id}" in ticks for one in people]
    return CaseSeen(
        case.case_id,
        case.label,
        case.code,
        case.made,
        board.couple_id if people else "",
        members,
        ticks,
        len(alone) == 2 and all(alone),
        is_in_session,
        len(marks),
        max((mark.day for mark in marks), default=""),
        len(board.homework),
    )


def read_whole(
    seen: CaseSeen,
    fold: PracticeFold,
    board: Board,
    people: Sequence[Joined],
    instruments: Mapping[str, Instrument],
) -> CaseRead:
    """Return all that is granted of a case, over all occasions and sessions.

    What has come to be held back since it was published is left out on reading.
    """
    published = [content for one in people for content in one.place.publications()]
    publications = tuple(publication_from_json(renewed(content, instruments)) for content in published)
    ratings = tuple(rating for one in people for rating in one.place.ratings)
    marks = fold.marks.get(seen.case_id, ())
    return CaseRead(
        seen,
        publications,
        tuple(sorted(marks, key=lambda mark: mark.day)),
        tuple(sorted(ratings, key=lambda rating: rating.day)),
        board.homework,
    )


def _couple_of(board: Board | None) -> str:
    return board.couple_id if board is not None else ""


def _member(one: Joined) -> InCase:
    progress = {name: _PROGRESS[far] for name, far in one.place.progress.items()}
    return InCase(one.place.person_id, one.name, "a" if one.side == "a" else "b", one.place.joined, progress)
