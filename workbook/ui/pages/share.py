"""Deciding what the partner may see, one part at a time, with a preview of just that.

Any single answer can be held back. The preview is made as the publication is, and leaves out what that does.
"""

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
from ipywidgets import Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.formats import decimal
from workbook.instruments import Instrument, Item
from workbook.service.formats.values import HeldBack
from workbook.session import Session, Status
from workbook.sharing import Grain, Publication, grains_for, publish, publishable
from workbook.ui.blocks import (
    Block,
    bullets,
    callout,
    details,
    heading,
    kicker,
    lead,
    note,
    opening,
    paragraph,
    quote,
    table,
)
from workbook.ui.buttons import Button
from workbook.ui.components import Choices, Picks, Prose
from workbook.ui.pages.base import Page
from workbook.ui.path import PARTNER, TOGETHER, PathStep
from workbook.withheld import Answered, values_of, withheld

_MOST_ROWS = 8


def _until_decided(session: Session, _address: Address) -> Status:
    """Locked while there is nothing to decide, complete once all is decided."""
    return session.decision_status() if session.takes_part else "locked"


class Share(Page):
    """The address names an instrument; without one it is the first that is undecided."""

    kind = "share"
    needs_table = True
    part = "together"
    is_task = True
    lock = staticmethod(_until_decided)

    @classmethod
    def is_due(cls, session: Session, step: PathStep) -> bool:
        return not session.table.open_rounds and super().is_due(session, step)

    def parts(self) -> Sequence[Widget]:
        self.choice = Choices()
        self.held_back = Picks(folds=True)
        self.preview = Prose()
        self.choice.observe(self.desk.guard(lambda _: self._show_preview()), "value")
        self.held_back.observe(self.desk.guard(lambda _: self._show_preview()), "picked")
        self.opened: tuple[Answered, ...] = ()
        return (self.choice, self.held_back, self.preview)

    @property
    def instrument(self) -> Instrument | None:
        wanted = self.session.to_decide()
        named = [one for one in wanted if one.id == self.address.name]
        undecided = [one for one in wanted if self._decision(one) is None]
        return next(iter([*named, *undecided, *wanted]), None)

    def _decision(self, instrument: Instrument) -> Grain | None:
        return self.session.decisions.get((instrument.id, self.session.occasion))

    def arrive(self, address: Address) -> None:
        self.address = address
        instrument = self.instrument
        decided = self._decision(instrument) if instrument else None
        self.choice.error = ""
        self.choice.value = decided.value if decided else ""
        known = self.session.held_back(instrument.id) if instrument else HeldBack()
        self.held_back.picked, self.opened = list(known.chosen), known.opened
        super().arrive(at(self.kind, instrument.id if instrument else ""))

    def fill(self) -> None:
        instrument = self.instrument
        if instrument is None:
            self.say_words(
                [
                    kicker(say("ui.share.kicker_one")),
                    heading(1, say("ui.share.title")),
                    lead(say("ui.share.nothing_to_share")),
                ]
            )
            self.choice.options = self.held_back.groups = []
            self.offer(Button(say("ui.results.empty_button"), self.to(at("home")), "primary"))
            return
        wanted = self.session.to_decide()
        position, total = wanted.index(instrument) + 1, len(wanted)
        head = opening("share", instrument=instrument.title, n=position, of=total)
        if total == 1:
            head[0] = kicker(say("ui.share.kicker_one"))
        # The same words for everyone and every part, whatever was answered.
        self.say_words([*head, note(say("ui.share.never")), note(say("ui.share.waiting"))])
        self.choice.legend = say("ui.share.legend")
        self.choice.options = [option(grain, instrument) for grain in grains_for(instrument)]
        self.held_back.legend = say("ui.share.hold_back")
        self.held_back.hint = say("ui.share.hold_back_hint")
        self._show_preview()
        self.offer(
            Button(say("ui.share.button"), self._decide, "primary"),
            Button(say("ui.share.later"), self.to(at("home")), "quiet"),
        )

    def _show_preview(self) -> None:
        instrument, chosen = self.instrument, self.choice.choice()
        if instrument is None or not chosen:
            self.preview.blocks = self.held_back.groups = []
            return
        blocks: list[Block] = [paragraph(say(f"ui.share.preview_{chosen}"))]
        answered = publishable(self._answers(), instrument)
        is_shown = chosen != Grain.NOTHING
        self.held_back.groups = to_hold_back(answered, instrument) if is_shown else []
        if is_shown:
            blocks += self._preview(answered, instrument, Grain(chosen))
        if chosen == Grain.WORDS:
            blocks += _own_words(self.session.own_needs.values())
        self.preview.blocks = [callout(say("ui.share.preview"), blocks)]

    def _preview(self, answered: pd.DataFrame, instrument: Instrument, grain: Grain) -> list[Block]:
        """Return what would be shown, and which topics stay out since they were open in another way."""
        chosen = self.held_back.choice()
        out = withheld(values_of(answered), instrument, chosen=chosen, opened=self.opened)
        used = answered[~answered["item"].isin(out).to_numpy(dtype=bool)]
        blocks = preview(self._snapshot(used, instrument, grain), instrument)
        also = out - set(chosen)
        topics = [one.title for one in instrument.subscales if also.intersection(one.items)]
        if topics:
            blocks += [note(say("ui.share.open_before")), bullets(topics)]
        return blocks

    def _answers(self) -> pd.DataFrame:
        responses = self.session.responses
        return responses[(responses["occasion"] == self.session.occasion).to_numpy(dtype=bool)]

    def _snapshot(self, answers: pd.DataFrame, instrument: Instrument, grain: Grain) -> Publication:
        actor = self.session.actor
        return publish(
            answers,
            grain,
            instrument=instrument,
            couple_id=actor.couple_id,
            person_id=actor.person_id,
            occasion=self.session.occasion,
        )

    def _decide(self) -> None:
        instrument, chosen = self.instrument, self.choice.choice()
        if instrument is None or not chosen:
            self.choice.error = say("ui.trouble.no_choice")
            return
        # Where nothing is shown, nothing is asked about single answers: what was held back stays so.
        held_back = None if chosen == Grain.NOTHING else self.held_back.choice()
        self.session.decide(instrument.id, Grain(chosen), held_back)
        is_open = (instrument.id, self.session.occasion) in self.session.table.open_rounds
        self.desk.go(at("together" if is_open else "decided"))


