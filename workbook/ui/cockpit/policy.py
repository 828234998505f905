"""What holds for secrets in a practice, and how long notes are kept."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.practice import practice_offer
from workbook.content.session_guide import session_guide
from workbook.ui.blocks import callout, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitPage
from workbook.ui.components import Choices, TextField

LONGEST = 600


class PolicyPage(CockpitPage):
    """Both partners read what is set here before they grant anything."""

    kind = "practice"
    is_of_case = False

    def parts(self) -> Sequence[Widget]:
        self.choice = Choices(legend=say("cockpit.practice.legend"), hint=say("cockpit.practice.legend_hint"))
        self.words_own = TextField(
            kind="long",
            label=say("cockpit.practice.words"),
            hint=say("cockpit.practice.words_hint"),
            max_length=LONGEST,
        )
        self.days = TextField(kind="select", label=say("cockpit.practice.days"))
        return (self.choice, self.words_own, self.days)

    def arrive(self, address: Address) -> None:
        policy = self.session.practice.policy
        self.choice.options = [
            {"value": one.id, "label": one.title, "note": " ".join(one.words)}
            for one in session_guide().policies
        ]
        offered = practice_offer().kept_days
        self.days.options = [
            ["", say("cockpit.practice.choose")],
            *([str(n), say("cockpit.practice.n_days", n=n)] for n in offered),
        ]
        self.choice.value, self.words_own.value = policy.choice, policy.words
        self.days.value = str(policy.kept_days) if policy.kept_days in offered else ""
        self.choice.error = self.days.error = ""
        super().arrive(address)

    def fill(self) -> None:
        practice = self.session.practice
        standing = (
            [callout("", [paragraph(say("cockpit.practice.changes"))], tone="care")]
            if practice.policy.choice
            else []
        )
        self.say_words(
            [
                *self.head(),
                note(say("cockpit.practice.who", name=practice.name, code=practice.code)),
                *standing,
            ]
        )
        self.offer(Button(say("cockpit.practice.save"), self._save, "primary"), self.back())

    def _save(self) -> None:
        choice = self.choice.choice()
        self.choice.error = "" if choice else say("ui.trouble.no_choice")
        is_known = self.days.value in {str(n) for n in practice_offer().kept_days}
        self.days.error = "" if is_known else say("ui.trouble.no_choice")
        if self.choice.error or self.days.error:
            return
        verb = self.session.service.set_policy
        self.session.act(verb, choice, self.words_own.typed(), int(self.days.value))
        self.desk.go(at("cases"))
