"""Compare-and-append: read, decide and write, correct whatever other servers write meanwhile."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from workbook.errors import ConflictError
from workbook.storage.base import NOTHING, Row, Store, Writing

ATTEMPTS = 20
Seen = Mapping[str, Sequence[Row]]


def decide_and_write(
    store: Store, logs: Iterable[str], decide: Callable[[Seen], Writing], *, attempts: int = ATTEMPTS
) -> list[Row]:
    """Write what is decided from the rows of some logs, if they are still all; else read and decide anew.

    One writer wins each time, so some always get on. It never waits between attempts: a caller may
    hold a lock.

    Parameters
    ----------
    logs : iterable of str
        All logs the decision rests on, also those that may not be there yet.
    decide : callable
        From all rows of each log, tombstones included, to what is to be written. What it rests on of
        cells it reads itself, and says so (`Writing.seen`). It is called once per attempt and changes
        nothing itself. An operation id that it chooses anew each time is
        fine: what was refused was not written. What it raises ends all, and nothing is written.
    attempts : int
        At least 1.

    Returns
    -------
    list of Row
        Those of the entries, in the order decided.

    Raises
    ------
    ConflictError
        Others were quicker at every attempt.

    Examples
    --------
    >>> from workbook.storage.base import Entry
    >>> from workbook.storage.memory import MemoryStore
    >>> def take_place(seen):
    ...     n_taken = len(seen["places"])
    ...     return Writing([Entry("places", f"place-{n_taken + 1}", "taken", b"")] if n_taken < 2 else ())
    >>> store = MemoryStore()
    >>> [len(decide_and_write(store, ["places"], take_place)) for _ in range(3)]
    [1, 1, 0]
    """
    names = list(dict.fromkeys(logs))
    for left in reversed(range(attempts)):
        seen = {log: store.read(log) for log in names}
        expect = {log: rows[-1].sequence if rows else 0 for log, rows in seen.items()}
        wanted = decide(seen)
        try:
            return put(store, wanted, expect)
        except ConflictError:
            if not left:
                raise
    raise ValueError("attempts: at least 1")


def put(store: Store, wanted: Writing, expect: Mapping[str, int] = NOTHING) -> list[Row]:
    """Have a store do a `Writing`, if the logs are as expected; see `Store.write`."""
    return store.write(
        wanted.entries,
        expect=expect,
        forget=wanted.forget,
        superseded=wanted.superseded,
        cells=wanted.cells,
        seen=wanted.seen,
    )


def decide_where_due(store: Store, logs: Iterable[str], decide: Callable[[Seen], Writing]) -> list[Row]:
    """Do as `decide_and_write`, but ask for no write where nothing is to be done as things stand.

    For whoever goes through a whole store: a write costs two syncs of the disk, also of nothing.
    """
    names = list(dict.fromkeys(logs))
    if decide({log: store.read(log) for log in names}).is_empty:
        return []
    return decide_and_write(store, names, decide)
