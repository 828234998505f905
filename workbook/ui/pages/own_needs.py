"""Needs in a person's own words, beside the eighteen that everyone is asked about."""

from collections.abc import Callable, Sequence

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.sharing import TAKES_OWN_NEEDS
from workbook.ui.blocks import note, opening
from workbook.ui.buttons import Button
from workbook.ui.components import TextField
from workbook.ui.pages.base import Page

_MOST = 120


class OwnNeeds(Page):
    """Add a need or take one away; it is then asked about like the others."""

    kind = "own-needs"

    def parts(self) -> Sequence[Widget]:
        self.text = TextField(
            label=say("ui.own-needs.label"), hint=say("ui.own-needs.hint"), max_length=_MOST
        )
        return (self.text,)

    def arrive(self, address: Address) -> None:
        self.text.value = self.text.error = ""
        super().arrive(address)

    def fill(self) -> None:
        part = self.session.instruments[TAKES_OWN_NEEDS].title
        self.say_words([*opening("own-needs"), note(say("ui.own-needs.words", part=part))])
        removals = [
            Button(say("ui.own-needs.remove", need=text), self._remover(need, text), "quiet")
            for need, text in self.session.own_needs.items()
        ]
        self.offer(
            Button(say("ui.own-needs.add"), self._add, "primary"),
            Button(say("ui.own-needs.answer"), self.to(self._first_open())),
            *removals,
            self.home(),
        )

    def _first_open(self) -> Address:
        """Return the first of the needs' chapters that is not done, or the first of all."""
        chapters = [at("chapter", one.id) for one in self.session.instruments[TAKES_OWN_NEEDS].chapters]
        open_ones = [one for one in chapters if self.desk.pages.status(one) != "complete"]
        return next(iter(open_ones), chapters[0])

    def _add(self) -> None:
        self.text.error = "" if self.text.typed() else say("ui.activity.empty")
        if self.text.typed():
            words, self.text.value = self.text.typed(), ""
            self.session.add_need(words)

    def _remover(self, need: str, text: str) -> Callable[[], None]:
        return lambda: self.session.remove_need(need, text)
