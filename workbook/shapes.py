"""The shape of what somebody may send to be kept: a closed set of fields, checked all at once.

One dialect for the rows of a drawer and for the steps of exercises. A shape says of every field what
it takes; the page derives a step's form from it, and the service checks what arrives against it, so
that a length or an option stands in one place. Text is what a person typed: it is kept as typed,
within its length, and never as markup.
"""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from workbook.errors import Problem, problem

_REFERENCE = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_NEED = re.compile(r"needs\.(?:own\.[A-Za-z0-9]{4,32}|[a-z_]{1,40})")
_OWN_NEED = re.compile(r"needs\.own\.[A-Za-z0-9]{4,32}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z")
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})  # kinds of turn
_LARGEST = 2**53  # beyond it a browser no longer counts in whole numbers
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(ABC):
    """What one field takes.

    ``may_be_empty``: nothing has to be chosen or typed. ``may_be_missing``: the field may be left out
    altogether, as it is by rows older than the field.
    """

    empty: ClassVar[Any] = ""
    may_be_empty: bool = False
    may_be_missing: bool = False

    def problem_of(self, name: str, value: Any) -> Problem | None:
        """Return what is wrong with a value, as a problem that names the field, or None."""
        if self.may_be_empty and type(value) is type(self.empty) and value == self.empty:
            return None
        return self._problem(name, value)

    @abstractmethod
    def _problem(self, name: str, value: Any) -> Problem | None: ...


