"""The longer texts a person reads before, between and after: introduction, consent, limits."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from workbook.content.evidence import sources
from workbook.content.fields import Fields, load_toml, read_each, repeated
from workbook.errors import ContentError


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a document: a heading, which may be empty, and its paragraphs.

    ``id`` names the part, for a page that orders parts (see ``just_for_me``). ``raised_by``
    lists the private questions whose answers may move this part up on that page.
    """

    id: str
    heading: str
    paragraphs: tuple[str, ...]
    raised_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A text with a version. A change of a single word needs a new version.

    ``choices`` are the answers to a question the document asks (the mood check), from low
    to high, and are empty for all others.
    """

    id: str
    version: str
    title: str
    source: tuple[str, ...]
    sections: tuple[Section, ...]
    choices: tuple[str, ...] = ()

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """All paragraphs in order, without the headings."""
        return tuple(paragraph for section in self.sections for paragraph in section.paragraphs)


@cache
def documents() -> Mapping[str, Document]:
    """Every document by id.

    Raises
    ------
    ContentError
        With every problem of every document at once.

    Examples
    --------
    >>> documents()["introduction"].title
    'What this workbook is about'
    """
    problems: list[str] = []
    places = (files("workbook.content") / "documents").iterdir()
    found = read_each(places, read_document, problems)
    if problems:
        raise ContentError(problems)
    return MappingProxyType({document.id: document for document in found})


def read_document(place: Traversable) -> Document:
    """One document from its file, which is named ``<id>.toml``.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    problems: list[str] = []
    top = Fields(load_toml(place), place.name, problems)
    document = Document(
        id=top.slug(),
        version=top.text("version"),
        title=top.text("title"),
        source=top.texts("source"),
        sections=tuple(_read_section(top, table) for table in top.tables("sections")),
        choices=top.texts("choices", default=()),
    )
    top.finish()
    if document.id and top.where != f"{document.id}.toml":
        top.note(f"the id is {document.id!r}; name the file {document.id}.toml")
    for name in document.source:
        if name not in sources():
            top.note(f"unknown source {name!r}; add it to evidence.toml")
    for name in repeated(section.id for section in document.sections):
        top.note(f"two sections have the id {name!r}")
    if problems:
        raise ContentError(problems)
    return document


def _read_section(top: Fields, table: dict[str, Any]) -> Section:
    fields = Fields(table, f"{top.where}, section {table.get('id', '?')!r}", top.problems)
    section = Section(
        id=fields.slug(),
        heading=fields.text("heading", default=""),
        paragraphs=fields.texts("paragraphs"),
        raised_by=fields.texts("raised_by", default=()),
    )
    fields.finish()
    return section


def document_hash(document_id: str) -> str:
    """SHA-256 of a document's very words: id, version, title, headings, paragraphs, choices.

    Spaces, line breaks and comments of the file do not matter; a changed word does.

    Parameters
    ----------
    document_id : str
        A key of `documents`.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    ContentError
        When there is no such document.
    """
    if document_id not in documents():
        raise ContentError(f"no document {document_id!r}; there are {', '.join(documents())}")
    document = documents()[document_id]
    words = [
        document.id,
        document.version,
        document.title,
        [[section.heading, *section.paragraphs] for section in document.sections],
        list(document.choices),
    ]
    plain = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def consent_hash(document_id: str = "consent") -> str:
    """The hash under which a consent is kept, so that it is known what was agreed to.

    Examples
    --------
    >>> len(consent_hash())
    64
    """
    return document_hash(document_id)
