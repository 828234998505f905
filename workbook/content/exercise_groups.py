"""How the list of exercises is parted, kept as content and not in code."""

from dataclasses import dataclass
from functools import cache

from workbook.content.fields import Slug, Text, Texts, load_toml, repeated
from workbook.content.files import STRUCTURE
from workbook.content.tables import Place, read_table, table


@table("group")
@dataclass(frozen=True, slots=True)
class ExerciseGroup:
    """Exercises that stand under one heading of the list, in its order."""

    id: Slug
    exercises: Texts


@table("exercise groups")
@dataclass(frozen=True, slots=True)
class ExerciseGroups:
    """All groups, in the order in which they stand on the page. ``basis`` is a source id, or ``"ours"``."""

    version: Text
    basis: Text
    groups: tuple[ExerciseGroup, ...]


def read_exercise_groups(found: dict[str, object], where: str = "exercise_groups.toml") -> ExerciseGroups:
    """Return the groups of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(where, [])
    made = read_table(ExerciseGroups, found, top)
    for name in repeated(exercise for one in made.groups for exercise in one.exercises):
        top.note(f"{name!r} stands in two groups; keep one")
    for name in repeated(one.id for one in made.groups):
        top.note(f"two groups have the id {name!r}; give each its own")
    top.finish()
    return made


@cache
def exercise_groups() -> tuple[ExerciseGroup, ...]:
    """Return the groups in force.

    >>> exercise_groups()[0].exercises[0]
    'twenty_minutes'
    """
    return read_exercise_groups(load_toml(STRUCTURE / "exercise_groups.toml")).groups
