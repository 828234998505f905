"""Places to turn to: help lines, each with where it was seen and who has checked it."""

from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files
from typing import Any

from workbook.content.fields import Fields, load_toml, repeated
from workbook.errors import ContentError


@dataclass(frozen=True, slots=True)
class Resource:
    """One place to turn to. ``address`` is where it was seen, ``seen_on`` the day (ISO).

    ``checked_by`` is the person who rang or visited and found it right; empty means nobody.
    """

    id: str
    name: str
    what: str
    region: str
    contact: str
    address: str
    seen_on: str
    checked_by: str

    @property
    def is_verified(self) -> bool:
        return bool(self.checked_by)


@dataclass(frozen=True)
class Resources:
    """The list, what to say when it is empty, and beside an entry nobody has checked."""

    title: str
    when_empty: tuple[str, ...]
    unverified: str
    entries: tuple[Resource, ...]


@cache
def resources() -> Resources:
    """The packaged list.

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
    """A list from its file.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    problems: list[str] = []
    top = Fields(load_toml(place), place.name, problems)
    found = Resources(
        title=top.text("title"),
        when_empty=top.texts("when_empty"),
        unverified=top.text("unverified"),
        entries=tuple(_read_entry(top, table) for table in top.tables("resources", default=[])),
    )
    top.finish()
    for name in repeated(entry.id for entry in found.entries):
        top.note(f"two resources have the id {name!r}")
    if problems:
        raise ContentError(problems)
    return found


def _read_entry(top: Fields, table: dict[str, Any]) -> Resource:
    fields = Fields(table, f"{top.where}, resource {table.get('id', '?')!r}", top.problems)
    entry = Resource(
        id=fields.slug(),
        name=fields.text("name"),
        what=fields.text("what"),
        region=fields.text("region"),
        contact=fields.text("contact"),
        address=fields.text("address"),
        seen_on=fields.text("seen_on"),
        checked_by=fields.text("checked_by", default=""),
    )
    fields.finish()
    if "checked_by" not in table:
        fields.note("'checked_by' is missing; leave it empty (\"\") until a person has checked it")
    return entry
