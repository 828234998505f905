"""The longer texts a person reads before, between and after: introduction, consent, limits."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from types import MappingProxyType

from workbook.content.evidence import note_unknown_sources
from workbook.content.fields import Listed, Said, SaidEach, SaidOrNot, Slug, Text, Texts, repeated
from workbook.content.files import load_joined, read_kind
from workbook.content.language import spoken
from workbook.content.tables import Place, read_table, table
from workbook.errors import ContentError


@table("section")
@dataclass(frozen=True, slots=True)
class Section:
    """One part of a document: a heading, which may be empty, and its paragraphs.

    ``id`` names the part, for a page that orders parts (see ``just_for_me``). ``raised_by``
    lists the private questions whose answers may move this part up on that page.
    """

    id: Slug
    paragraphs: SaidEach
    heading: SaidOrNot = ""
    raised_by: Listed = ()


@table("choice")
@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to a question that a document asks."""

    id: Slug
    label: Said


@table("document")
@dataclass(frozen=True)
class Document:
    """A text with a version. A change of a single word needs a new version.

    ``choices`` are the answers to a question the document asks (the mood check), from low
    to high, and are empty for all others.
    """

    id: Slug
    version: Text
    title: Said
    source: Texts
    sections: tuple[Section, ...]
    choices: tuple[Reply, ...] = ()

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """All paragraphs in order, without the headings."""
        return tuple(paragraph for section in self.sections for paragraph in section.paragraphs)


def documents() -> Mapping[str, Document]:
    """Return every document by id, in the language that is spoken.

    Raises
    ------
    ContentError
        With every problem of every document at once.

    Examples
    --------
    >>> documents()["introduction"].title
    'What this workbook is about'
    """
    return _read_all(spoken())


@cache
def _read_all(language: str) -> Mapping[str, Document]:
    return MappingProxyType({one.id: one for one in read_kind("documents", read_document, language)})


def read_document(place: Traversable, words: Traversable | None = None) -> Document:
    """Return one document from its file, which is named ``<id>.toml``.

    Parameters
    ----------
    place : Traversable
        The file of its structure, or of the whole document.
    words : Traversable, optional
        The file of its words, where it is one of its own.

    Raises
    ------
    ContentError
        With every problem of the files at once.
    """
    top = Place(place.name, [])
    document = read_table(Document, load_joined(Document, place, words, top), top)
    top.note_other_name(document.id)
    note_unknown_sources(document.source, top)
    for name in repeated(section.id for section in document.sections):
        top.note(f"two sections have the id {name!r}")
    top.finish()
    return document


def document_hash(document_id: str) -> str:
    """SHA-256 of a document's very words in the language spoken: id, version, title, paragraphs and so on.

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
        [choice.label for choice in document.choices],
    ]
    plain = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def consent_hash(document_id: str = "consent") -> str:
    """Return the hash under which a consent is kept, so that it is known what was agreed to.

    Examples
    --------
    >>> len(consent_hash())
    64
    """
    return document_hash(document_id)
