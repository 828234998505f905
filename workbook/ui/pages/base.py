"""What a page of the couple's workbook is, beyond words and buttons: its place, and the session."""

from typing import Protocol

from workbook.address import at
from workbook.content import say
from workbook.session import Session
from workbook.ui.buttons import Button
from workbook.ui.leaf import Leaf, Turning
from workbook.ui.path import PageKind, Pages


class Desk(Turning, Protocol):
    """What a page may ask of the app."""

    session: Session
    pages: Pages


class Page(Leaf, PageKind):
    """One page of the workbook. Subclasses give `parts` and `fill`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.session = desk.session
        super().__init__(desk, at(self.kind))

    def home(self) -> Button:
        """Return the quiet way back."""
        return Button(say("ui.button.home"), self.to(at("home")), "quiet")
