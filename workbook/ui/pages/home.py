"""The overview: where I am, the one thing to do next, and the whole path."""

from collections.abc import Iterable, Sequence

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.exercises.agreement import Agreement
from workbook.exercises.the_question import Review
from workbook.service.formats.case_values import Homework
from workbook.ui.blocks import Block, callout, heading, kicker, lead, name_of, note, paragraph, quote
from workbook.ui.buttons import Button
from workbook.ui.components import Menu
from workbook.ui.exercise_pages import waiting
from workbook.ui.exercise_pages.activity import work
from workbook.ui.exercise_pages.agreement import waits_for_look
from workbook.ui.locks import always
from workbook.ui.pages.base import Desk, Page
from workbook.ui.path import PARTNER, TOGETHER, PathStep


class Home(Page):
    """Never says anything of the partner beyond what both have opened."""

    kind = "home"
    roles = PARTNER | TOGETHER
    lock = staticmethod(always)

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("ui.home.path"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        return ()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.root.children = (self.words, self.actions, self.menu)

    def fill(self) -> None:
        step, waits = self.desk.pages.next_step(), len(waiting(self.session))
        self.say_words(
            [*self._greeting(), *self._couple(), lead(self._where()), *self._chosen(), *self._homework()]
        )
        self.menu.parts = self._parts(step, waits)
        buttons = (
            [Button(say("ui.home.go_on", title=step.title), self.to(step.address), "primary")] if step else []
        )
        if self.session.is_expected:
            buttons.insert(0, Button(say("ui.home.room"), self.to(at("room")), "primary"))
        if (live := self.session.live) is not None and not (live.is_over and live.has_rated):
            buttons.insert(0, Button(say("ui.home.in_session"), self.to(at("in-session")), "primary"))
        buttons += [button for one in self._suggested() for button in self._homework_buttons(one)]
        buttons += [self._waiting(name, found) for name, found in self._waiting_by_exercise().items()]
        buttons += self._due()
        if self._has_declined_all():
            # With nothing to look at there is no next step: two ways on, neither of them a demand.
            buttons.append(Button(say("ui.steps.exercises"), self.to(at("exercises")), "primary"))
            buttons.append(Button(say("ui.review.look_again"), self.to(self._first_chapter())))
        if self.session.may_undo_round:
            undo = say("ui.again.undo", n=self.session.round - 1)
            buttons.append(Button(undo, self.session.undo_round, "quiet"))
        self.offer(*buttons)

    def _parts(self, next_one: PathStep | None, waits: int) -> list[dict[str, object]]:
        """Return the path: this week first, and of each part folded what is done, or can wait."""
        path = self.desk.pages.path()
        of_week = ("this-week", "weekly")
        weekly = [one for part in path for one in part.steps if one.address.kind in of_week]

        def lines(steps: Iterable[PathStep]) -> list[dict[str, object]]:
            return [self._line(one, next_one, waits) for one in steps]

        parts: list[dict[str, object]] = [{"title": say("ui.home.week"), "steps": lines(weekly)}]
        for part in path:
            steps = [one for one in part.steps if one not in weekly]
            can_wait = all(_can_wait(one) for one in steps)
            folded = steps if can_wait else [one for one in steps if _is_behind(one)]
            key = "can_wait" if can_wait and not any(map(_is_behind, steps)) else "done"
            label = say(f"ui.home.{key}", n=len(folded))
            left = [one for one in steps if one not in folded]
            parts.append(
                {
                    "title": part.title,
                    "steps": lines(left),
                    "folded": lines(folded),
                    "folded_label": label,
                }
            )
        return [one for one in parts if one["steps"] or one.get("folded")]

    def _chosen(self) -> list[Block]:
        """Return the step that the two chose last, in their own words; nothing where there is none."""
        if self.session.is_together or self.session.is_parted:
            return []
        reviews = work(self.session).of("the_question").values()
        steps = [one.step for one in reviews if isinstance(one, Review) and one.step]
        return [callout(say("ui.home.chosen"), [quote(steps[-1])], tone="good")] if steps else []

    def _suggested(self) -> list[Homework]:
        """Return what a therapist suggests and this person has not put aside; of exercises that are known."""
        case = self.session.case
        return [one for one in case.homework if one.exercise in exercises()] if case is not None else []

    def _homework(self) -> list[Block]:
        return [
            callout(
                say("ui.home.homework", title=exercises()[one.exercise].title),
                [quote(one.words)] if one.words else [note(say("ui.home.homework_plain"))],
            )
            for one in self._suggested()
        ]

    def _homework_buttons(self, one: Homework) -> list[Button]:
        title = exercises()[one.exercise].title
        return [
            Button(say("ui.home.homework_open", title=title), self.to(at("exercise", one.exercise))),
            Button(
                say("ui.home.homework_aside", title=title),
                lambda: self.session.put_homework_aside(one.id),
                "quiet",
            ),
        ]

    def _waiting_by_exercise(self) -> dict[str, list[str]]:
        """Return the ids of what waits for the person, by exercise."""
        found: dict[str, list[str]] = {}
        for one in waiting(self.session):
            found.setdefault(one.exercise, []).append(one.thing)
        return found

    def _waiting(self, exercise: str, things: list[str]) -> Button:
        """Return the button that opens what waits: the thing itself where it is one."""
        label = say("ui.home.waits", n=len(things), title=exercises()[exercise].title)
        there = at("exercise", exercise, *(things if len(things) == 1 else ()))
        return Button(label, self.to(there))

    def _due(self) -> list[Button]:
        """Return the way to what it is the day to look back on, where one has a part to say."""
        session = self.session
        if session.is_together or session.is_parted:
            return []
        me = session.actor.person_id
        agreements = [one for one in work(session).of("agreement").values() if isinstance(one, Agreement)]
        due = [one.id for one in agreements if waits_for_look(one, me) and not one.waits_for(me)]
        there = at("exercise", "agreement", due[0]) if len(due) == 1 else at("ledger")
        return [Button(say("ui.home.due", n=len(due)), self.to(there))] if due else []

    def _has_declined_all(self) -> bool:
        """Tell whether somebody went through the questions and preferred not to say, in each of them."""
        session = self.session
        first = self._first_chapter()
        is_through = session.takes_part and not session.is_together and first != at("home")
        return is_through and not session.pictures() and self._has_been_through()

    def _has_been_through(self) -> bool:
        main = self.session.instruments.get("connection")
        chapters = main.chapters if main else ()
        return all(self.desk.pages.status(at("chapter", one.id)) == "complete" for one in chapters)

    def _first_chapter(self) -> Address:
        main = self.session.instruments.get("connection")
        return at("chapter", main.chapters[0].id, 1) if main else at("home")

    def _greeting(self) -> list[Block]:
        me = self.session.me
        return [
            kicker(say("ui.home.kicker", name=me.name) if me else say("ui.home.kicker_plain")),
            heading(1, say("ui.home.title")),
        ]

    def _couple(self) -> list[Block]:
        couple = self.session.couple
        if couple.is_unpaired:
            return [note(say("ui.home.left_alone"))] if couple.is_solo else []
        if couple.is_solo:
            return [note([say("ui.home.invite") + ": ", {"text": couple.code, "strong": True}])]
        names = [name_of(member) for member in couple.members]
        return [paragraph([names[0], "  ", names[1]])]

    def _where(self) -> str:
        session = self.session
        if session.is_parted:
            return say("ui.home.parted")
        if session.table.open_rounds:
            return say("ui.home.open")
        if session.is_together:
            return say("ui.together.not_open")
        if not session.has_consented:
            return say("ui.home.begin")
        if self.desk.pages.status(at("share")) == "complete":
            return say("ui.home.solo" if session.couple.is_solo else "ui.home.waiting")
        if self._has_been_through():
            return say("ui.home.see" if session.pictures() else "ui.home.declined")
        return say("ui.home.answering")

    @staticmethod
    def _line(step: PathStep, next_one: PathStep | None, waits: int) -> dict[str, object]:
        is_waiting = step.address.kind == "exercises" and waits > 0
        return {
            "id": str(step.address),
            "title": step.title,
            "status": "done" if step.status == "complete" else step.status,
            "note": say("ui.exercises.waits", n=waits) if is_waiting else step.note,
            "time": step.time,
            "next": next_one is not None and step.address == next_one.address,
        }


def _is_behind(step: PathStep) -> bool:
    """Tell whether a step is done; one with questions left open stays where it is seen."""
    return step.status == "complete" and step.note == say("ui.status.complete")


def _can_wait(step: PathStep) -> bool:
    """Tell whether a step is one to answer when one likes, and not begun."""
    return step.part == "more" and (step.status == "open" or _is_behind(step))
