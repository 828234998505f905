"""Every error the workbook raises on purpose.

All derive from `WorkbookError`. An error carries *all* the problems found, so that a reader mends
a file once rather than once per line. A problem is a key of the wording and the values its
sentence needs: it becomes a sentence only at the edge (a page, the command line, a traceback), in
the reader's language. What only a programmer meets (a bad argument, a malformed content file) is
written out as text. No problem ever contains an answer, a passphrase or a key.
"""

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = "str | int | float | bool | Problem | None"
Problems: TypeAlias = "str | Problem | Iterable[str | Problem]"


@dataclass(frozen=True, slots=True)
class Problem:
    """Hold what is wrong as a key of the wording, with the values its sentence needs.

    Parameters
    ----------
    key : str
        A dotted key of the wording, such as ``"errors.answers.too_many"``.
    values : dict of str to str, int, float, bool, Problem or None
        What the sentence's placeholders stand for.
    """

    key: str
    values: dict[str, Value] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return _tell(self)


def problem(key: str, /, **values: object) -> Problem:
    """Return what is wrong, to become a sentence at the edge.

    A value that is no plain one (a path) is taken as its text, so that every problem can be sent
    to another process.

    >>> problem("errors.answers.too_many", most=500).values
    {'most': 500}
    """
    return Problem(key, {name: _plain(value) for name, value in values.items()})


def _plain(value: object) -> Value:
    if value is None or isinstance(value, Problem):
        return value
    for kind in (bool, int, float, str):  # a subclass, such as one of numpy's, becomes the plain kind
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def _bare(found: Problem) -> str:
    values = ", ".join(f"{name}={value}" for name, value in found.values.items())
    return f"{found.key} ({values})" if values else found.key


_tell: Callable[[Problem], str] = _bare


def tell_problems_by(tell: Callable[[Problem], str]) -> None:
    """Set how a problem becomes a sentence in ``str(error)``; until then it shows key and values."""
    global _tell  # noqa: PLW0603  the wording stands above the errors: the package hooks it in
    _tell = tell


class WorkbookError(Exception):
    """Something went wrong that a person can put right.

    Parameters
    ----------
    problems : str, Problem or an iterable of them
        What is wrong, each saying what, where, and what is allowed.
    about : iterable of str, optional
        For each problem the thing somebody typed that it is about (``"name"``, ``"code"``,
        ``"passphrase"``, ``"new passphrase"``), so that a form can point at it.

    Examples
    --------
    >>> error = ContentError(["item 3: no text", "item 5: unknown scale 'often'"])
    >>> error.problems
    ('item 3: no text', "item 5: unknown scale 'often'")
    """

    def __init__(self, problems: Problems, *, about: Iterable[str] = ()) -> None:
        found = (problems,) if isinstance(problems, str | Problem) else tuple(problems)
        self.problems: tuple[str | Problem, ...] = found
        self.about: tuple[str, ...] = tuple(about)
        super().__init__(found)

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.problems)


class ContentError(WorkbookError):
    """A content file (instrument, exercise, messages, evidence) is malformed."""


class AnswerError(WorkbookError):
    """An answer lies outside its scale, or names an item nobody knows."""


class FrameError(WorkbookError):
    """A data frame breaks its declared contract."""


class StatisticsError(WorkbookError):
    """A statistic is refused: too few couples, a constant item, a degenerate design."""


class StatisticsWarning(UserWarning):
    """A statistic stands, and whoever reads it should know something of it."""


class ReleaseError(WorkbookError):
    """An export that its own risk report calls unsafe, or that cannot be made as asked."""


class SharingError(WorkbookError):
    """A decision, publication or withdrawal that the rules of sharing do not allow."""


class CaseError(WorkbookError):
    """A therapist's case, or a session, does not allow this, or not now."""


class StorageError(WorkbookError):
    """The store cannot keep its promise; nothing was half-written."""


class ConflictError(StorageError):
    """Something was decided from rows that were no longer the newest; nothing was written.

    Parameters
    ----------
    logs : iterable of str, optional
        Which logs have moved on. No sentence names them: a log's name may tell who is writing.
    """

    def __init__(self, problems: Problems, *, about: Iterable[str] = (), logs: Iterable[str] = ()) -> None:
        super().__init__(problems, about=about)
        self.logs: tuple[str, ...] = tuple(logs)


class WrongKeyError(StorageError):
    """The store or a drawer does not open with this key or passphrase."""


class NewerStoreError(StorageError):
    """The store was written by a newer version of the workbook."""


class DamagedStoreError(StorageError):
    """The store's contents do not match its hash chain."""


class AccessError(WorkbookError):
    """The actor may not do this, or the sitting has ended."""


class SignInError(AccessError):
    """Code, name and passphrase do not belong together; says no more than that."""


class TooManyTriesError(AccessError):
    """Too many failed sign-ins; says when to try again."""


class BusyError(WorkbookError):
    """So much is asked of the server just now that this was not begun; it may be asked again."""


class SetupError(WorkbookError):
    """The installation or its configuration is unsafe or incomplete."""


class DefectError(WorkbookError):
    """The workbook itself has a defect: nothing that was asked or typed is at fault."""


def name_defect(error: BaseException) -> str:
    """Name an error's class and the places it came through, and none of its words: they may hold an answer.

    >>> try:
    ...     {}["what somebody wrote"]
    ... except KeyError as error:
    ...     name_defect(error).splitlines()[0]
    'KeyError'
    """
    frames = traceback.walk_tb(error.__traceback__)
    places = [f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in frames]
    return "\n".join([type(error).__name__, *places])
