"""Pages that are only read: what this is about, its limits, and the moment before looking."""

from typing import ClassVar

from workbook.address import at
from workbook.content import say
from workbook.content.document import documents
from workbook.ui.blocks import reading
from workbook.ui.buttons import Button
from workbook.ui.locks import once_both_opened, until_read
from workbook.ui.pages.base import Page
from workbook.ui.path import PARTNER, TOGETHER


class Introduction(Page):
    """What emotional intimacy is, and how the workbook goes."""

    kind = "introduction"
    part = "begin"
    is_task = True
    document: ClassVar[str] = "introduction"
    then: ClassVar[str] = "limits"
    lock = staticmethod(until_read)

    def fill(self) -> None:
        self.say_words(reading(documents()[self.document], say(f"ui.{self.kind}.kicker")))
        self.offer(Button(say(f"ui.{self.kind}.button"), self._read, "primary"), self.home())

    def _read(self) -> None:
        self.session.mark_seen(self.kind)
        self.desk.go(at(self.then))


class Limits(Introduction):
    """Purpose and limits, before anything is asked."""

    kind = "limits"
    document = "purpose_and_limits"
    then = "consent"


class Expectation(Page):
    """Before a reveal: results can sting."""

    kind = "expectation"
    needs_table = True
    roles = PARTNER | TOGETHER
    lock = staticmethod(once_both_opened)

    def fill(self) -> None:
        self.say_words(reading(documents()["expectation"], say("ui.expectation.kicker")))
        self.offer(
            Button(say("ui.expectation.button"), self._ready, "primary"),
            Button(say("ui.expectation.button_later"), self.to(at("home"))),
            Button(say("ui.expectation.help"), self.to(at("resources")), "quiet"),
        )

    def _ready(self) -> None:
        if not self.session.is_together:
            self.session.mark_seen("expectation")
        self.desk.go(at("together", "now"))
