"""What one's own drawer says: what was read, answered, agreed to, and what is left."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd
import traitlets as t

from workbook.address import Address, at
from workbook.content import say
from workbook.frames import occasion_number
from workbook.instruments import Chapter, Instrument, Item
from workbook.service.couple.own_needs import own_needs_in
from workbook.service.formats.values import Actor, Event, ExerciseChoice
from workbook.session.own_day import own_now, weeks_since

MOST_PER_SCREEN = 7
FIRST_OCCASION = "assessment-1"
HOME = at("home")
OWN_NEED = "needs.own."  # what the ids of needs in somebody's own words begin with
Known = dict[str, dict[tuple[str, str], dict[str, Any]]]
Keys = dict[str, dict[str, list[tuple[str, str]]]]


class OwnDrawer(t.HasTraits):
    """Questions about one person's responses and events; nothing here reaches the service."""

    occasion = t.Unicode(FIRST_OCCASION)
    actor: Actor
    responses: pd.DataFrame
    events: list[Event]
    once: Callable[[str, tuple[object, ...], Callable[[], Any]], Any]

    @property
    def chapters(self) -> dict[str, tuple[Instrument, Chapter]]:
        """The chapters of the round that answers belong to now, each with its instrument."""
        raise NotImplementedError

    def _of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    @property
    def place(self) -> Address:
        """Where to go on from: the one page that is kept, or home."""
        bookmarks = self._of("bookmark")
        return Address.read(bookmarks[-1].payload["page"]) if bookmarks else HOME

    def has_seen(self, page: str) -> bool:
        name = f"seen.{page}"
        return any(
            event.payload["name"] == name and event.payload["value"] is True for event in self._of("setting")
        )

    @property
    def has_consented(self) -> bool:
        consents = [event for event in self._of("consent") if event.payload["text"] == "consent"]
        return bool(consents) and consents[-1].payload.get("agreed", True) is True

    def free_text(self, field: str, occasion: str | None = None) -> str:
        """Return what the person last wrote in a field of their own words, in an occasion if given."""
        texts = [
            event.payload["text"]
            for event in self._of("free_text")
            if event.payload["field"] == field and occasion in (None, event.payload.get("occasion"))
        ]
        return str(texts[-1]) if texts else ""

    @property
    def own_needs(self) -> dict[str, str]:
        """The needs the person added in their own words, by id."""
        return own_needs_in(self.events)

    @property
    def own_choices(self) -> frozenset[ExerciseChoice]:
        """What the person chose about exercises, whatever the other chose."""
        found: dict[ExerciseChoice, bool] = {}
        for event in self._of("choice"):
            found[event.payload["exercise"], event.payload["choice"]] = event.payload["stands"]
        return frozenset(about for about, stands in found.items() if stands)

    def occasion_of(self, instrument: Instrument) -> str:
        """Return the occasion that answers to an instrument belong to now: a week's or the assessment's."""
        return self.week if instrument.occasion == "weekly" else self.occasion

    @property
    def week(self) -> str:
        """The week that answers belong to. A new one begins a week after the last by the person's calendar.

        Weeks that were left out are counted, so that a gap can be seen; no week before the last one answered
        is ever gone back to.
        """
        weeks = (one for one in self._given_by_occasion if one.startswith("week-"))
        answered = max(map(occasion_number, weeks), default=1)
        begun = self._of_setting("week")
        if not begun:
            return f"week-{answered}"
        last, now = begun[-1], own_now()
        day = last.payload.get("day") or (last.at or now).astimezone(now.tzinfo).date().isoformat()
        passed = weeks_since(date.fromisoformat(day), last.at, now)
        return f"week-{max(int(last.payload['value']) + passed, answered)}"

    def _of_setting(self, name: str) -> list[Event]:
        return [event for event in self._of("setting") if event.payload["name"] == name]

    def answers(self, items: Sequence[Item], occasion: str | None = None) -> dict[str, dict[str, Any]]:
        """``{item: {"value", "declined", "not_arisen"}}`` of those items that are answered in an occasion.

        What was answered to an item in other words, or on another scale, is no answer to it.
        """
        known = self._answers_by_occasion.get(occasion or self.occasion, {})
        return {item.id: known[item.key] for item in items if item.key in known}

    @property
    def _answers_by_occasion(self) -> Known:
        """All that is answered, by occasion and `Item.key`; looked through once while it stays the same."""
        known: Known = self.once("answers", (self.responses,), lambda: _by_occasion(self.responses))
        return known

    @property
    def _given_by_occasion(self) -> Keys:
        """To which items a value is given, by `Item.key`, for each occasion and instrument with answers."""
        given: Keys = self.once("given", (self.responses,), lambda: _by_part(self.responses))
        return given

    # -- chapters ----------------------------------------------------------------------------
    def items(self, chapter_id: str) -> list[Item]:
        """Return a chapter's items, shuffled by the person: stable for them, different between people.

        Background questions and the weekly check-in keep the order they were written in.
        """
        instrument, chapter = self.chapters[chapter_id]
        items = [instrument.item_by_id[item] for item in chapter.items]
        if instrument.occasion == "assessment" and instrument.subscales:
            random.Random(f"{self.actor.person_id} {chapter_id}").shuffle(items)  # noqa: S311 - an order, no secret
        if instrument.id == "needs":
            question = chapter_id.rpartition(".")[2]
            items += [
                replace(
                    items[0],
                    id=f"{need}.{question}",
                    text=say(f"instruments.own_need.{question}", need=text),
                )
                for need, text in self.own_needs.items()
            ]
        return items

    def screens(self, chapter_id: str) -> list[list[Item]]:
        """Return the chapter's items in pages of nearly equal length, at most seven each."""
        items = self.items(chapter_id)
        n_screens = max(1, -(-len(items) // MOST_PER_SCREEN))
        bounds = [round(k * len(items) / n_screens) for k in range(n_screens + 1)]
        return [items[start:stop] for start, stop in pairwise(bounds)]

    def n_answered(self, chapter_id: str, occasion: str | None = None) -> int:
        return len(self.answers(self.items(chapter_id), occasion))

    def minutes_left(self, chapter_id: str, occasion: str | None = None) -> int:
        """Whole minutes for the questions that are left; 0 when none is."""
        _instrument, chapter = self.chapters[chapter_id]
        n_items = len(self.items(chapter_id))
        n_left = n_items - self.n_answered(chapter_id, occasion)
        return 0 if not n_left else max(1, round(chapter.minutes * n_left / n_items))

    def first_open_screen(self, chapter_id: str, occasion: str | None = None) -> int:
        """Return the first screen with an unanswered question, or the first of all."""
        known = self.answers(self.items(chapter_id), occasion)
        for number, items in enumerate(self.screens(chapter_id)):
            if any(item.id not in known for item in items):
                return number
        return 0


def _by_part(responses: pd.DataFrame) -> Keys:
    """Return the keys of what has a value, by occasion and instrument; of other answers the two alone."""
    found: Keys = {}
    names = ("occasion", "instrument", "item", "version")
    has_value = responses["value"].notna().tolist()
    for is_given, *key in zip(has_value, *[responses[name].tolist() for name in names], strict=True):
        occasion, instrument, item, version = map(str, key)
        part = found.setdefault(occasion, {}).setdefault(instrument, [])
        if is_given:
            part.append((item, version))
    return found


def _by_occasion(responses: pd.DataFrame) -> Known:
    """Return each answer that is given, or why there is none, by occasion and item; of two, the last."""
    found: Known = {}
    has_reason = responses["declined"].astype(bool) | responses["not_arisen"].astype(bool)
    kept = responses[has_reason | responses["value"].notna()]
    names = ("occasion", "item", "version", "value", "declined", "not_arisen")
    for occasion, item, version, value, declined, not_arisen in zip(
        *[kept[name].tolist() for name in names], strict=True
    ):
        found.setdefault(str(occasion), {})[str(item), str(version)] = {
            "value": None if pd.isna(value) else int(value),
            "declined": bool(declined),
            "not_arisen": bool(not_arisen),
        }
    return found
