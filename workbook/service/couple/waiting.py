"""What each of the two has decided and waits to open: one cell for each, sealed with the couple's key.

A cell is as long whatever waits in it, and is written anew in every sitting of its person, so nobody without
the couple's key learns whether anything was decided. Who decides to show something has to know whether the
other's cell has the same round: it begins with a fixed number of **marks**, keyed digests of the rounds that
wait, and all of them are compared. What waits for other rounds is not opened, so how long that takes tells
nothing of it.

A choice of *nothing* is kept in the drawer of whoever made it, and nowhere else. While there is no couple's
key, the drawer keeps all of it.
"""

import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.errors import StorageError, problem
from workbook.instruments.model import Instrument
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import HELD, WAITING, Record
from workbook.service.couple.sealing import CoupleStore, held_entry, is_held_for
from workbook.service.formats.cells import ROOM, compress, decompress, open_cell, seal_cell
from workbook.service.formats.rows import read_row, renewed, write_row
from workbook.sharing import Grain, rules_in_words
from workbook.storage.base import Cell, Row, Store, Writing
from workbook.storage.location import RESTORED

Round = tuple[str, str]
Entries = Mapping[Round, Mapping[str, Any]]
"""By instrument and occasion: the publication as plain JSON, at the granted grain, and its ``decision``."""
N_MARKS, _MARK_BYTES, _RULES_BYTES = 256, 16, 16
EXERCISE = "exercise "
"""What stands before an exercise's id where a choice about it waits: in the place of an instrument."""
_UNKNOWN_RULES = bytes(_RULES_BYTES)
_ORDER = tuple(Grain)


def pending_log(couple_id: str) -> str:
    """Return the name of the log in which decisions waited, before there were cells."""
    return f"pending/{couple_id}"


def waiting_cell(couple_id: str, person_id: str) -> str:
    """Return the name of the cell in which somebody's decisions wait."""
    return f"pending/{couple_id}/{person_id}"


