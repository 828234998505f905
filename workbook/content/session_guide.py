"""What a therapist is guided by in a session: agenda, rules on secrets, notes, rating, limits, as content."""

from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable

from workbook.content.fields import Said, SaidEach, Slug, Text, Whole, repeated
from workbook.content.files import both_files, load_joined
from workbook.content.language import spoken
from workbook.content.tables import Place, read_table, table


@table("agenda step")
@dataclass(frozen=True, slots=True)
class AgendaStep:
    """One step of a session: ``aim`` and ``prompts`` for the therapist, an ``invitation`` for the two."""

    id: Slug
    minutes: Whole
    title: Said
    aim: Said
    prompts: SaidEach
    invitation: Said


@table("policy")
@dataclass(frozen=True, slots=True)
class SecretsPolicy:
    """What a therapist does with what one partner tells alone; both read it before they grant anything."""

    id: Slug
    title: Said
    words: SaidEach


@table("template")
@dataclass(frozen=True, slots=True)
class NoteTemplate:
    """One kind of note, with what it is for."""

    id: Slug
    title: Said
    hint: Said


@table("rating")
@dataclass(frozen=True, slots=True)
class RatingItem:
    """One sentence that each partner rates alone at the end."""

    id: Slug
    text: Said


@table("limit")
@dataclass(frozen=True, slots=True)
class Limit:
    """What may speak against working jointly. A therapist weighs it: the software never does."""

    id: Slug
    title: Said
    words: Said


@table("session guide")
@dataclass(frozen=True, slots=True)
class SessionGuide:
    """All of it, in the order in which it stands on a page. ``basis`` is a source id, or ``"ours"``.

    What a practice may do with them is kept by the service; these are the words, and the minutes.
    """

    version: Text
    basis: Text
    agenda: tuple[AgendaStep, ...]
    policies: tuple[SecretsPolicy, ...]
    templates: tuple[NoteTemplate, ...]
    rating: tuple[RatingItem, ...]
    limits: tuple[Limit, ...]

    @property
    def minutes(self) -> int:
        """How long a session takes that goes through every step.

        >>> session_guide().minutes
        60
        """
        return sum(step.minutes for step in self.agenda)


def session_guide() -> SessionGuide:
    """Return what is in force, in the language that is spoken.

    Raises
    ------
    ContentError
        With every problem of the files at once.

    Examples
    --------
    >>> [step.id for step in session_guide().agenda][:3]
    ['consent', 'expectations', 'strengths']
    """
    return _read(spoken())


@cache
def _read(language: str) -> SessionGuide:
    return read_session_guide(*both_files("session_guide.toml", language))


def read_session_guide(place: Traversable, words: Traversable | None = None) -> SessionGuide:
    """Return a guide from its file, and from that of its words where it is one of its own.

    Raises
    ------
    ContentError
        With every problem of the files at once.
    """
    top = Place(place.name, [])
    found = read_table(SessionGuide, load_joined(SessionGuide, place, words, top), top)
    for name in ("agenda", "policies", "templates", "rating", "limits"):
        for twice in repeated(one.id for one in getattr(found, name)):
            top.note(f"{name}: two have the id {twice!r}; give each its own")
    top.finish()
    return found
