"""The therapist's own notes about one case: sealed to them, apart from all that the two keep."""

from collections.abc import Callable, Sequence

from ipywidgets import VBox, Widget

from workbook.content import say
from workbook.content.session_guide import session_guide
from workbook.service.formats.case_values import Note
from workbook.ui.blocks import card, heading, kicker, note, quote
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitPage, in_words
from workbook.ui.components import Prose, TextField
from workbook.ui.leaf import Row

LONGEST = 8000


class Notes(CockpitPage):
    """What is typed is kept when its button is pressed, and when the page is left."""

    kind = "notes"

    def parts(self) -> Sequence[Widget]:
        kinds = [[one.id, one.title] for one in session_guide().templates]
        self.template = TextField(
            kind="select", label=say("cockpit.notes.template"), options=kinds, value=kinds[0][0]
        )
        self.template.observe(self.desk.guard(lambda _: self._hint()), "value")
        self.text = TextField(kind="long", label=say("cockpit.notes.text"), max_length=LONGEST)
        self.keep = Row(self.desk.guard_press)
        self.kept = VBox([])
        self._changes = ""  # the note that is being changed
        self._rows: dict[str, tuple[Prose, Row]] = {}
        return (self.template, self.text, self.keep.widget, self.kept)

    def arrive(self, address: object) -> None:
        self._changes, self.text.value = "", ""
        super().arrive(address)  # type: ignore[arg-type]

    def leave(self) -> None:
        if self.text.typed():
            self._keep()

    def fill(self) -> None:
        days = self.session.practice.policy.kept_days
        self.say_words([*self.head(), note(say("cockpit.notes.outlive", n=days))])
        self._hint()
        label = "cockpit.notes.keep_changed" if self._changes else "cockpit.notes.keep"
        self.keep.offer(Button(say(label), self._keep, "primary"), of=str(self.address))
        notes = list(reversed(self.session.notes(self.case_id)))
        self.kept.children = tuple(widget for one in notes for widget in self._shown(one))
        self.offer(self.back())

    def _hint(self) -> None:
        chosen = next((one for one in session_guide().templates if one.id == self.template.value), None)
        self.text.hint = chosen.hint if chosen else ""

    def _keep(self) -> None:
        text, known = self.text.typed(), {one.id for one in session_guide().templates}
        self.text.error = "" if text else say("cockpit.notes.empty")
        if not text or self.template.value not in known:
            return
        changes, self._changes, self.text.value = self._changes, "", ""
        verb = self.session.service.write_note
        self.session.act(verb, self.case_id, self.template.value, text, note_id=changes)

    def _shown(self, one: Note) -> tuple[Widget, Widget]:
        words, row = self._rows.setdefault(one.note_id, (Prose(), Row(self.desk.guard_press)))
        title = next(
            (each.title for each in session_guide().templates if each.id == one.template), one.template
        )
        when = say("cockpit.notes.when", day=in_words(one.written[:10]), until=in_words(one.until))
        words.blocks = [card([kicker(when), heading(2, title), quote(one.text)])]
        row.offer(
            Button(say("cockpit.notes.change"), self._changer(one), "quiet"),
            Button(say("cockpit.notes.destroy"), self._destroyer(one), "quiet"),
            of=str(self.address),
        )
        return words, row.widget

    def _changer(self, one: Note) -> Callable[[], object]:
        def change() -> None:
            self._changes, self.template.value, self.text.value = one.note_id, one.template, one.text
            self.fill()

        return change

    def _destroyer(self, one: Note) -> Callable[[], object]:
        return lambda: self.session.act(self.session.service.destroy_note, self.case_id, one.note_id)