def n_restored(store: Store) -> int:
    """Return how often a backup was put in this store's place.

    What waited in a backup may have been taken back since: it is decided anew. So each decision says after
    how many restorings it was made.
    """
    return store.heads([RESTORED])[RESTORED]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits between two, as one of them reaches it, or two together, who have no drawer.

    Parameters
    ----------
    couple : CoupleStore
        With the couple's key, or holding what is written in ``drawer``.
    people : collection of str
        Everybody who was admitted to the couple.
    rules : bytes
        What is held back now; see `rules_of`.
    """

    couple: CoupleStore
    people: Collection[str]
    drawer: Drawer | None = None
    rules: bytes = bytes(_RULES_BYTES)

    # -- one's own ----------------------------------------------------------------------
    def own(self) -> dict[Round, dict[str, Any]]:
        """Return what waits of the person whose drawer it is."""
        if self.drawer is None:
            return {}
        if self.couple.is_held:
            return held_in(self.drawer, self.couple.couple_id)
        return self._standing(self._cell(self.drawer.person_id))

    def changing(
        self,
        key: Round,
        entry: Mapping[str, Any] | None,
        records: Sequence[Record],
        *,
        instead_of: Sequence[Record] = (),
    ) -> Writing:
        """Return what puts an entry in the place of one's own, or takes it away, and keeps records beside it.

        Cell and drawer are written whatever there was. Records they are kept ``instead_of`` are destroyed.
        """
        drawer = self._require_drawer()
        if self.couple.is_held:
            before = [one for one in drawer.records() if one.kind == WAITING and _key(one.payload) == key]
            made = [] if entry is None else [_record(self.couple, entry)]
            return drawer.keeping([*records, *made], instead_of=[*before, *instead_of])
        cell = self._cell(drawer.person_id)
        kept = {one: about for one, about in self._standing(cell).items() if one != key}
        filled = kept if entry is None else {**kept, key: entry}
        keeping = drawer.keeping(records, instead_of=instead_of)
        return Writing.of(keeping, self._filling(cell, filled))

    def rewriting(self) -> Writing:
        """Return what writes one's own cell anew, with what is in it: for the begin and end of a sitting.

        Who is the first to come makes the other's as well: that it is there tells nothing.
        """
        if self.couple.is_held:
            return Writing()
        parts = [self._filling(cell, {}) for cell in self.others() if cell.content is None]
        if self.drawer is not None:
            cell = self._cell(self.drawer.person_id)
            parts.append(self._filling(cell, self._standing(cell)))
        return Writing.of(*parts)

    # -- the other's -----------------------------------------------------------------------
    def others(self) -> list[Cell]:
        """Return the cell of the other, as it is now; of two together, both."""
        own = self.drawer.person_id if self.drawer is not None else ""
        return [self._cell(person_id) for person_id in self.people if person_id != own]

    def find(self, others: Sequence[Cell], key: Round, round: int) -> dict[str, Any] | None:
        """Return what waits of the other for a round, if anything: all else stays closed."""
        wanted, n = self._mark(key, round), n_restored(self.couple)
        for cell in others:
            content = self._opened(cell)
            marks = [content[at : at + _MARK_BYTES] for at in _places()]
            if sum(hmac.compare_digest(mark, wanted) for mark in marks):  # all of them, found or not
                entry = self._entries(cell).get(key)
                if entry is not None and entry["restored"] == n:
                    return entry
        return None

    def opened(
        self,
        others: Sequence[Cell],
        key: Round,
        records: Sequence[Record],
        *,
        instead_of: Sequence[Record] = (),
    ) -> Writing:
        """Return what takes a round that opens from both cells, and keeps records in one's own drawer."""
        return Writing.of(
            self.changing(key, None, records, instead_of=instead_of), self._without(others, key)
        )

    def clearing(self, key: Round) -> Writing:
        """Return what takes something from the cells of all others: of two together, from both."""
        return self._without(self.others(), key)

    # -- of both ----------------------------------------------------------------------------
    def renewing(self, instruments: Mapping[str, Instrument]) -> Writing:
        """Return what makes anew what waits, in both cells, where other items have come to be held back.

        Whether that is so stands at the beginning of a cell: nothing is opened to find out.
        """
        parts = []
        for cell in [] if self.couple.is_held else map(self._cell, self.people):
            if cell.content is not None and self._opened(cell)[:_RULES_BYTES] != self.rules:
                there = self._entries(cell)
                made = {key: _renewed(entry, instruments) for key, entry in there.items()}
                parts.append(self._filling(cell, made, self.rules))
        return Writing.of(*parts)

    def taking_in(self, rows: Sequence[Row]) -> Writing:
        """Return what moves decisions from the log of an earlier version, opened, into the cells.

        Without a key: one's own, into one's drawer.
        """
        living = [row for row in rows if row.payload is not None]
        contents = {row.sequence: read_row(row.payload or b"{}") for row in living}
        if self.couple.is_held:
            own = self.drawer.person_id if self.drawer is not None else ""
            living = [row for row in living if contents[row.sequence].get("person_id") == own]
        if not living:
            return Writing()
        by_person: dict[str, dict[Round, dict[str, Any]]] = {}
        for row in living if not n_restored(self.couple) else ():
            if row.kind == "pending":
                content = contents[row.sequence]
                _take(by_person.setdefault(content["person_id"], {}), content)
        parts = [Writing(superseded={living[0].log: [row.sequence for row in living]})]
        for person_id, found in by_person.items():
            if self.couple.is_held:
                made = [_record(self.couple, entry) for key, entry in found.items() if key not in self.own()]
                parts.append(self._require_drawer().keeping(made))
            elif person_id in self.people:
                cell = self._cell(person_id)
                parts.append(self._filling(cell, {**found, **self._entries(cell)}, _UNKNOWN_RULES))
        return Writing.of(*parts)

    def moving_held(self) -> Writing:
        """Return what moves what waited in the drawer into one's own cell; what is of another couple goes."""
        drawer = self._require_drawer()
        held = [one for one in drawer.records() if one.kind == WAITING or _is_older(one)]
        if not held or self.couple.is_held:
            return Writing()
        cell = self._cell(drawer.person_id)
        found = {**self._standing(cell), **held_in(drawer, self.couple.couple_id)}
        return Writing.of(self._filling(cell, found, _UNKNOWN_RULES), drawer.keeping([], instead_of=held))

    # -- within -------------------------------------------------------------------------------
    def _without(self, cells: Sequence[Cell], key: Round) -> Writing:
        parts = []
        for cell in cells:
            left = {one: about for one, about in self._entries(cell).items() if one != key}
            parts.append(self._filling(cell, left))
        return Writing.of(*parts)

    def _standing(self, cell: Cell) -> dict[Round, dict[str, Any]]:
        n = n_restored(self.couple)
        return {key: entry for key, entry in self._entries(cell).items() if entry["restored"] == n}

    def _require_drawer(self) -> Drawer:
        if self.drawer is None:
            raise ValueError("two together have no drawer to decide from")
        return self.drawer

    def _cell(self, person_id: str) -> Cell:
        return self.couple.read_cell(waiting_cell(self.couple.couple_id, person_id))

    def _opened(self, cell: Cell) -> bytes:
        if cell.content is None:
            return self.rules + bytes(N_MARKS * _MARK_BYTES)
        return open_cell(self.couple.secret("waiting"), cell.content, cell.name)

    def _entries(self, cell: Cell) -> dict[Round, dict[str, Any]]:
        content = self._opened(cell)[_RULES_BYTES + N_MARKS * _MARK_BYTES :]
        kept = read_row(decompress(content))["waiting"] if content else []
        return {_key(entry): entry for entry in kept}

    def _filling(self, cell: Cell, entries: Entries, rules: bytes | None = None) -> Writing:
        """Return what puts entries into a cell, if it holds what was seen there."""
        if len(entries) > N_MARKS:
            raise StorageError(problem("errors.storage.full_waiting"))
        marks = [self._mark(key, entry["round"]) for key, entry in entries.items()]
        marks += [secrets.token_bytes(_MARK_BYTES) for _ in range(N_MARKS - len(marks))]
        secrets.SystemRandom().shuffle(marks)
        body = compress(write_row({"waiting": [dict(entry) for entry in entries.values()]}))
        head = self._opened(cell)[:_RULES_BYTES] if rules is None else rules
        content = head + b"".join(marks) + body
        if len(content) > ROOM:
            raise StorageError(problem("errors.storage.full_waiting"))
        sealed = seal_cell(self.couple.secret("waiting"), content, cell.name)
        return Writing(cells={cell.name: sealed}, seen={cell.name: cell.stamp})

    def _mark(self, key: Round, round: int) -> bytes:
        about = "\n".join((*key, str(round))).encode()
        return hmac.digest(self.couple.secret("marks"), about, "sha256")[:_MARK_BYTES]


