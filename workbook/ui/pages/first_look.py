"""A first look: a few of the questions, on a few pages, and a first picture of them for their person alone.

Its answers are those of the round: the chapters that ask the same have them already. It is told in steps, as
it was answered, never as strong or weak: so few answers say no more.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.content.first_look import first_look
from workbook.content.ladder import ladder
from workbook.errors import StorageError
from workbook.instruments import Item
from workbook.instruments.minutes import minutes_to_answer
from workbook.session import Session, Status
from workbook.ui.blocks import (
    Block,
    bullets,
    card,
    heading,
    kicker,
    lead,
    note,
    opening,
    paragraph,
    progress,
    steps,
)
from workbook.ui.buttons import Button
from workbook.ui.components import Picks
from workbook.ui.pages.base import Page
from workbook.ui.pages.chapter import Screen
from workbook.ui.path import PathStep
from workbook.ui.screen import question

NEEDS = "needs"  # the last page, on which needs are picked
_MOST_STEPS = 2


def _look_lock(session: Session, address: Address) -> Status:
    """Open once the person takes part, and complete once its picture was seen; each of its pages alike."""
    del address
    if not session.takes_part or not session.has_first_look:
        return "locked"
    n_answered = len(session.first_look_answers())
    if n_answered == len(first_look().items) or session.has_seen("first-picture"):
        return "complete"
    return "under-way" if n_answered else "open"


def _picture_lock(session: Session, _address: Address) -> Status:
    """Open once something of the first look is answered."""
    is_there = session.has_first_look and session.takes_part
    return "open" if is_there and session.first_look_answers() else "locked"


def minutes_of_first_look(session: Session) -> int:
    """Return how many minutes the first look takes, counted from its questions."""
    texts = [item.text for item in session.first_look_items()]
    return max(1, round(minutes_to_answer(texts, len(texts) + 1)))


class FirstLook(Screen):
    """The address names one of its pages; without one it is the first with an open question."""

    kind = "first-look"
    lock = staticmethod(_look_lock)

    @classmethod
    def settled(cls, session: Session, address: Address) -> Address:
        names = [page.id for page in first_look().pages]
        if address.name in (*names, NEEDS):
            return address
        known = session.first_look_answers()
        left = [one.id for one in first_look().pages if not set(one.items) <= set(known)]
        return at(cls.kind, left[0] if left else NEEDS)

    @classmethod
    def steps(cls, session: Session) -> Iterator[PathStep]:
        if not session.has_first_look:
            return
        status = cls.lock(session, at(cls.kind))
        key = "after_consent" if status == "locked" else status
        time = "" if status == "complete" else say("ui.status.minutes", n=minutes_of_first_look(session))
        yield PathStep(
            "answer", at(cls.kind), say("ui.steps.first-look"), status, say(f"ui.status.{key}"), time
        )

    @classmethod
    def is_due(cls, session: Session, step: PathStep) -> bool:
        # Whoever went on to the chapters needs no first look any more.
        is_new = session.is_only_first_look(session.occasion) and not session.table.open_rounds
        return is_new and step.status in ("open", "under-way")

    def parts(self) -> Sequence[Widget]:
        self.picks = Picks(
            most=first_look().most_needs, count_label=say("ui.first-look.count", n="{n}", most="{most}")
        )
        self.picks.observe(self.desk.guard(lambda _: self._keep_picks()), "picked")
        return (*super().parts(), self.picks)

    def arrive(self, address: Address) -> None:
        self.address = self.settled(self.session, address)
        self._fields = {}
        Page.arrive(self, self.address)
        if self.address.name == NEEDS:  # once they are offered: what is not offered is not picked
            self.picks.picked = list(self.session.needs_now)

    def fill(self) -> None:
        names = [*(page.id for page in first_look().pages), NEEDS]
        here = names.index(self.address.name)
        name = self.address.name
        items = self.session.first_look_items(name) if name != NEEDS else []
        with (
            self.form.hold_sync()
        ):  # before the words: never questions of the page before below a new heading
            self.form.occasion = self.session.occasion
            self.form.answers = self.session.answers(items)
            self.form.items = [question(item) for item in items]
        self.bar.blocks = [self._progress_of_all()]
        self.picks.groups = [{"title": "", "options": self._needs()}] if name == NEEDS else []
        self.picks.legend = say("ui.first-look.needs.legend")
        words = kicker(say("ui.first-look.kicker", page=here + 1, pages=len(names)))
        self.say_words(
            [words, heading(1, say(f"ui.first-look.{name}.title")), lead(say(f"ui.first-look.{name}.lead"))]
        )
        onward = at("first-picture") if name == NEEDS else at(self.kind, names[here + 1])
        label = say("ui.first-look.finish" if name == NEEDS else "ui.button.next")
        back = [Button(say("ui.button.back"), self.to(at(self.kind, names[here - 1])))] if here else []
        self.offer(
            Button(label, self.to(onward), "primary"),
            *back,
            Button(say("ui.button.later"), self.to(at("home")), "quiet"),
        )

    def _progress_of_all(self) -> Block:
        n_answered, of = len(self.session.first_look_answers()), len(first_look().items)
        return progress(say("ui.chapter.progress", n=n_answered, of=of), n_answered / of)

    def _needs(self) -> list[dict[str, str]]:
        return [
            {"value": item.id.removesuffix(".importance"), "label": item.text}
            for item in _needs_of(self.session)
        ]

    def _keep_picks(self) -> None:
        picked = self.picks.choice()
        if self.address.name == NEEDS and tuple(picked) != self.session.needs_now:
            self.session.pick_needs(picked)


class FirstPicture(Page):
    """What was answered in the first look, in steps; time and warmth; and the ways on."""

    kind = "first-picture"
    lock = staticmethod(_picture_lock)

    def arrive(self, address: Address) -> None:
        super().arrive(address)
        with suppress(StorageError):
            self.session.mark_seen("first-picture")

    def fill(self) -> None:
        words = opening("first-picture")
        for page in first_look().pages:
            rows = self._rows(page.id)
            if rows:
                words += [heading(2, say(f"ui.first-picture.{page.id}")), steps(rows)]
        words += self._needs()
        names = ladder().time_and_warmth[:_MOST_STEPS]
        words += [
            heading(2, say("ui.first-picture.step")),
            card([paragraph(say("ui.telling.time_and_warmth")), *map(self._told, names)]),
            note(say("ui.first-picture.private")),
        ]
        self.say_words(words)
        starts = [
            Button(
                say("ui.together.start_step", title=exercises()[name].title), self.to(at("exercise", name))
            )
            for name in names
        ]
        chapter = self._next_chapter()
        onward = (
            [Button(say("ui.first-picture.go_on", title=chapter.title), self.to(chapter.address), "primary")]
            if chapter
            else []
        )
        self.offer(*onward, *starts, self.home())

    def _rows(self, page: str) -> list[dict[str, object]]:
        known = self.session.first_look_answers()
        return [
            _as_steps(item, int(known[item.id]["value"]))
            for item in self.session.first_look_items(page)
            if known.get(item.id, {}).get("value") is not None
        ]

    def _needs(self) -> list[Block]:
        picked = self.session.needs_now
        texts = [
            item.text for item in _needs_of(self.session) if item.id.removesuffix(".importance") in picked
        ]
        return [heading(2, say("ui.first-picture.needs")), bullets(texts)] if texts else []

    @staticmethod
    def _told(exercise: str) -> Block:
        return paragraph(
            [{"text": exercises()[exercise].title, "strong": True}, ". ", exercises()[exercise].in_short]
        )

    def _next_chapter(self) -> PathStep | None:
        """Return the part to go on with: the first that is not finished."""
        found = [one for one in self.desk.pages.steps() if one.address.kind == Screen.kind]
        return next((one for one in found if one.status in ("open", "under-way")), None)


def _as_steps(item: Item, value: int) -> dict[str, object]:
    labels = [choice.label for choice in item.scale.choices]
    at_step = item.scale.values.index(value)
    return {"text": item.text, "words": labels[at_step], "step": at_step, "of": len(labels)}


def _needs_of(session: Session) -> list[Item]:
    needs = session.instruments.get("needs")
    return [item for item in needs.items if item.id.endswith(".importance")] if needs else []
