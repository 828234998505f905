"""The exercises as text: why, steps, cards, what each serves and for what reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.abc import Traversable
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from workbook.content.evidence import EvidenceLabel, note_unknown_sources, note_unknown_studies
from workbook.content.fields import (
    Flag,
    Listed,
    Said,
    SaidAny,
    SaidEach,
    SaidOrNot,
    Slug,
    Texts,
    Whole,
    repeated,
)
from workbook.content.files import load_joined, read_kind
from workbook.content.language import spoken
from workbook.content.tables import Place, read_table, table

MOST_SUGGESTIONS = 2
DEPTHS = ("light", "deeper", "deep")
Depths = Annotated[tuple[Whole, ...], Field(description="two numbers of cards: light ones, and deeper ones")]


@table("deck")
@dataclass(frozen=True, slots=True)
class Deck:
    """A pile of cards: open questions, ideas or words to begin with.

    ``deepens`` says, where a deck goes from light to deep, how many of its cards are light and how many more
    come before the deep ones. ``asks_first`` is a deck that opens only where both want it.
    """

    id: Slug
    title: Said
    cards: SaidEach
    deepens: Depths = ()
    asks_first: Flag = False

    def cards_at(self, depth: str) -> tuple[str, ...]:
        """Return the cards of one of `DEPTHS`; all are light where nothing is said about it."""
        light, deeper = self.deepens or (len(self.cards), 0)
        parts = (self.cards[:light], self.cards[light : light + deeper], self.cards[light + deeper :])
        return parts[DEPTHS.index(depth)]

    def depth_of(self, card: str) -> str:
        """Return how deep a card goes; nothing where the deck does not say."""
        return next((depth for depth in DEPTHS if self.deepens and card in self.cards_at(depth)), "")


@table("for")
@dataclass(frozen=True, slots=True)
class Purpose:
    """Which facets, needs, signs and skills an exercise serves, and the reason in one sentence."""

    id: Slug
    serves: Annotated[Texts, Field(alias="ids")]
    reason: Said


@table("exercise")
@dataclass(frozen=True)
class Exercise:
    """One thing a couple can do together.

    ``in_short`` is the one sentence that stands beside its title in a list.
    ``guard`` marks the exercises that are unsafe under coercion (fear, breakdown, letting
    go, forgiving): everyone sees the same words of caution before them. ``touch`` marks
    those that can lead to touch or sex: everyone sees the same note on consent. ``studies`` names
    the claims of `workbook.content.evidence` that say what was found, for or against something like it.

    It has three beats. ``settle`` says what else belongs to a good moment for this one; then it is done;
    ``close`` says how this one ends. ``good_turn`` and ``failed_turn`` are what two say to each other, line
    by line, where it works and where it slips. ``ten_minutes`` are the steps of a short form, ``solo`` of
    one for somebody alone, where there is one.
    """

    id: Slug
    title: Said
    source: Texts
    evidence: EvidenceLabel
    minutes: Whole
    bring: SaidEach
    in_short: Said
    why: Said
    steps: SaidEach
    purposes: Annotated[tuple[Purpose, ...], Field(alias="for")]
    settle: SaidOrNot = ""
    good_turn: SaidAny = ()
    failed_turn: SaidAny = ()
    if_it_goes_wrong: SaidAny = ()
    ten_minutes: SaidAny = ()
    solo: SaidAny = ()
    close: SaidOrNot = ""
    decks: tuple[Deck, ...] = ()
    studies: Listed = ()
    guard: Flag = False
    touch: Flag = False

    @property
    def serves(self) -> tuple[str, ...]:
        """Every id the exercise serves, the most fitting first."""
        return tuple(name for purpose in self.purposes for name in purpose.serves)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An exercise, and the sentence that says why it is suggested here."""

    exercise: Exercise
    reason: str


def exercises() -> Mapping[str, Exercise]:
    """Return every exercise by id, in the order of their ids and in the language that is spoken.

    Raises
    ------
    ContentError
        With every problem of every exercise file at once.

    Examples
    --------
    >>> exercises()["forgiving"].guard
    True
    """
    return _read_all(spoken())


@cache
def _read_all(language: str) -> Mapping[str, Exercise]:
    return MappingProxyType({one.id: one for one in read_kind("exercises", read_exercise, language)})


def read_exercise(place: Traversable, words: Traversable | None = None) -> Exercise:
    """Return one exercise from its file, which is named ``<id>.toml``.

    Parameters
    ----------
    place : Traversable
        The file of its structure, or of the whole exercise.
    words : Traversable, optional
        The file of its words, where it is one of its own.

    Raises
    ------
    ContentError
        With every problem of the files at once.
    """
    top = Place(place.name, [])
    exercise = read_table(Exercise, load_joined(Exercise, place, words, top), top)
    top.note_other_name(exercise.id)
    note_unknown_sources(exercise.source, top)
    note_unknown_studies(exercise.studies, top)
    if exercise.minutes < 1:
        top.note(f"'minutes' is {exercise.minutes}; give 1 or more")
    for name in repeated(exercise.serves):
        top.note(f"serves {name!r} twice; keep the more fitting place")
    for name in repeated(purpose.id for purpose in exercise.purposes):
        top.note(f"two tables [[for]] have the id {name!r}")
    for name in repeated(deck.id for deck in exercise.decks):
        top.note(f"two decks have the id {name!r}")
    for deck in exercise.decks:
        if deck.deepens and (len(deck.deepens) != 2 or not 0 < sum(deck.deepens) < len(deck.cards)):
            top.note(f"'deepens' of deck {deck.id!r} has to be two numbers that leave some of its cards deep")
    top.finish()
    return exercise


def suggest_for(subscale_id: str) -> list[Suggestion]:
    """Return one or two exercises for a facet, sign, need or skill, the most fitting first.

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
    ['tech_off', 'reading_each_other']
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
