"""Read a table of a content file into a frozen dataclass, noting every problem and not the first alone.

The dataclass says by the types of `workbook.content.fields` what its table holds. pydantic checks it; what is
wrong is said in our own words, with a way out.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from workbook.content.fields import Read, TextsStandIn, TextStandIn
from workbook.errors import ContentError


def table(name: str, *, key: str = "id") -> Callable[[type[Read]], type[Read]]:
    """Say how a problem names a table of this dataclass, and that no other keys are known.

    A mistyped key must not be skipped in silence. ``key`` is what tells such tables of one list apart.
    """

    def mark(kind: type[Read]) -> type[Read]:
        kind.table_name = name  # type: ignore[attr-defined]
        kind.table_key = key  # type: ignore[attr-defined]
        kind.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
        return kind

    return mark


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands, as a problem names it, and where problems are noted.

    >>> place = Place("tiny.toml", [])
    >>> place.at("item 'tiny.1'").note("has no scale")
    >>> place.problems
    ["tiny.toml, item 'tiny.1': has no scale"]
    """

    where: str
    problems: list[str]

    def note(self, problem: str) -> None:
        """Note one problem of this place, once."""
        if (line := f"{self.where}: {problem}") not in self.problems:
            self.problems.append(line)

    def note_other_name(self, name: str) -> None:
        """Note that a file is not called after the id in it, where that is so."""
        if name and self.where != f"{name}.toml":
            self.note(f"the id is {name!r}; name the file {name}.toml")

    def finish(self) -> None:
        """Raise a `ContentError` with every problem, where there is one."""
        if self.problems:
            raise ContentError(self.problems)

    def at(self, what: str) -> "Place":
        """Return a place within this one."""
        return Place(f"{self.where}, {what}", self.problems)


def read_table(kind: Callable[..., Read], found: Mapping[str, Any], place: Place) -> Read:
    r"""Read one table; what is wrong is noted, and harmless values stand in for it.

    So the checks that follow go on, and an author sees every problem of a file at once.

    Examples
    --------
    >>> from workbook.content.fields import Slug, Text
    >>> @table("facet")
    ... @dataclass(frozen=True)
    ... class Facet:
    ...     id: Slug
    ...     title: Text
    >>> place = Place("facets.toml", [])
    >>> read_table(Facet, {"id": "trust", "titel": "Trust"}, place).title
    ''
    >>> print(*place.problems, sep="\n")
    facets.toml: 'title' is missing; give a text
    facets.toml: unknown key 'titel'; known here: id, title
    """
    whole, adapter = copy.deepcopy(dict(found)), _adapter(kind)
    while True:  # a substitute table lacks its own required keys, and so on down; no table contains itself
        try:
            return cast("Read", adapter.validate_python(whole))
        except ValidationError as error:
            wrong = [_walk(kind, whole, one["loc"], place) for one in error.errors(include_url=False)]
        for one in wrong:
            one.tell()
        for one in reversed(
            wrong
        ):  # backwards, so that removing an entry does not shift those still to be removed
            one.mend()


_adapter = cache(cast("Callable[[Any], TypeAdapter[Any]]", TypeAdapter))


@dataclass(frozen=True, slots=True)
class _Wrong:
    """One entry of a table or list that is missing, unknown or not what is wanted there."""

    holder: Any
    key: Any
    holds: Any  # what kind of thing the holder is
    place: Place
    name: str  # the key that a problem names: for an entry of a list, the list's

    @property
    def wanted(self) -> Any:
        return inner_of(self.holds, self.key)

    def tell(self) -> None:
        """Note it in our own words."""
        wanted, name = self.wanted, self.name
        if isinstance(self.holder, list):
            what = f"table; write [[{name}]]" if is_table(bare(wanted)) else "text"
            self.place.note(f"{name!r} holds something that is not a {what}")
        elif wanted is None:
            known = ", ".join(sorted(keys_of(self.holds)))
            self.place.note(f"unknown key {name!r}; known here: {known}")
        elif name not in self.holder:
            self.place.note(f"{name!r} is missing; give {_say_what(wanted, name)}")
        else:
            self.place.note(f"{name!r} {_say_wrong(self.holder[name], wanted, name)}")

    def mend(self) -> None:
        """Take it out, or put something harmless there."""
        wanted = self.wanted
        if isinstance(self.holder, list) or wanted is None:
            del self.holder[self.key]
            return
        value = self.holder.get(self.key)
        self.holder[self.key] = _stand_in(bare(wanted), value)


def _stand_in(kind: Any, value: Any) -> Any:
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if kind is str:  # a misspelt id still is the one that other tables name
        return TextStandIn(value if isinstance(value, str) else "")
    if get_origin(kind) is tuple:
        return [] if is_table(inner_of(kind, 0)) else TextsStandIn()
    return kind() if kind in (int, float, bool) else {}


def _walk(kind: Any, holder: Any, path: tuple[Any, ...], place: Place) -> _Wrong:
    """Follow the path of a problem to the table or list that holds it."""
    name = ""
    for key in path[:-1]:
        name = name if isinstance(holder, list) else key
        kind, within, held = bare(inner_of(kind, key)), holder, holder[key]
        if is_table(kind):
            place = place.at(_name(kind, within, key, held))
        holder = held
    return _Wrong(holder, path[-1], kind, place, name if isinstance(holder, list) else path[-1])


def _name(kind: Any, within: Any, key: Any, held: dict[str, Any]) -> str:
    """Return how a problem names a table: by its id in a list of such, by its key elsewhere."""
    if isinstance(within, list):
        return f"{kind.table_name} {held.get('id', held.get('label', f'number {key + 1}'))!r}"
    return f"{kind.table_name} {key!r}" if kind.table_name else str(key)


def is_table(kind: Any) -> bool:
    """Tell whether a type is that of a table of its own."""
    return is_dataclass(kind)


def bare(kind: Any) -> Any:
    """Return a type without what is annotated to it, and without "or none"."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = next(part for part in get_args(kind) if part is not NoneType)
    return kind


def inner_of(kind: Any, key: Any) -> Any:
    """Return what an entry of a table or list has to be; None where no such key is known."""
    kind = bare(kind)
    if is_table(kind):
        return keys_of(kind).get(key)
    return get_args(kind)[-1 if get_origin(kind) is dict else 0]


@cache
def keys_of(kind: Any) -> dict[str, Any]:
    """Return the keys a file has for a dataclass, each with its type."""
    hints = get_type_hints(kind, include_extras=True)
    return {_annotated(hints[one.name], "alias") or one.name: hints[one.name] for one in fields(kind)}


def _annotated(kind: Any, what: str) -> Any:
    notes = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return next((found for note in reversed(notes) if (found := getattr(note, what, None))), None)


def _say_what(wanted: Any, name: str) -> str:
    kind = bare(wanted)
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    if get_origin(kind) is tuple and is_table(inner_of(kind, 0)):
        return f"[[{name}]] tables"
    return _annotated(wanted, "description") or "a table"


def _say_wrong(value: Any, wanted: Any, name: str) -> str:
    kind = bare(wanted)
    if kind is str and isinstance(value, str):
        if value.strip():
            return f"is {value!r}; use lower-case letters, digits, '_' and '.' only"
        return "is empty; give a text"
    if get_origin(kind) is tuple and value == []:
        return "is an empty list; give at least one text"
    return f"is {value!r}; give {_say_what(wanted, name)}"
