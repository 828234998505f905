"""Where the files of a kind of content are: one of structure, and one of words in each language."""

from collections.abc import Callable
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import Any

from workbook.content.fields import Read, load_toml
from workbook.content.joining import join
from workbook.content.language import words_of
from workbook.content.tables import Place
from workbook.errors import ContentError

STRUCTURE = files("workbook.content") / "structure"


def both_files(name: str, language: str) -> tuple[Traversable, Traversable]:
    """Return the files of structure and of words that go by one name."""
    return STRUCTURE.joinpath(*name.split("/")), words_of(language).joinpath(*name.split("/"))


def load_joined(
    kind: type, place: Path | Traversable, words: Traversable | None, top: Place
) -> dict[str, Any]:
    """Return the whole table of one file, or of two that belong together.

    Raises
    ------
    ContentError
        When one of them cannot be read as TOML; problems of joining are noted at ``top``.
    """
    structure = load_toml(place)
    if words is None:
        return structure
    return join(kind, structure, load_toml(words), top, Place(f"words of {top.where}", top.problems))


def read_kind(
    folder: str,
    read: Callable[[Traversable, Traversable], Read],
    language: str,
    problems: list[str] | None = None,
) -> list[Read]:
    """Return every file of a kind in one language, in the order of their names.

    Raises
    ------
    ContentError
        With every problem of every file at once; where ``problems`` is given they are noted in it instead.
    """
    noted: list[str] = [] if problems is None else problems
    structure, words = both_files(folder, language)
    names, said = _names(structure), _names(words)
    noted += [f"{name}: has no words in the language {language!r}" for name in sorted(names - said)]
    noted += [
        f"{name}: words of the language {language!r}, and no structure" for name in sorted(said - names)
    ]
    found = []
    for name in sorted(names & said):
        try:
            found.append(read(structure / name, words / name))
        except ContentError as error:
            noted.extend(map(str, error.problems))
    if problems is None and noted:
        raise ContentError(noted)
    return found


def _names(folder: Traversable) -> set[str]:
    return (
        {place.name for place in folder.iterdir() if place.name.endswith(".toml")}
        if folder.is_dir()
        else set()
    )
