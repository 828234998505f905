"""What every store promises: four verbs over named, append-only logs.

A store knows logs and rows. It knows no questionnaires, no people and no rights; payloads
are opaque bytes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import index
from types import MappingProxyType
from typing import Any

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


def day_of(moment: datetime) -> datetime:
    """Return when its day began, UTC: all that a store keeps of when a row was written.

    >>> day_of(datetime(2026, 5, 1, 23, 59, tzinfo=UTC)).isoformat()
    '2026-05-01T00:00:00+00:00'
    """
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Writing:
    """All that one `Store.write` changes: rows to add, and by log the sequences of rows to destroy.

    ``superseded`` rows live on in newer ones: a backup from before may bring them back, because
    without them it would hold neither. Those of ``forget`` never come back.

    >>> Writing(forget={"log": range(1, 3)}).forget
    {'log': frozenset({1, 2})}
    """

    entries: Sequence[Entry] = ()
    forget: Mapping[str, Iterable[int]] = field(default_factory=dict)
    superseded: Mapping[str, Iterable[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, *parts: "Writing") -> "Writing":
        """Return all that several change, as one.

        >>> Writing.of(Writing(forget={"log": [1]}), Writing(forget={"log": [2]})).forget
        {'log': frozenset({1, 2})}
        """
        entries = [entry for part in parts for entry in part.entries]
        destroyed: list[dict[str, frozenset[int]]] = [{}, {}]
        for part in parts:
            for given, kept in zip((part.forget, part.superseded), destroyed, strict=True):
                for log, wanted in given.items():
                    kept[log] = kept.get(log, frozenset()) | frozenset(wanted)
        return cls(entries, *destroyed)

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
        return not self.entries and not self.destroys

    def destroyed(self) -> Iterable[tuple[str, frozenset[int]]]:
        """Yield every log with rows to destroy, and their sequences."""
        for named in (self.forget, self.superseded):
            yield from ((log, frozenset(wanted)) for log, wanted in named.items())


class Store(ABC):
    """Named append-only logs of rows: `write`, `read`, `heads` and `watch`.

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
    - **forgetful**: forgetting destroys payloads beyond recovery from the file, and only it
      removes anything; restoring a backup brings back at most what newer rows had superseded;
    - **final**: what `mark_ended` noted no backup takes back, and `drop_set_aside` leaves no older
      copy of the store beside it;
    - **tamper-evident**: each log is a hash chain over salted digests whose head is kept
      outside the file, so a changed, cut or replaced log is noticed at opening or read.
    """

    @abstractmethod
    def write(
        self,
        entries: Sequence[Entry],
        *,
        expect: Mapping[str, int] = NOTHING,
        forget: Mapping[str, Iterable[int]] = NOTHING,
        superseded: Mapping[str, Iterable[int]] = NOTHING,
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

        Raises
        ------
        ConflictError
            An expected log has another head, and not everything asked for was done before.
            Nothing is written, and nobody who watches hears of anything.
        StorageError
            An entry can't be kept, or the store can't write. Nothing is acknowledged.
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
        """Call ``notify`` with rows written from now on; the returned function stops it."""

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
