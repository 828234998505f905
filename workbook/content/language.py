"""Which language is spoken: chosen for each sitting, and never for the whole process.

Two people of one couple may read two languages, while one server serves both. So the language is no
constant: whoever serves a person (a page's request, a kernel's callback) speaks in theirs with `speaking`,
and whatever fetches words asks `spoken`.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import Literal

from workbook.content.fields import Text, load_toml
from workbook.content.tables import Place, read_table, table

SOURCE = "en"
"""The language that all others are translated from, and the one spoken where nobody has chosen."""
ABOUT = "language.toml"
MORE = "WORKBOOK_LANGUAGES"
"""Names a folder with further languages, to try a translation before it is part of the workbook."""
LANGUAGE = "WORKBOOK_LANGUAGE"
"""Names the language of the one sitting that a kernel serves."""

_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


@table("language")
@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    ``name`` is what its speakers call it, ``locale`` whose plurals, dates and numbers it uses (as Babel names
    it), and ``direction`` the way it is written.
    """

    name: Text
    locale: Text
    direction: Literal["ltr", "rtl"]


def spoken() -> str:
    """Return the language that is spoken here and now, as the name of its folder."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language within the block; one that is not there gives way to `SOURCE`.

    >>> with speaking("tlh"):
    ...     spoken()
    'en'
    """
    token = _spoken.set(language if language in languages() else SOURCE)
    try:
        yield
    finally:
        _spoken.reset(token)


def speak(language: str) -> None:
    """Speak a language from here on, in this task alone: for a request, which ends with it."""
    _spoken.set(language if language in languages() else SOURCE)


def languages() -> Mapping[str, Language]:
    """Return every language there is words for, by the name of its folder.

    >>> languages()["en"].name
    'English'
    """
    return _all_languages(os.environ.get(MORE, ""))


def language() -> Language:
    """Return what is known of the language that is spoken."""
    return languages()[spoken()]


def words_of(name: str) -> Traversable:
    """Return the folder of a language's words."""
    return _folders(os.environ.get(MORE, ""))[name]


@cache
def _folders(more: str) -> Mapping[str, Traversable]:
    roots: list[Traversable] = [files("workbook.content"), *([Path(more)] if more else [])]
    found: dict[str, Traversable] = {}
    for root in roots:
        for folder in sorted(root.iterdir(), key=lambda one: one.name):
            if folder.is_dir() and (folder / ABOUT).is_file():
                found.setdefault(folder.name, folder)
    return found


@cache
def _all_languages(more: str) -> Mapping[str, Language]:
    found = {}
    for name, folder in _folders(more).items():
        top = Place(f"{name}/{ABOUT}", [])
        found[name] = read_table(Language, load_toml(folder / ABOUT), top)
        top.finish()
    return found
