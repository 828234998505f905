"""After looking: a mood check of one's own, and a page that takes the hurry out."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.document import documents
from workbook.ui.blocks import callout, heading, kicker, lead, paragraph, reading
from workbook.ui.buttons import Button
from workbook.ui.components import Choices
from workbook.ui.pages.base import Page
from workbook.ui.path import PARTNER, TOGETHER

_LOW = 2


class Mood(Page):
    """Kept nowhere: it only decides what the next page says, and is forgotten with it."""

    kind = "mood"

    def parts(self) -> Sequence[Widget]:
        self.choice = Choices()
        return (self.choice,)

    def arrive(self, address: Address) -> None:
        self.choice.value = self.choice.error = ""
        super().arrive(address)

    def fill(self) -> None:
        document = documents()["mood_check"]
        self.say_words(
            [
                kicker(say("ui.mood.kicker")),
                heading(1, document.title),
                lead(document.sections[0].paragraphs[0]),
            ]
        )
        self.choice.legend = say("ui.mood.legend")
        self.choice.options = [
            {"value": str(value), "label": choice.label}
            for value, choice in reversed(list(enumerate(document.choices, start=1)))
        ]
        self.offer(
            Button(say("ui.mood.button"), self._keep, "primary"),
            Button(say("ui.mood.skip"), self.to(at("cooling")), "quiet"),
        )

    def _keep(self) -> None:
        chosen = self.choice.choice()
        if not chosen:
            self.choice.error = say("ui.trouble.no_choice")
            return
        self.session.mood = int(chosen)
        self.desk.go(at("cooling"))


class Cooling(Page):
    """Let it settle, with more about where to turn for who feels low just now."""

    kind = "cooling"
    roles = PARTNER | TOGETHER

    def leave(self) -> None:
        self.session.mood = None

    def fill(self) -> None:
        is_low = self.session.mood is not None and self.session.mood <= _LOW
        words = reading(documents()["cooling_off"], say("ui.cooling.kicker"))
        if is_low:
            low = documents()["mood_check"].sections[1]
            words.append(callout(low.heading, [paragraph(text) for text in low.paragraphs], tone="care"))
        self.say_words(words)
        self.offer(*(self._ways_out() if is_low else self._ways_on()))

    def _ways_on(self) -> list[Button]:
        home = Button(say("ui.cooling.button"), self.to(at("home")), "primary")
        if self.session.is_together:
            return [home]
        step = Button(say("ui.cooling.step"), self.to(at("exercises")), "quiet")
        return [home, self._just_for_me(), step]

    def _ways_out(self) -> list[Button]:
        """Return the same two ways for everybody who feels low now, whatever their answers say."""
        alone = [] if self.session.is_together else [self._just_for_me()]
        return [Button(say("ui.steps.resources"), self.to(at("resources"))), *alone, self.home()]

    def _just_for_me(self) -> Button:
        return Button(say("ui.cooling.help"), self.to(at("just-for-me")))
