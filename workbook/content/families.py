"""Families of topics: which belong together, kept as content and not in code."""

from dataclasses import dataclass
from functools import cache

from workbook.content.fields import Slug, Text, Texts, load_toml, repeated
from workbook.content.files import STRUCTURE
from workbook.content.tables import Place, read_table, table


@table("family")
@dataclass(frozen=True, slots=True)
class Family:
    """Topics that are shown together, under one heading."""

    id: Slug
    topics: Texts


@table("families")
@dataclass(frozen=True, slots=True)
class Families:
    """Every family.

    Attributes
    ----------
    version : str
    families : tuple of Family
    basis : str
        A source id, or ``"ours"``.
    """

    version: Text
    families: tuple[Family, ...]
    basis: Text

    def family_of(self, topic: str) -> str:
        """Return the id of the family a topic is in; '' where it is in none.

        >>> families().family_of("connection.trust"), families().family_of("x.unknown")
        ('safety_and_trust', '')
        """
        return next((family.id for family in self.families if topic in family.topics), "")


def read_families(found: dict[str, object], where: str = "families.toml") -> Families:
    """Return the families of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(where, [])
    read = read_table(Families, found, top)
    for name in repeated(topic for family in read.families for topic in family.topics):
        top.note(f"{name!r} is in two families; keep one")
    for name in repeated(family.id for family in read.families):
        top.note(f"two families are called {name!r}; give each an id of its own")
    top.finish()
    return read


@cache
def families() -> Families:
    """Return the families in force."""
    return read_families(load_toml(STRUCTURE / "families.toml"))
