"""What an exercise's page says of itself: what it is, when to do it, how it goes and how it ends."""

from collections.abc import Collection, Sequence

from workbook.content import say
from workbook.content.document import documents
from workbook.content.evidence import claims
from workbook.content.exercise import Deck, Exercise
from workbook.content.formats import listed
from workbook.exercises import MACHINES
from workbook.ui.blocks import Block, bullets, callout, details, heading, kicker, lead, note, paragraph
from workbook.ui.exercise_pages.decks import deck_block

MOST_DECKS = 3  # more than this stand under one line


def head(exercise: Exercise, *, title_only: bool, waits: int) -> list[Block]:
    """Return the title, and what it is for; or that it waits for whoever reads."""
    minutes = say("ui.exercises.minutes", n=exercise.minutes)
    told = [kicker(minutes), heading(1, exercise.title)]
    if waits:
        return [*told, lead(say("ui.exercises.waits_here"))]
    return told if title_only else [*told, lead(exercise.why)]


def cautions(exercise: Exercise, *, is_thing: bool) -> list[Block]:
    """Return the words everyone reads before an exercise that could be unsafe, or lead to touch."""
    flags = (("guard", exercise.guard), ("touch", exercise.touch and not is_thing))
    return [
        callout(
            documents()[name].title,
            [paragraph(text) for text in documents()[name].paragraphs],
            tone="care",
        )
        for name, flag in flags
        if flag
    ]


def settling(exercise: Exercise) -> list[Block]:
    """Return the first beat: is now a good time? It is shown, and nothing is kept of it."""
    own = [paragraph(exercise.settle)] if exercise.settle else []
    told = [*own, paragraph(say("ui.exercises.settle.not_now")), note(say("ui.exercises.settle.later"))]
    return [callout(say("ui.exercises.settle.title"), told)]


def about(exercise: Exercise, open_decks: Collection[str]) -> list[Block]:
    """Return how it goes, what it can sound like, other forms of it, and what it rests on.

    Of the decks that ask first, those among ``open_decks`` are shown.
    """
    how: list[Block] = [bullets(exercise.steps, ordered=True)]
    if exercise.bring:
        how.insert(0, paragraph(say("ui.exercises.bring", things=listed(exercise.bring))))
    told = (
        [details(say("ui.exercises.how"), how)]
        if exercise.id in MACHINES
        else [heading(2, say("ui.exercises.how")), *how]
    )
    told += [*_example(exercise), *_forms(exercise)]
    shut = {deck.id for deck in exercise.decks if deck.asks_first} - set(open_decks)
    told += _decks([deck for deck in exercise.decks if deck.id not in shut])
    told += [note(say(f"ui.exercises.evidence.{exercise.evidence}"))]
    if not exercise.studies:
        return told
    found = [claims()[name].text for name in exercise.studies]
    words: list[Block] = [bullets(found), note(claims()["not_tested"].text)]
    return [*told, details(say("ui.exercises.studies"), words)]


def _decks(shown: Sequence[Deck]) -> list[Block]:
    """Return each deck to unfold; many of them together under one line, so that the page stays short."""
    folded = [deck_block(deck) for deck in shown]
    return [details(say("ui.exercises.decks", n=len(shown)), folded)] if len(shown) > MOST_DECKS else folded


def closing(exercise: Exercise) -> list[Block]:
    """Return the last beat: one thing each liked, if there is one. It goes nowhere unless it is sent."""
    own = [paragraph(exercise.close)] if exercise.close else []
    return [
        heading(2, say("ui.exercises.close.title")),
        *own,
        paragraph(say("ui.exercises.close.liked")),
        note(say("ui.exercises.close.nowhere")),
    ]


def _example(exercise: Exercise) -> list[Block]:
    turns = (("good_turn", exercise.good_turn), ("failed_turn", exercise.failed_turn))
    told: list[Block] = []
    for name, lines in turns:
        if lines:
            told += [heading(3, say(f"ui.exercises.{name}")), *map(paragraph, lines)]
    return [details(say("ui.exercises.example"), told)] if told else []


def _forms(exercise: Exercise) -> list[Block]:
    forms: Sequence[tuple[str, Sequence[str]]] = (
        ("if_it_goes_wrong", exercise.if_it_goes_wrong),
        ("ten_minutes", exercise.ten_minutes),
        ("solo", exercise.solo),
    )
    return [
        details(say(f"ui.exercises.{name}"), [bullets(lines, ordered=name != "if_it_goes_wrong")])
        for name, lines in forms
        if lines
    ]
