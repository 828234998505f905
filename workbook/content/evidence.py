"""The sources the workbook rests on, and what each claim's label means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from workbook.content.fields import Said, Slug, Text, repeated
from workbook.content.files import both_files, load_joined
from workbook.content.language import spoken
from workbook.content.tables import Place, read_table, table

EvidenceLabel = Literal["studies", "therapist", "unnamed", "method", "ours"]


@table("claim")
@dataclass(frozen=True, slots=True)
class Claim:
    """One thing the workbook says or does because of a source, and what it rests on."""

    id: Slug
    text: Said
    evidence: EvidenceLabel


@table("source")
@dataclass(frozen=True, slots=True)
class Source:
    """One work that the workbook draws on.

    ``kind`` is article (for the public), study (of couples), paper or book (on a method), or own.
    ``address`` is a DOI or the publisher's own page, else ``"not recorded"``. ``claims`` are ours, in
    our own words; each carries what it rests on: ``studies`` (of something like it, with size and
    limits), ``therapist`` (a therapist's article), ``unnamed`` (an article whose author is not known),
    ``method`` (a method's own paper, or arithmetic) or ``ours`` (our own choice, provisional).
    """

    id: Text
    kind: Literal["article", "study", "paper", "book", "own"]
    title: Text
    authors: Text
    published: Text
    address: Text
    claims: tuple[Claim, ...] = ()


@table("evidence")
@dataclass(frozen=True, slots=True)
class Evidence:
    """All of ``evidence.toml``."""

    sources: tuple[Source, ...]


def sources() -> Mapping[str, Source]:
    """Return every source by id, in the order of ``evidence.toml``; claims are in the language spoken.

    Raises
    ------
    ContentError
        With every problem of the file at once.

    Examples
    --------
    >>> sources()["S0"].authors
    'Butch Losey'
    """
    return _read_all(spoken())


@cache
def _read_all(language: str) -> Mapping[str, Source]:
    place, words = both_files("evidence.toml", language)
    top = Place(place.name, [])
    found = read_table(Evidence, load_joined(Evidence, place, words, top), top).sources
    claims = [claim.id for source in found for claim in source.claims]
    for name in repeated([source.id for source in found] + claims):
        top.note(f"the id {name!r} is used twice; ids are for ever and for one thing")
    top.finish()
    return MappingProxyType({source.id: source for source in found})


def note_unknown_sources(names: Iterable[str], place: Place) -> None:
    """Note which of the ids are none of `sources`."""
    for name in names:
        if name not in sources():
            place.note(
                f"unknown source {name!r}; add it to evidence.toml or use one of {', '.join(sources())}"
            )


def claims() -> Mapping[str, Claim]:
    """Return every claim by id, in the language spoken.

    Examples
    --------
    >>> claims()["amends_first"].evidence
    'studies'
    """
    return {claim.id: claim for source in sources().values() for claim in source.claims}


def note_unknown_studies(names: Iterable[str], place: Place) -> None:
    """Note which of the ids are no claim of a study."""
    known = [name for name, claim in claims().items() if claim.evidence == "studies"]
    for name in names:
        if name not in known:
            place.note(f"{name!r} is no claim of a study; use one of {', '.join(known)}")
