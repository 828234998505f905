"""Read one TOML table field by field, noting every problem instead of stopping at the first."""

import re
import tomllib
from collections.abc import Callable, Iterable
from importlib.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar, cast

from workbook.errors import ContentError

Read = TypeVar("Read")
REQUIRED: Any = object()
SLUG = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


class Fields:
    """One table of a content file. Each getter takes a key, checks it, and notes what is wrong.

    Getters return a harmless value where the file is wrong, so that reading goes on and the
    author sees every problem of a file at once. ``finish`` notes keys nobody asked for: a
    mistyped key must not be skipped in silence.

    Parameters
    ----------
    table : dict
        The table as `tomllib` gives it.
    where : str
        How a problem names this place, e.g. ``"connection.toml, item 'connection.trust.1'"``.
    problems : list of str
        Where problems are noted; shared by all tables of one file.

    Examples
    --------
    >>> problems = []
    >>> fields = Fields({"id": "trust", "titel": "Trust"}, "facets.toml", problems)
    >>> fields.text("id"), fields.text("title"), fields.finish()
    ('trust', '', None)
    >>> for problem in problems:
    ...     print(problem)
    facets.toml: 'title' is missing; give a text
    facets.toml: unknown key 'titel'; known here: id, title
    """

    def __init__(self, table: dict[str, Any], where: str, problems: list[str]) -> None:
        self.table = table
        self.where = where
        self.problems = problems
        self._asked: list[str] = []

    def note(self, problem: str) -> None:
        """Note one problem of this place."""
        self.problems.append(f"{self.where}: {problem}")

    def finish(self) -> None:
        """Note every key that no getter asked for."""
        for key in self.table:
            if key not in self._asked:
                self.note(f"unknown key {key!r}; known here: {', '.join(sorted(set(self._asked)))}")

    def _get(self, key: str, kinds: tuple[type, ...], what: str, default: Any, fallback: Any) -> Any:
        self._asked.append(key)
        if key not in self.table:
            if default is REQUIRED:
                self.note(f"{key!r} is missing; give {what}")
                return fallback
            return default
        value = self.table[key]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.note(f"{key!r} is {value!r}; give {what}")
            return fallback
        return value

    def text(self, key: str, default: Any = REQUIRED) -> str:
        """A text with something in it."""
        value = self._get(key, (str,), "a text", default, "")
        if key in self.table and isinstance(value, str) and not value.strip() and default is REQUIRED:
            self.note(f"{key!r} is empty; give a text")
        return cast("str", value)

    def slug(self, key: str = "id") -> str:
        """An id: lower-case letters, digits and underscores, parts joined by dots."""
        value = self.text(key)
        if value and not SLUG.fullmatch(value):
            self.note(f"{key!r} is {value!r}; use lower-case letters, digits, '_' and '.' only")
        return value

    def one_of(self, key: str, allowed: Iterable[str], default: Any = REQUIRED) -> Any:
        """One of a closed list of texts."""
        choices = tuple(allowed)
        value = self._get(key, (str,), f"one of {', '.join(choices)}", default, choices[0])
        if value not in choices:
            self.note(f"{key!r} is {value!r}; give one of {', '.join(choices)}")
            return choices[0]
        return value

    def whole(self, key: str, default: Any = REQUIRED) -> int:
        """A whole number."""
        return cast("int", self._get(key, (int,), "a whole number", default, 0))

    def number(self, key: str, default: Any = REQUIRED) -> float:
        """A number."""
        return float(self._get(key, (int, float), "a number", default, 0.0))

    def flag(self, key: str, default: Any = REQUIRED) -> bool:
        """``true`` or ``false``."""
        return cast("bool", self._get(key, (bool,), "true or false", default, False))

    def texts(self, key: str, default: Any = REQUIRED) -> tuple[str, ...]:
        """A list of texts; required lists hold at least one."""
        value = self._get(key, (list, tuple), "a list of texts", default, ())
        if key in self.table and default is REQUIRED and value == []:
            self.note(f"{key!r} is an empty list; give at least one text")
        if any(not isinstance(part, str) or not part.strip() for part in value):
            self.note(f"{key!r} holds something that is not a text")
            return tuple(part for part in value if isinstance(part, str) and part.strip())
        return tuple(value)

    def table_at(self, key: str, default: Any = REQUIRED) -> dict[str, Any]:
        """A table within this one."""
        return cast("dict[str, Any]", self._get(key, (dict,), "a table", default, {}))

    def tables(self, key: str, default: Any = REQUIRED) -> list[dict[str, Any]]:
        """A list of tables, such as ``[[items]]``."""
        value = self._get(key, (list,), f"[[{key}]] tables", default, [])
        if any(not isinstance(part, dict) for part in value):
            self.note(f"{key!r} holds something that is not a table; write [[{key}]]")
        return [part for part in value if isinstance(part, dict)]


def load_toml(source: Path | Traversable) -> dict[str, Any]:
    """The tables of one TOML file.

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
    """What each TOML file among ``places`` holds, in the order of their names.

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
    """Which names come more than once, in the order of their second coming.

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
