"""One exercise until next time, suggested with a sentence; and what each said about the sessions so far."""

from collections.abc import Callable, Sequence

from ipywidgets import VBox, Widget

from workbook.content import say
from workbook.content.exercise import exercises
from workbook.content.session_guide import session_guide
from workbook.service.formats.case_values import Homework
from workbook.ui.blocks import Block, card, heading, note, quote, table
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitPage, in_words
from workbook.ui.cockpit.trends import Trends
from workbook.ui.components import Prose, TextField
from workbook.ui.leaf import Row

LONGEST = 200


class OverTime(CockpitPage):
    """Homework, ratings and the marks of sessions."""

    kind = "over-time"

    def parts(self) -> Sequence[Widget]:
        listed = sorted(exercises().values(), key=lambda one: one.title)
        self.exercise = TextField(
            kind="select",
            label=say("cockpit.over-time.exercise"),
            options=[["", say("cockpit.over-time.choose")], *([one.id, one.title] for one in listed)],
        )
        self.words_own = TextField(
            kind="text",
            label=say("cockpit.over-time.words"),
            hint=say("cockpit.over-time.words_hint"),
            max_length=LONGEST,
        )
        self.suggest = Row(self.desk.guard_press)
        self.given = VBox([])
        self._rows: dict[str, tuple[Prose, Row]] = {}
        self.ratings = Prose()
        self.trends = Trends(self.desk)
        return (
            self.exercise,
            self.words_own,
            self.suggest.widget,
            self.given,
            self.trends.root,
            self.ratings,
        )

    def fill(self) -> None:
        self.say_words(
            [
                *self.head(),
                heading(2, say("cockpit.over-time.homework")),
                note(say("cockpit.over-time.aside")),
            ]
        )
        self.suggest.offer(
            Button(say("cockpit.over-time.suggest"), self._suggest, "primary"), of=str(self.address)
        )
        self.given.children = tuple(each for one in self.case.homework for each in self._shown(one))
        self.trends.fill(self.case_id)
        self.ratings.blocks = [*self._sessions(), *self._ratings()]
        self.offer(self.back())

    # -- homework -------------------------------------------------------------------------------
    def _suggest(self) -> None:
        chosen = self.exercise.value
        self.exercise.error = "" if chosen in exercises() else say("ui.trouble.no_choice")
        if self.exercise.error:
            return
        self.session.act(self.session.service.suggest_homework, self.case_id, chosen, self.words_own.typed())
        self.exercise.value = self.words_own.value = ""

    def _shown(self, one: Homework) -> tuple[Widget, Widget]:
        words, row = self._rows.setdefault(one.id, (Prose(), Row(self.desk.guard_press)))
        title = exercises()[one.exercise].title if one.exercise in exercises() else one.exercise
        said: list[Block] = [quote(one.words)] if one.words else []
        words.blocks = [
            card([heading(3, title), *said, note(say("cockpit.over-time.since", day=in_words(one.day)))])
        ]
        row.offer(
            Button(say("cockpit.over-time.withdraw"), self._withdrawer(one), "quiet"), of=str(self.address)
        )
        return words, row.widget

    def _withdrawer(self, one: Homework) -> Callable[[], object]:
        return lambda: self.session.act(self.session.service.withdraw_homework, self.case_id, one.id)

    # -- sessions -------------------------------------------------------------------------------
    def _sessions(self) -> list[Block]:
        marks = self.case.marks
        title = heading(2, say("cockpit.over-time.sessions"))
        if not marks:
            return [title, note(say("cockpit.over-time.no_sessions"))]
        head = [say(f"cockpit.over-time.column_{name}") for name in ("day", "minutes", "steps", "shown")]
        steps = {one.id: one.title for one in session_guide().agenda}
        rows = [
            [
                in_words(one.day),
                str(one.minutes),
                ", ".join(steps.get(name, name) for name in one.steps),
                str(len(one.revealed)),
            ]
            for one in marks
        ]
        return [title, table(say("cockpit.over-time.sessions"), head, rows, (1, 3), below_its_name=True)]

    def _ratings(self) -> list[Block]:
        title = heading(2, say("cockpit.over-time.ratings"))
        if not self.case.ratings:
            return [title, note(say("cockpit.over-time.no_ratings"))]
        items = session_guide().rating
        names = {one.person_id: one.name for one in self.case.seen.members}
        head = [
            say("cockpit.over-time.column_day"),
            say("cockpit.over-time.column_who"),
            *(one.text for one in items),
        ]
        rows = [
            [
                in_words(one.day),
                names.get(one.person_id, ""),
                *(str(one.items.get(item.id, "–")) for item in items),
            ]
            for one in self.case.ratings
        ]
        numbers = range(2, 2 + len(items))
        return [
            title,
            table(say("cockpit.over-time.ratings"), head, rows, numbers, below_its_name=True),
            note(say("cockpit.over-time.scale")),
        ]
