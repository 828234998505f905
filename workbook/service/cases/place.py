"""One person's place in a case: one cell of one size, whatever they joined and granted.

Where there is a practice everybody has such a place, written anew at the begin and the end of each of their
sittings. It is sealed to the therapist of the case and to its person, and to nobody else; with nothing in it,
to its person alone. So who joined and what was granted can be told neither from the disk nor from
the partner's pages. What lies in it is what its own person's sitting published, and how they rated sessions.

A restored backup brings a cell back as it was: so what is granted has a name, and one that was taken back or
replaced is noted as ended.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from workbook.errors import StorageError, WrongKeyError, problem
from workbook.service.formats import crypto
from workbook.service.formats.case_values import Granted, Rating, ToCase
from workbook.service.formats.rows import dump, load
from workbook.service.formats.two_readers import ROOM, open_as_either, pack, seal_for_two
from workbook.storage.base import Cell, Store, Writing

_PLACE = "shown/"


@dataclass(frozen=True, slots=True)
class Place:
    """What lies in somebody's place, all of it plain.

    ``board_key`` opens the case's board. ``name`` is that of what is granted; ``policy_hash`` that of the
    words they read before; ``progress`` is by chapter. What is ``published`` is one text, so that whoever
    only lists places need not read it: see `publications`.
    """

    person_id: str
    couple_id: str
    case_id: str
    therapist_id: str
    board_key: str
    joined: str
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    policy_hash: str = ""
    until: str = ""
    grants: Mapping[str, Granted] = field(default_factory=dict)
    progress: Mapping[str, str] = field(default_factory=dict)
    published: str = "[]"
    ratings: tuple[Rating, ...] = ()

    def publications(self) -> list[dict[str, Any]]:
        """Return what is published, each as `publication_to_json` writes it."""
        found: list[dict[str, Any]] = load(self.published.encode())
        return found

    def publishing(self, progress: Mapping[str, str], publications: Sequence[Mapping[str, Any]]) -> "Place":
        """Return it with these, in the place of all that was published."""
        return replace(self, progress=progress, published=dump(list(publications)).decode())

    def is_over(self, today: date) -> bool:
        """Tell whether the time of what is granted is over: then it is read as nothing."""
        return bool(self.until) and self.until <= today.isoformat()

    def may_show(self, facet: str) -> bool:
        """Tell whether a topic of this facet may be shown to the partner, as far as the grants go.

        The therapist sees it too, so it takes what lets them see scores as well.
        """
        granted = self.grants.get(facet.partition(".")[0], Granted())
        return granted.in_session and granted.to_case in (ToCase.SCORES, ToCase.ANSWERS)

    def emptied(self) -> "Place":
        """Return it with nothing published: as one that grants nothing."""
        return self.publishing({}, ())

    def renamed(self) -> "Place":
        """Return it under another name, where something was granted: that is no longer what is."""
        return replace(self, name=uuid.uuid4().hex) if self.grants else self


def place_cell(person_id: str) -> str:
    """Return the name of the cell that is somebody's place."""
    return f"{_PLACE}{person_id}"


def people_with_place(store: Store) -> list[str]:
    """Return the ids of all who have one, whether anything lies in it or not."""
    return [name.removeprefix(_PLACE) for name in store.cells(_PLACE)]


def open_place(store: Store, person_id: str, private: bytes) -> tuple[Place | None, Cell]:
    """Return what lies in somebody's place for one of its two readers, and the cell as it was seen.

    None where nothing does, or nothing for this reader, or what a restored backup brought back.
    """
    cell = store.read_cell(place_cell(person_id))
    if cell.content is None:
        return None, cell
    try:
        content = open_as_either(cell.content, private, _bound_to(person_id))
    except WrongKeyError:
        return None, cell
    if content is None:
        return None, cell
    place = _place(content)
    is_ended = bool(store.ended_among([place.name]))
    return (None if is_ended or place.person_id != person_id else place), cell


def writing_place(person_id: str, place: Place | None, cell: Cell, own: bytes, therapist: bytes) -> Writing:
    """Return what puts this in the place of what was seen there; None for nothing.

    Parameters
    ----------
    own, therapist : bytes
        Public keys; the therapist's is empty where nothing is to lie there: then it opens for nobody else.

    Raises
    ------
    StorageError
        There is no room for so much.
    """
    packed = pack(None if place is None else asdict(place))
    if len(packed) > ROOM:
        raise StorageError(problem("errors.case.too_much"))
    other = therapist if place is not None else crypto.new_key_pair().public
    sealed = seal_for_two(packed, other, own, _bound_to(person_id))
    return Writing(cells={cell.name: sealed}, seen={cell.name: cell.stamp})


def note_place_ended(store: Store, before: Place | None) -> None:
    """Note that what was granted before was taken back or replaced: no restored backup brings it back.

    It lies apart from the data, so it is no part of the write before: cut short between the two, a backup
    from before could bring it back.
    """
    if before is not None:
        store.mark_ended(before.name)


def _place(content: Mapping[str, Any]) -> Place:
    grants = {
        name: Granted(ToCase(one["to_case"]), one["in_session"]) for name, one in content["grants"].items()
    }
    ratings = tuple(Rating(**one) for one in content["ratings"])
    return Place(**{**content, "grants": grants, "ratings": ratings})


def _bound_to(person_id: str) -> str:
    return f"shown to a case by {person_id}"
