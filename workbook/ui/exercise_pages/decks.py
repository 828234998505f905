"""Decks of cards: what a page shows of them, from light to deep, and one card drawn at a time."""

import secrets
from collections.abc import Callable, Sequence

from workbook.content import say
from workbook.content.exercise import DEPTHS, Deck
from workbook.ui.blocks import Block, bullets, details, note, quote
from workbook.ui.buttons import Button
from workbook.ui.components import Prose

Draw = Callable[[Sequence[str]], str]


def deck_block(deck: Deck) -> Block:
    """Return a deck to unfold; where its cards are marked, under how deep they go."""
    parts = [(depth, deck.cards_at(depth)) for depth in DEPTHS]
    if len([cards for _, cards in parts if cards]) < 2:
        return details(deck.title, [bullets(deck.cards)])
    blocks = [
        block
        for depth, cards in parts
        if cards
        for block in (note(say(f"ui.exercises.{depth}")), bullets(cards))
    ]
    return details(deck.title, blocks)


class Drawing:
    """A place on a page where one card of a deck is shown after another. What was drawn is kept nowhere."""

    def __init__(self, deck: Deck, draw: Draw = secrets.choice) -> None:
        self.deck = deck
        self._draw = draw
        self.shown = ""
        self.prose = Prose()

    def button(self) -> Button:
        """Return the button that draws a card."""
        return Button(say("ui.exercises.draw_card"), self.turn_over, "primary")

    def turn_over(self) -> None:
        """Show a card, another one than before."""
        self.shown = self._draw([card for card in self.deck.cards if card != self.shown])
        depth = self.deck.depth_of(self.shown)
        told = [note(say(f"ui.exercises.card_{depth}"))] if depth else []
        self.prose.blocks = [quote(self.shown), *told, note(say("ui.exercises.pass"))]