def rules_of(instruments: Mapping[str, Instrument]) -> bytes:
    """Return what stands for all that is held back now, in any version of any instrument."""
    rules = rules_in_words(instruments)
    return hmac.digest(b"rules", rules.encode(), "sha256")[:_RULES_BYTES]


def held_in(drawer: Drawer, couple_id: str) -> dict[Round, dict[str, Any]]:
    """Return what waits in a drawer, since there is no couple's key yet; also of an earlier version."""
    found: dict[Round, dict[str, Any]] = {}
    for record in drawer.records():
        if record.kind == WAITING and record.payload["couple_id"] == couple_id:
            found[_key(record.payload)] = dict(record.payload)
        elif is_held_for(record, pending_log(couple_id)) and held_entry(record).kind == "pending":
            _take(found, read_row(held_entry(record).payload))
    return found


def _take(found: dict[Round, dict[str, Any]], content: Mapping[str, Any]) -> None:
    """Take in a row of an earlier version: one for each grain, of which the finest holds all the others.

    The newest decision counts, also one for nothing.
    """
    key, grain = _key(content), Grain(content["grain"])
    before = found.pop(key, None)
    if before is not None and before["decision"] == content["decision"]:
        content = max(before, content, key=lambda one: _ORDER.index(Grain(one["grain"])))
    if grain is not Grain.NOTHING:
        found[key] = dict(content) | {"restored": 0}


def _renewed(entry: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    if str(entry["instrument"]).startswith(EXERCISE):  # it publishes no answers
        return dict(entry)
    return dict(entry) | renewed(entry, instruments)


def _record(couple: CoupleStore, entry: Mapping[str, Any]) -> Record:
    return Record(WAITING, f"waiting/{entry['decision']}", dict(entry) | {"couple_id": couple.couple_id})


def _is_older(record: Record) -> bool:
    return record.kind == HELD and str(record.payload["log"]).startswith("pending/")


def _places() -> range:
    return range(_RULES_BYTES, _RULES_BYTES + N_MARKS * _MARK_BYTES, _MARK_BYTES)


def _key(content: Mapping[str, Any]) -> Round:
    return content["instrument"], content["occasion"]
