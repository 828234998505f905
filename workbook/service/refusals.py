"""Errors over the local socket: they arrive as the class that was raised."""

from collections.abc import Mapping
from typing import Any

from workbook import errors
from workbook.errors import WorkbookError
from workbook.exercises import ExerciseError

_ERRORS: dict[str, type[WorkbookError]] = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, WorkbookError)
} | {"ExerciseError": ExerciseError}


def error_to_json(error: WorkbookError) -> dict[str, Any]:
    """An error as plain JSON: the name of its class and its sentences."""
    known = next(base.__name__ for base in type(error).__mro__ if base.__name__ in _ERRORS)
    return {"class": known, "problems": list(error.problems)}


def error_from_json(content: Mapping[str, Any]) -> WorkbookError:
    """The error again, of the same class."""
    return _ERRORS.get(content["class"], WorkbookError)(content["problems"])
