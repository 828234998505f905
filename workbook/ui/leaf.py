"""What every page is made of, whoever reads it: words, its own parts, and a row of buttons.

It is built once and filled again whenever what it shows changes. It holds no state of its own beyond what
is being chosen or typed.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from ipywidgets import VBox, Widget

from workbook.address import Address
from workbook.ui.blocks import Block
from workbook.ui.buttons import Button
from workbook.ui.components import Actions, Prose
from workbook.ui.guard import Guard


class Turning(Protocol):
    """What every page may ask of the desk it lies on."""

    guard: Guard
    """Shows what goes wrong."""
    guard_press: Guard
    """The same for what a person presses: it takes away what went wrong before."""

    def go(self, page: Address | str) -> None:
        """Turn to a page."""


class Row:
    """A row of buttons with what each does."""

    def __init__(self, guard_press: Guard) -> None:
        self.widget = Actions()
        self._reactions: dict[str, Callable[[], object]] = {}
        self.widget.on_press(guard_press(self.press))

    def offer(self, *buttons: Button, of: str = "") -> None:
        """Offer these buttons; ``of`` is the address of their page.

        Of another address they are other buttons, though called the same: none is busy any more.
        """
        self._reactions = {f"b{number}": button.react for number, button in enumerate(buttons)}
        self.widget.buttons = [
            {"id": f"b{number}", "label": button.label, "kind": button.kind, "of": of}
            for number, button in enumerate(buttons)
        ]

    def press(self, button: str) -> None:
        """Do what a button does; one that is not there does nothing."""
        if reaction := self._reactions.get(button):
            reaction()


class Leaf:
    """One page. Subclasses give `parts` and `fill`; ``address`` is what was turned to."""

    def __init__(self, desk: Turning, address: Address) -> None:
        self._turning = desk
        self.address = address
        self.words = Prose()
        self._row = Row(desk.guard_press)
        self.actions = self._row.widget
        self.root = VBox([self.words, *self.parts(), self.actions])

    def parts(self) -> Sequence[Widget]:
        """Return the page's own widgets, between its words and its buttons."""
        return ()

    def fill(self) -> None:
        """Put in what there is now."""
        raise NotImplementedError

    def arrive(self, address: Address) -> None:
        """Fill the page for the person who turned to it."""
        self.address = address
        self.fill()
        self.words.arrivals += 1

    def leave(self) -> None:
        """Keep what was typed: the person turns to another page."""

    def say_words(self, blocks: Sequence[Block]) -> None:
        """Put in the words at the top of the page."""
        self.words.blocks = list(blocks)

    def offer(self, *buttons: Button) -> None:
        """Offer the page's buttons, the first being the primary one unless said otherwise."""
        self._row.offer(*buttons, of=str(self.address))

    def to(self, page: Address) -> Callable[[], None]:
        """Return a reaction: turn to this page."""
        return lambda: self._turning.go(page)
