"""The shape of an event's payload: a closed set of fields, checked all at once.

Text is what a person typed; it is kept as typed, within its length, and never as markup.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbook.errors import Problem, WorkbookError, problem

_REFERENCE = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


class ExerciseError(WorkbookError):
    """A step of an exercise that is malformed, or not this person's to take now."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words a person typed: 1 to ``max_length`` characters, or empty where not ``required``."""

    max_length: int = 500
    required: bool = True

    def problem(self, name: str, value: Any) -> Problem | None:
        if not isinstance(value, str):
            return _unfit("not_text", name)
        if self.required and not value.strip():
            return _unfit("empty", name)
        if len(value) > self.max_length:
            return _unfit("too_long", name, n=len(value), most=self.max_length)
        if any(_is_unfit(character) for character in value):
            return _unfit("unfit", name)
        return None


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a closed list of words."""

    options: tuple[str, ...]

    def problem(self, name: str, value: Any) -> Problem | None:
        return None if value in self.options else _unfit("not_offered", name, options=", ".join(self.options))


@dataclass(frozen=True, slots=True)
class Reference:
    """The operation id of an earlier event, or an item id of the content."""

    required: bool = True

    def problem(self, name: str, value: Any) -> Problem | None:
        if value == "" and not self.required:
            return None
        if isinstance(value, str) and _REFERENCE.fullmatch(value):
            return None
        return _unfit("no_reference", name)


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day the person chose, as ``YYYY-MM-DD``; never a clock time."""

    required: bool = True

    def problem(self, name: str, value: Any) -> Problem | None:
        if value == "" and not self.required:
            return None
        try:
            date.fromisoformat(value)
        except (TypeError, ValueError):
            return _unfit("not_a_day", name)
        return None


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def problem(self, name: str, value: Any) -> Problem | None:
        return None if isinstance(value, bool) else _unfit("not_yes_no", name)


Field = Text | OneOf | Reference | Day | Flag
Shape = Mapping[str, Field]


def check_payload(shape: Shape, payload: Mapping[str, Any]) -> None:
    """Refuse a payload that does not have exactly this shape, naming every problem at once.

    Raises
    ------
    ExerciseError
        One sentence per field that is missing, unknown or malformed.

    Examples
    --------
    >>> check_payload({"text": Text(10)}, {"text": "thank you"})
    >>> check_payload({"text": Text(10)}, {"txt": 1})
    Traceback (most recent call last):
        ...
    workbook.exercises.shapes.ExerciseError: text: this is missing.
    txt: this is not part of the step.
    """
    problems = [_unfit("missing", name) for name in shape if name not in payload]
    problems += [_unfit("unknown", name) for name in payload if name not in shape]
    for name, field in shape.items():
        found = field.problem(name, payload[name]) if name in payload else None
        if found:
            problems.append(found)
    if problems:
        raise ExerciseError(problems)


def _is_unfit(character: str) -> bool:
    # Lone surrogates cannot be encoded; other controls can hide text from the reader.
    return unicodedata.category(character) in ("Cs", "Cc") and character not in "\n\t"


def _unfit(reason: str, name: str, **values: object) -> Problem:
    return problem(f"exercises.shapes.{reason}", name=name, **values)
