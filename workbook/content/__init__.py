"""What people read, as data. No prose lives in Python: it is fetched from here by key."""

import tomllib
from functools import cache
from typing import Any

from workbook.content.formats import isolated, plural_form
from workbook.content.language import language, languages, speaking, spoken, words_of
from workbook.errors import ContentError, Problem, WorkbookError

__all__ = [
    "language",
    "languages",
    "lookup",
    "messages",
    "say",
    "sentence",
    "sentences",
    "speaking",
    "spoken",
]


def messages(area: str) -> dict[str, Any]:
    """Return the messages of one area (``server``, ``ui``, ``results`` …) as nested tables.

    They are in the language that is spoken.

    Raises
    ------
    ContentError
        When the area's file is missing or is not TOML.
    """
    return _read(area, spoken())


@cache
def _read(area: str, language: str) -> dict[str, Any]:
    source = words_of(language) / "messages" / f"{area}.toml"
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ContentError(f"no messages for the area {area!r}: add {source.name}") from None
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{source.name} is not valid TOML: {error}") from None


def lookup(key: str) -> Any:
    """Return whatever stands at a dotted key: a text, a list of paragraphs, or a table."""
    area, _, path = key.partition(".")
    found: Any = messages(area)
    for part in path.split(".") if path else ():
        if not isinstance(found, dict) or part not in found:
            raise ContentError(f"no message {key!r} in {area}.toml")
        found = found[part]
    return found


def say(key: str, /, **values: object) -> str:
    """Return the text at a dotted key, with ``{name}`` placeholders filled.

    Where a count stands in a text, it may have a form for each kind of number that its language tells apart
    (see `workbook.content.formats.plural_form`): ``topics = { one = "{n} topic", other = "{n} topics" }``.

    >>> say("errors.storage.full_disk")  # doctest: +SKIP
    'There is no room left on this computer, …'
    """
    text = lookup(key)
    if isinstance(text, dict):
        text = plural_form(text, values)
    if not isinstance(text, str):
        raise ContentError(f"message {key!r} is a {type(text).__name__}, not a text: use lookup()")
    try:
        return str(text.format(**{name: isolated(value) for name, value in values.items()}))
    except (KeyError, IndexError) as missing:
        raise ContentError(f"message {key!r} wants a value for {missing}") from None


def sentence(problem: str | Problem) -> str:
    """Return a problem as the sentence a person reads.

    >>> from workbook.errors import problem
    >>> sentence(problem("errors.answers.too_many", most=500))  # doctest: +SKIP
    'These are more than 500 answers at once. …'
    """
    if isinstance(problem, str):
        return problem
    values = {
        name: sentence(value) if isinstance(value, Problem) else value
        for name, value in problem.values.items()
    }
    if problem.key.rpartition(".")[0] == "errors.shapes":  # what was sent names a field as the code does
        values["name"] = lookup("errors.fields").get(values["name"], values["name"])
    return say(problem.key, **values)


def sentences(error: WorkbookError) -> list[str]:
    """Return every problem of an error as a sentence: for the edge only, a page or the command line."""
    return [sentence(problem) for problem in error.problems]
