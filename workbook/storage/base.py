"""What every store promises: four verbs over named, append-only logs, and cells beside them.

A store knows logs, rows and cells. It knows no questionnaires, no people and no rights; payloads
are opaque bytes. A log keeps count of all that ever happened in it. A cell does not: it holds one
content of one size, and what is put there takes the place of what there was.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import index
from types import MappingProxyType
from typing import Any, TypeVar

Given = TypeVar("Given")
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a caller asks to be written. ``operation_id`` makes a retry harmless."""

    log: str
    operation_id: str
    kind: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """What was written. ``payload`` is ``None`` once the row was forgotten.

    ``sequence`` counts from 1 within its own log: a global number would show one partner
    that the other is writing. Order is by sequence, never by clock. ``at`` is the day, UTC
    (`day_of`): whoever needs the hour puts it into the payload, where it can be sealed.
    """

    log: str
    sequence: int
    operation_id: str
    kind: str
    payload: bytes | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds, and the stamp by which whoever saw this very content is known.

    A cell that is not there holds ``None``, under `NO_STAMP`.
    """

    name: str
    content: bytes | None
    stamp: bytes


NO_STAMP = b""


def stamp_of(content: bytes | None) -> bytes:
    """Return the stamp of a content: its digest, so it counts nothing and tells no time.

    >>> stamp_of(None) == NO_STAMP, len(stamp_of(b"content"))
    (True, 32)
    """
    return NO_STAMP if content is None else hashlib.sha256(content).digest()


def day_of(moment: datetime) -> datetime:
    """Return when its day began, UTC: all that a store keeps of when a row was written.

    >>> day_of(datetime(2026, 5, 1, 23, 59, tzinfo=UTC)).isoformat()
    '2026-05-01T00:00:00+00:00'
    """
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Writing:
    """All that one `Store.write` changes: rows to add, by log the sequences of rows to destroy, cells.

    ``superseded`` rows live on in newer ones: a backup from before may bring them back, because
    without them it would hold neither. Those of ``forget`` never come back.

    ``cells`` are given new contents, or removed for good where that is ``None``. ``seen`` are the stamps
    of all cells that it rests on, changed or not: where one holds something else by now, nothing is written.

    >>> Writing(forget={"log": range(1, 3)}).forget
    {'log': frozenset({1, 2})}
    """

    entries: Sequence[Entry] = ()
    forget: Mapping[str, Iterable[int]] = field(default_factory=dict)
    superseded: Mapping[str, Iterable[int]] = field(default_factory=dict)
    cells: Mapping[str, bytes | None] = field(default_factory=dict)
    seen: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, *parts: "Writing") -> "Writing":
        """Return all that several change, as one.

        Raises
        ------
        ValueError
            Two of them give one cell different contents, or have seen different ones there.

        >>> Writing.of(Writing(forget={"log": [1]}), Writing(forget={"log": [2]})).forget
        {'log': frozenset({1, 2})}
        """
        entries = [entry for part in parts for entry in part.entries]
        destroyed: list[dict[str, frozenset[int]]] = [{}, {}]
        for part in parts:
            for given, kept in zip((part.forget, part.superseded), destroyed, strict=True):
                for log, wanted in given.items():
                    kept[log] = kept.get(log, frozenset()) | frozenset(wanted)
        cells = _agreed([part.cells for part in parts])
        seen = _agreed([part.seen for part in parts])
        return cls(entries, destroyed[0], destroyed[1], cells, seen)

    def __post_init__(self) -> None:
        for name, given in (("forget", self.forget), ("superseded", self.superseded)):
            if given:  # taken in once, and before anything is written
                named = {log: frozenset(map(index, wanted)) for log, wanted in given.items()}
                object.__setattr__(self, name, {log: wanted for log, wanted in named.items() if wanted})

    @property
    def destroys(self) -> bool:
        """Whether it names rows to destroy."""
        return bool(self.forget or self.superseded)

    @property
    def is_empty(self) -> bool:
        """Whether it adds and destroys nothing."""
        return not self.entries and not self.destroys and not self.cells

    def destroyed(self) -> Iterable[tuple[str, frozenset[int]]]:
        """Yield every log with rows to destroy, and their sequences."""
        for named in (self.forget, self.superseded):
            yield from ((log, frozenset(wanted)) for log, wanted in named.items())


def _agreed(parts: Sequence[Mapping[str, Given]]) -> dict[str, Given]:
    together: dict[str, Given] = {}
    for part in parts:
        if any(together.get(name, value) != value for name, value in part.items()):
            raise ValueError("two parts of one write disagree about a cell")
        together.update(part)
    return together


class Store(ABC):
    """Named append-only logs of rows, and cells: `write`, `read`, `heads` and `watch`.

    Promises, kept by every implementation and checked by one contract suite:

    - **durable**: when `write` returns, what it wrote survives a crash and a power cut;
    - **whole**: one `write` adds all of its entries, over any logs, and destroys all it names, or
      does nothing at all;
    - **told what was seen**: where a log that a write *expects* has moved on, nothing is written.
      So what was decided from rows that were read holds, whoever else decides at the same moment;
    - **idempotent**: an entry whose (log, operation_id) exists gives back the existing row. This is
      looked at before what is expected: a write all of which was done before gives its rows again;
    - **ordered**: sequences within a log are 1, 2, 3 … without gaps; a forgotten row keeps
      its number as a tombstone, and a log's head is the last number ever given;
    - **without a count**: a cell keeps its content and nothing of how often, when or in which order it was
      written. Who changes one says what they saw there; a size once chosen for a cell is its size for good;
    - **forgetful**: forgetting destroys payloads beyond recovery from the file, and only it
      removes anything; restoring a backup brings back at most what newer rows had superseded, and cells
      as they were then, but none that was removed. What a cell held before is overwritten;
    - **final**: what `mark_ended` noted no backup takes back, and `drop_set_aside` leaves no older
      copy of the store beside it;
    - **tamper-evident**: each log is a hash chain over salted digests whose head is kept
      outside the file, so a changed, cut or replaced log is noticed at opening or read; so is a
      cell that holds anything but what was last put there.
    """

    @abstractmethod
    def write(
        self,
        entries: Sequence[Entry],
        *,
        expect: Mapping[str, int] = NOTHING,
        forget: Mapping[str, Iterable[int]] = NOTHING,
        superseded: Mapping[str, Iterable[int]] = NOTHING,
        cells: Mapping[str, bytes | None] = NOTHING,
        seen: Mapping[str, bytes] = NOTHING,
    ) -> list[Row]:
        """Do all that is asked in one transaction, or nothing; give the entries' rows, in the order asked.

        What is destroyed was there before: no row of the same write. Destroying moves no head, so
        whoever destroys in order to change what others decide adds an entry as well.

        Parameters
        ----------
        entries : sequence of Entry
            Rows to add. What is there already is not added again, and its row is given as it stands.
        expect : mapping of str to int, optional
            By log the last sequence that the writer has seen, 0 for a log that is not there yet;
            also logs to which nothing is added. A write of nothing asks whether all is still so.
        forget, superseded : mapping of str to iterable of int, optional
            Rows whose payloads are destroyed; see `Writing`.
        cells, seen : mapping of str to bytes, optional
            Cells with what they are to hold, or None to remove one for good; and the stamps of those that
            were seen, of each that is changed at least. See `Writing`.

        Raises
        ------
        ConflictError
            An expected log has another head, or a cell another stamp, and not everything asked for was
            done before. Nothing is written, and nobody who watches hears of anything.
        StorageError
            An entry or a cell can't be kept, or the store can't write. Nothing is acknowledged.
        """

    @abstractmethod
    def read_cell(self, name: str) -> Cell:
        """Return what a cell holds now."""

    @abstractmethod
    def cells(self, prefix: str = "") -> list[str]:
        """Return the names of all cells that begin so, sorted."""

    @abstractmethod
    def settle_down(self) -> None:
        """Leave nothing beside the data that counts what was written lately.

        For the end of a sitting. What can't be done just now, since others read or write, is left to the
        next end: this raises nothing for it.
        """

    @abstractmethod
    def read(self, log: str, after: int = 0) -> list[Row]:
        """Return rows of a log with ``sequence > after``, ascending, tombstones included."""

    @abstractmethod
    def heads(self, logs: Iterable[str]) -> dict[str, int]:
        """Return each log's last sequence ever given, also to a row forgotten since; 0 for none."""

    @abstractmethod
    def logs(self, prefix: str = "") -> list[str]:
        """Return the names of all logs that begin so, sorted."""

    @abstractmethod
    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        """Call ``notify`` with rows written from now on; the returned function stops it.

        By the name of a cell it is called with no rows, each time the cell was written.
        """

    @abstractmethod
    def drop_set_aside(self) -> None:
        """Destroy whole older copies of the store that lie beside it, as restoring leaves them.

        What somebody erases is in them too, perhaps under a key that is no longer the store's.
        """

    @abstractmethod
    def mark_ended(self, name: str) -> None:
        """Note apart from the data that something ended for good: no backup of it takes that back."""

    @abstractmethod
    def ended_among(self, names: Iterable[str]) -> set[str]:
        """Return those of these names that were noted as ended."""

    @abstractmethod
    def close(self) -> None:
        """Finish pending writes and release files. Closing twice is harmless."""
