"""Places to turn to: help lines, each with where it was seen and who has checked it."""

from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from workbook.content.fields import Slug, Text, Texts, Words, load_toml, repeated
from workbook.content.tables import Place, read_table, table


@table("resource")
@dataclass(frozen=True, slots=True)
class Resource:
    """One place to turn to. ``address`` is where it was seen, ``seen_on`` the day (ISO).

    ``checked_by`` is the person who rang or visited and found it right; empty means nobody.
    """

    id: Slug
    name: Text
    what: Text
    region: Text
    contact: Text
    address: Text
    seen_on: Text
    checked_by: Annotated[Words, Field(description='who has checked it, or "" until a person has')]

    @property
    def is_verified(self) -> bool:
        return bool(self.checked_by)


@table("resources")
@dataclass(frozen=True)
class Resources:
    """The list, what to say when it is empty, and beside an entry nobody has checked."""

    title: Text
    when_empty: Texts
    unverified: Text
    entries: Annotated[tuple[Resource, ...], Field(alias="resources")] = ()


@cache
def resources() -> Resources:
    """Return the packaged list.

    Raises
    ------
    ContentError
        With every problem of the file at once.

    Examples
    --------
    None is invented, so the list is empty until someone has seen one in a source.

    >>> resources().entries
    ()
    """
    return read_resources(files("workbook.content") / "resources.toml")


def read_resources(place: Traversable) -> Resources:
    """Return a list from its file.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(place.name, [])
    found = read_table(Resources, load_toml(place), top)
    for name in repeated(entry.id for entry in found.entries):
        top.note(f"two resources have the id {name!r}")
    top.finish()
    return found
