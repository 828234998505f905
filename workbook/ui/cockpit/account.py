"""How a therapist signs in: the second step, set and taken off, and what to do without the phone."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.address import Address
from workbook.content import say
from workbook.service.formats.case_values import SecondStep
from workbook.ui.blocks import Block, bullets, callout, code, heading, links, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitPage
from workbook.ui.components import Prose, TextField

RECOVERY = "/therapist-recover"


class Account(CockpitPage):
    """Nothing of a key stays on it: it is on the page until it is used, or the page is left."""

    kind = "account"
    is_of_case = False

    def parts(self) -> Sequence[Widget]:
        self.passphrase = TextField(kind="password", label=say("cockpit.account.passphrase"))
        self.digits = TextField(
            kind="text",
            label=say("cockpit.account.digits"),
            hint=say("cockpit.account.digits_hint"),
            max_length=12,
        )
        self.lost = Prose(
            blocks=[
                heading(2, say("cockpit.account.lost_title")),
                paragraph(say("cockpit.account.lost")),
                note(say("cockpit.account.lost_code")),
                links([(say("cockpit.account.lost_page"), RECOVERY)]),
            ]
        )
        self._offered: SecondStep | None = None
        return (self.passphrase, self.digits, self.lost)

    def arrive(self, address: Address) -> None:
        self._forget()
        super().arrive(address)

    def leave(self) -> None:
        self._forget()
        self.words.blocks = []

    def fill(self) -> None:
        practice = self.session.practice
        is_on = practice.has_second_factor
        if is_on:
            self._offered = None
        self.say_words(
            [
                *self.head(),
                note(say("cockpit.account.who", name=practice.name, code=practice.code)),
                callout("", [paragraph(say(f"cockpit.account.{'on' if is_on else 'off'}"))]),
                *([paragraph(say("cockpit.account.end_lead"))] if is_on else self._setting()),
            ]
        )
        asks = is_on or self._offered is not None
        fields = (self.passphrase, self.digits) if asks else ()
        self.root.children = (self.words, *fields, self.actions, self.lost)
        self.offer(*self._buttons(is_on=is_on), self.back())

    def _setting(self) -> list[Block]:
        offered = self._offered
        if offered is None:
            return [paragraph(say("cockpit.account.why"))]
        spaced = " ".join(offered.secret[n : n + 4] for n in range(0, len(offered.secret), 4))
        return [
            bullets([say(f"cockpit.account.step_{n}") for n in (1, 2, 3)], ordered=True),
            heading(2, say("cockpit.account.key")),
            code(spaced),
            links([(say("cockpit.account.link"), offered.address)]),
            note(say("cockpit.account.secret")),
        ]

    def _buttons(self, *, is_on: bool) -> list[Button]:
        if is_on:
            return [Button(say("cockpit.account.end"), self._end, "danger")]
        if self._offered is None:
            return [Button(say("cockpit.account.offer"), self._offer_one, "primary")]
        return [
            Button(say("cockpit.account.set"), self._set, "primary"),
            Button(say("cockpit.account.again"), self._offer_one, "quiet"),
        ]

    def _offer_one(self) -> None:
        self._forget()
        self._offered = self.session.service.offer_second_step()
        self.fill()

    def _set(self) -> None:
        if self._offered is not None:
            typed = self._taken()
            self.session.act(self.session.service.set_second_step, typed[0], self._offered.secret, typed[1])

    def _end(self) -> None:
        self.session.act(self.session.service.end_second_step, *self._taken())

    def _taken(self) -> tuple[str, str]:
        """Return what was typed, and keep none of it."""
        typed = self.passphrase.value, self.digits.typed()
        self.passphrase.value = self.digits.value = ""
        return typed

    def _forget(self) -> None:
        self._offered = None
        self.passphrase.value = self.digits.value = ""
