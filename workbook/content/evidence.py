"""The sources the workbook rests on, and what each claim's label means."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from workbook.content.fields import Fields, load_toml, repeated
from workbook.errors import ContentError

EvidenceLabel = Literal["data", "clinical", "ours"]
EVIDENCE_LABELS: tuple[EvidenceLabel, ...] = ("data", "clinical", "ours")
KINDS = ("article", "paper", "book", "own")


@dataclass(frozen=True, slots=True)
class Source:
    """One work that the workbook draws on.

    ``kind`` is article (for the public), paper, book or own. ``address`` says
    ``"not recorded"`` where nobody noted it. ``claims`` are ours, in our own words; each
    carries what it rests on: ``data`` (a study or a proof), ``clinical`` (the experience of
    therapists) or ``ours`` (our own choice, provisional).
    """

    id: str
    kind: str
    title: str
    authors: str
    published: str
    address: str
    claims: "tuple[Claim, ...]"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing the workbook says or does because of a source, and what it rests on."""

    id: str
    text: str
    evidence: EvidenceLabel


@cache
def sources() -> Mapping[str, Source]:
    """Every source by id, in the order of ``evidence.toml``.

    Raises
    ------
    ContentError
        With every problem of the file at once.

    Examples
    --------
    >>> sources()["S0"].authors
    'Butch Losey'
    """
    place = files("workbook.content") / "evidence.toml"
    problems: list[str] = []
    top = Fields(load_toml(place), place.name, problems)
    found = [_read_source(table, problems) for table in top.tables("sources")]
    top.finish()
    claims = [claim.id for source in found for claim in source.claims]
    for name in repeated([source.id for source in found] + claims):
        top.note(f"the id {name!r} is used twice; ids are for ever and for one thing")
    if problems:
        raise ContentError(problems)
    return MappingProxyType({source.id: source for source in found})


def _read_source(table: dict[str, object], problems: list[str]) -> Source:
    fields = Fields(table, f"evidence.toml, source {table.get('id', '?')!r}", problems)
    source = Source(
        id=fields.text("id"),
        kind=fields.one_of("kind", KINDS),
        title=fields.text("title"),
        authors=fields.text("authors"),
        published=fields.text("published"),
        address=fields.text("address"),
        claims=tuple(_read_claim(claim, problems) for claim in fields.tables("claims", [])),
    )
    fields.finish()
    return source


def _read_claim(table: dict[str, object], problems: list[str]) -> Claim:
    fields = Fields(table, f"evidence.toml, claim {table.get('id', '?')!r}", problems)
    claim = Claim(fields.slug(), fields.text("text"), fields.one_of("evidence", EVIDENCE_LABELS))
    fields.finish()
    return claim
