"""Every error the workbook raises on purpose.

All derive from `WorkbookError`. An error carries *all* the problems found, each one a full
sentence with a way out, so that a reader mends a file once rather than once per line. No
message ever contains an answer, a passphrase or a key.
"""

import traceback
from collections.abc import Iterable


class WorkbookError(Exception):
    """Something went wrong that a person can put right.

    Parameters
    ----------
    problems : str or iterable of str
        One sentence per problem, each saying what, where, and what is allowed.
    about : iterable of str, optional
        For each problem the thing somebody typed that it is about (``"name"``, ``"code"``,
        ``"passphrase"``, ``"new passphrase"``), so that a form can point at it.

    Examples
    --------
    >>> error = ContentError(["item 3: no text", "item 5: unknown scale 'often'"])
    >>> error.problems
    ('item 3: no text', "item 5: unknown scale 'often'")
    """

    def __init__(self, problems: str | Iterable[str], *, about: Iterable[str] = ()) -> None:
        found = (problems,) if isinstance(problems, str) else tuple(problems)
        self.problems: tuple[str, ...] = found
        self.about: tuple[str, ...] = tuple(about)
        super().__init__("\n".join(found))


class ContentError(WorkbookError):
    """A content file (instrument, exercise, messages, evidence) is malformed."""


class AnswerError(WorkbookError):
    """An answer lies outside its scale, or names an item nobody knows."""


class FrameError(WorkbookError):
    """A data frame breaks its declared contract."""


class StatisticsError(WorkbookError):
    """A statistic is refused: too few couples, a constant item, a degenerate design."""


class ReleaseError(WorkbookError):
    """An export that its own risk report calls unsafe, or that cannot be made as asked."""


class SharingError(WorkbookError):
    """A decision, publication or withdrawal that the rules of sharing do not allow."""


class StorageError(WorkbookError):
    """The store cannot keep its promise; nothing was half-written."""


class ConflictError(StorageError):
    """Something was decided from rows that were no longer the newest; nothing was written.

    Parameters
    ----------
    logs : iterable of str, optional
        Which logs have moved on. No sentence names them: a log's name may tell who is writing.
    """

    def __init__(
        self, problems: str | Iterable[str], *, about: Iterable[str] = (), logs: Iterable[str] = ()
    ) -> None:
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
