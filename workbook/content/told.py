"""Of whom each text of a result page is true, and what it claims: declared as content, checked by tests."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from workbook.content.fields import Text, Texts, load_toml, repeated
from workbook.content.files import STRUCTURE
from workbook.content.tables import Place, read_table, table

TellsOf = Literal["you", "both", "one", "some", "each", "everybody"]
Claim = Literal[
    "high", "low", "often", "rare", "upper_end", "lower_end", "unhealthy_end", "highest", "lowest",
    "nothing_low", "nothing_high", "all_alike", "few", "apart", "differ", "no_clear_difference", "read_alike",
    "matters_unmet", "nothing_unmet", "moved", "not_moved", "both_well", "nothing",
]  # fmt: skip


@table("text")
@dataclass(frozen=True, slots=True)
class ToldText:
    """Texts that claim the same of the same people.

    Attributes
    ----------
    keys : tuple of str
        Keys of `workbook.content.say`; ``topic.…`` are the fields of a facet or sign.
    whom : str
        ``you``: the one person who reads. ``both``: true of each of the two. ``one``: one of the two more
        than the other, nobody named. ``some``: at least one of the two. ``each``: about each of the two by
        name, from what both opened. ``everybody``: said whatever was answered.
    claims : str
    """

    keys: Texts
    whom: TellsOf
    claims: Claim


@table("told")
@dataclass(frozen=True, slots=True)
class Told:
    """All that result pages tell."""

    version: Text
    texts: tuple[ToldText, ...]

    def of(self, key: str) -> ToldText:
        """Return what a text claims, and of whom.

        Raises
        ------
        KeyError
            It is not declared.
        """
        for one in self.texts:
            if key in one.keys:
                return one
        raise KeyError(key)


def read_told(found: dict[str, object], where: str = "told.toml") -> Told:
    """Return the declarations of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(where, [])
    made = read_table(Told, found, top)
    for name in repeated(key for one in made.texts for key in one.keys):
        top.note(f"{name!r} is declared twice; a text claims one thing of one kind of people")
    top.finish()
    return made


@cache
def told() -> Told:
    """Return the declarations in force."""
    return read_told(load_toml(STRUCTURE / "told.toml"))
