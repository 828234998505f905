"""What a table of a content file may hold, as types, and the reading of the files.

pydantic checks by these types and makes of them the JSON Schema that an editor uses
(`workbook/content/schemas/`); each says of itself what a problem asks an author to give.
"""

import tomllib
from collections.abc import Callable, Iterable
from importlib.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, Strict, WrapValidator

from workbook.errors import ContentError

Read = TypeVar("Read")


class StandIn:
    """What stands in for a value that was wrong, so that what comes after can be checked as well."""


class TextStandIn(StandIn, str):
    """A text that was missing, empty or misspelt."""

    __slots__ = ()


class TextsStandIn(StandIn, tuple[str, ...]):
    """No texts, where some were wanted."""

    __slots__ = ()


_LENIENT = WrapValidator(lambda value, check: value if isinstance(value, StandIn) else check(value))

Words = Annotated[str, Strict(), Field(description="a text"), _LENIENT]
"""A text that may be empty."""
Text = Annotated[str, Strict(), Field(description="a text", pattern=r"\S"), _LENIENT]
Slug = Annotated[
    str, Strict(), Field(description="a text", pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"), _LENIENT
]
"""An id: lower-case letters, digits and underscores, parts joined by dots."""
Whole = Annotated[int, Strict(), Field(description="a whole number")]
Number = Annotated[float, Strict(), Field(description="a number")]
Flag = Annotated[bool, Strict(), Field(description="true or false")]
Listed = Annotated[tuple[Text, ...], Field(description="a list of texts"), _LENIENT]
"""Texts, of which there may be none."""
Texts = Annotated[tuple[Text, ...], Field(description="a list of texts", min_length=1), _LENIENT]
Wholes = Annotated[tuple[Whole, ...], Field(description="a list of whole numbers", min_length=1), _LENIENT]


class Worded:
    """Marks a field that is said by a language: it stands in a file of words, not in one of structure."""


WORDED = Worded()
Said = Annotated[Text, WORDED]
"""A text that people read."""
SaidOrNot = Annotated[Words, WORDED]
"""A text that people read, where there is one."""
SaidEach = Annotated[Texts, WORDED]
"""Texts that people read, at least one."""
SaidAny = Annotated[Listed, WORDED]
"""Texts that people read, where there are any."""


def load_toml(source: Path | Traversable) -> dict[str, Any]:
    """Return the tables of one TOML file.

    Raises
    ------
    ContentError
        When the file is missing, is not UTF-8 or is not TOML; names the file.
    """
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ContentError(f"{source.name}: there is no such file") from None
    except UnicodeDecodeError:
        raise ContentError(f"{source.name}: not UTF-8; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{source.name}: not valid TOML: {error}") from None


def read_each(
    places: Iterable[Traversable], read: Callable[[Traversable], Read], problems: list[str]
) -> list[Read]:
    """Return what each TOML file among ``places`` holds, in the order of their names.

    A file that cannot be read adds its problems and is passed over, so that one run names all.
    """
    found = []
    for place in sorted(places, key=lambda place: place.name):
        if place.name.endswith(".toml"):
            try:
                found.append(read(place))
            except ContentError as error:
                problems.extend(map(str, error.problems))
    return found


def repeated(names: Iterable[str]) -> list[str]:
    """Return which names come more than once, in the order of their second coming.

    >>> repeated(["a", "b", "a", "a"])
    ['a']
    """
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)
