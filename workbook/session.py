"""One person's sitting: where they are, what they answered, what lies on the table.

Headless: no widgets, so every page's state can be tested without a browser. Down by observe
(the page watches `Session.revision` and `Session.page`), up by verbs, which go to the
service. What can be computed (which page is locked, open, complete) is computed, not kept.
"""

import asyncio
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, TypeVar

import pandas as pd
import traitlets as t

from workbook.frames import RESPONSES, empty
from workbook.instruments import Chapter, Instrument, Item, catalogue
from workbook.service.verbs import Actor, Answer, Couple, Event, Member, Service, Table
from workbook.sharing import Grain

MOST_PER_SCREEN = 7
FIRST_OCCASION = "assessment-1"
_FIRST = ("introduction", "limits", "consent")
_ALWAYS_OPEN = ("home", "resources", "rights", "just-for-me", "sharing")
Made = TypeVar("Made")
Status = Literal["locked", "open", "under-way", "complete"]


class Session(t.HasTraits):
    """One sitting of one person, or of two together on one device.

    No trait fires before ``__init__`` is done. The service tells of changes on a thread of
    its own; they are taken up on the event loop that was running when the session began, or
    by `catch_up` where there is none.

    Examples
    --------
    >>> from workbook.service.demo import open_demo  # doctest: +SKIP
    >>> session = Session(*open_demo())              # doctest: +SKIP
    >>> session.status("chapter:connection.talk")    # doctest: +SKIP
    'complete'
    """

    page = t.Unicode("home")
    occasion = t.Unicode(FIRST_OCCASION)
    revision = t.Int(0)
    trouble = t.Tuple()

    def __init__(
        self, service: Service, actor: Actor, *, instruments: Mapping[str, Instrument] | None = None
    ) -> None:
        super().__init__()
        self.service = service
        self.actor = actor
        self.instruments = catalogue() if instruments is None else instruments
        self.chapters: dict[str, tuple[Instrument, Chapter]] = {
            chapter.id: (instrument, chapter)
            for instrument in self.instruments.values()
            for chapter in instrument.chapters
        }
        self.responses: pd.DataFrame = empty(RESPONSES)
        self.events: list[Event] = []
        self.table = Table()
        self.couple: Couple = service.couple(actor)
        self.decisions: dict[tuple[str, str], Grain] = {}
        self._worked_out: dict[str, tuple[tuple[object, ...], Any]] = {}
        self._stale: set[str] = set()
        self._lock = threading.Lock()
        self._is_booked = False
        self._loop = _running_loop()
        self._read({"drawer", "table"})
        self._resume()
        self._stop = service.watch(actor, self._heard)

    # -- who -------------------------------------------------------------------------------
    @property
    def is_together(self) -> bool:
        """True on one device with both partners: only the table is read."""
        return self.actor.role == "together"

    @property
    def me(self) -> Member | None:
        return next((one for one in self.couple.members if one.person_id == self.actor.person_id), None)

    @property
    def partner(self) -> Member | None:
        return next((one for one in self.couple.members if one.person_id != self.actor.person_id), None)

    # -- what happens ----------------------------------------------------------------------
    def _heard(self, what: str) -> None:
        with self._lock:
            self._stale.add(what)
            if self._loop is None or self._is_booked:
                return
            self._is_booked = True
        self._loop.call_soon_threadsafe(self.catch_up)

    def catch_up(self) -> None:
        """Read again what the service said has changed; page observers hear of it once."""
        with self._lock:
            stale, self._stale, self._is_booked = self._stale, set(), False
        if stale:
            self.refresh(*stale)

    def refresh(self, *what: str) -> None:
        """Read one's own drawer, the table, or both again, and tell the page."""
        self._read(set(what) or {"drawer", "table"})
        self.revision += 1

    def _read(self, what: set[str]) -> None:
        if "table" in what:
            self.couple = self.service.couple(self.actor)
            table = self.service.read_table(self.actor)
            self.table = self.table if _mark_of(table) == _mark_of(self.table) else table
        if not self.is_together and "drawer" in what:
            responses = self.service.read_responses(self.actor)
            self.responses = self.responses if self.responses.equals(responses) else responses
            self.events = self.service.read_events(self.actor)
        if not self.is_together:
            self.decisions = {
                (instrument.id, self.occasion): grain
                for instrument in self.shareable()
                if (grain := self.service.my_decision(self.actor, instrument.id, self.occasion)) is not None
            }

    def _resume(self) -> None:
        """Begin where the person was: the latest occasion, and the page bookmarked last."""
        if self.is_together:
            self.page = "together"
            return
        occasions = [
            event.payload["value"] for event in self._of("setting") if event.payload["name"] == "occasion"
        ]
        if occasions:
            self.occasion = str(occasions[-1])
            self._read({"drawer"})
        bookmarks = self._of("bookmark")
        if bookmarks:
            self.page = str(bookmarks[-1].payload["page"])

    def once(self, name: str, basis: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What ``make`` gives, worked out anew only when what it is made from has changed.

        `responses` and `table` stay the same objects while what is in them stays the same.
        """
        known = self._worked_out.get(name)
        if (
            known is None
            or len(known[0]) != len(basis)
            or any(a is not b for a, b in zip(known[0], basis, strict=True))
        ):
            known = self._worked_out[name] = (basis, make())
        made: Made = known[1]
        return made

    def close(self) -> None:
        """Stop listening to the service."""
        self._stop()

    # -- verbs -----------------------------------------------------------------------------
    def go(self, page: str) -> None:
        """Turn to a page, and keep the place for next time: of a chapter, the very screen."""
        kind, _, chapter_id = page.partition(":")
        if kind == "chapter" and chapter_id in self.chapters:
            occasion = self.occasion_of(self.chapters[chapter_id][0])
            page = f"{page}:{self.first_open_screen(chapter_id, occasion) + 1}"
        if page == self.page:
            return
        if not self.is_together:
            self.events.append(
                self.service.add_event(self.actor, "bookmark", {"page": page, "occasion": self.occasion})
            )
        self.page = page

    def save(self, answers: Sequence[Answer]) -> list[str]:
        """Hand answers to the service; gives the operation ids that are now durable."""
        kept = self.service.save_answers(self.actor, answers)
        self.refresh("drawer")
        return kept

    def note(self, kind: str, **payload: Any) -> Event:
        """Keep an event in one's own drawer."""
        event = self.service.add_event(self.actor, kind, payload)
        self.refresh("drawer")
        return event

    def agree(self, text: str, text_hash: str, *, agreed: bool) -> None:
        """Agree to a text, or take it back, kept with the hash of its very words."""
        self.note("consent", text=text, text_hash=text_hash, agreed=agreed)

    def mark_seen(self, page: str) -> None:
        """Remember that a page was read to its end."""
        if not self.has_seen(page):
            self.note("setting", name=f"seen.{page}", value=True)

    def decide(self, instrument: str, grain: Grain, *, passphrase: str | None = None) -> None:
        """Decide what the partner may see of one instrument of this occasion."""
        self.service.decide(self.actor, instrument, self.occasion, grain, passphrase=passphrase)
        self.refresh("drawer", "table")

    def withdraw(self, instrument: str, occasion: str) -> None:
        """Take a publication off the table."""
        self.service.withdraw(self.actor, instrument, occasion)
        self.refresh("drawer", "table")

    def act(self, kind: str, payload: dict[str, Any]) -> Event:
        """Put a step of a joint exercise on the table."""
        event = self.service.add_table_event(self.actor, kind, payload)
        self.refresh("table")
        return event

    def begin_occasion(self) -> str:
        """Start the assessment anew; what was answered before stays as it was."""
        number = int(self.occasion.rpartition("-")[2]) + 1
        occasion = f"assessment-{number}"
        self.service.add_event(self.actor, "setting", {"name": "occasion", "value": occasion})
        self.occasion = occasion
        self.refresh("drawer", "table")
        return occasion

    # -- what one's own drawer says -----------------------------------------------------------
    def _of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

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
        """What the person last wrote in a field of their own words, in an occasion if given."""
        texts = [
            event.payload["text"]
            for event in self._of("free_text")
            if event.payload["field"] == field and occasion in (None, event.payload.get("occasion"))
        ]
        return str(texts[-1]) if texts else ""

    def order_for_me(self, sections: Sequence[str], first: Sequence[str]) -> list[str]:
        """The order of the parts of "Just for me"; see `Service.order_for_me`."""
        return self.service.order_for_me(self.actor, sections, first)

    @property
    def own_needs(self) -> dict[str, str]:
        """The needs the person added in their own words, by id."""
        found: dict[str, str] = {}
        for event in self._of("own_need"):
            found[event.payload["id"]] = event.payload["text"]
            if event.payload.get("removed"):
                del found[event.payload["id"]]
        return found

    def occasion_of(self, instrument: Instrument) -> str:
        """The occasion that answers to an instrument belong to now: a week's or the assessment's."""
        return self.week if instrument.occasion == "weekly" else self.occasion

    @property
    def week(self) -> str:
        """The week that answers belong to: a new one begins seven days after the last was begun."""
        begun = [event for event in self._of("setting") if event.payload["name"] == "week"]
        if not begun:
            return "week-1"
        last = begun[-1]
        is_over = last.at is not None and datetime.now(UTC) - last.at >= timedelta(days=7)
        return f"week-{int(last.payload['value']) + 1}" if is_over else f"week-{last.payload['value']}"

    def begin_week(self) -> None:
        """Remember that this week's check-in was begun."""
        number = int(self.week.removeprefix("week-"))
        if not any(event.payload == {"name": "week", "value": number} for event in self._of("setting")):
            self.note("setting", name="week", value=number)

    def answers(self, items: Sequence[Item], occasion: str | None = None) -> dict[str, dict[str, Any]]:
        """``{item: {"value", "declined"}}`` of those items that are answered in an occasion."""
        wanted = {item.id for item in items}
        own = self.responses
        own = own[(own["occasion"] == (occasion or self.occasion)) & own["item"].isin(wanted)]
        found = zip(own["item"], own["value"], own["declined"], strict=True)
        return {
            str(item): {"value": None if pd.isna(value) else int(value), "declined": bool(declined)}
            for item, value, declined in found
            if bool(declined) or not pd.isna(value)
        }

    # -- chapters ----------------------------------------------------------------------------
    def items(self, chapter_id: str) -> list[Item]:
        """A chapter's items, shuffled by the person: stable for them, different between people.

        Background questions and the weekly check-in keep the order they were written in.
        """
        instrument, chapter = self.chapters[chapter_id]
        items = [instrument.item_by_id[item] for item in chapter.items]
        if instrument.occasion == "assessment" and instrument.subscales:
            random.Random(f"{self.actor.person_id} {chapter_id}").shuffle(items)  # noqa: S311 - an order, no secret
        return items

    def screens(self, chapter_id: str) -> list[list[Item]]:
        """The chapter's items in pages of nearly equal length, at most seven each."""
        items = self.items(chapter_id)
        n_screens = max(1, -(-len(items) // MOST_PER_SCREEN))
        bounds = [round(k * len(items) / n_screens) for k in range(n_screens + 1)]
        return [items[start:stop] for start, stop in pairwise(bounds)]

    def n_answered(self, chapter_id: str, occasion: str | None = None) -> int:
        return len(self.answers(self.items(chapter_id), occasion))

    def minutes_left(self, chapter_id: str, occasion: str | None = None) -> int:
        """Whole minutes for the questions that are left; 0 when none is."""
        _instrument, chapter = self.chapters[chapter_id]
        n_items = len(chapter.items)
        n_left = n_items - self.n_answered(chapter_id, occasion)
        return 0 if not n_left else max(1, round(chapter.minutes * n_left / n_items))

    def first_open_screen(self, chapter_id: str, occasion: str | None = None) -> int:
        """The first screen with an unanswered question, or the first of all."""
        known = self.answers(self.items(chapter_id), occasion)
        for number, items in enumerate(self.screens(chapter_id)):
            if any(item.id not in known for item in items):
                return number
        return 0

    # -- the state of every page ----------------------------------------------------------------
    def shareable(self) -> list[Instrument]:
        """Instruments that can be shown to the partner at all."""
        return [
            one
            for one in self.instruments.values()
            if not one.is_private and one.subscales and one.occasion == "assessment"
        ]

    def is_answered(self, instrument_id: str) -> bool:
        """True when something of an instrument is answered, so that there is something to share."""
        own = self.responses
        mine = own[(own["instrument"] == instrument_id) & (own["occasion"] == self.occasion)]
        return bool(mine["value"].notna().any())

    @property
    def open_instruments(self) -> list[str]:
        """Instruments that both revealed in this occasion or an earlier one."""
        return list(dict.fromkeys(instrument for instrument, _occasion in self.table.open_rounds))

    def status(self, page: str) -> Status:
        """Whether a page is locked, open, under way or complete; nothing here tells of the partner."""
        kind, _, name = page.partition(":")
        chapter = name.partition(":")[0]
        if kind in _ALWAYS_OPEN or (kind == "chapter" and self._is_private(chapter)):
            return "open"
        if kind in _FIRST:
            is_done = self.has_consented if kind == "consent" else self.has_seen(kind)
            return "complete" if is_done else "open"
        if not self.has_consented and not self.is_together:
            return "locked"
        match kind:
            case "chapter":
                return self._chapter_status(chapter)
            case "share":
                return self._share_status()
            case "results" | "own":
                return "open" if any(self.is_answered(one.id) for one in self.shareable()) else "locked"
            case "together" | "expectation" | "view":
                return "open" if self.table.open_rounds else "locked"
        return "open"

    def _share_status(self) -> Status:
        wanted = [one.id for one in self.shareable() if self.is_answered(one.id)]
        decided = [one for one in wanted if (one, self.occasion) in self.decisions]
        if not wanted:
            return "locked"
        return "complete" if decided == wanted else "under-way" if decided else "open"

    def _is_private(self, chapter_id: str) -> bool:
        return chapter_id in self.chapters and self.chapters[chapter_id][0].is_private

    def _chapter_status(self, chapter_id: str) -> Status:
        if chapter_id not in self.chapters:
            return "locked"
        instrument, chapter = self.chapters[chapter_id]
        occasion = self.occasion_of(instrument)
        n_answered = self.n_answered(chapter_id, occasion)
        is_done = n_answered == len(chapter.items) or self.has_seen(f"end.{chapter_id}.{occasion}")
        return "complete" if is_done else "under-way" if n_answered else "open"


def _mark_of(table: Table) -> tuple[object, ...]:
    """What tells one state of the table from another: publications never change, they only come and go."""
    published = [
        (one.person_id, one.instrument, one.occasion, one.round, one.grain) for one in table.publications
    ]
    # A partner's words can be left out of an event that stays, so its payload counts.
    happened = [(event.person_id, event.operation_id, str(event.payload)) for event in table.events]
    return (*published, *happened, *table.open_rounds)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
