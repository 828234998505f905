"""Places to turn to: help lines, each with where it was seen and who has checked it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from typing import Annotated

from pydantic import Field

from workbook.content.fields import Said, SaidEach, SaidOrNot, Slug, Text, Words, repeated
from workbook.content.files import both_files, load_joined
from workbook.content.language import spoken
from workbook.content.tables import Place, read_table, table


@table("resource")
@dataclass(frozen=True, slots=True)
class Resource:
    """One place to turn to. ``region`` is the country it is for, as a heading; ``address`` is where it was
    seen, ``seen_on`` the day (ISO).

    ``checked_by`` is the person who rang or visited and found it right; empty means nobody.
    """

    id: Slug
    name: Text
    what: Said
    region: Said
    contact: Text
    address: Text
    seen_on: Text
    checked_by: Annotated[Words, Field(description='who has checked it, or "" until a person has')]
    hours: SaidOrNot = ""

    @property
    def is_verified(self) -> bool:
        return bool(self.checked_by)


@table("resources")
@dataclass(frozen=True)
class Resources:
    """The list, what to say when it is empty, beside an entry nobody has checked, and of traces."""

    title: Said
    when_empty: SaidEach
    unverified: Said
    traces: Said
    entries: Annotated[tuple[Resource, ...], Field(alias="resources")] = ()

    def by_region(self) -> Mapping[str, tuple[Resource, ...]]:
        """Return the entries by country, in the order of the file."""
        regions = dict.fromkeys(one.region for one in self.entries)
        return {name: tuple(one for one in self.entries if one.region == name) for name in regions}


def resources() -> Resources:
    """Return the packaged list, in the language that is spoken.

    Raises
    ------
    ContentError
        With every problem of the file at once.

    Examples
    --------
    None is invented: each says where it was seen, and when.

    >>> {one.seen_on for one in resources().entries}
    {'2026-11-28'}
    """
    return _read_all(spoken())


@cache
def _read_all(language: str) -> Resources:
    return read_resources(*both_files("resources.toml", language))


def read_resources(place: Traversable, words: Traversable | None = None) -> Resources:
    """Return a list from its file, and from that of its words where it is one of its own.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(place.name, [])
    found = read_table(Resources, load_joined(Resources, place, words, top), top)
    for name in repeated(entry.id for entry in found.entries):
        top.note(f"two resources have the id {name!r}")
    top.finish()
    return found
