"""Each partner's own decision to take part, kept with the hash of the words agreed to."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.document import consent_hash, documents
from workbook.session import Session, Status
from workbook.ui.blocks import callout, paragraph, reading
from workbook.ui.buttons import Button
from workbook.ui.components import Choices
from workbook.ui.pages.base import Page


def _until_agreed(session: Session, _address: Address) -> Status:
    """Open at once, and complete while the person takes part."""
    return "complete" if session.has_consented else "open"


class Consent(Page):
    """Asked of each alone; nobody is told of a "not now"."""

    kind = "consent"
    part = "begin"
    is_task = True
    lock = staticmethod(_until_agreed)

    def parts(self) -> Sequence[Widget]:
        self.choice = Choices()
        return (self.choice,)

    def arrive(self, address: Address) -> None:
        self.choice.value = "yes" if self.session.has_consented else ""
        self.choice.error = ""
        super().arrive(address)

    def fill(self) -> None:
        words = reading(documents()["consent"], say("ui.consent.kicker"))
        if self.session.has_consented:
            words.append(callout("", [paragraph(say("ui.consent.agreed"))], tone="good"))
        self.say_words(words)
        self.choice.legend = say("ui.consent.legend")
        self.choice.options = [
            {"value": value, "label": say(f"ui.consent.{value}"), "note": say(f"ui.consent.{value}_note")}
            for value in ("yes", "no")
        ]
        self.offer(Button(say("ui.consent.button"), self._decide, "primary"), self.home())

    def _decide(self) -> None:
        match self.choice.choice():
            case "yes":
                self.session.agree("consent", consent_hash(), agreed=True)
                self.desk.go(self._first_chapter())
            case "no":
                if self.session.has_consented:
                    self.session.agree("consent", consent_hash(), agreed=False)
                self.desk.go(at("home"))
            case _:
                self.choice.error = say("ui.trouble.no_choice")

    def _first_chapter(self) -> Address:
        if self.session.has_first_look and self.session.is_only_first_look(self.session.occasion):
            return at("first-look")
        background = self.session.instruments.get("background")
        return at("chapter", background.chapters[0].id) if background else at("home")
