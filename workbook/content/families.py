"""Families of topics that are about one thing, kept as content and not in code."""

from dataclasses import dataclass
from functools import cache

from workbook.content.fields import Slug, Text, Texts, load_toml, repeated
from workbook.content.files import STRUCTURE
from workbook.content.tables import Place, read_table, table


@table("family")
@dataclass(frozen=True, slots=True)
class Family:
    """Topics that a picture shows under one heading, and of which a page tells at most one card."""

    id: Slug
    topics: Texts


@table("families")
@dataclass(frozen=True, slots=True)
class Families:
    """All families, in the order in which they stand on a page. ``basis`` is a source id, or ``"ours"``."""

    version: Text
    basis: Text
    families: tuple[Family, ...]

    def family_of(self, topic: str) -> str:
        """Return the id of the family a topic is in; '' where it is in none.

        >>> families().family_of("connection.trust"), families().family_of("x.unknown")
        ('safety_and_trust', '')
        """
        return next((one.id for one in self.families if topic in one.topics), "")

    def of(self, topic: str) -> str:
        """Return the same, with a topic that is in none as a family of its own.

        >>> families().of("connection.trust"), families().of("x.unknown")
        ('safety_and_trust', 'x.unknown')
        """
        return self.family_of(topic) or topic


def read_families(found: dict[str, object], where: str = "families.toml") -> Families:
    """Return the families of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(where, [])
    made = read_table(Families, found, top)
    for name in repeated(topic for one in made.families for topic in one.topics):
        top.note(f"{name!r} stands in two families; keep one")
    for name in repeated(one.id for one in made.families):
        top.note(f"two families have the id {name!r}; give each its own")
    top.finish()
    return made


@cache
def families() -> Families:
    """Return the families in force."""
    return read_families(load_toml(STRUCTURE / "families.toml"))
