"""What every store refuses before it writes, so that one bad entry cannot spoil a batch."""

from collections.abc import Callable, Mapping, Sequence

from workbook.errors import ConflictError, Problem, StorageError, problem
from workbook.storage.base import Entry

LARGEST_PAYLOAD = 8 * 1024 * 1024  # bytes; far above any row of ours, far below SQLite's limit
LONGEST_NAME = 200  # characters of a log, kind or operation id


def check_entries(entries: Sequence[Entry]) -> None:
    """Refuse entries no store could keep; all problems in one error.

    Raises
    ------
    StorageError
        When a name is empty, too long or not valid Unicode, or a payload is not bytes or too large.
    """
    problems = [
        problem("errors.storage.bad_entry", position=position, reason=reason)
        for position, entry in enumerate(entries, start=1)
        for reason in _reasons(entry)
    ]
    if problems:
        raise StorageError(problems)


def check_cells(cells: Mapping[str, bytes | None], seen: Mapping[str, bytes]) -> None:
    """Refuse cells no store could keep, and a change of one by somebody who has not looked at it.

    Raises
    ------
    StorageError
        A name is no name, a content no bytes or too large, or no stamp says what was seen there.
    """
    problems = []
    for position, (name, content) in enumerate(cells.items(), start=1):
        reasons = []
        if not _is_name(name):
            reasons.append(problem("errors.storage.bad_name", field="name", longest=LONGEST_NAME))
        if content is not None and not _is_payload(content):
            reasons.append(problem("errors.storage.bad_payload", largest=LARGEST_PAYLOAD))
        if name not in seen:
            reasons.append(problem("errors.storage.unseen_cell"))
        problems += [problem("errors.storage.bad_cell", position=position, reason=one) for one in reasons]
    if problems:
        raise StorageError(problems)


def check_size(length: int, content: bytes) -> None:
    """Refuse another size than a cell has: by its size, what it holds would be told.

    Raises
    ------
    StorageError
        It is another one.
    """
    if len(content) != length:
        raise StorageError(problem("errors.storage.other_size"))


def refuse_conflict(
    expect: Mapping[str, int],
    head_of: Callable[[str], int],
    seen: Mapping[str, bytes],
    stamp_of: Callable[[str], bytes],
    *,
    is_done: Callable[[], bool],
) -> None:
    """Refuse a write by somebody who has not seen the newest rows and cells.

    Parameters
    ----------
    head_of : callable
        Gives the last sequence of a log, 0 for one that is not there.
    stamp_of : callable
        Gives the stamp of a cell, `NO_STAMP` for one that is not there.
    is_done : callable
        Whether all that is asked for was done before. Then it is a retry, and what has moved
        the log may be its own first attempt.

    Raises
    ------
    ConflictError
        Naming the logs and cells that have moved on.
    """
    moved = sorted(log for log, last in expect.items() if head_of(log) != last)
    moved += sorted(name for name, stamp in seen.items() if stamp_of(name) != stamp)
    if moved and not is_done():
        raise ConflictError(problem("errors.storage.conflict"), logs=moved)


def _reasons(entry: Entry) -> list[Problem]:
    names = {"log": entry.log, "operation_id": entry.operation_id, "kind": entry.kind}
    reasons = [
        problem("errors.storage.bad_name", field=field, longest=LONGEST_NAME)
        for field, name in names.items()
        if not _is_name(name)
    ]
    if not _is_payload(entry.payload):
        reasons.append(problem("errors.storage.bad_payload", largest=LARGEST_PAYLOAD))
    return reasons


def _is_payload(content: object) -> bool:
    return isinstance(content, bytes) and len(content) <= LARGEST_PAYLOAD


def _is_name(text: object) -> bool:
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_NAME:
        return False
    return not any("\ud800" <= character <= "\udfff" or character < " " for character in text)
