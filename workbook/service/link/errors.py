"""Errors over the local socket: they arrive as the class that was raised."""

import msgspec

from workbook import errors
from workbook.errors import Problem, WorkbookError
from workbook.exercises import ExerciseError

_ERRORS: dict[str, type[WorkbookError]] = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, WorkbookError)
} | {"ExerciseError": ExerciseError}


class Refusal(msgspec.Struct, frozen=True):
    """An error as it is sent: the name of its class and its problems, to become sentences at the page."""

    kind: str
    problems: list[str | Problem]


def refusal_of(error: WorkbookError) -> Refusal:
    """Return what is sent of an error."""
    known = next(base.__name__ for base in type(error).__mro__ if base.__name__ in _ERRORS)
    return Refusal(known, list(error.problems))


def error_of(refusal: Refusal) -> WorkbookError:
    """Return the error again, of the same class."""
    return _ERRORS.get(refusal.kind, WorkbookError)(refusal.problems)