class Decided(Page):
    """After a decision: what happens now, the same words whatever the partner has done."""

    kind = "decided"
    needs_table = True
    roles = PARTNER | TOGETHER

    def fill(self) -> None:
        self.say_words(
            [
                kicker(say("ui.share.kicker_one")),
                heading(1, say("ui.share.saved_title")),
                lead(say("ui.share.saved")),
            ]
        )
        if self.session.is_together:
            self.offer(
                Button(say("ui.decide.to_page"), self.to(at("together")), "primary"),
                Button(say("ui.decide.another"), self.to(at("decide"))),
            )
            return
        undecided = [
            one
            for one in self.session.to_decide()
            if (one.id, self.session.occasion) not in self.session.decisions
        ]
        buttons = [Button(one.title, self.to(at("share", one.id)), "secondary") for one in undecided]
        if buttons:
            self.words.blocks = [*self.words.blocks, note(say("ui.results.others"))]
        else:
            buttons = [Button(say("ui.share.meanwhile"), self.to(at("exercises")))]
        self.offer(Button(say("ui.button.home"), self.to(at("home")), "primary"), *buttons)


def option(grain: Grain, instrument: Instrument) -> dict[str, str]:
    """Return one choice of what the partner may see, as `workbook.ui.components.Choices` takes it."""
    is_only = grain is Grain.ANSWERS and Grain.SCORES not in grains_for(instrument)
    hint = "answers_only_note" if is_only else f"{grain.value}_note"
    return {"value": grain.value, "label": say(f"ui.share.{grain.value}"), "note": say(f"ui.share.{hint}")}


def to_hold_back(answered: pd.DataFrame, instrument: Instrument) -> list[dict[str, Any]]:
    """Return the answers that can be held back, topic by topic, as `workbook.ui.components.Picks` takes them.

    Topics of one question each stand under their chapter.
    """
    given = values_of(answered)
    chapters = {item: chapter.title for chapter in instrument.chapters for item in chapter.items}
    topics = {item: one.title for one in instrument.subscales if len(one.items) > 1 for item in one.items}
    groups: dict[str, list[dict[str, str]]] = {}
    for item in instrument.items:
        if item.id in given:
            title = topics.get(item.id) or chapters.get(item.id, "")
            about = {"value": item.id, "label": item.text, "note": _label(item, given[item.id])}
            groups.setdefault(title, []).append(about)
    return [{"title": title, "options": options} for title, options in groups.items()]


def preview(publication: Publication, instrument: Instrument) -> list[Block]:
    """Return what a publication shows, no row more or less: a few rows, and the rest to unfold."""
    is_summary = publication.grain is Grain.SCORES
    rows = _score_rows(publication, instrument) if is_summary else _answer_rows(publication, instrument)
    if not rows:
        return [note(say("ui.share.preview_empty"))]
    columns = ("ui.results.column_topic", "ui.results.column_score")
    columns = columns if is_summary else ("ui.share.column_question", "ui.share.column_answer")
    caption, head = (
        say("ui.share.preview_caption", instrument=instrument.title),
        [say(key) for key in columns],
    )
    numbers = [1] if is_summary else []
    blocks = [table(caption, head, rows[:_MOST_ROWS], numbers=numbers)]
    if len(rows) > _MOST_ROWS:
        rest = table(caption, head, rows[_MOST_ROWS:], numbers=numbers)
        blocks.append(details(say("ui.share.preview_more", n=len(rows) - _MOST_ROWS), [rest]))
    return blocks


def _own_words(needs: Collection[str]) -> list[Block]:
    if not needs:
        return [note(say("ui.share.preview_no_words"))]
    return [paragraph(say("ui.share.preview_own")), *map(quote, needs)]


def _score_rows(publication: Publication, instrument: Instrument) -> list[list[Any]]:
    scores = publication.scores
    return [
        [instrument.subscale_by_id[str(name)].title, decimal(value)]
        for name, value in zip(scores["subscale"], scores["score"], strict=True)
    ]


def _answer_rows(publication: Publication, instrument: Instrument) -> list[list[Any]]:
    given = values_of(publication.responses)
    return [[item.text, _label(item, given[item.id])] for item in instrument.items if item.id in given]


def _label(item: Item, value: int | None) -> str:
    if value is None:
        return say("ui.form.not_arisen")
    labels = {choice.value: choice.label for choice in item.scale.choices}
    return labels.get(value, str(value))
