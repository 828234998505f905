"""Join what a content file says in one language with what is the same in all of them.

The structure of a file (ids, keys, scoring, sources) stands in ``content/structure/``, its words in a
folder for each language. The dataclass that both are read into says which is which: what people read is
marked `workbook.content.fields.WORDED`. In a file of words a list of tables is one table by their ids, and
a table that has one text alone is that text:

    [items]
    "connection.listening.1" = "I listened until …"
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import ConfigDict, Field, TypeAdapter

from workbook.content.fields import Worded
from workbook.content.tables import Place, bare, inner_of, is_table, keys_of

Part = Literal["structure", "words", "whole"]


def join(
    kind: type, structure: Mapping[str, Any], words: Mapping[str, Any], place: Place, said: Place
) -> dict[str, Any]:
    """Join structure and words into the one table that a dataclass is read from.

    Parameters
    ----------
    kind : type
        The dataclass.
    structure, words : mapping
        The tables of the two files.
    place, said : Place
        Where each stands. What one has and the other lacks is noted where it is.

    Returns
    -------
    dict
        What `workbook.content.tables.read_table` takes.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from workbook.content.fields import Said, Slug
    >>> from workbook.content.tables import table
    >>> @table("facet")
    ... @dataclass(frozen=True)
    ... class Facet:
    ...     id: Slug
    ...     title: Said
    >>> place, said = Place("facets.toml", []), Place("en/facets.toml", [])
    >>> join(Facet, {"id": "trust"}, {"title": "Trust"}, place, said)
    {'id': 'trust', 'title': 'Trust'}
    """
    whole = dict(structure)
    for name, wanted in keys_of(kind).items():
        if is_worded(wanted):
            if name in structure:
                place.note(f"{name!r} is said by each language; move it to {said.where}")
            whole.pop(name, None)
            if name in words:
                whole[name] = words[name]
        elif holds_words(wanted):
            _join_within(name, wanted, whole, words.get(name, {}), place, said)
    for name in words:
        wanted = keys_of(kind).get(name)
        if wanted is None or not (is_worded(wanted) or holds_words(wanted)):
            said.note(f"{name!r} is nothing a language says; it may say {', '.join(sorted(_said_of(kind)))}")
    return whole


def _join_within(
    name: str, wanted: Any, whole: dict[str, Any], words: Any, place: Place, said: Place
) -> None:
    """Join the tables under one key: one table, a table of tables, or a list of them."""
    held, inner = whole.get(name), bare(wanted)
    if not isinstance(words, dict):
        said.note(f"{name!r} holds {words!r}; write a table of words")
        return
    if is_table(inner):
        if isinstance(held, dict):
            whole[name] = join(inner, held, words, place.at(name), said.at(name))
        return
    kind = bare(inner_of(inner, 0))
    known = _by_key(kind, held)
    for key in words:
        if key not in known:
            said.note(f"{name!r} has words for {key!r}, which is not in {place.where}")
    joined = {
        key: _join_one(
            kind, one, words.get(key), place.at(f"{kind.table_name} {key!r}"), said, f"{name}.{key}"
        )
        for key, one in known.items()
    }
    if isinstance(held, list):
        whole[name] = [
            joined.get(str(one.get(kind.table_key)), one) if isinstance(one, dict) else one for one in held
        ]
    elif isinstance(held, dict):
        whole[name] = joined


def _by_key(kind: Any, held: Any) -> dict[str, Any]:
    if isinstance(held, dict):
        return {key: one for key, one in held.items() if isinstance(one, dict)}
    if not isinstance(held, list):
        return {}
    return {str(one[kind.table_key]): one for one in held if isinstance(one, dict) and kind.table_key in one}


def _join_one(
    kind: Any, one: dict[str, Any], words: Any, place: Place, said: Place, where: str
) -> dict[str, Any]:
    alone = _single(kind)
    if words is None:
        if _needs_words(kind):
            said.note(f"{where!r} is missing; {place.where} has no words without it")
        words = {}
    elif isinstance(words, str) and alone:
        words = {alone: words}
    elif not isinstance(words, dict) or alone:
        said.note(f"{where!r} holds {words!r}; give {'one text' if alone else 'a table of words'}")
        words = {}
    return join(kind, one, words, place, said.at(where))


def is_worded(wanted: Any) -> bool:
    """Tell whether a field is said by a language."""
    return get_origin(wanted) is Annotated and any(isinstance(note, Worded) for note in get_args(wanted)[1:])


def holds_words(wanted: Any) -> bool:
    """Tell whether a field holds tables in which a language says something."""
    kind = bare(wanted)
    if get_origin(kind) in (tuple, dict):
        kind = bare(inner_of(kind, 0))
    return is_table(kind) and bool(_said_of(kind))


@cache
def _said_of(kind: Any) -> tuple[str, ...]:
    return tuple(name for name, wanted in keys_of(kind).items() if is_worded(wanted) or holds_words(wanted))


def _single(kind: Any) -> str:
    """Return the one text of a table that has no other words; empty for all others."""
    said = _said_of(kind)
    return said[0] if len(said) == 1 and is_worded(keys_of(kind)[said[0]]) else ""


def _needs_words(kind: Any) -> bool:
    """Tell whether a table cannot be read without words."""
    return any(is_worded(wanted) and not _is_optional(kind, name) for name, wanted in keys_of(kind).items())


def _is_optional(kind: Any, name: str) -> bool:
    field = next((one for one in dataclasses.fields(kind) if one.name == name), None)
    return field is not None and field.default is not dataclasses.MISSING


def schema_of_part(kind: type, part: Part) -> dict[str, Any]:
    """Return the JSON Schema of the files of structure, of words, or of both in one, for a dataclass."""
    parted = {"structure": _structure_of, "words": _words_of}
    return TypeAdapter(parted[part](kind) if part in parted else kind).json_schema(by_alias=True)


@cache
def _structure_of(kind: Any) -> Any:
    """Return a dataclass like this one, without what a language says."""
    return _made(
        kind,
        {
            name: _with_inner(wanted, _structure_of) if holds_words(wanted) else wanted
            for name, wanted in keys_of(kind).items()
            if not is_worded(wanted)
        },
    )


@cache
def _words_of(kind: Any) -> Any:
    """Return a dataclass of what a language says of this one."""
    return _made(kind, {name: _words_in(keys_of(kind)[name]) for name in _said_of(kind)})


def _words_in(wanted: Any) -> Any:
    kind = bare(wanted)
    if is_worded(wanted):
        return wanted
    if is_table(kind):
        return _words_of(kind)
    inner = bare(inner_of(kind, 0))
    alone = _single(inner)
    return dict[str, keys_of(inner)[alone] if alone else _words_of(inner)]  # type: ignore[misc]


def _with_inner(wanted: Any, of: Any) -> Any:
    kind = bare(wanted)
    if is_table(kind):
        return of(kind)
    inner: Any = of(bare(inner_of(kind, 0)))
    return dict[str, inner] if get_origin(kind) is dict else tuple[inner, ...]


def _made(kind: Any, wanted: Mapping[str, Any]) -> Any:
    """Make a dataclass of some keys of a file, under the name of the one it is a part of."""
    parts = []
    for field, key in zip(dataclasses.fields(kind), keys_of(kind), strict=True):
        if key in wanted:
            hint = wanted[key] if key == field.name else Annotated[wanted[key], Field(alias=key)]
            given = dataclasses.field(default=field.default, default_factory=field.default_factory)
            parts.append((field.name, hint, given))
    made: Any = dataclasses.make_dataclass(kind.__name__, parts, kw_only=True)
    made.__pydantic_config__ = ConfigDict(extra="forbid")
    return made
