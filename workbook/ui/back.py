"""The browser's Back leads through the pages of this sitting, and its list of entries tells of none.

A page that may be no place to go on from (`workbook.service.couple.trail`) makes no entry: private
questions, "Just for me", help. Going back from one leads to the page before it.
"""

import secrets
from collections.abc import Callable

from workbook.address import Address, at
from workbook.ui.components import Back

HOME = at("home")
# All as long as each other: how long a message is tells nothing of which was drawn.
_NUMBERS = range(10**9, 2**31)


class BackEntries:
    """Which page each entry of the browser's history is, by a number drawn by chance.

    Parameters
    ----------
    turn : callable
        Turns to the page that somebody went back to.
    is_kept : callable
        Tells whether a page may make an entry.
    """

    def __init__(self, turn: Callable[[Address], None], is_kept: Callable[[Address], bool]) -> None:
        self.widget = Back()
        self._turn = turn
        self._is_kept = is_kept
        self._pages: dict[int, Address] = {}
        self._now = 0
        self._is_beside = False  # the page that is open made no entry

    def turned(self, page: Address) -> None:
        """Make an entry of a page that was turned to, unless it is the one gone back to or makes none."""
        self._is_beside = not self._is_kept(page)
        if not self._is_beside and self._pages.get(self._now) != page:
            self._enter(page)

    def went(self, entry: str) -> None:
        """Turn to the page of an entry; to the overview where no such entry is known."""
        if self._is_beside:  # the browser is an entry further back than the person sees
            self._enter(self._pages.get(self._now, HOME))
        else:
            self._now = int(entry) if entry.isascii() and entry.isdecimal() and len(entry) < 11 else 0
            self._pages.setdefault(self._now, HOME)
            self.widget.entry = self._now
        self._turn(self._pages[self._now])

    def redirected(self, page: Address) -> None:
        """Take another page for the entry gone back to: the one it was is not open now."""
        self._pages[self._now] = page

    def _enter(self, page: Address) -> None:
        self._now = secrets.choice(_NUMBERS)
        self._pages[self._now] = page
        self.widget.entry = self._now
