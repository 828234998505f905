"""The questions of the first look, kept as content and not in code."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from workbook.content.fields import Slug, Text, Texts, Whole, load_toml, repeated
from workbook.content.files import STRUCTURE
from workbook.content.tables import Place, read_table, table


@table("page")
@dataclass(frozen=True, slots=True)
class LookPage:
    """What one page of the first look asks."""

    id: Slug
    items: Texts


@table("first look")
@dataclass(frozen=True, slots=True)
class FirstLook:
    """The pages of the first look, and how many needs somebody picks at most. ``basis`` as in the others."""

    version: Text
    basis: Text
    most_needs: Whole
    pages: tuple[LookPage, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """Every question, in the order asked."""
        return tuple(item for page in self.pages for item in page.items)

    def is_all(self, answered: Collection[str]) -> bool:
        """Tell whether nothing beyond the first look is answered."""
        return set(answered) <= set(self.items)


def read_first_look(found: dict[str, object], where: str = "first_look.toml") -> FirstLook:
    """Return the first look of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(where, [])
    made = read_table(FirstLook, found, top)
    for name in repeated(made.items):
        top.note(f"{name!r} is asked twice; keep one")
    for name in repeated(page.id for page in made.pages):
        top.note(f"two pages have the id {name!r}; give each its own")
    top.finish()
    return made


@cache
def first_look() -> FirstLook:
    """Return the first look in force."""
    return read_first_look(load_toml(STRUCTURE / "first_look.toml"))