@dataclass(frozen=True, slots=True)
class Text(Field):
    """Words a person typed: 1 to ``most`` characters.

    ``needed_with`` names another field and a value of it: then, and only then, there has to be something.
    """

    most: int
    needed_with: tuple[str, str] | None = None

    def _problem(self, name: str, value: Any) -> Problem | None:
        if not isinstance(value, str):
            return _told("not_text", name)
        if not value.strip() and not self.may_be_empty and self.needed_with is None:
            return _told("empty", name)
        if len(value) > self.most:
            return _told("too_long", name, n=len(value), most=self.most)
        if any(_is_unfit(character) for character in value):
            return _told("unfit", name)
        return None

    def is_needed(self, payload: Mapping[str, Any]) -> bool:
        """Return whether something has to stand here, given what was chosen beside it."""
        if self.needed_with is None:
            return not self.may_be_empty
        other, value = self.needed_with
        return bool(payload.get(other) == value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled(Text):
    """Words that whoever reads a step is given with it, filled in by the service: nobody sends them."""

    most: int = 0
    may_be_missing: bool = True

    def _problem(self, name: str, value: Any) -> Problem | None:
        return _told("unknown", name)


@dataclass(frozen=True, slots=True)
class Choice(Field):
    """One of a closed list of words."""

    options: tuple[str, ...]

    def _problem(self, name: str, value: Any) -> Problem | None:
        if isinstance(value, str) and value in self.options:
            return None
        return _told("not_offered", name)


@dataclass(frozen=True, slots=True)
class Count(Field):
    """A whole number from ``lowest`` to ``highest`` that the page knows: nobody is asked for it."""

    empty: ClassVar[Any] = None
    lowest: int
    highest: int

    def _problem(self, name: str, value: Any) -> Problem | None:
        if type(value) is int and self.lowest <= value <= self.highest:
            return None
        return _told("not_on_the_scale", name, lowest=self.lowest, highest=self.highest)


@dataclass(frozen=True, slots=True)
class Rating(Count):
    """A whole number of a scale, both ends included, that somebody chooses."""


@dataclass(frozen=True, slots=True)
class Flag(Field):
    """Yes or no."""

    empty: ClassVar[Any] = False

    def _problem(self, name: str, value: Any) -> Problem | None:
        return None if isinstance(value, bool) else _told("not_yes_no", name)


@dataclass(frozen=True, slots=True)
class Reference(Field):
    """The operation id of an earlier event, or an id of the content."""

    def _problem(self, name: str, value: Any) -> Problem | None:
        return None if _fits(_REFERENCE, value) else _told("no_reference", name)


@dataclass(frozen=True, slots=True)
class Need(Field):
    """The id of a need: one of the questionnaire's, or a person's own. ``own``: only the latter.

    ``but`` are needs that are not taken here; what was kept before is still read.
    """

    own: bool = False
    but: frozenset[str] = frozenset()

    def _problem(self, name: str, value: Any) -> Problem | None:
        if isinstance(value, str) and value in self.but:
            return _told("not_offered", name)
        return None if _fits(_OWN_NEED if self.own else _NEED, value) else _told("no_need", name)


@dataclass(frozen=True, slots=True)
class Day(Field):
    """A calendar day as ``YYYY-MM-DD``, never a clock time; at most ``ahead`` days from now.

    ``ahead`` of 0 is a day that is here already: the page fills it in. Somewhere it is tomorrow, so a
    day more than UTC's is let pass.
    """

    ahead: int = 0

    @property
    def latest(self) -> date:
        """The last day that fits now."""
        return datetime.now(UTC).date() + timedelta(days=1 + self.ahead)

    def _problem(self, name: str, value: Any) -> Problem | None:
        day = _day(value)
        if day is None:
            return _told("not_a_day", name)
        return None if day <= self.latest else _told("too_far_ahead", name, latest=self.latest.isoformat())


@dataclass(frozen=True, slots=True)
class Moment(Field):
    """A minute as ``YYYY-MM-DDTHH:MMZ``, in UTC: it says nothing of where somebody is.

    At most ``ahead`` days from now.
    """

    ahead: int = 0

    @property
    def latest(self) -> date:
        """The last day that fits now."""
        return Day(ahead=self.ahead).latest

    def _problem(self, name: str, value: Any) -> Problem | None:
        if not _fits(_MOMENT, value):
            return _told("not_a_moment", name)
        try:
            day = as_moment(value).date()
        except ValueError:
            return _told("not_a_moment", name)
        return None if day <= self.latest else _told("too_far_ahead", name, latest=self.latest.isoformat())


def as_moment(text: str) -> datetime:
    """Return the moment that a kept text names.

    >>> as_moment("2026-05-01T18:30Z")
    datetime.datetime(2026, 5, 1, 18, 30, tzinfo=datetime.timezone.utc)
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Setting(Field):
    """A yes or no, a number, or one short text: the value of a setting."""

    def _problem(self, name: str, value: Any) -> Problem | None:
        if isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= _LARGEST):
            return None
        return Text(200, may_be_empty=True).problem_of(name, value)


Shape = Mapping[str, Field]


def find_problems(shape: Shape, payload: Mapping[str, Any]) -> list[Problem]:
    """List everything in which a payload differs from a shape: one problem for each field.

    Parameters
    ----------
    shape : mapping of str to Field
        The fields there are; no other is taken.
    payload : mapping
        What was sent. Nothing is assumed about its names and values.

    Returns
    -------
    list of Problem
        Empty where the payload has the shape.

    Examples
    --------
    >>> find_problems({"text": Text(10)}, {"text": "thank you"})
    []
    >>> [str(one) for one in find_problems({"text": Text(10)}, {"txt": 1})]
    ['Your words: this is missing.', 'txt: this is not part of what is kept here.']
    """
    problems = [
        _told("missing", name)
        for name, field in shape.items()
        if name not in payload and not field.may_be_missing
    ]
    problems += [_told("unknown", name) for name in payload if name not in shape]
    for name, field in shape.items():
        if name not in payload:
            continue
        found = field.problem_of(name, payload[name])
        if found is None and isinstance(field, Text) and field.needed_with and field.is_needed(payload):
            found = None if payload[name].strip() else _told("empty", name)
        problems += [found] if found else []
    return problems


def complete(shape: Shape, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept payload with the empty value of each field it lacks: the row may be older than the field.

    >>> complete({"text": Text(10), "note": Text(10, may_be_missing=True)}, {"text": "tea"})
    {'text': 'tea', 'note': ''}
    """
    return {name: payload.get(name, field.empty) for name, field in shape.items()}


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _day(value: Any) -> date | None:
    # date.fromisoformat takes other forms too, such as 2026W221: two ways to write one day.
    if not _fits(_DAY, value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _is_unfit(character: str) -> bool:
    # Lone surrogates cannot be encoded; other controls can hide text from the reader, and overrides of the
    # direction of writing can show it in another order than it is kept in.
    is_control = unicodedata.category(character) in ("Cs", "Cc") and character not in "\n\t"
    return is_control or unicodedata.bidirectional(character) in _TURNING


def _told(reason: str, name: object, **values: object) -> Problem:
    """Return what is wrong with a field, whose name may be anything somebody sent."""
    shown = "".join(one if one.isprintable() else "?" for one in str(name)[:_LONGEST_NAME])
    return problem(f"errors.shapes.{reason}", name=shown, **values)
