"""What every store promises: four verbs over named, append-only logs.

A store knows logs and rows. It knows no questionnaires, no people and no rights; payloads
are opaque bytes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


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
    that the other is writing. Order is by sequence, never by clock; ``at`` is UTC.
    """

    log: str
    sequence: int
    operation_id: str
    kind: str
    payload: bytes | None
    at: datetime


class Store(ABC):
    """Named append-only logs of rows.

    Promises, kept by every implementation and checked by one contract suite:

    - **durable**: when `append` returns, its rows survive a crash and a power cut;
    - **whole**: one `append` writes all of its entries, over any logs, or none;
    - **idempotent**: an entry whose (log, operation_id) exists gives back the existing row;
    - **ordered**: sequences within a log are 1, 2, 3 … without gaps; a forgotten row keeps
      its number as a tombstone;
    - **forgetful**: `forget` destroys payloads beyond recovery from the file, and only it
      removes anything; restoring a backup brings back at most what newer rows had superseded;
    - **tamper-evident**: each log is a hash chain over salted digests whose head is kept
      outside the file, so a changed, cut or replaced log is noticed at opening or read.
    """

    @abstractmethod
    def append(self, entries: Sequence[Entry]) -> list[Row]:
        """Write all entries or none; give their rows, in the order asked."""

    @abstractmethod
    def read(self, log: str, after: int = 0) -> list[Row]:
        """Rows of a log with ``sequence > after``, ascending, tombstones included."""

    @abstractmethod
    def forget(self, log: str, sequences: Iterable[int], *, superseded: bool = False) -> int:
        """Destroy the payloads of these rows; give how many were newly destroyed.

        ``superseded`` rows live on in newer ones: a backup from before may bring them back,
        because without them it would hold neither. All others never come back.
        """

    def drop_set_aside(self) -> None:  # noqa: B027  most stores have nothing set aside
        """Destroy whole older copies of the store that lie beside it, as restoring leaves them.

        What somebody erases is in them too, perhaps under a key that is no longer the store's.
        """

    def mark_ended(self, name: str) -> None:  # noqa: B027  most stores have nowhere to note it
        """Note apart from the data that something ended for good: no backup of it takes that back.

        A store into which nothing can be restored needs no such note.
        """

    def ended_among(self, names: Iterable[str]) -> set[str]:
        """Those of these names that were noted as ended."""
        return set()

    @abstractmethod
    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        """Call ``notify`` with rows written from now on; the returned function stops it."""

    @abstractmethod
    def close(self) -> None:
        """Finish pending writes and release files. Closing twice is harmless."""
