"""Every kind of event there is, and the shape of each: nothing else is ever kept.

Drawer events are listed here. Table events belong to exercises, which bring their own shapes
and rules (`workbook.exercises.SHAPES`), so a new exercise needs no change here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbook.answers import is_operation_id
from workbook.errors import AccessError, Problem, problem
from workbook.exercises import SHAPES, check_payload
from workbook.exercises.shapes import Day, Field, Flag, Reference, Text
from workbook.service.rows import dump

LARGEST_EVENT = 32_768  # bytes of JSON


@dataclass(frozen=True, slots=True)
class Plain:
    """A yes or no, a number, or one short text: the value of a setting."""

    def problem(self, name: str, value: Any) -> Problem | None:
        if isinstance(value, bool) or (isinstance(value, int | float) and math.isfinite(value)):
            return None
        return Text(200, required=False).problem(name, value)


@dataclass(frozen=True, slots=True)
class Maybe:
    """A field that may be left out."""

    field: "Field | Plain"

    def problem(self, name: str, value: Any) -> Problem | None:
        return self.field.problem(name, value)


Shape = Mapping[str, "Field | Plain | Maybe"]

DRAWER_SHAPES: Mapping[str, Shape] = {
    # Which consent text was agreed to (or taken back), by the SHA-256 of its very words.
    "consent": {"text": Reference(), "text_hash": Reference(), "agreed": Maybe(Flag())},
    # The one place to go on from. What may be one, and what a setting may say: `.trail`.
    "bookmark": {"page": Reference(), "occasion": Maybe(Reference(required=False))},
    "own_need": {"id": Reference(), "text": Text(120), "removed": Maybe(Flag())},
    "free_text": {
        "field": Reference(),
        "text": Text(2_000, required=False),
        "occasion": Maybe(Reference()),
        "day": Maybe(Day()),
    },
    "setting": {"name": Reference(), "value": Plain()},
}
"""Kinds of the drawer by name. A row of another, from an earlier version, can still be read."""


def check_drawer_event(kind: str, payload: Mapping[str, Any], operation_id: str) -> None:
    """Refuse a drawer event that is not one of ours, naming every problem at once.

    Raises
    ------
    AccessError
        The kind is unknown, the payload has another shape, or is too large.
    """
    shape = DRAWER_SHAPES.get(_text(kind))
    if shape is None:
        raise AccessError(problem("errors.events.unknown_kind", kind=_shown(kind)))
    _check_frame(payload, operation_id)
    problems = [
        problem("errors.events.missing", field=name)
        for name, field in shape.items()
        if name not in payload and not isinstance(field, Maybe)
    ]
    problems += [
        problem("errors.events.unknown_field", field=_shown(name)) for name in payload if name not in shape
    ]
    found = [shape[name].problem(name, value) for name, value in payload.items() if name in shape]
    problems += [problem for problem in found if problem]
    if kind == "own_need" and not problems and not _is_own_need(payload["id"]):
        problems.append(problem("errors.events.wrong_type", field="id"))
    if problems:
        raise AccessError(problems)


def check_table_event(kind: str, payload: Mapping[str, Any], operation_id: str) -> None:
    """Refuse a table event whose shape no exercise knows.

    Raises
    ------
    AccessError
        The kind is unknown, or the payload is no form or too large.
    workbook.exercises.ExerciseError
        The payload has not the shape of its kind.
    """
    shape = SHAPES.get(_text(kind))
    if shape is None:
        raise AccessError(problem("errors.events.unknown_kind", kind=_shown(kind)))
    _check_frame(payload, operation_id)
    check_payload(shape, payload)


def without_free_text(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """A table event's payload with everything its writer typed taken out."""
    shape = SHAPES.get(kind, {})
    return {name: "" if isinstance(shape.get(name), Text) else value for name, value in payload.items()}


def _check_frame(payload: Any, operation_id: Any) -> None:
    if not is_operation_id(operation_id):
        raise AccessError(problem("errors.events.bad_operation"))
    if not isinstance(payload, Mapping) or not all(isinstance(name, str) for name in payload):
        raise AccessError(problem("errors.events.not_a_form"))
    try:
        size = len(dump(dict(payload)))
    except (TypeError, ValueError, RecursionError):  # not JSON, or a text with a lone surrogate
        raise AccessError(problem("errors.events.not_a_form")) from None
    if size > LARGEST_EVENT:
        raise AccessError(problem("errors.events.too_big"))


def _is_own_need(need_id: str) -> bool:
    parts = need_id.split(".")
    return (
        len(parts) == 3 and parts[:2] == ["needs", "own"] and parts[2].isalnum() and 4 <= len(parts[2]) <= 32
    )


def _text(kind: Any) -> str:
    """What came as a kind, if it is a text at all: a page may send anything."""
    return kind if isinstance(kind, str) else ""


def _shown(text: object) -> str:
    return "".join(c if c.isprintable() else "?" for c in str(text)[:60])
