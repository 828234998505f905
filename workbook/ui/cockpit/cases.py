"""The cases, oldest first, each with what it waits for: nobody is ranked."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.address import at
from workbook.content import say
from workbook.content.session_guide import session_guide
from workbook.ui.blocks import Block, bullets, callout, details, note, paragraph
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitPage, due
from workbook.ui.components import Menu, TextField

MOST_LABEL = 80


class Cases(CockpitPage):
    """The first page of a practice."""

    kind = "cases"
    is_of_case = False

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("cockpit.cases.title"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        self.label = TextField(
            label=say("cockpit.cases.label"), hint=say("cockpit.cases.label_hint"), max_length=MOST_LABEL
        )
        return (self.menu, self.label)

    def fill(self) -> None:
        has_policy = bool(self.session.practice.policy.choice)
        words = [*self.head()]
        if not has_policy:
            told = [paragraph(say("cockpit.cases.no_policy"))]
            words.append(callout(say("cockpit.cases.no_policy_title"), told, tone="care"))
        elif not self.session.cases:
            words.append(note(say("cockpit.cases.none")))
        words.append(limits())
        self.say_words(words)
        self.menu.parts = (
            [{"title": say("cockpit.cases.yours"), "steps": self._lines()}] if self._lines() else []
        )
        begin = Button(say("cockpit.cases.begin"), self._begin, "primary")
        policy = Button(say("cockpit.cases.to_policy"), self.to(at("practice")), "primary")
        self.root.children = (self.words, self.menu, *((self.label,) if has_policy else ()), self.actions)
        self.offer(begin if has_policy else policy)

    def _lines(self) -> list[dict[str, object]]:
        return [
            {
                "id": str(at("case", one.case_id)),
                "title": one.label,
                "status": "link",
                "note": due(one),
                "time": "",
                "next": False,
            }
            for one in self.session.cases
        ]

    def _begin(self) -> None:
        label = self.label.typed()
        self.label.error = "" if label else say("cockpit.cases.no_label")
        if not label:
            return
        made = self.session.act(self.session.service.make_case, label)
        self.label.value = ""
        self.desk.go(at("case", made.case_id))


def limits() -> Block:
    """Return what may speak against working jointly, to be weighed by a person."""
    listed = [[{"text": one.title, "strong": True}, ": ", one.words] for one in session_guide().limits]
    return details(say("cockpit.limits.title"), [paragraph(say("cockpit.limits.words")), bullets(listed)])
