"""Every kind of event there is, and the shape of each: nothing else is ever kept.

Drawer events are listed here. Table events belong to exercises, which bring their own shapes
and rules (`workbook.exercises.SHAPES`), so a new exercise needs no change here.
"""

from collections.abc import Mapping
from typing import Any

from workbook.answers import is_operation_id
from workbook.errors import AccessError, problem
from workbook.exercises import SHAPES
from workbook.service.couple import drafts
from workbook.service.formats.rows import dump
from workbook.shapes import Day, Filled, Flag, Need, Reference, Setting, Shape, Text, find_problems

LARGEST_EVENT = 32_768  # bytes of JSON

DRAWER_SHAPES: Mapping[str, Shape] = {
    # Which consent text was agreed to (or taken back), by the SHA-256 of its very words.
    "consent": {"text": Reference(), "text_hash": Reference(), "agreed": Flag(may_be_missing=True)},
    # The one place to go on from. What may be one, and what a setting may say: `.trail`.
    "bookmark": {"page": Reference(), "occasion": Reference(may_be_empty=True, may_be_missing=True)},
    "own_need": {"id": Need(own=True), "text": Text(120), "removed": Flag(may_be_missing=True)},
    "free_text": {
        "field": Reference(),
        "text": Text(2_000, may_be_empty=True),
        "occasion": Reference(may_be_missing=True),
        "day": Day(may_be_missing=True),
    },
    # A week is begun on a day of its person's own calendar.
    "setting": {"name": Reference(), "value": Setting(), "day": Day(may_be_missing=True)},
    drafts.DRAFT: drafts.SHAPE,
}
"""Kinds of the drawer by name. A row of another, from an earlier version, can still be read."""


def check_drawer_event(kind: str, payload: Mapping[str, Any], operation_id: str) -> None:
    """Refuse a drawer event that is not one of ours, naming every problem at once.

    Raises
    ------
    AccessError
        The kind is unknown, the payload has another shape, or is too large.
    """
    _check_frame(kind, payload, operation_id, DRAWER_SHAPES)
    if problems := find_problems(DRAWER_SHAPES[kind], payload):
        raise AccessError(problems)


def check_table_event(kind: str, payload: Mapping[str, Any], operation_id: str) -> None:
    """Refuse a table event of which no exercise knows the kind, or that can't be looked into.

    What stands in the payload is checked once, by its exercise: see `workbook.exercises.check_step`.

    Raises
    ------
    AccessError
        The kind is unknown, or the payload is no form or too large.
    """
    _check_frame(kind, payload, operation_id, SHAPES)


def without_free_text(kind: str, payload: Mapping[str, Any], *, of_others: bool = False) -> dict[str, Any]:
    """Return a table event's payload with everything its writer typed taken out.

    ``of_others``: what its writer typed stays, and what was filled in for them, which either of the two
    may have typed, is taken out.
    """
    shape, words = SHAPES.get(kind, {}), Filled if of_others else Text
    return {name: "" if isinstance(shape.get(name), words) else value for name, value in payload.items()}


def _check_frame(kind: Any, payload: Any, operation_id: Any, known: Mapping[str, Shape]) -> None:
    """Refuse what is not even an event: whatever a page may send arrives here first."""
    if not isinstance(kind, str) or kind not in known:
        raise AccessError(problem("errors.events.unknown_kind", kind=_shown(kind)))
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


def _shown(text: object) -> str:
    return "".join(c if c.isprintable() else "?" for c in str(text)[:60])
