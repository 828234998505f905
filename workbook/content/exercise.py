"""The exercises as text: why, steps, cards, what each serves and for what reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from workbook.content.evidence import EVIDENCE_LABELS, EvidenceLabel, sources
from workbook.content.fields import Fields, load_toml, read_each, repeated
from workbook.errors import ContentError

MOST_SUGGESTIONS = 2


@dataclass(frozen=True, slots=True)
class Deck:
    """A pile of cards: open questions, ideas or words to begin with."""

    id: str
    title: str
    cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Purpose:
    """Which facets, needs, signs and skills an exercise serves, and the reason in one sentence."""

    serves: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Exercise:
    """One thing a couple can do together.

    ``guard`` marks the exercises that are unsafe under coercion (fear, breakdown, letting
    go, forgiving): everyone sees the same words of caution before them. ``touch`` marks
    those that can lead to touch or sex: everyone sees the same note on consent.
    """

    id: str
    title: str
    source: tuple[str, ...]
    evidence: EvidenceLabel
    minutes: int
    bring: tuple[str, ...]
    why: str
    steps: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    decks: tuple[Deck, ...] = ()
    guard: bool = False
    touch: bool = False

    @property
    def serves(self) -> tuple[str, ...]:
        """Every id the exercise serves, the most fitting first."""
        return tuple(name for purpose in self.purposes for name in purpose.serves)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An exercise, and the sentence that says why it is suggested here."""

    exercise: Exercise
    reason: str


@cache
def exercises() -> Mapping[str, Exercise]:
    """Every exercise by id, in the order of their ids.

    Raises
    ------
    ContentError
        With every problem of every exercise file at once.

    Examples
    --------
    >>> exercises()["forgiving"].guard
    True
    """
    problems: list[str] = []
    places = (files("workbook.content") / "exercises").iterdir()
    found = read_each(places, read_exercise, problems)
    if problems:
        raise ContentError(problems)
    return MappingProxyType({exercise.id: exercise for exercise in found})


def read_exercise(place: Traversable) -> Exercise:
    """One exercise from its file, which is named ``<id>.toml``.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    problems: list[str] = []
    top = Fields(load_toml(place), place.name, problems)
    exercise = Exercise(
        id=top.slug(),
        title=top.text("title"),
        source=top.texts("source"),
        evidence=top.one_of("evidence", EVIDENCE_LABELS),
        minutes=top.whole("minutes"),
        bring=top.texts("bring"),
        why=top.text("why"),
        steps=top.texts("steps"),
        purposes=tuple(_read_purpose(top, table) for table in top.tables("for")),
        decks=tuple(_read_deck(top, table) for table in top.tables("decks", default=[])),
        guard=top.flag("guard", default=False),
        touch=top.flag("touch", default=False),
    )
    top.finish()
    _check(exercise, top)
    if problems:
        raise ContentError(problems)
    return exercise


def suggest_for(subscale_id: str) -> list[Suggestion]:
    """One or two exercises for a facet, sign, need or skill, the most fitting first.

    Exercises whose first purpose names the id come before those that serve it as well;
    among equals, unguarded ones first, then the shorter one.

    Parameters
    ----------
    subscale_id : str
        A subscale's id; endings for a perspective (``.partner``, ``.met``) are ignored, and
        so is the random part of a person's own need.

    Returns
    -------
    list of Suggestion
        Empty where nothing is known for this id.

    Examples
    --------
    >>> [suggestion.exercise.id for suggestion in suggest_for("connection.attention.partner")]
    ['tech_off', 'twenty_minutes']
    """
    name = subscale_id
    while name:
        ranked = sorted(_ranked(name), key=lambda pair: pair[0])
        if ranked:
            return [suggestion for _, suggestion in ranked[:MOST_SUGGESTIONS]]
        name = name.rpartition(".")[0]
    return []


def _ranked(name: str) -> list[tuple[tuple[int, bool, int, str], Suggestion]]:
    return [
        ((place, exercise.guard, exercise.minutes, exercise.id), Suggestion(exercise, purpose.reason))
        for exercise in exercises().values()
        for place, purpose in enumerate(exercise.purposes)
        if name in purpose.serves
    ]


def _read_purpose(top: Fields, table: dict[str, Any]) -> Purpose:
    fields = Fields(table, f"{top.where}, [[for]]", top.problems)
    purpose = Purpose(fields.texts("ids"), fields.text("reason"))
    fields.finish()
    return purpose


def _read_deck(top: Fields, table: dict[str, Any]) -> Deck:
    fields = Fields(table, f"{top.where}, deck {table.get('id', '?')!r}", top.problems)
    deck = Deck(fields.slug(), fields.text("title"), fields.texts("cards"))
    fields.finish()
    return deck


def _check(exercise: Exercise, top: Fields) -> None:
    if exercise.id and top.where != f"{exercise.id}.toml":
        top.note(f"the id is {exercise.id!r}; name the file {exercise.id}.toml")
    for name in exercise.source:
        if name not in sources():
            top.note(f"unknown source {name!r}; add it to evidence.toml or use one of {', '.join(sources())}")
    if exercise.minutes < 1:
        top.note(f"'minutes' is {exercise.minutes}; give 1 or more")
    for name in repeated(exercise.serves):
        top.note(f"serves {name!r} twice; keep the more fitting place")
    for name in repeated(deck.id for deck in exercise.decks):
        top.note(f"two decks have the id {name!r}")
