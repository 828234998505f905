"""Together on one device: one of the two decides about their own part, with their own passphrase.

No drawer is open here, so nothing is previewed and nothing that was decided before is shown.
"""

from collections.abc import Callable, Sequence

from ipywidgets import VBox, Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.instruments import Instrument
from workbook.sharing import Grain, grains_for
from workbook.ui.blocks import note, opening, paragraph
from workbook.ui.buttons import Button
from workbook.ui.components import Choices, TextField
from workbook.ui.pages.base import Page
from workbook.ui.pages.share import option
from workbook.ui.path import TOGETHER


class DecideHere(Page):
    """Offers the parts that are not open; those that are can be taken back."""

    kind = "decide"
    needs_table = True
    part = "together"
    roles = TOGETHER

    def parts(self) -> Sequence[Widget]:
        self.which = Choices(legend=say("ui.decide.part"))
        self.who = Choices(legend=say("ui.decide.who"))
        self.choice = Choices(legend=say("ui.decide.legend"))
        self.passphrase = TextField(
            kind="password", label=say("ui.decide.passphrase"), hint=say("ui.decide.passphrase_hint")
        )
        self.which.observe(self.desk.guard(lambda _: self._offer_grains()), "value")
        self.who.observe(self.desk.guard(lambda _: self._forget_passphrase()), "value")
        self.place = VBox([])
        return (self.place,)

    def arrive(self, address: Address) -> None:
        for field in (self.which, self.who, self.choice, self.passphrase):
            field.error = field.value = ""  # nor does it show who decided last
        super().arrive(address)

    def leave(self) -> None:
        self._forget_passphrase()

    def fill(self) -> None:
        self.which.options = [{"value": one.id, "label": one.title} for one in self._undecided()]
        self.who.options = [
            {"value": one.person_id, "label": one.name} for one in self.session.couple.members
        ]
        self._offer_grains()
        rest = (
            note(say("ui.decide.no_preview")) if self.which.options else paragraph(say("ui.decide.all_open"))
        )
        words = [*opening("decide"), rest, note(say("ui.share.never")), note(say("ui.share.waiting"))]
        self.say_words(words)
        buttons = [Button(say("ui.share.button"), self._decide, "primary")] if self.which.options else []
        self.offer(*buttons, Button(say("ui.decide.back"), self.to(at("together")), "quiet"), *self._takers())

    def _undecided(self) -> list[Instrument]:
        now, opened = self.session.occasion, self.session.table.open_rounds
        return [one for one in self.session.shareable() if (one.id, now) not in opened]

    def _offer_grains(self) -> None:
        named = self.session.instruments.get(self.which.choice())
        self.choice.options = [option(grain, named) for grain in grains_for(named)] if named else []
        if not self.choice.choice():
            self.choice.value = ""
        asked = [self.which] if self.which.options else []
        self.place.children = (*asked, *([self.who, self.choice, self.passphrase] if named else []))

    def _forget_passphrase(self) -> None:
        self.passphrase.value = ""  # typed anew for each decision, whoever makes it

    def _decide(self) -> None:
        part, who, chosen = self.which.choice(), self.who.choice(), self.choice.choice()
        passphrase = self.passphrase.value
        self.which.error = "" if part else say("ui.decide.no_part")
        self.who.error = "" if who or not part else say("ui.decide.no_one")
        self.choice.error = "" if chosen or not part else say("ui.trouble.no_choice")
        self.passphrase.error = "" if passphrase else say("ui.rights.missing")
        if not (part and who and chosen and passphrase):
            return  # each field that is missing says so
        self._forget_passphrase()
        self.session.decide_here(part, Grain(chosen), person_id=who, passphrase=passphrase)
        is_open = (part, self.session.occasion) in self.session.table.open_rounds
        self.desk.go(at("together" if is_open else "decided"))

    # -- taking back ---------------------------------------------------------------------------
    def _takers(self) -> list[Button]:
        titles = {one.id: one.title for one in self.session.shareable()}
        return [
            Button(
                say("ui.sharing.withdraw_of", title=titles[instrument]),
                self._taker(instrument, occasion),
                "danger",
            )
            for instrument, occasion in self.session.table.open_rounds
            if instrument in titles
        ]

    def _taker(self, instrument: str, occasion: str) -> Callable[[], None]:
        def take_back() -> None:
            self.session.withdraw(instrument, occasion)
            self.desk.go(at("decide"))

        return take_back
