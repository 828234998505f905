"""Answering: a few questions per screen, in an order of the person's own, and a look back."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from ipywidgets import VBox, Widget

from workbook.address import Address, at
from workbook.content import say, sentences
from workbook.content.document import documents
from workbook.errors import StorageError, WorkbookError, problem
from workbook.instruments import Chapter, FreeText, Instrument
from workbook.service.formats.values import Answer
from workbook.session import Session, Status
from workbook.ui.blocks import heading, kicker, lead, paragraph, table
from workbook.ui.buttons import Button
from workbook.ui.components import Form, Prose, TextField
from workbook.ui.pages.again import to_talk
from workbook.ui.pages.base import Page
from workbook.ui.path import PathStep
from workbook.ui.screen import CHAPTER, chapter_lock, fill_screen, screen_number, settled_screen

_MAIN = ("connection",)


class Screen(Page):
    """One screen of a chapter. The address names the chapter, and the screen by its number from 1."""

    kind = CHAPTER
    is_task = True
    lock = staticmethod(chapter_lock)

    @classmethod
    def settled(cls, session: Session, address: Address) -> Address:
        return settled_screen(session, address)

    @classmethod
    def steps(cls, session: Session) -> Iterator[PathStep]:
        first = ("background", *_MAIN)
        others = [one.id for one in session.shareable() if one.id not in first]
        for part, names in (("answer", first), ("more", others)):
            for instrument in filter(None, map(session.instruments.get, names)):
                yield from (cls._step(session, part, chapter) for chapter in instrument.chapters)

    @classmethod
    def is_due(cls, session: Session, step: PathStep) -> bool:
        # Once the joint pages are open, what was left unanswered is no longer in the way of them.
        is_main = session.chapters[step.address.name][0].id in _MAIN
        return is_main and not session.table.open_rounds and super().is_due(session, step)

    @classmethod
    def _step(cls, session: Session, part: str, chapter: Chapter) -> PathStep:
        address = at(cls.kind, chapter.id)
        status = cls.lock(session, address)
        left = session.minutes_left(chapter.id)
        key = "minutes_left" if status == "under-way" else "minutes"
        time = say(f"ui.status.{key}", n=left) if left and status != "complete" else ""
        return PathStep(part, address, chapter.title, status, cls._beside(session, chapter, status), time)

    @classmethod
    def _beside(cls, session: Session, chapter: Chapter, status: Status) -> str:
        """Return what stands beside a chapter: that it is done, and how many questions are open even so."""
        occasion = session.occasion_of(session.chapters[chapter.id][0])
        n_open = len(session.items(chapter.id)) - session.n_answered(chapter.id, occasion)
        if status == "complete" and n_open:
            return say("ui.status.complete_open", n=n_open)
        return say(f"ui.status.{'after_consent' if status == 'locked' else status}")

    def parts(self) -> Sequence[Widget]:
        self.bar = Prose()
        self.form = Form()
        self.form.observe(self.desk.guard(self._take), "answers_out")
        self.own_words = VBox([])
        self._sent: set[str] = set()
        in_sight = VBox([self.bar]).add_class("in-sight")
        return (in_sight, self.form, self.own_words)

    # -- where ---------------------------------------------------------------------------
    @property
    def chapter(self) -> tuple[Instrument, Chapter]:
        return self.session.chapters[self.address.name]

    @property
    def occasion(self) -> str:
        return self.session.occasion_of(self.chapter[0])

    @property
    def number(self) -> int:
        return screen_number(self.address)

    def arrive(self, address: Address) -> None:
        if address.name not in self.session.chapters:
            raise WorkbookError(problem("ui.trouble.not_there"))
        self.address = self.settled(self.session, address)
        self._lay_own_words()
        super().arrive(self.address)
        if self.chapter[0].occasion == "weekly":  # also where somebody goes on from the page they left
            with suppress(StorageError):  # an answer would say that there is no room
                self.session.begin_week()

    # -- what ----------------------------------------------------------------------------
    def fill(self) -> None:
        self._refresh_own_words()
        content = fill_screen(self.session, self.address)
        if content.items:  # before the words: never questions of the screen before below a new heading
            with self.form.hold_sync():
                self.form.occasion = content.occasion
                self.form.opens_blank = content.opens_blank
                self.form.answers = content.answers
                self.form.items = content.items
        self.bar.blocks = list(content.bar)
        self.say_words(content.words)
        chapter = self.chapter[1]
        if content.items:
            self._offer(chapter, len(self.session.screens(chapter.id)))

    def _offer(self, chapter: Chapter, n_screens: int) -> None:
        is_last = self.number + 1 >= n_screens
        onward = at("review", chapter.id) if is_last else at("chapter", chapter.id, self.number + 2)
        buttons = [
            Button(say("ui.chapter.finish" if is_last else "ui.button.next"), self.to(onward), "primary")
        ]
        if self.number:
            buttons.append(Button(say("ui.button.back"), self.to(at("chapter", chapter.id, self.number))))
        self.offer(*buttons, Button(say("ui.button.later"), self.to(at("home")), "quiet"))

    # -- own words -------------------------------------------------------------------------
    def _lay_own_words(self) -> None:
        instrument, chapter = self.chapter
        is_last = self.number + 1 == len(self.session.screens(chapter.id))
        wanted = instrument.free_text if is_last and chapter is instrument.chapters[-1] else ()
        self._fields = {one.id: self._field(one) for one in wanted}
        intro = [Prose(blocks=[heading(2, say("ui.chapter.own_words"))])] if wanted else []
        self.own_words.children = (*intro, *self._fields.values())

    def _field(self, free_text: FreeText) -> TextField:
        written = self._written(free_text.id)
        field = TextField(label=free_text.label, max_length=free_text.max_length, value=written, kept=written)
        field.observe(self.desk.guard(lambda _: self._keep(free_text.id, field)), ["value", "settled"])
        return field

    def _written(self, name: str) -> str:
        return self.session.free_text(name, self.occasion)

    def _refresh_own_words(self) -> None:
        """Take in what another page of theirs has kept, also one just going, where nothing is typed."""
        for name, field in self._fields.items():
            written = self._written(name)
            if field.typed() == field.kept != written:
                field.kept = field.value = written

    def _keep(self, name: str, field: TextField) -> None:
        if field.typed() == field.kept:
            return  # nothing was typed here: what another page keeps meanwhile is not taken back
        if field.typed() != self._written(name):
            self.session.note("free_text", field=name, text=field.typed(), occasion=self.occasion)
        field.kept = field.typed()

    def leave(self) -> None:
        for name, field in self._fields.items():
            self._keep(name, field)

    # -- answers, where the page has no line of its own to the service ------------------------
    def _take(self, _change: object) -> None:
        for given in self.form.answers_out:
            operation_id = str(given.get("operation_id"))
            if operation_id in self._sent:
                continue
            self._sent.add(operation_id)
            try:
                self.session.save([_answer(given)])
            except WorkbookError as error:
                self.form.refused = {**self.form.refused, operation_id: " ".join(sentences(error))}
            else:
                self.form.acknowledged = [*self.form.acknowledged[-50:], operation_id]


def _review_lock(session: Session, address: Address) -> Status:
    """As the chapter it ends, however far that is."""
    return "open" if session.takes_part or session.is_private(address.name) else "locked"


class ChapterReview(Page):
    """The end of a chapter: what is answered, what is open, and where to go on."""

    kind = "review"
    lock = staticmethod(_review_lock)

    def arrive(self, address: Address) -> None:
        chapter = address.rest(0)
        if chapter not in self.session.chapters:
            raise WorkbookError(problem("ui.trouble.not_there"))
        instrument = self.session.chapters[chapter][0]
        if not instrument.is_private:  # the private questions leave no mark that they were opened
            with suppress(StorageError):
                self.session.mark_seen(f"end.{chapter}.{self.session.occasion_of(instrument)}")
        super().arrive(address)

    def fill(self) -> None:
        instrument, chapter = self.session.chapters[self.address.rest(0)]
        occasion = self.session.occasion_of(instrument)
        items = self.session.items(chapter.id)
        known = {} if instrument.is_private else self.session.answers(items, occasion)
        head = [kicker(say("ui.review.kicker", instrument=chapter.title)), heading(1, say("ui.review.title"))]
        key = (
            "private"
            if instrument.is_private
            else "all"
            if len(known) == len(items) and not all(one["declined"] for one in known.values())
            else "declined"
            if len(known) == len(items)
            else "some"
            if known
            else "none"
        )
        head.append(lead(say(f"ui.review.{key}", n=len(known), of=len(items))))
        if instrument.is_private:  # the same words for everyone, whatever was answered
            section = next(one for one in documents()["just_for_me"].sections if one.id == "help")
            head += [heading(2, section.heading), *(paragraph(text) for text in section.paragraphs)]
        missing = [item for item in items if item.id not in known]
        if known and missing:
            head.append(
                table(
                    say("ui.review.open_questions"),
                    [say("ui.share.column_question")],
                    [[item.text] for item in missing],
                )
            )
        self.say_words(head)
        self.offer(*self._buttons(instrument, chapter, has_open=bool(known) and bool(missing)))

    def _buttons(self, instrument: Instrument, chapter: Chapter, *, has_open: bool) -> list[Button]:
        following = None if instrument.is_private else self._following(chapter.id)
        if instrument.is_private:
            ways = [
                (say("ui.steps.just-for-me"), "just-for-me", "primary"),
                (say("ui.steps.resources"), "resources", "secondary"),
            ]
            return [*(Button(label, self.to(at(page)), kind) for label, page, kind in ways), self.home()]
        if following:
            buttons = [
                Button(say("ui.review.next", title=following.title), self.to(following.address), "primary")
            ]
        elif instrument.occasion == "assessment" and self.desk.pages.status(at("results")) != "locked":
            buttons = [Button(say("ui.review.to_results"), self.to(at("results")), "primary")]
        elif instrument.occasion == "weekly":
            buttons = to_talk(self.session, self.to)
        else:
            buttons = []
        if has_open:
            buttons.append(Button(say("ui.review.go_to_open"), self.to(at("chapter", chapter.id))))
        if chapter.id == "needs.importance":
            buttons.append(Button(say("ui.steps.own-needs"), self.to(at("own-needs"))))
        buttons.append(
            Button(
                say("ui.review.look_again"),
                self.to(at("chapter", chapter.id, "1")),
                "secondary" if not has_open else "quiet",
            )
        )
        return [*buttons, self.home()]

    def _following(self, chapter_id: str) -> PathStep | None:
        """Return the chapter to offer next: the first after this one on the path that is not complete."""
        instrument_of = {name: of.id for name, (of, _chapter) in self.session.chapters.items()}
        steps = [step for step in self.desk.pages.steps() if step.address.kind == Screen.kind]
        here = next((k for k, step in enumerate(steps) if step.address.name == chapter_id), len(steps))
        later = [(step, instrument_of[step.address.name]) for step in steps[here + 1 :]]
        same = [step for step, instrument in later if instrument == instrument_of[chapter_id]]
        main = [step for step, instrument in later if instrument in _MAIN]
        return next((step for step in [*same, *main] if step.status != "complete"), None)


def _answer(given: dict[str, Any]) -> Answer:
    return Answer(
        operation_id=str(given.get("operation_id")),
        occasion=str(given.get("occasion")),
        item=str(given.get("item")),
        value=given.get("value"),
        declined=given.get("declined") is True,
        not_arisen=given.get("not_arisen") is True,
        version=str(given.get("version", "")),
    )
