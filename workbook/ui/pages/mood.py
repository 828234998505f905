"""After looking: a mood check of one's own, and a page that takes the hurry out."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.content import lookup, say
from workbook.ui.blocks import body, heading, kicker, lead, opening
from workbook.ui.components import Choices
from workbook.ui.pages.base import Button, Page

_GOOD, _MIXED = 4, 3


class Mood(Page):
    """Kept in one's own drawer; it only decides what the next page says."""

    kind = "mood"

    def parts(self) -> Sequence[Widget]:
        self.choice = Choices()
        return (self.choice,)

    def arrive(self, argument: str) -> None:
        self.choice.value = self.choice.error = ""
        super().arrive(argument)

    def fill(self) -> None:
        self.say_words(opening("mood"))
        self.choice.legend = say("ui.mood.legend")
        self.choice.options = lookup("ui.mood.choices")
        self.offer(Button(say("ui.mood.button"), self._keep, "primary"), Button(say("ui.button.home"), self.to("home"), "quiet"))

    def _keep(self) -> None:
        chosen = self.choice.choice()
        if not chosen:
            self.choice.error = say("ui.trouble.no_choice")
            return
        if not self.session.is_together:
            self.session.note("mood", value=int(chosen), moment="after_reveal", occasion=self.session.occasion)
        self.desk.go(f"cooling:{chosen}")


class Cooling(Page):
    """Let it settle. The argument is the mood, 1 to 5."""

    kind = "cooling"

    def fill(self) -> None:
        mood = int(self.argument) if self.argument.isdecimal() else _MIXED
        key = "good" if mood >= _GOOD else "mixed" if mood == _MIXED else "hard"
        self.say_words([kicker(say("ui.cooling.kicker")), heading(1, say("ui.cooling.title")), lead(say(f"ui.cooling.{key}")), *body("cooling")])
        buttons = [Button(say("ui.cooling.button"), self.to("home"), "primary")]
        if key == "hard":
            buttons.append(Button(say("ui.cooling.help"), self.to("resources")))
        elif not self.session.is_together:
            buttons.append(Button(say("ui.cooling.step"), self.to("exercises")))
        self.offer(*buttons)
